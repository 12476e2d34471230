"""How many full-time equivalents a contract counts for."""

from fractions import Fraction

from shared.kernel.sources import Source

FTE_RULE = Source(document="NZa, Technische bijlage kostenonderzoek, 27-3-2026", article="fte-regel")
FULL_WEEK_HOURS = Fraction(36)
FULL_YEAR_WEEKS = Fraction(46)


class NegativeWorkingTime(ValueError):
    """Hours and weeks of a contract are zero or more."""


def fte(hours_per_week: Fraction, weeks: Fraction) -> Fraction:
    """Full-time equivalents: min(hours / 36, 1) × min(weeks / 46, 1), exact.

    Raises:
        NegativeWorkingTime: hours or weeks are below zero.
    """
    if hours_per_week < 0 or weeks < 0:
        raise NegativeWorkingTime(f"{hours_per_week} hours a week, {weeks} weeks: both are zero or more")
    return min(hours_per_week / FULL_WEEK_HOURS, Fraction(1)) * min(weeks / FULL_YEAR_WEEKS, Fraction(1))
