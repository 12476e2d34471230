"""What stands in the way of an index chain: every year without a value, and the end that lies too far."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from services.tariffs.rules.components import Component, Index, PriceLevel
from services.tariffs.rules.index_faults import Bound, bounds_at_fault, chain_faults
from services.tariffs.rules.indexation import CatchUp, IndexBelowZero, IndexValues
from shared.kernel.dated import DatedValue, NoValueInForce, Status
from shared.kernel.sources import Source

D, P = Status.DEFINITIVE, Status.PROVISIONAL
KNOWN_AT = datetime(2026, 7, 1, tzinfo=UTC)
START, END = Bound.START, Bound.END


def value(year: int, ratio: str = "0.05", status: Status = D) -> DatedValue:
    start, end = date(year, 1, 1), date(year + 1, 1, 1)
    return DatedValue("labour_index", Fraction(ratio), "ratio", start, end, KNOWN_AT, status, Source(document="Table"))


def level(year: int, status: Status = D) -> PriceLevel:
    return PriceLevel(year, status)


KNOWN = [value(2022), value(2023), value(2023, status=P), value(2024)]


def told(
    start: PriceLevel, end: PriceLevel, history: list[DatedValue] = KNOWN, catch_up: CatchUp = CatchUp.STRUCTURAL
) -> dict[int, list[Bound]]:
    """Per year without a value the ends at fault."""
    values = IndexValues(history, KNOWN_AT)
    found = chain_faults(Component.LABOUR, start, end, values=values, catch_up=catch_up)
    missing = [fault for fault in found if isinstance(fault, NoValueInForce)]
    return {fault.on.year: bounds_at_fault(fault, start, end) for fault in missing}


def test_a_chain_of_known_years_has_no_faults() -> None:
    assert told(level(2021), level(2024)) == {}
    assert told(level(2024), level(2021)) == {}


def test_every_year_after_the_last_is_the_fault_of_the_end_that_lies_after_it() -> None:
    assert told(level(2023), level(2027)) == {2025: [END], 2026: [END], 2027: [END]}
    assert told(level(2027), level(2023)) == {2025: [START], 2026: [START], 2027: [START]}
    assert told(level(2026), level(2027)) == {2027: [START, END]}


def test_every_year_before_the_first_is_the_fault_of_the_end_that_lies_before_it() -> None:
    assert told(level(2019), level(2024)) == {2020: [START], 2021: [START]}
    assert told(level(2024), level(2019)) == {2020: [END], 2021: [END]}
    assert told(level(2018), level(2020)) == {2019: [START, END], 2020: [START, END]}


def test_the_level_of_the_year_before_the_first_needs_a_value_only_where_it_is_not_definitive() -> None:
    assert told(level(2021, P), level(2024)) == {2021: [START]}
    assert told(level(2019), level(2021)) == {2020: [START], 2021: [START]}
    assert told(level(2021), level(2021, P)) == {2021: [END]}


def test_a_chain_that_is_too_long_on_both_sides_names_each_side() -> None:
    assert told(level(2020), level(2026)) == {2021: [START], 2025: [END], 2026: [END]}


def test_a_year_between_known_years_and_an_unknown_index_are_the_fault_of_both_ends() -> None:
    gap = [value(2022), value(2024)]
    assert told(level(2021), level(2024), gap) == {2023: [START, END]}
    assert told(level(2023), level(2024), []) == {2024: [START, END]}


@pytest.mark.parametrize("catch_up", list(CatchUp))
def test_a_year_is_named_once_however_often_the_chain_takes_it(catch_up: CatchUp) -> None:
    assert told(level(2024), level(2026), catch_up=catch_up) == {2025: [END], 2026: [END]}


def test_a_value_that_breaks_the_chain_is_named_beside_the_missing_ones() -> None:
    values = IndexValues([value(2023, "-1"), value(2024)], KNOWN_AT)
    broken, missing = chain_faults(
        Component.LABOUR, level(2022), level(2025), values=values, catch_up=CatchUp.STRUCTURAL
    )
    assert isinstance(broken, IndexBelowZero)
    assert (broken.index, broken.year, broken.value) == (Index.LABOUR, 2023, -1)
    assert isinstance(missing, NoValueInForce)
    assert missing.on == date(2025, 1, 1)
