"""Index chains: any years, forwards and backwards, from and to any status."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tariffs.rules.components import Component, Index, PriceLevel
from services.tariffs.rules.indexation import (
    CatchUp,
    IndexBelowZero,
    IndexValues,
    Substitution,
    index_components,
    moves,
)
from services.tariffs.rules.labels import Origin
from shared.kernel.dated import DatedValue, NoValueInForce, Status
from shared.kernel.sources import Source
from tests.formulas import assert_recomputes

D, P, E = Status.DEFINITIVE, Status.PROVISIONAL, Status.EXPECTED
KNOWN_AT = datetime(2026, 7, 1, tzinfo=UTC)
PUBLISHED = Source(document="Published table", article="1")


def value(name: str, year: int, ratio: str, status: Status, **more: object) -> DatedValue:
    known_from = datetime(2026, 6, 30, tzinfo=UTC)
    start, end = date(year, 1, 1), date(year + 1, 1, 1)
    options = {"known_from": known_from, "illustrative": False} | more
    return DatedValue(
        name, Fraction(ratio), "ratio", start, end, options["known_from"], status, PUBLISHED, options["illustrative"]
    )  # type: ignore[arg-type]


LABOUR = [
    value("labour_index", 2023, "0.0636", D),
    value("labour_index", 2024, "0.0600", D),
    value("labour_index", 2025, "0.0418", P),
    value("labour_index", 2025, "0.0518", D),
    value("labour_index", 2026, "0.0424", P),
    value("labour_index", 2027, "0.0400", E, illustrative=True),
]


def level(year: int, status: Status = D) -> PriceLevel:
    return PriceLevel(year, status)


def labour(
    start: PriceLevel, end: PriceLevel, catch_up: CatchUp = CatchUp.STRUCTURAL, history: list[DatedValue] = LABOUR
) -> Fraction:
    """100 euros of labour at another price level."""
    values = IndexValues(history, KNOWN_AT)
    answer = index_components({Component.LABOUR: Fraction(100)}, start=start, end=end, values=values, catch_up=catch_up)
    assert_recomputes(answer.steps)
    return answer.total / 100


def times(*percentages: str) -> Fraction:
    product = Fraction(1)
    for percentage in percentages:
        product *= 1 + Fraction(percentage) / 100
    return product


class TestForwards:
    def test_definitive_years_and_then_the_provisional_value_of_the_last(self) -> None:
        assert labour(level(2022), level(2025, P)) == times("6.36", "6.00", "4.18")

    def test_a_definitive_end_takes_the_definitive_value(self) -> None:
        assert labour(level(2023), level(2025)) == times("6.00", "5.18")

    def test_the_same_level_changes_nothing(self) -> None:
        assert labour(level(2024), level(2024)) == 1

    def test_from_provisional_to_definitive_divides_and_multiplies(self) -> None:
        assert labour(level(2025, P), level(2025)) == times("5.18") / times("4.18")

    def test_a_year_without_any_value_is_an_error_that_names_it(self) -> None:
        with pytest.raises(NoValueInForce) as error:
            labour(level(2025), level(2028, P))
        assert (error.value.name, error.value.on) == ("labour_index", date(2028, 1, 1))
        assert error.value.last is not None
        assert error.value.last.in_force_from == date(2027, 1, 1)

    def test_a_year_before_the_first_value_is_an_error_too(self) -> None:
        with pytest.raises(NoValueInForce):
            labour(level(2021), level(2025))

    def test_what_was_not_known_yet_is_not_used(self) -> None:
        values = IndexValues(LABOUR, datetime(2026, 6, 29, tzinfo=UTC))
        with pytest.raises(NoValueInForce) as error:
            index_components({Component.LABOUR: Fraction(1)}, start=level(2024), end=level(2025), values=values)
        assert error.value.last is None

    def test_an_index_of_minus_one_hundred_percent_breaks_the_chain_by_name(self) -> None:
        with pytest.raises(IndexBelowZero, match="labour_index of 2023"):
            labour(level(2022), level(2023), history=[value("labour_index", 2023, "-1", D)])


class TestCatchUp:
    """The tariff of 2025 was set with 4.18 %, and 5.18 % became definitive."""

    def test_structural_corrects_the_level(self) -> None:
        assert labour(level(2025, P), level(2026, P)) == times("5.18", "4.24") / times("4.18")

    def test_none_leaves_the_level_as_it_was(self) -> None:
        assert labour(level(2025, P), level(2026, P), CatchUp.NONE) == times("4.24")

    def test_none_keeps_the_provisional_value_of_a_year_on_the_way(self) -> None:
        assert labour(level(2024), level(2026, P), CatchUp.NONE) == times("4.18", "4.24")

    def test_one_off_also_recovers_what_last_year_missed(self) -> None:
        gap = times("5.18") / times("4.18")
        assert labour(level(2025, P), level(2026, P), CatchUp.ONE_OFF) == gap * times("4.24") * gap

    def test_one_off_recovers_last_year_when_it_lies_inside_the_chain(self) -> None:
        gap = times("5.18") / times("4.18")
        assert labour(level(2024), level(2026, P), CatchUp.ONE_OFF) == times("5.18", "4.24") * gap

    def test_a_definitive_start_in_last_year_missed_nothing(self) -> None:
        assert labour(level(2025), level(2026, P), CatchUp.ONE_OFF) == times("4.24")

    @pytest.mark.parametrize("catch_up", list(CatchUp))
    def test_within_a_year_there_is_nothing_to_catch_up(self, catch_up: CatchUp) -> None:
        assert labour(level(2025, P), level(2025), catch_up) == times("5.18") / times("4.18")


class TestBackwards:
    def test_a_definitive_chain_is_divided_away(self) -> None:
        assert labour(level(2025), level(2022)) == 1 / times("6.36", "6.00", "5.18")

    def test_from_provisional_back_to_definitive(self) -> None:
        assert labour(level(2026, P), level(2024)) == 1 / times("5.18", "4.24")

    def test_from_definitive_back_to_provisional_within_a_year(self) -> None:
        assert labour(level(2025), level(2025, P)) == times("4.18") / times("5.18")

    def test_a_correction_is_undone(self) -> None:
        assert labour(level(2026, P), level(2025, P)) == times("4.18") / times("5.18", "4.24")

    @given(
        start=st.builds(level, st.integers(2022, 2026), st.sampled_from([D, P])),
        end=st.builds(level, st.integers(2022, 2026), st.sampled_from([D, P])),
        catch_up=st.sampled_from(CatchUp),
    )
    def test_there_and_back_is_where_we_were(self, start: PriceLevel, end: PriceLevel, catch_up: CatchUp) -> None:
        history = [*LABOUR, value("labour_index", 2022, "0.01", D)]
        assert labour(start, end, catch_up, history) * labour(end, start, catch_up, history) == 1


class TestSubstitution:
    def indexed(
        self, start: PriceLevel, end: PriceLevel, catch_up: CatchUp = CatchUp.STRUCTURAL
    ) -> tuple[Substitution, ...]:
        values = IndexValues(LABOUR, KNOWN_AT)
        amounts = {Component.LABOUR: Fraction(100)}
        return index_components(amounts, start=start, end=end, values=values, catch_up=catch_up).substituted

    def test_nothing_is_listed_where_every_value_is_known(self) -> None:
        assert self.indexed(level(2022), level(2025, P)) == ()

    def test_a_definitive_value_not_known_yet_gives_way_to_the_provisional_one(self) -> None:
        assert self.indexed(level(2025), level(2026)) == (Substitution(Index.LABOUR, 2026, D, P),)

    def test_an_expected_value_stands_in_where_nothing_is_published(self) -> None:
        assert self.indexed(level(2025), level(2027, P)) == (
            Substitution(Index.LABOUR, 2026, D, P),
            Substitution(Index.LABOUR, 2027, P, E),
        )

    def test_a_provisional_value_that_was_never_read_gives_way_to_the_definitive_one(self) -> None:
        assert self.indexed(level(2023), level(2024, P)) == (Substitution(Index.LABOUR, 2024, P, D),)

    def test_the_same_substitution_is_listed_once(self) -> None:
        listed = self.indexed(level(2026), level(2027, P))
        assert listed == (Substitution(Index.LABOUR, 2027, P, E),)
        values = IndexValues(LABOUR, KNOWN_AT)
        amounts = {Component.LABOUR: Fraction(1)}
        answer = index_components(amounts, start=level(2026, P), end=level(2027), values=values)
        assert answer.substituted == (Substitution(Index.LABOUR, 2026, D, P), Substitution(Index.LABOUR, 2027, D, E))

    def test_a_value_of_somebodys_choice_counts_whatever_status_is_asked_for(self) -> None:
        choice = value("labour_index", 2025, "0.10", Status.ILLUSTRATIVE, illustrative=True)
        values = IndexValues(LABOUR, KNOWN_AT, {(Index.LABOUR, 2025): choice})
        amounts = {Component.LABOUR: Fraction(100)}
        answer = index_components(amounts, start=level(2024), end=level(2025, P), values=values)
        assert answer.total == 110
        assert answer.substituted == ()
        assert answer.steps["index.labour.2025.chosen"].illustrative


class TestComponents:
    MATERIAL = (value("material_index", 2025, "0.10", D),)
    HOUSING = (value("housing_index", 2025, "0.025", D),)

    def test_each_component_moves_with_its_own_index(self) -> None:
        values = IndexValues([*LABOUR, *self.MATERIAL, *self.HOUSING], KNOWN_AT)
        amounts = dict.fromkeys(Component, Fraction(100))
        answer = index_components(amounts, start=level(2024), end=level(2025), values=values)
        assert answer.components == {
            Component.LABOUR: Fraction("105.18"),
            Component.MATERIAL: 110,
            Component.INVENTORY: 110,
            Component.EQUITY_RETURN: 110,
            Component.HOUSING: Fraction("102.5"),
        }
        assert answer.total == Fraction("537.68")
        assert answer.total_cents == 53768
        assert_recomputes(answer.steps)

    def test_the_chain_of_a_shared_index_is_recorded_once(self) -> None:
        values = IndexValues(self.MATERIAL, KNOWN_AT)
        amounts = {Component.MATERIAL: Fraction(1), Component.INVENTORY: Fraction(2)}
        ids = [s.id for s in index_components(amounts, start=level(2024), end=level(2025), values=values).steps]
        assert ids.count("chain.material.2025") == 1
        assert {"ratio.material", "ratio.inventory"} <= set(ids)

    def test_no_component_is_no_amount(self) -> None:
        answer = index_components({}, start=level(2024), end=level(2025), values=IndexValues([], KNOWN_AT))
        assert (answer.total, answer.total_cents) == (0, 0)

    def test_rounding_is_last_and_half_up(self) -> None:
        amounts = {Component.LABOUR: Fraction("0.005"), Component.MATERIAL: Fraction("0.01")}
        answer = index_components(amounts, start=level(2024), end=level(2024), values=IndexValues([], KNOWN_AT))
        assert answer.total == Fraction("0.015")
        assert answer.total_cents == 2

    def test_every_step_knows_its_source(self) -> None:
        request = Source(form="request", cell="/components/labour")
        values = IndexValues(LABOUR, KNOWN_AT)
        amounts, origins = {Component.LABOUR: Fraction(1)}, {Component.LABOUR: Origin(request)}
        answer = index_components(amounts, start=level(2024), end=level(2025), values=values, origins=origins)
        assert answer.steps["component.labour"].source == request
        assert answer.steps["index.labour.2025.definitive"].source == PUBLISHED
        assert all(step.source for step in answer.steps)

    def test_an_illustrative_value_marks_all_that_follows_from_it(self) -> None:
        values = IndexValues(LABOUR, KNOWN_AT)
        answer = index_components({Component.LABOUR: Fraction(1)}, start=level(2026), end=level(2027), values=values)
        assert answer.steps["total_cents"].illustrative
        assert not answer.steps["component.labour"].illustrative


@given(
    amounts=st.dictionaries(st.sampled_from(Component), st.fractions(-(10**6), 10**6), min_size=1),
    ratios=st.lists(st.fractions(Fraction(-99, 100), 5), min_size=3, max_size=3),
)
def test_the_total_is_the_sum_of_the_components(amounts: dict[Component, Fraction], ratios: list[Fraction]) -> None:
    history = [value(i.parameter, 2025, str(r), D) for i, r in zip(Index, ratios, strict=True)]
    answer = index_components(amounts, start=level(2024), end=level(2025), values=IndexValues(history, KNOWN_AT))
    assert answer.total == sum(answer.components.values())
    assert abs(Fraction(answer.total_cents) - 100 * answer.total) <= Fraction(1, 2)


def test_a_price_level_says_what_it_is() -> None:
    assert str(level(2025, P)) == "2025 provisional"


def test_moves_to_the_same_level_are_none() -> None:
    assert moves(level(2025), level(2025), CatchUp.ONE_OFF) == []
