"""Parts shown in decimals add up to the whole shown in decimals."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.costprice.rules.apportionment import apportioned, cut, decimal_places

parts = st.dictionaries(st.integers(), st.fractions(-(10**6), 10**6, max_denominator=999), max_size=8)


def test_the_last_decimals_go_to_the_largest_remainders():
    assert apportioned({"a": Fraction(1, 3), "b": Fraction(1, 3), "c": Fraction(1, 3)}, places=2) == {
        "a": Fraction("0.34"),
        "b": Fraction("0.33"),
        "c": Fraction("0.33"),
    }
    assert apportioned({"a": Fraction(1, 6), "b": Fraction(5, 6)}, places=1) == {
        "a": Fraction("0.2"),
        "b": Fraction("0.8"),
    }


@given(parts, st.integers(0, 12))
def test_shown_parts_add_up_to_the_shown_whole(exact_parts, places):
    shown = apportioned(exact_parts, places)

    assert sum(shown.values()) == cut(sum(exact_parts.values(), Fraction(0)), places)
    for key, part in exact_parts.items():
        assert abs(shown[key] - part) < Fraction(1, 10**places)
        if decimal_places(part, places + 1) <= places:
            assert shown[key] == part


@pytest.mark.parametrize(
    ("value", "places", "expected"), [("0.005", 2, "0.01"), ("-0.005", 2, "-0.01"), ("0.0049", 2, "0")]
)
def test_cutting_rounds_half_away_from_zero(value, places, expected):
    assert cut(Fraction(value), places) == Fraction(expected)


@pytest.mark.parametrize(("value", "places"), [("2", 0), ("0.125", 3), ("1/3", 6)])
def test_decimal_places_are_as_few_as_show_the_value(value, places):
    assert decimal_places(Fraction(value), at_most=6) == places
