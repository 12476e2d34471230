"""Simultaneous linear equations, solved exactly."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm


def solve(coefficients: Sequence[Sequence[Fraction]], constants: Sequence[Fraction]) -> list[Fraction]:
    """The one solution of a square system whose leading principal minors are all above zero.

    The equations of a reciprocal allocation have that property once all money can reach a final centre (they form a
    non-singular M-matrix), so no row needs to change places. Fraction-free elimination (Bareiss): every intermediate
    value is a whole number and a minor of the matrix, so that numbers stay as short as they can be.
    """
    rows = [_whole([*row, constant]) for row, constant in zip(coefficients, constants, strict=True)]
    size = len(rows)
    previous = 1
    for pivot in range(size):
        for below in range(pivot + 1, size):
            factor = rows[below][pivot]
            rows[below] = [
                (rows[pivot][pivot] * value - factor * above) // previous
                for value, above in zip(rows[below], rows[pivot], strict=True)
            ]
        previous = rows[pivot][pivot]
    determinant = previous
    numerators = [0] * size
    for row in reversed(range(size)):
        known = sum(rows[row][column] * numerators[column] for column in range(row + 1, size))
        numerators[row] = (determinant * rows[row][size] - known) // rows[row][row]
    return [Fraction(numerator, determinant) for numerator in numerators]


def _whole(row: Sequence[Fraction]) -> list[int]:
    scale = lcm(*(value.denominator for value in row))
    return [value.numerator * (scale // value.denominator) for value in row]
