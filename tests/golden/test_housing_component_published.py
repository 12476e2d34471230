"""The housing component against what was published about it.

Inputs: Aanwijzing NHC 12-7-2011 (BWBR0030282, art. 5 and 6) and BR/REG-23116 (5-7-2022). Outcomes: fi-academy 1-8-2022
and finance-ideas 2022 (lower rate), ActiZ 10-10-2018 (investment), wonenenzorg.nl (euros 31.92 with about 195,000).
Amounts are not published, so most outcomes are a range.
"""

from dataclasses import replace
from fractions import Fraction

import pytest

from services.tariffs.rules.housing_component import HousingInputs, annuity_factor, housing_component
from shared.kernel.numbers import plain
from shared.kernel.steps import Steps

PUBLISHED = HousingInputs(
    investment_per_place=Fraction(195_000),
    land_per_place=Fraction(0),
    land_and_site_surcharge=Fraction("0.10"),
    general_supplement=Fraction("0.02"),
    capital_cost_rate=Fraction("0.0465"),
    index_rate=Fraction("0.025"),
    term_years=Fraction(30),
    upkeep_rate=Fraction("0.008"),
    construction_months=Fraction(18),
    occupancy=Fraction("0.97"),
    days_per_year=Fraction(365),
)


@pytest.mark.parametrize(("rate", "factor"), [("0.05", "20.587"), ("0.0465", "21.56"), ("0.0403", "23.454")])
def test_the_annuity_factor_at_the_three_published_rates(rate: str, factor: str) -> None:
    assert plain(annuity_factor(Fraction(rate), Fraction("0.025"), 30), places=3) == factor


@pytest.mark.parametrize("land", [0, 10_000, 20_000, 40_000])
def test_the_lower_capital_cost_rate_of_2024_lowers_the_component_by_7_to_8_percent(land: int) -> None:
    before = housing_component(replace(PUBLISHED, land_per_place=Fraction(land)), Steps()).per_day
    lower = replace(PUBLISHED, land_per_place=Fraction(land), capital_cost_rate=Fraction("0.0403"))
    change = housing_component(lower, Steps()).per_day / before - 1
    assert Fraction("-0.08") <= change <= Fraction("-0.07")


def test_a_rise_of_the_investment_by_4_1_percent_raises_the_component_by_about_3_5_percent() -> None:
    """Upkeep was not raised with the investment, so it is taken at the old amount."""
    before = housing_component(PUBLISHED, Steps()).per_year
    investment = PUBLISHED.investment_per_place * Fraction("1.041")
    dearer = replace(
        PUBLISHED,
        investment_per_place=investment,
        upkeep_rate=PUBLISHED.upkeep_rate * PUBLISHED.investment_per_place / investment,
    )
    change = housing_component(dearer, Steps()).per_year / before - 1
    assert Fraction("0.0345") <= change <= Fraction("0.0355")


def test_31_92_euros_a_day_goes_with_about_195_000_euros_per_place() -> None:
    per_day = housing_component(PUBLISHED, Steps()).per_day
    investment = PUBLISHED.investment_per_place * Fraction("31.92") / per_day
    assert abs(investment / 195_000 - 1) < Fraction("0.10")
