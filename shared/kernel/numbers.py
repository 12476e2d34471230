"""Exact numbers in and out.

Rules calculate with :class:`fractions.Fraction`: addition, multiplication, division and whole powers are
exact, whatever the decimal context of the thread. A number becomes decimal text only at the edge.
"""

import re
from decimal import Decimal
from fractions import Fraction

PLAIN_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,20})?")
"""Plain notation: at most 18 digits before and 20 after the point; no exponent, sign "+", space or group mark."""

SHOWN_PLACES = 20
"""Decimals shown of a value whose decimal expansion does not end."""


class NotPlainDecimal(ValueError):
    """The text is not a number in plain decimal notation."""


def exact(value: str | int | Decimal | Fraction) -> Fraction:
    """The number as an exact fraction.

    Text must be in plain decimal notation (``"31.918742"``); a float is not accepted because it is not exact.

    Raises:
        NotPlainDecimal: the text is anything else, such as ``"1e5"``, ``"NaN"``, ``"1.234,56"`` or ``" 1"``.
        TypeError: the value is a float or a truth value.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal | Fraction):
        raise TypeError(f"an exact number is text, an int, a Decimal or a Fraction, not {type(value).__name__}")
    if isinstance(value, str) and not PLAIN_DECIMAL.fullmatch(value):
        raise NotPlainDecimal(value)
    if isinstance(value, Decimal) and not value.is_finite():
        raise NotPlainDecimal(str(value))
    return Fraction(value)


def plain(value: Fraction | int, places: int = SHOWN_PLACES) -> str:
    """The number in plain decimal notation: exact where the expansion ends within ``places``, else cut half up there.

    >>> plain(Fraction(1, 8))
    '0.125'
    >>> plain(Fraction(2, 3), places=4)
    '0.6667'
    """
    scale = 10**places
    doubled = 2 * abs(value.numerator) * scale + value.denominator
    digits = doubled // (2 * value.denominator)
    whole, rest = divmod(digits, scale)
    decimals = f"{rest:0{places}d}".rstrip("0") if places else ""
    sign = "-" if value < 0 and digits else ""
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"
