"""Which figures would give away what one provider told: minimum frequency, the p%-rule, and what must go with them.

After the Handbook on Statistical Disclosure Control. A cell is the sum of the providers' figures behind one published
number. It is unsafe with fewer contributors than the minimum, or when the second largest contributor can estimate the
largest within p %: X − x1 − x2 < p · x1. A suppressed cell must not follow from the others and their total, so if one
component is hidden another is hidden with it, or the total.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

Cell = TypeVar("Cell")


@dataclass(frozen=True, slots=True)
class DisclosureLimits:
    """The least number of contributors to a cell, and p as a ratio (0.10 is 10 %)."""

    least_contributors: int
    p: Fraction


@dataclass(frozen=True, slots=True)
class Suppression(Generic[Cell]):
    """What a reader does not see: cells that are unsafe, cells hidden to protect them, and whether the total goes."""

    primary: frozenset[Cell]
    secondary: frozenset[Cell]
    total: bool

    @property
    def cells(self) -> frozenset[Cell]:
        """Every hidden cell."""
        return self.primary | self.secondary


def is_unsafe(contributions: Sequence[Fraction], limits: DisclosureLimits) -> bool:
    """Whether the sum of these contributions would give one of them away.

    Contributions below zero count by their size. A cell to which nobody contributed anything is safe if enough
    providers said so.
    """
    sizes = sorted((abs(amount) for amount in contributions), reverse=True)
    contributors = [size for size in sizes if size]
    if len(contributors or sizes) < limits.least_contributors:
        return True
    if not contributors:
        return False
    largest, second = contributors[0], (contributors[1:2] or [Fraction(0)])[0]
    return sum(contributors, Fraction(0)) - largest - second < limits.p * largest


def suppressed(cells: Mapping[Cell, Sequence[Fraction]], limits: DisclosureLimits) -> Suppression[Cell]:
    """What to hide of cells that add up to a published total.

    Args:
        cells: per cell each provider's contribution, the providers in the same order in every cell.
        limits: minimum frequency and p.
    """
    primary = frozenset(cell for cell, contributions in cells.items() if is_unsafe(contributions, limits))
    total = is_unsafe([sum(row, Fraction(0)) for row in zip(*cells.values(), strict=True)], limits)
    hidden = set(primary)
    if not hidden and not total:
        return Suppression(primary, frozenset(), total=False)
    # What can be computed is the hidden cells together (from the total), so they must be safe as one cell; with the
    # total hidden as well nothing can be computed once one component is hidden.
    candidates = sorted(
        (cell for cell in cells if cell not in hidden and any(cells[cell])),
        key=lambda cell: abs(sum(cells[cell], Fraction(0))),
    )
    while candidates and not _protected(cells, hidden, total, limits):
        hidden.add(candidates.pop(0))
    total = total or not _protected(cells, hidden, total, limits)
    return Suppression(primary, frozenset(hidden - primary), total)


def _protected(
    cells: Mapping[Cell, Sequence[Fraction]], hidden: set[Cell], total: bool, limits: DisclosureLimits
) -> bool:
    if total:
        return bool(hidden)
    together = [sum(row, Fraction(0)) for row in zip(*(cells[cell] for cell in hidden), strict=True)]
    return len(hidden) > 1 and not is_unsafe(together, limits)
