"""Money that is decided or paid: whole cents, rounded in one place only.

Reading of the rule: intermediate values are never rounded; an amount is rounded half up to whole cents once, last. The
text of AL/BR-0031 ("afronding") was not found, so "half up, once, last" is our reading, and "half" of a negative amount
goes away from zero so that a credit line always mirrors its debit line.
"""

from fractions import Fraction
from typing import overload

import numpy as np
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]

CENTS_PER_EURO = 100


def euros_to_cents(amount: Fraction) -> int:
    """An amount in euros as whole cents, half up (halves go away from zero)."""
    return divide_half_up(amount.numerator * CENTS_PER_EURO, amount.denominator)


@overload
def divide_half_up(numerator: int, denominator: int) -> int: ...
@overload
def divide_half_up(numerator: Int64Array, denominator: int) -> Int64Array: ...
def divide_half_up(numerator: int | Int64Array, denominator: int) -> int | Int64Array:
    """The integer quotient, half up (halves go away from zero); one number or a whole array at once.

    Args:
        numerator: an int, or an int64 array for which ``2 * abs(numerator) + denominator`` fits in int64.
        denominator: a whole number above zero.
    """
    if denominator <= 0:
        raise ValueError("the denominator must be above zero")
    if isinstance(numerator, np.ndarray):
        magnitudes = (2 * np.abs(numerator) + denominator) // (2 * denominator)
        return np.where(numerator < 0, -magnitudes, magnitudes)
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -magnitude if numerator < 0 else magnitude
