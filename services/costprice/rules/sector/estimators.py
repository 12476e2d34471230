"""Three estimates of a sector's cost per unit: volume-weighted, stratified and median."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from services.costprice.rules.categories import Component
from services.costprice.rules.faults import Fault, InputFaults, pointer
from services.costprice.rules.sector.contributions import Contribution
from shared.kernel.sources import Text

Strata = Mapping[str, Fraction]
"""Weight of each stratum: its share of the sector, as a ratio."""


class Estimator(StrEnum):
    """How the providers' figures become one."""

    VOLUME_WEIGHTED = "volume-weighted"
    STRATIFIED = "stratified"
    MEDIAN = "median"


class EstimatorFaults(InputFaults):
    """The contributions and the strata do not allow this estimate."""


@dataclass(frozen=True, slots=True)
class SectorCost:
    """Cost per unit in euros, per component; ``unit_cost`` is their sum, also where each component is a median."""

    components: Mapping[Component, Fraction] = field(default_factory=dict)

    @property
    def unit_cost(self) -> Fraction:
        """All components together."""
        return sum(self.components.values(), Fraction(0))


def estimate(estimator: Estimator, contributions: Sequence[Contribution], strata: Strata) -> SectorCost:
    """The sector's cost per unit.

    * volume-weighted: all cost over all units;
    * stratified: the volume-weighted cost of each stratum, weighted by the stratum's weight (weights are divided by
      their sum, because published weights are rounded);
    * median: per component the median of the providers' cost per unit.

    Raises:
        EstimatorFaults: no contributions, or a stratum without weight, contribution or name.
    """
    check(estimator, contributions, strata)
    if estimator is Estimator.VOLUME_WEIGHTED:
        return SectorCost(volume_weighted(contributions))
    if estimator is Estimator.MEDIAN:
        return SectorCost({c: median([row.components[c] / row.units for row in contributions]) for c in Component})
    within = {name: volume_weighted([row for row in contributions if row.stratum == name]) for name in strata}
    return SectorCost({c: weighted_mean({name: means[c] for name, means in within.items()}, strata) for c in Component})


def volume_weighted(contributions: Sequence[Contribution]) -> dict[Component, Fraction]:
    """All cost over all units, per component."""
    units = sum(row.units for row in contributions)
    return {c: sum((row.components[c] for row in contributions), Fraction(0)) / units for c in Component}


def weighted_mean(values: Mapping[str, Fraction], weights: Mapping[str, Fraction]) -> Fraction:
    """The mean of the strata's values by their weights, divided by the sum of the weights."""
    total = sum(weights.values(), Fraction(0))
    return sum((value * weights[name] for name, value in values.items()), Fraction(0)) / total


def median(values: Sequence[Fraction]) -> Fraction:
    """The middle value, or the mean of the two in the middle."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def check(estimator: Estimator, contributions: Sequence[Contribution], strata: Strata) -> None:
    """Refuse what cannot be estimated, naming every fault."""
    faults = []
    if not contributions:
        faults.append(
            Fault(
                "no-contributions",
                "",
                Text(
                    "geen zorgaanbieder met kosten en productie; aanvaard eerst aanleveringen of sluit minder uit",
                    "no provider with cost and production; accept submissions first or exclude fewer",
                ),
            )
        )
    if estimator is Estimator.STRATIFIED:
        faults += _stratum_faults(contributions, strata)
    if faults:
        raise EstimatorFaults(faults)


def _stratum_faults(contributions: Sequence[Contribution], strata: Strata) -> list[Fault]:
    faults = []
    for name, weight in strata.items():
        place = pointer("strata", name)
        if weight <= 0:
            message = Text("een stratumgewicht is groter dan nul", "the weight of a stratum is above zero")
            faults.append(Fault("weight-not-positive", place, message))
        if contributions and not any(row.stratum == name for row in contributions):
            message = Text(
                f"stratum {name} heeft een gewicht maar geen zorgaanbieder met kosten en productie",
                f"stratum {name} has a weight but no provider with cost and production",
            )
            faults.append(Fault("empty-stratum", place, message))
    for row in contributions:
        if row.stratum not in strata:
            message = Text(
                f"zorgaanbieder {row.agb_code} is van stratum {row.stratum}, dat geen gewicht heeft",
                f"provider {row.agb_code} is of stratum {row.stratum}, which has no weight",
            )
            faults.append(Fault("stratum-without-weight", "/strata", message))
    return faults
