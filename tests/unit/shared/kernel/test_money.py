"""shared.kernel.money: the one place where money is rounded, half away from zero, alone and in bulk alike."""

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.money import CENTS_PER_EURO, divide_half_up, euros_to_cents

DENOMINATORS = st.integers(min_value=1, max_value=10**6)
NUMERATORS = st.integers(min_value=-(10**12), max_value=10**12)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        (0, 7, 0),
        (1, 2, 1),
        (-1, 2, -1),
        (3, 2, 2),
        (-3, 2, -2),
        (5, 2, 3),
        (49, 100, 0),
        (-49, 100, 0),
        (50, 100, 1),
        (7, 1, 7),
        (10**30 + 1, 2, 5 * 10**29 + 1),
    ],
)
def test_a_half_goes_away_from_zero(numerator: int, denominator: int, expected: int) -> None:
    assert divide_half_up(numerator, denominator) == expected


@pytest.mark.parametrize("denominator", [0, -1])
def test_the_denominator_is_above_zero(denominator: int) -> None:
    with pytest.raises(ValueError, match="above zero"):
        divide_half_up(1, denominator)
    with pytest.raises(ValueError, match="above zero"):
        divide_half_up(np.array([1]), denominator)


@given(NUMERATORS, st.integers(min_value=0, max_value=6))
def test_it_is_what_decimal_calls_round_half_up(numerator: int, places: int) -> None:
    # A power of ten divides a decimal exactly, so that Decimal rounds once, as we do.
    exact = Decimal(numerator).scaleb(-places, Context(prec=40))
    assert divide_half_up(numerator, 10**places) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@given(NUMERATORS, DENOMINATORS)
def test_it_is_the_nearest_whole_number(numerator: int, denominator: int) -> None:
    difference = abs(divide_half_up(numerator, denominator) - Fraction(numerator, denominator))
    assert difference <= Fraction(1, 2)


@given(NUMERATORS, DENOMINATORS)
def test_a_credit_line_mirrors_its_debit_line(numerator: int, denominator: int) -> None:
    assert divide_half_up(-numerator, denominator) == -divide_half_up(numerator, denominator)


@given(st.lists(NUMERATORS, max_size=50), DENOMINATORS)
def test_an_array_gives_what_its_numbers_give(numerators: list[int], denominator: int) -> None:
    bulk = divide_half_up(np.array(numerators, dtype=np.int64), denominator)
    assert bulk.dtype == np.int64
    assert bulk.tolist() == [divide_half_up(numerator, denominator) for numerator in numerators]


@pytest.mark.parametrize(
    ("euros", "cents"),
    [
        ("0.005", 1),
        ("-0.005", -1),
        ("0.0049999999999999999999", 0),
        ("1.115", 112),
        ("31.918742", 3192),
        ("2.675", 268),
    ],
)
def test_euros_become_whole_cents(euros: str, cents: int) -> None:
    assert euros_to_cents(Fraction(euros)) == cents


def test_a_third_of_a_cent_is_not_lost_before_the_rounding() -> None:
    assert euros_to_cents(Fraction(1, 3)) == 33
    assert euros_to_cents(Fraction(1, 3) * 3) == 100


@given(NUMERATORS)
def test_cents_survive_the_way_to_euros_and_back(cents: int) -> None:
    assert euros_to_cents(Fraction(cents, CENTS_PER_EURO)) == cents
