"""What a client is told where a parameter has no value: honestly what is known before and after the day."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from services.tariffs.errors.calculations import NoParameterValue, NoValueForCalculation
from shared.kernel.dated import DatedValue, NoValueInForce, Status
from shared.kernel.sources import Source, Text
from shared.plumbing.problems import Fault

DAY = date(2025, 1, 1)


def of(year: int) -> DatedValue:
    known = datetime(2026, 1, 1, tzinfo=UTC)
    start, end = date(year, 1, 1), date(year + 1, 1, 1)
    return DatedValue("index", Fraction(1), "ratio", start, end, known, Status.DEFINITIVE, Source(document="Table"))


@pytest.mark.parametrize(
    ("last", "following", "nl", "en"),
    [
        (None, None, "er is geen enkele waarde bekend", "no value is known at all"),
        (
            of(2023),
            None,
            "de laatst bekende waarde daarvoor geldt van 2023-01-01 tot 2024-01-01",
            "the last known value before it holds from 2023-01-01 until 2024-01-01",
        ),
        (None, of(2027), "pas zijn waarden bekend vanaf 2027-01-01", "values are known only from 2027-01-01"),
        (
            of(2023),
            of(2027),
            "de laatst bekende waarde daarvoor geldt van 2023-01-01 tot 2024-01-01, "
            "daarna zijn waarden bekend vanaf 2027-01-01",
            "the last known value before it holds from 2023-01-01 until 2024-01-01, "
            "values are known again from 2027-01-01",
        ),
    ],
)
def test_what_is_known_on_either_side_is_told(
    last: DatedValue | None, following: DatedValue | None, nl: str, en: str
) -> None:
    missing = NoValueInForce("index", DAY, last, following)
    told = NoParameterValue(missing)
    assert told.text == Text(f"index heeft geen waarde op {DAY}; {nl}.", f"index has no value on {DAY}; {en}.")
    assert {side: value and value["inForceFrom"] for side, value in told.extra.items()} == {
        "lastKnown": last and last.in_force_from.isoformat(),
        "nextKnown": following and following.in_force_from.isoformat(),
    }


def test_a_missing_value_is_listed_once_and_stands_at_each_of_its_places_beside_other_faults() -> None:
    missing, other = NoValueInForce("index", DAY, None), Fault("/to", "index_below_zero", Text("x", "y"))
    told = NoValueForCalculation([("/from", missing), ("/to", missing)], [other])
    assert [(fault.location, fault.code) for fault in told.errors] == [
        ("/from", "no_value_in_force"),
        ("/to", "no_value_in_force"),
        ("/to", "index_below_zero"),
    ]
    assert [value["on"] for value in told.extra["missing"]] == ["2025-01-01"]
