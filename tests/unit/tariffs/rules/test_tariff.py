"""The maximum tariff, article by article."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tariffs.rules.components import Component, Prestatie, PriceLevel
from services.tariffs.rules.cost_prices import CostPrice, MissingCostPrices, MissingNorm, TariffBelowZero
from services.tariffs.rules.housing_component import HousingInputs, HousingNorm
from services.tariffs.rules.indexation import CatchUp, IndexChains, IndexValues
from services.tariffs.rules.labels import Origin
from services.tariffs.rules.maximum import InvalidMaxMax, MaxMax
from services.tariffs.rules.tariff import Tariff, maximum_tariff
from services.tariffs.rules.tariff_wording import note
from shared.kernel.dated import DatedValue, Status
from shared.kernel.money import euros_to_cents
from shared.kernel.sources import Source
from shared.kernel.steps import Steps
from tests.formulas import assert_recomputes

D = Status.DEFINITIVE
SOURCE = Source(document="Table")
KNOWN_AT = datetime(2026, 7, 1, tzinfo=UTC)
NORM_PER_DAY = Fraction(100)


def index_value(name: str, year: int, ratio: str) -> DatedValue:
    known_from = datetime(2026, 1, 1, tzinfo=UTC)
    return DatedValue(name, Fraction(ratio), "ratio", date(year, 1, 1), date(year + 1, 1, 1), known_from, D, SOURCE)


INDICES = [
    index_value(name, year, ratio)
    for year in (2025, 2026)
    for name, ratio in [("labour_index", "0.10"), ("material_index", "0.20"), ("housing_index", "0.025")]
]

NORM = HousingNorm(
    HousingInputs(
        investment_per_place=Fraction(36_500),
        land_per_place=Fraction(0),
        land_and_site_surcharge=Fraction(0),
        general_supplement=Fraction(0),
        capital_cost_rate=Fraction(0),
        index_rate=Fraction(0),
        term_years=Fraction(1),
        upkeep_rate=Fraction(0),
        construction_months=Fraction(0),
        occupancy=Fraction(1),
        days_per_year=Fraction(365),
    ),
)
"""A norm of exactly 100 euros a day in 2026."""

COSTS = {
    Component.LABOUR: "500",
    Component.MATERIAL: "50",
    Component.INVENTORY: "10",
    Component.EQUITY_RETURN: "5",
    Component.HOUSING: "80",
}


def cost_prices(amounts: Mapping[Component, object] = COSTS, level: int = 2025) -> dict[Component, CostPrice]:
    return {c: CostPrice(Fraction(str(amount)), PriceLevel(level, D)) for c, amount in amounts.items()}


def tariff(
    prestatie: Prestatie,
    cost: Mapping[Component, CostPrice] | None = None,
    *,
    year: int = 2026,
    norm: HousingNorm | None = NORM,
    max_max: MaxMax | None = None,
) -> tuple[Tariff, Steps]:
    steps = Steps()
    index = IndexChains(IndexValues(INDICES, KNOWN_AT), CatchUp.STRUCTURAL, steps)
    level = PriceLevel(year, D)
    prices = cost_prices() if cost is None else cost
    answer = maximum_tariff(prestatie, level, prices, norm=norm, max_max=max_max, index=index, steps=steps)
    assert_recomputes(steps)
    return answer, steps


class TestArticles:
    def test_each_cost_price_goes_to_the_tariff_year_by_its_own_index(self) -> None:
        answer, _ = tariff(Prestatie.DAGOPVANG)
        assert answer.components == {
            Component.LABOUR: 550,
            Component.MATERIAL: 60,
            Component.INVENTORY: 12,
            Component.EQUITY_RETURN: 6,
            Component.HOUSING: 82,
        }
        assert answer.maximum_tariff_cents == 71_000
        assert answer.housing_cents == 8_200

    def test_for_verblijf_the_norm_takes_the_place_of_the_measured_cost_of_housing(self) -> None:
        answer, steps = tariff(Prestatie.VERBLIJF)
        assert answer.components[Component.HOUSING] == NORM_PER_DAY
        assert answer.maximum_tariff_cents == 72_800
        assert answer.housing_cents == 10_000
        assert "cost.housing" not in steps

    def test_a_cost_price_at_another_level_has_a_chain_of_its_own(self) -> None:
        prices = cost_prices() | {Component.INVENTORY: CostPrice(Fraction(10), PriceLevel(2024, D))}
        answer, steps = tariff(Prestatie.DAGOPVANG, prices)
        assert answer.components[Component.INVENTORY] == Fraction("14.4")
        assert answer.components[Component.MATERIAL] == 60
        assert "chain.material_2024_definitive_2026_definitive.2025" in steps

    def test_rounding_is_one_step_and_the_last(self) -> None:
        amounts = dict.fromkeys(Component, "0.001")
        answer, steps = tariff(Prestatie.DAGOPVANG, cost_prices(amounts, level=2026))
        assert steps["tariff"].value == Fraction("0.005")
        assert answer.maximum_tariff_cents == 1
        assert answer.housing_cents == 0

    def test_a_double_of_a_tariff_is_not_the_double_of_its_cents(self) -> None:
        """A consult of 13.40 has a double of 26.81: the rounding comes last."""
        single = cost_prices({**dict.fromkeys(Component, 0), Component.LABOUR: "13.403"}, level=2026)
        double = cost_prices({**dict.fromkeys(Component, 0), Component.LABOUR: "26.806"}, level=2026)
        assert tariff(Prestatie.DAGOPVANG, single)[0].maximum_tariff_cents == 1340
        assert tariff(Prestatie.DAGOPVANG, double)[0].maximum_tariff_cents == 2681


class TestMissing:
    def test_every_missing_component_is_named(self) -> None:
        given = cost_prices({Component.LABOUR: 1, Component.HOUSING: 1})
        with pytest.raises(
            MissingCostPrices, match="dagopvang has no cost price for material, inventory, equity_return"
        ):
            tariff(Prestatie.DAGOPVANG, given)

    def test_verblijf_needs_no_measured_housing(self) -> None:
        given = {c: p for c, p in cost_prices().items() if c is not Component.HOUSING}
        assert tariff(Prestatie.VERBLIJF, given)[0].maximum_tariff_cents == 72_800

    def test_dagopvang_does(self) -> None:
        given = {c: p for c, p in cost_prices().items() if c is not Component.HOUSING}
        with pytest.raises(MissingCostPrices) as error:
            tariff(Prestatie.DAGOPVANG, given)
        assert error.value.components == [Component.HOUSING]

    def test_verblijf_cannot_do_without_a_norm_and_dagopvang_can(self) -> None:
        with pytest.raises(MissingNorm, match="verblijf"):
            tariff(Prestatie.VERBLIJF, norm=None)
        assert tariff(Prestatie.DAGOPVANG, norm=None)[0].maximum_tariff_cents == 71_000

    def test_components_that_add_up_to_less_than_nothing_are_no_tariff(self) -> None:
        given = cost_prices({**COSTS, Component.LABOUR: "-1000"})
        with pytest.raises(TariffBelowZero, match="dagopvang add up to -940 euros"):
            tariff(Prestatie.DAGOPVANG, given)

    def test_nothing_at_all_is_a_tariff_of_zero(self) -> None:
        assert tariff(Prestatie.DAGOPVANG, cost_prices(dict.fromkeys(Component, 0)))[0].maximum_tariff_cents == 0


class TestMaxMax:
    def test_without_a_surcharge_there_is_no_second_ceiling(self) -> None:
        answer, steps = tariff(Prestatie.VERBLIJF)
        assert answer.max_max_tariff_cents is None
        assert "max_max.tariff" not in steps

    def test_a_surcharge_on_everything(self) -> None:
        answer, _ = tariff(Prestatie.VERBLIJF, max_max=MaxMax(Fraction("0.10"), Fraction(1)))
        assert answer.max_max_tariff_cents == 80_080

    def test_a_surcharge_that_leaves_housing_out(self) -> None:
        answer, _ = tariff(Prestatie.VERBLIJF, max_max=MaxMax(Fraction("0.10"), Fraction(0)))
        assert answer.max_max_tariff_cents == 62_800 * 11 // 10 + 10_000

    def test_it_rises_from_the_unrounded_tariff(self) -> None:
        given = cost_prices({**dict.fromkeys(Component, 0), Component.LABOUR: "1.0048"}, level=2026)
        answer, _ = tariff(Prestatie.DAGOPVANG, given, max_max=MaxMax(Fraction("0.10"), Fraction(1)))
        assert answer.maximum_tariff_cents == 100
        assert answer.max_max_tariff_cents == 111

    @pytest.mark.parametrize(
        ("surcharge", "on_housing", "faults"),
        [
            ("-0.1", "0", {"max_max_surcharge"}),
            ("0.1", "2", {"max_max_on_housing"}),
            ("-1", "0.5", {"max_max_surcharge", "max_max_on_housing"}),
        ],
    )
    def test_parameters_that_cannot_be_are_named(self, surcharge: str, on_housing: str, faults: set[str]) -> None:
        with pytest.raises(InvalidMaxMax) as error:
            MaxMax(Fraction(surcharge), Fraction(on_housing))
        assert set(error.value.faults) == faults


class TestSteps:
    def test_every_figure_has_a_label_in_two_languages_and_a_source_or_a_formula(self) -> None:
        _, steps = tariff(Prestatie.VERBLIJF, max_max=MaxMax(Fraction("0.10"), Fraction(0)))
        for step in steps:
            assert step.label.nl
            assert step.label.en
            assert "{" not in step.label.nl + step.label.en
            assert step.formula or not step.inputs

    def test_a_rule_step_names_its_article(self) -> None:
        _, steps = tariff(Prestatie.DAGOPVANG)
        source = steps["tariff_cents"].source
        assert source is not None
        assert source.article == "article 7, rounding"

    def test_an_illustrative_cost_price_marks_the_tariff(self) -> None:
        prices = cost_prices()
        own = Origin(Source(form="request"), illustrative=True)
        prices[Component.LABOUR] = CostPrice(Fraction(1), PriceLevel(2025, D), own)
        _, steps = tariff(Prestatie.DAGOPVANG, prices)
        assert steps["tariff_cents"].illustrative
        assert not steps["material"].illustrative

    def test_a_cost_that_stands_in_for_a_component_is_a_step_of_its_own(self) -> None:
        steps = Steps()
        note(steps, "cost.capital", Fraction(7), origin=Origin(Source(form="cost base"), illustrative=True))
        prices = cost_prices()
        prices[Component.EQUITY_RETURN] = CostPrice(Fraction(7), PriceLevel(2025, D), taken_from="cost.capital")
        index = IndexChains(IndexValues(INDICES, KNOWN_AT), CatchUp.STRUCTURAL, steps)
        level = PriceLevel(2026, D)
        maximum_tariff(Prestatie.DAGOPVANG, level, prices, norm=None, max_max=None, index=index, steps=steps)
        assert steps["cost.equity_return"].inputs == ("cost.capital",)
        assert steps["equity_return"].illustrative
        assert_recomputes(steps)


@given(amounts=st.lists(st.decimals(0, 2000, places=12), min_size=5, max_size=5), prestatie=st.sampled_from(Prestatie))
def test_the_tariff_is_the_sum_of_its_unrounded_components_rounded_once(
    amounts: list[object], prestatie: Prestatie
) -> None:
    answer, _ = tariff(prestatie, cost_prices(dict(zip(Component, amounts, strict=True))))
    assert answer.maximum_tariff_cents == euros_to_cents(sum(answer.components.values(), Fraction(0)))
    assert set(answer.components) == set(Component)
