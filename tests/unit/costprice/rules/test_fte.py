"""The fte rule: a contract counts for at most one full-time equivalent."""

from fractions import Fraction

import pytest

from services.costprice.rules.fte import NegativeWorkingTime, fte


@pytest.mark.parametrize(
    ("hours", "weeks", "expected"),
    [
        (36, 46, "1"),
        (40, 52, "1"),
        (18, 46, "1/2"),
        (36, 23, "1/2"),
        (0, 46, "0"),
        (42, 10, "10/46"),
        (18, 40, "20/46"),
    ],
)
def test_hours_and_weeks_each_count_up_to_full(hours, weeks, expected):
    assert fte(Fraction(hours), Fraction(weeks)) == Fraction(expected)


@pytest.mark.parametrize(("hours", "weeks"), [(-1, 46), (36, -1)])
def test_working_time_below_zero_is_refused(hours, weeks):
    with pytest.raises(NegativeWorkingTime, match="zero or more"):
        fte(Fraction(hours), Fraction(weeks))
