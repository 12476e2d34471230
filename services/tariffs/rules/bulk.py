"""Many tariffs at once: whole cents for arrays of cost prices, as exact as one tariff and about as fast as plain numpy.

Almost every tariff lies far enough from half a cent for floating point to decide which way it is rounded. This module
computes all of them in float64 with a bound on the error, and computes again, exactly, those that lie within the bound
of a half: then no cent is wrong.

The bound. A cost price is the float64 nearest to a decimal number of at most 15 significant digits, so it carries a
relative error of at most u = 2^-53; so does each ratio, which is an exact fraction made a float64 once. Computing a sum
of n products of such numbers takes at most n + 3 roundings on the way of any one of them: two of the inputs, one of the
product, and n of the additions and of taking the equal ratios together. So the result differs from the exact sum by at
most gamma(n + 3) times the sum of the magnitudes of the products, with gamma(k) = k u / (1 - k u) (Higham, Accuracy and
Stability of Numerical Algorithms, 2nd ed., chapter 3). Where no amount is negative that sum is the tariff itself, so
the largest tariff of a block of rows bounds it; elsewhere the largest magnitude of each column does. The bound is
doubled to cover the roundings of the bound itself.
"""

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from services.tariffs.rules.components import Component
from shared.kernel.money import Int64Array, euros_to_cents

FloatArray = NDArray[np.float64]

UNIT_ROUNDOFF = 2.0**-53
BLOCK_ROWS = 1 << 15
"""Rows at a time: a block of each component stays in the processor's cache."""

LARGEST_BOUND = 0.25
"""Where the error can be larger than this many cents, float64 is of no use."""


class NotFloat64Decimals(ValueError):
    """The arrays cannot be cost prices: not of one length, not finite, or too large."""


def tariff_cents(unit_costs: Mapping[Component, FloatArray], ratios: Mapping[Component, Fraction]) -> Int64Array:
    """Whole cents of the sum of cost prices, each times its index ratio: half up, halves away from zero.

    Args:
        unit_costs: euros per unit, per component; one-dimensional arrays of equal length, each number the float64
            nearest to a decimal of at most 15 significant digits, which is then taken to be meant exactly.
        ratios: the factor of each component, exact; 1 for a norm that already is at the price level of the tariff.

    Raises:
        NotFloat64Decimals: the arrays are not of one length, or hold what is not a finite amount of money.
    """
    costs = {component: np.ascontiguousarray(cost, dtype=np.float64) for component, cost in unit_costs.items()}
    rows = _rows(costs)
    by_ratio: dict[Fraction, list[FloatArray]] = {}
    for component, cost in costs.items():
        by_ratio.setdefault(ratios[component], []).append(cost)
    cents = np.empty(rows, dtype=np.int64)
    total, part = np.empty(min(rows, BLOCK_ROWS)), np.empty(min(rows, BLOCK_ROWS))
    for start in range(0, rows, BLOCK_ROWS):
        block = slice(start, min(start + BLOCK_ROWS, rows))
        sums, nearest = total[: block.stop - start], part[: block.stop - start]
        bound = _sum_of_products(by_ratio, block, sums, nearest)
        np.rint(sums, out=nearest)
        cents[block] = nearest
        np.subtract(sums, nearest, out=sums)
        if max(float(sums.max()), -float(sums.min())) >= 0.5 - bound:
            for row in np.flatnonzero(np.abs(sums) >= 0.5 - bound) + start:
                cents[row] = euros_to_cents(exact_tariff({c: costs[c][row] for c in costs}, ratios))
    return cents


def _sum_of_products(
    by_ratio: Mapping[Fraction, list[FloatArray]], block: slice, sums: FloatArray, part: FloatArray
) -> float:
    """Fill ``sums`` with the tariffs of a block in cents, not rounded, and tell how far off they can be."""
    terms, all_positive = 0, True
    for ratio, costs in by_ratio.items():
        factor = float(100 * ratio)
        columns = [cost[block] for cost in costs]
        target = part if terms else sums
        subtotal = columns[0]
        for column in columns[1:]:
            subtotal = np.add(subtotal, column, out=target)
        np.multiply(subtotal, factor, out=target)
        if terms:
            np.add(sums, part, out=sums)
        terms += len(columns)
        all_positive = all_positive and factor >= 0 and all(column.min() >= 0 for column in columns)
    magnitude = float(sums.max()) if all_positive else _magnitude(by_ratio, block)
    operations = terms + 3
    bound = 2 * operations * UNIT_ROUNDOFF / (1 - operations * UNIT_ROUNDOFF) * magnitude
    if not bound < LARGEST_BOUND:
        raise NotFloat64Decimals("a cost price is not a finite number, or too large for its cents to be told apart")
    return bound


def _magnitude(by_ratio: Mapping[Fraction, list[FloatArray]], block: slice) -> float:
    """What the magnitudes of the products of any row add up to at most, in cents; NaN where a cost price is."""
    largest = (
        (abs(float(100 * ratio)), np.abs(cost[block]).max()) for ratio, costs in by_ratio.items() for cost in costs
    )
    return float(sum(factor * size for factor, size in largest))


def exact_tariff(costs: Mapping[Component, float], ratios: Mapping[Component, Fraction]) -> Fraction:
    """One tariff in euros, exactly: every float64 read back as the shortest decimal that it stands for."""
    return sum((Fraction(repr(float(cost))) * ratios[component] for component, cost in costs.items()), Fraction(0))


def _rows(costs: Mapping[Component, FloatArray]) -> int:
    shapes = {cost.shape for cost in costs.values()}
    if len(shapes) != 1 or any(cost.ndim != 1 for cost in costs.values()):
        raise NotFloat64Decimals("the components must be one-dimensional arrays of equal length")
    return len(next(iter(costs.values())))
