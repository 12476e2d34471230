"""The housing component: an index-linked annuity per place, as an amount per day."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tariffs.rules.housing_component import (
    HousingInputs,
    InvalidHousingInputs,
    annuity_factor,
    housing_component,
)
from services.tariffs.rules.labels import Origin
from shared.kernel.sources import Source
from shared.kernel.steps import Steps
from tests.formulas import assert_recomputes

PLAIN = HousingInputs(
    investment_per_place=Fraction(100_000),
    land_per_place=Fraction(0),
    land_and_site_surcharge=Fraction(0),
    general_supplement=Fraction(0),
    capital_cost_rate=Fraction(0),
    index_rate=Fraction(0),
    term_years=Fraction(10),
    upkeep_rate=Fraction(0),
    construction_months=Fraction(0),
    occupancy=Fraction(1),
    days_per_year=Fraction(100),
)
"""Nothing but 100,000 euros, paid back in ten equal years of a hundred days."""


def per_year(**changes: Any) -> Fraction:
    steps = Steps()
    inputs = replace(PLAIN, **{name: Fraction(value) for name, value in changes.items()})
    component = housing_component(inputs, steps)
    assert_recomputes(steps)
    return component.per_year


class TestParts:
    def test_without_interest_a_building_is_paid_back_in_equal_parts(self) -> None:
        assert per_year() == 10_000

    def test_the_general_supplement_raises_the_building(self) -> None:
        assert per_year(general_supplement="0.02") == 10_200

    def test_land_with_its_surcharge_is_paid_back_beside_the_building(self) -> None:
        assert per_year(land_per_place=10_000, land_and_site_surcharge="0.10") == 11_100

    def test_upkeep_is_a_share_of_the_new_build_value_without_the_supplement(self) -> None:
        assert per_year(upkeep_rate="0.008", general_supplement="0.02") == 10_200 + 800

    def test_the_building_bears_interest_for_half_of_the_construction_time_and_land_for_all_of_it(self) -> None:
        rate, months = Fraction("0.04"), 18
        factor = annuity_factor(rate, Fraction(0), 10)
        assert per_year(capital_cost_rate=rate, construction_months=months) == 100_000 * Fraction("1.03") / factor
        with_land = per_year(capital_cost_rate=rate, construction_months=months, land_per_place=50_000)
        assert with_land == (100_000 * Fraction("1.03") + 50_000 * Fraction("1.06")) / factor

    def test_a_day_counts_only_where_a_place_is_taken(self) -> None:
        component = housing_component(replace(PLAIN, occupancy=Fraction("0.8")), Steps())
        assert component.per_day == 10_000 / Fraction(80)

    def test_the_day_is_rounded_last_half_up(self) -> None:
        inputs = replace(
            PLAIN, investment_per_place=Fraction("1000.05"), term_years=Fraction(1), days_per_year=Fraction(10)
        )
        component = housing_component(inputs, Steps())
        assert component.per_day == Fraction("100.005")
        assert component.per_day_cents == 10_001


class TestAnnuityFactor:
    def test_one_year_is_one_discounted_payment(self) -> None:
        assert annuity_factor(Fraction("0.05"), Fraction("0.025"), 1) == 1 / Fraction("1.05")

    def test_it_is_the_present_value_of_growing_payments(self) -> None:
        r, g = Fraction("0.0403"), Fraction("0.025")
        payments = sum((1 + g) ** (year - 1) / (1 + r) ** year for year in range(1, 31))
        assert annuity_factor(r, g, 30) == payments

    def test_growth_equal_to_the_rate_is_a_valid_case(self) -> None:
        assert annuity_factor(Fraction("0.025"), Fraction("0.025"), 30) == 30 / Fraction("1.025")
        assert per_year(capital_cost_rate="0.025", index_rate="0.025") == 100_000 * Fraction("1.025") / 10

    @given(
        r=st.fractions(Fraction(-1, 2), 1, max_denominator=1000),
        g=st.fractions(Fraction(-1, 2), 1, max_denominator=1000),
        n=st.integers(1, 40),
    )
    def test_paying_the_growing_amount_every_year_leaves_nothing_to_pay(self, r: Fraction, g: Fraction, n: int) -> None:
        debt = Fraction(1)
        payment = debt / annuity_factor(r, g, n)
        for _ in range(n):
            debt = debt * (1 + r) - payment
            payment *= 1 + g
        assert debt == 0


class TestValidation:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("investment_per_place", "-1"),
            ("land_per_place", "-0.01"),
            ("land_and_site_surcharge", "-0.1"),
            ("general_supplement", "-0.1"),
            ("upkeep_rate", "-0.001"),
            ("construction_months", "-1"),
            ("capital_cost_rate", "-1"),
            ("index_rate", "-1"),
            ("capital_cost_rate", "0.0403000000001"),
            ("term_years", "0"),
            ("term_years", "29.5"),
            ("term_years", "101"),
            ("occupancy", "0"),
            ("occupancy", "1.01"),
            ("days_per_year", "0"),
            ("days_per_year", "367"),
        ],
    )
    def test_an_input_that_cannot_be_is_named(self, name: str, value: str) -> None:
        with pytest.raises(InvalidHousingInputs) as error:
            replace(PLAIN, **{name: Fraction(value)})
        assert set(error.value.faults) == {name}
        assert name in str(error.value)

    def test_all_faults_are_named_at_once(self) -> None:
        with pytest.raises(InvalidHousingInputs) as error:
            replace(PLAIN, occupancy=Fraction(0), term_years=Fraction(0), investment_per_place=Fraction(-1))
        assert set(error.value.faults) == {"occupancy", "term_years", "investment_per_place"}

    @pytest.mark.parametrize(
        ("name", "value"),
        [("occupancy", "1"), ("term_years", "100"), ("capital_cost_rate", "-0.99"), ("investment_per_place", "0")],
    )
    def test_the_edge_itself_is_allowed(self, name: str, value: str) -> None:
        assert getattr(replace(PLAIN, **{name: Fraction(value)}), name) == Fraction(value)


def test_an_illustrative_input_marks_the_result_and_keeps_its_source() -> None:
    steps = Steps()
    source = Source(document="Own assumption")
    housing_component(PLAIN, steps, {"investment_per_place": Origin(source, illustrative=True)})
    assert steps["housing.investment_per_place"].source == source
    assert steps["housing.per_day_cents"].illustrative
    assert not steps["housing.annuity_factor"].illustrative
