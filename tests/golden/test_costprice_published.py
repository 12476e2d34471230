"""Published examples of the cost-price study, each with its source."""

from datetime import datetime
from fractions import Fraction

import pytest

from services.costprice.rules.assurance import Opinion, opinion
from services.costprice.rules.fte import fte
from services.costprice.rules.production import CountedPrestatie, Presence, count, units
from shared.kernel.money import divide_half_up


@pytest.mark.parametrize(("hours", "weeks", "published"), [(42, 10, "0.22"), (18, 40, "0.43")])
def test_fte_of_the_technical_annex(hours, weeks, published):
    """NZa, Technische bijlage 27-3-2026, through huisartsincijfers.nl; printed in two decimals."""
    exact = fte(Fraction(hours), Fraction(weeks))

    assert Fraction(divide_half_up(exact.numerator * 100, exact.denominator), 100) == Fraction(published)


@pytest.mark.parametrize(
    ("error_percentage", "published"),
    [("3.0", "approve"), ("3.01", "qualified"), ("5.0", "qualified"), ("5.01", "adverse")],
)
def test_assurance_tolerances(error_percentage, published):
    """NR/CU-246 and NR/CU-559 (geriatric rehabilitation care)."""
    assert opinion(Fraction(error_percentage) / 100) is Opinion(published)


@pytest.mark.parametrize(
    ("prestatie", "start", "end", "published"),
    [
        ("verblijf", "2018-03-01T19:59+01:00", "2018-03-02T10:00+01:00", 1),
        ("verblijf", "2018-03-01T20:01+01:00", "2018-03-02T10:00+01:00", 0),
        ("verblijf", "2018-03-01T20:00+01:00", "2018-03-02T10:00+01:00", 0),
        ("dagopvang", "2018-03-01T09:00+01:00", "2018-03-01T14:59+01:00", 0),
        ("dagopvang", "2018-03-01T09:00+01:00", "2018-03-01T15:00+01:00", 1),
    ],
)
def test_counting_of_production(prestatie, start, end, published):
    """BR/REG-18100 (2018): before 20:00 with a night; at least six hours."""
    presence = Presence(datetime.fromisoformat(start), datetime.fromisoformat(end))

    assert units(count(CountedPrestatie(prestatie), [presence])) == published


def test_the_day_of_discharge_does_not_count():
    """BR/REG-18100 (2018)."""
    presence = Presence(
        datetime.fromisoformat("2018-03-01T10:00+01:00"), datetime.fromisoformat("2018-03-02T23:59+01:00")
    )

    days = count(CountedPrestatie.VERBLIJF, [presence])

    assert [(str(day.day), day.counted) for day in days] == [("2018-03-01", True), ("2018-03-02", False)]
