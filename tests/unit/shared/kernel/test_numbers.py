"""shared.kernel.numbers: numbers come in exactly and go out as plain decimal text."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.numbers import PLAIN_DECIMAL, NotPlainDecimal, exact, plain

PLAIN_TEXT = st.from_regex(PLAIN_DECIMAL, fullmatch=True)


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [
        ("0", Fraction(0)),
        ("-0", Fraction(0)),
        ("31.918742", Fraction(31918742, 10**6)),
        ("-0.10", Fraction(-1, 10)),
        ("999999999999999999.99999999999999999999", Fraction(10**38 - 1, 10**20)),
        (3, Fraction(3)),
        (Decimal("0.1"), Fraction(1, 10)),
        (Decimal("1E+2"), Fraction(100)),
        (Fraction(1, 3), Fraction(1, 3)),
    ],
)
def test_what_is_exact_is_taken(given_value: Any, expected: Fraction) -> None:
    assert exact(given_value) == expected


@pytest.mark.parametrize(
    "text",
    [
        *["", " ", "1e5", "1E5", "NaN", "Infinity", "-Infinity", "1.234,56", "1,5", " 1", "1 ", "1\n", "+1", "01", "-"],
        *[".5", "5.", "1_000", "0x1", "1/3", "--1", "١", "１", "1.0\u0661", "1" * 19, "0." + "1" * 21, "€1"],
    ],
)
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(NotPlainDecimal):
        exact(text)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity"), Decimal("sNaN")])
def test_a_decimal_that_is_no_number_is_refused(value: Decimal) -> None:
    with pytest.raises(NotPlainDecimal):
        exact(value)


@pytest.mark.parametrize("value", [0.1, 1.0, True, False, None, b"1", [1], 1j])
def test_what_is_not_exact_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=type(value).__name__):
        exact(value)


@given(PLAIN_TEXT)
def test_plain_text_keeps_its_value(text: str) -> None:
    assert exact(plain(exact(text))) == exact(text)
    assert exact(text) == Fraction(Decimal(text))


@given(st.integers(-(10**30), 10**30), st.integers(0, 20))
def test_a_decimal_that_ends_is_written_out_exactly(digits: int, places: int) -> None:
    value = Fraction(digits, 10**places)
    assert Fraction(plain(value)) == value


@given(st.fractions(), st.integers(0, 20))
def test_text_has_no_exponent_no_needless_zero_and_is_the_nearest(value: Fraction, places: int) -> None:
    text = plain(value, places)
    assert abs(Fraction(text) - value) * 10**places <= Fraction(1, 2)
    assert "E" not in text.upper()
    assert not ("." in text and text.endswith(("0", ".")))
    assert text != "-0"


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (Fraction(2, 3), 4, "0.6667"),
        (Fraction(-2, 3), 4, "-0.6667"),
        (Fraction(1, 2), 0, "1"),
        (Fraction(-1, 2), 0, "-1"),
        (Fraction(-1, 3), 0, "0"),
        (Fraction(1, 8), 20, "0.125"),
        (Fraction(1200), 2, "1200"),
        (7, 20, "7"),
        (0, 0, "0"),
        (Fraction(1, 3), 20, "0." + "3" * 20),
    ],
)
def test_a_number_is_written_plainly(value: Fraction | int, places: int, text: str) -> None:
    assert plain(value, places) == text
