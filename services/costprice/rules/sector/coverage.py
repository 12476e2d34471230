"""What one provider does to the sector figure, and whose cost a figure would cover."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.costprice.rules.sector.contributions import Contribution
from services.costprice.rules.sector.estimators import Estimator, EstimatorFaults, Strata, estimate


@dataclass(frozen=True, slots=True)
class CoveragePoint:
    """At this cost per unit: the share of providers and the share of units whose own cost it covers."""

    unit_cost: Fraction
    providers: Fraction
    volume: Fraction


def influence(
    estimator: Estimator, contributions: Sequence[Contribution], strata: Strata
) -> Mapping[str, Fraction | None]:
    """Per provider the sector figure without it; None where there is no figure without it."""
    without: dict[str, Fraction | None] = {}
    for row in contributions:
        others = [other for other in contributions if other is not row]
        try:
            without[row.agb_code] = estimate(estimator, others, strata).unit_cost
        except EstimatorFaults:
            without[row.agb_code] = None
    return without


def coverage(contributions: Sequence[Contribution], at: Sequence[Fraction] = ()) -> tuple[CoveragePoint, ...]:
    """The curve: a point at each provider's own cost per unit and at the levels asked for, rising."""
    volume = sum(row.units for row in contributions)
    levels = sorted({*at, *(row.unit_cost for row in contributions)})
    points = []
    for level in levels:
        covered = [row for row in contributions if row.unit_cost <= level]
        points.append(
            CoveragePoint(
                level,
                Fraction(len(covered), len(contributions)),
                Fraction(sum(row.units for row in covered), volume),
            )
        )
    return tuple(points)
