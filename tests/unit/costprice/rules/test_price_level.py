"""Cost of an earlier year at the price level of a later one."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from services.costprice.rules.categories import Component
from services.costprice.rules.price_level import index_factor
from shared.kernel.dated import DatedValue, NoValueInForce, Status
from shared.kernel.sources import Source

KNOWN = datetime(2026, 6, 30, tzinfo=UTC)
NOW = datetime(2026, 7, 1, tzinfo=UTC)


def value(name: str, year: int, ratio: str, status: Status = Status.DEFINITIVE) -> DatedValue:
    return DatedValue(
        name,
        Fraction(ratio),
        "ratio",
        date(year, 1, 1),
        date(year + 1, 1, 1),
        KNOWN,
        status,
        Source(document="published"),
    )


HISTORY = [
    value("labour_index", 2024, "0.06"),
    value("labour_index", 2025, "0.0418", Status.PROVISIONAL),
    value("labour_index", 2025, "0.0518"),
    value("material_index", 2025, "0.0182", Status.PROVISIONAL),
    value("housing_index", 2025, "0.025"),
]


def test_the_definitive_values_of_the_years_after_the_cost_year_are_multiplied():
    indexed = index_factor(HISTORY, Component.LABOUR, 2023, 2025, NOW)

    assert indexed.factor == Fraction("1.06") * Fraction("1.0518")
    assert indexed.substituted == ()


def test_the_same_year_needs_no_index():
    assert index_factor([], Component.MATERIAL, 2025, 2025, NOW).factor == 1


def test_a_provisional_value_takes_the_place_of_a_definitive_one_and_is_listed():
    indexed = index_factor(HISTORY, Component.INVENTORY, 2024, 2025, NOW)

    assert indexed.factor == Fraction("1.0182")
    assert [taken.status for taken in indexed.substituted] == [Status.PROVISIONAL]


def test_a_year_without_a_value_is_an_error():
    with pytest.raises(NoValueInForce, match="housing_index"):
        index_factor(HISTORY, Component.HOUSING, 2024, 2026, NOW)


def test_what_was_not_known_yet_does_not_count():
    with pytest.raises(NoValueInForce):
        index_factor(HISTORY, Component.LABOUR, 2024, 2025, datetime(2026, 1, 1, tzinfo=UTC))


def test_cost_is_not_brought_back_in_time():
    with pytest.raises(ValueError, match="from 2025 back to 2024"):
        index_factor(HISTORY, Component.LABOUR, 2025, 2024, NOW)
