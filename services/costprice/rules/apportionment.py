"""Show exact parts in decimals so that the shown parts add up to the shown whole."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TypeVar

Key = TypeVar("Key")

PLACES = 12
"""Decimals shown of an allocated amount."""


def decimal_places(value: Fraction, at_most: int) -> int:
    """The decimals that show the value exactly, or ``at_most`` where its expansion is longer."""
    for places in range(at_most):
        if (value * 10**places).denominator == 1:
            return places
    return at_most


def cut(value: Fraction, places: int) -> Fraction:
    """The value to a number of decimals, half up (halves go away from zero)."""
    doubled = 2 * abs(value.numerator) * 10**places + value.denominator
    magnitude = Fraction(doubled // (2 * value.denominator), 10**places)
    return -magnitude if value < 0 else magnitude


def apportioned(parts: Mapping[Key, Fraction], places: int = PLACES) -> dict[Key, Fraction]:
    """The parts to a number of decimals; they add up exactly to their total to that number of decimals.

    Every part is first cut down to the decimals; the units of the last decimal that are then left go one each to the
    parts that lost most (largest remainder; of equals the earlier part first). No part moves by a whole unit of the
    last decimal, and a part that is exact in these decimals does not move at all.
    """
    scale = 10**places
    total = cut(sum(parts.values(), Fraction(0)), places) * scale
    floors = {key: part * scale // 1 for key, part in parts.items()}
    remainders = {key: part * scale - floors[key] for key, part in parts.items()}
    left = int(total) - sum(floors.values())
    by_loss = sorted(parts, key=lambda key: -remainders[key])
    raised = set(by_loss[:left])
    return {key: Fraction(floors[key] + (key in raised), scale) for key in parts}
