"""The parameter files of the tariffs: complete, named in the glossary, enough for every quarter from 2024 to 2028."""

import re
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from services.tariffs.parameters import published_parameters
from services.tariffs.rules.components import Component, Prestatie, PriceLevel
from services.tariffs.rules.cost_prices import CostPrice
from services.tariffs.rules.in_force import HOUSING_PARAMETERS, InForce
from services.tariffs.rules.indexation import CatchUp, IndexChains
from services.tariffs.rules.tariff import maximum_tariff
from shared.kernel.dated import DatedValue, Status
from shared.kernel.steps import Steps

KNOWN_AT = datetime(2026, 11, 1, tzinfo=UTC)
GLOSSARY = Path(__file__).parents[3] / "docs" / "glossary.md"
QUARTERS = [date(year, month, 1) for year in range(2024, 2029) for month in (1, 4, 7, 10)]
COST_2025 = {c: CostPrice(Fraction(100), PriceLevel(2025, Status.DEFINITIVE)) for c in Component}


@pytest.mark.parametrize("day", QUARTERS, ids=str)
@pytest.mark.parametrize("status", [Status.PROVISIONAL, Status.DEFINITIVE])
@pytest.mark.parametrize("prestatie", Prestatie)
def test_every_quarter_can_be_computed(day: date, status: Status, prestatie: Prestatie) -> None:
    in_force = InForce(published_parameters().values, day, KNOWN_AT)
    steps = Steps()
    answer = maximum_tariff(
        prestatie,
        PriceLevel(day.year, status),
        COST_2025,
        norm=in_force.housing_norm(),
        max_max=in_force.max_max(),
        index=IndexChains(in_force.index_values(), CatchUp.STRUCTURAL, steps),
        steps=steps,
    )
    assert answer.maximum_tariff_cents > 40_000
    assert answer.max_max_tariff_cents is None
    assert steps["tariff_cents"].illustrative or (prestatie is Prestatie.DAGOPVANG and day.year < 2027)


def test_every_parameter_is_a_term_of_the_glossary() -> None:
    terms = set(re.findall(r"^\| `([a-z_]+)` \|", GLOSSARY.read_text(encoding="utf-8"), re.M))
    assert published_parameters().names <= terms


def test_every_input_of_the_housing_component_has_a_value() -> None:
    assert set(HOUSING_PARAMETERS) <= published_parameters().names


def test_what_nobody_published_is_illustrative() -> None:
    for value in published_parameters().values:
        assert value.illustrative == (value.status in {Status.EXPECTED, Status.ILLUSTRATIVE})
        assert value.illustrative == value.source.document.startswith("Own assumption")


def test_the_housing_index_is_two_and_a_half_percent_in_every_year() -> None:
    for year in range(2012, 2040):
        in_force = InForce(published_parameters().values, date(year, 1, 1), KNOWN_AT)
        assert in_force.value("housing_index").value == Fraction("0.025")


def test_the_capital_cost_rates_follow_each_other() -> None:
    def rate(year: int) -> Fraction:
        return InForce(published_parameters().values, date(year, 7, 1), KNOWN_AT).value("capital_cost_rate").value

    assert [rate(year) for year in (2012, 2017, 2018, 2023, 2024, 2028)] == [
        Fraction(text) for text in ("0.05", "0.05", "0.0465", "0.0465", "0.0403", "0.0403")
    ]


@pytest.mark.parametrize("name", ["labour_index", "material_index"])
def test_the_years_2023_to_2026_are_published_ones(name: str) -> None:
    published = [v for v in published_parameters().values if v.name == name and not v.illustrative]

    def key(value: DatedValue) -> tuple[int, str]:
        return value.in_force_from.year, value.status

    assert sorted(map(key, published)) == [
        (2023, "definitive"),
        (2024, "definitive"),
        (2025, "definitive"),
        (2025, "provisional"),
        (2026, "provisional"),
    ]
