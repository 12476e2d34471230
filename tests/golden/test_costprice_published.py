"""Published examples of the cost-price study, each with its source."""

from datetime import datetime
from fractions import Fraction

import pytest

from services.costprice.rules.apportionment import apportioned
from services.costprice.rules.assurance import Opinion, opinion
from services.costprice.rules.categories import Component
from services.costprice.rules.disclosure import DisclosureLimits, is_unsafe
from services.costprice.rules.fte import fte
from services.costprice.rules.production import CountedPrestatie, Presence, count, units
from services.costprice.rules.sector import Contribution, Estimator, SectorCost, estimate
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


STRATA = {"a": Fraction("0.1140"), "b": Fraction("0.7889"), "c": Fraction("0.0971")}
"""NZa, Verantwoordingsdocument 30-6-2026, tables 3 and 19 (general practice, study year 2022): three strata."""


@pytest.mark.parametrize(
    ("strata_means", "published"),
    [
        ((171_977, 216_097, 502_126), 238_845),
        ((17_502, 20_942, 29_616), 21_392),
        ((4_655, 4_505, 4_180), 4_491),
        ((149_819, 190_650, 468_330), 212_962),
    ],
)
def test_stratified_mean(strata_means, published):
    """Published to the euro with weights to four decimals, so within 5 euro."""
    contributions = [
        Contribution(f"0{n}", name, 1, {c: Fraction(mean if c is Component.LABOUR else 0) for c in Component})
        for n, (name, mean) in enumerate(zip(STRATA, strata_means, strict=True))
    ]

    assert abs(estimate(Estimator.STRATIFIED, contributions, STRATA).unit_cost - published) <= 5


@pytest.mark.parametrize(
    ("practice", "labour", "equity_return", "published"),
    [(492_694, 212_962, 4_124, 709_780), (337_043, 237_474, 3_417, 577_934)],
)
def test_build_up_of_the_cost(practice, labour, equity_return, published):
    """Same document, table 33: practice cost, labour and equity return make the whole."""
    parts = {Component.MATERIAL: practice, Component.LABOUR: labour, Component.CAPITAL: equity_return}

    assert SectorCost({name: Fraction(amount) for name, amount in parts.items()}).unit_cost == published


def test_shares_of_the_labour_cost():
    """Same document: 1.88, 8.96 and 89.16 % of 238,845; published shares add up to 100 %."""
    parts = {"poh": 4_491, "outside": 21_392, "inside": 212_962}

    shares = apportioned({name: Fraction(amount, 238_845) for name, amount in parts.items()}, places=4)

    assert shares == {"poh": Fraction("0.0188"), "outside": Fraction("0.0896"), "inside": Fraction("0.8916")}


def test_p_percent_rule():
    """Handbook on Statistical Disclosure Control: p = 10, X = 110,000, x1 = 52,000, x2 = 50,000 is safe (15.4 %)."""
    limits = DisclosureLimits(3, Fraction("0.10"))

    assert not is_unsafe([Fraction(52_000), Fraction(50_000), Fraction(8_000)], limits)
    assert is_unsafe([Fraction(52_000), Fraction(50_000), Fraction(5_199)], limits)
