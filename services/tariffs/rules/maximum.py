"""The max-max tariff: a second ceiling, for which provider and insurer need a written agreement.

Where a policy rule knows one it is a surcharge on the maximum tariff (eerstelijnsverblijf: +10 %), in some rules on the
care part only, housing excluded (GGZ, TB/CU-5062-02). Whether kindzorg has one was not found: the surcharge is a
parameter, and without it there is no second ceiling.
"""

from dataclasses import dataclass
from fractions import Fraction

from services.tariffs.rules.labels import Origin
from services.tariffs.rules.tariff_wording import note
from shared.kernel.sources import Text
from shared.kernel.steps import Steps

SURCHARGE_BELOW_ZERO = Text(
    "mag niet negatief zijn: het tweede plafond ligt niet onder het eerste",
    "must not be negative: the second ceiling is not below the first",
)
NEITHER_YES_NOR_NO = Text(
    "moet 1 zijn (huisvesting wordt ook verhoogd) of 0 (niet)", "must be 1 (housing is raised as well) or 0 (it is not)"
)


@dataclass(frozen=True, slots=True)
class MaxMax:
    """By how much the second ceiling lies above the first, and whether the housing part is raised as well.

    Attributes:
        surcharge: a ratio; 0.10 is 10 %.
        on_housing: 1 where housing is raised too, 0 where it is left out.
        surcharge_origin: where the surcharge was read.
        on_housing_origin: where the choice was read.

    Raises:
        InvalidMaxMax: the surcharge is below zero, or the choice is neither 0 nor 1.
    """

    surcharge: Fraction
    on_housing: Fraction
    surcharge_origin: Origin | None = None
    on_housing_origin: Origin | None = None

    def __post_init__(self) -> None:
        faults = {}
        if self.surcharge < 0:
            faults["max_max_surcharge"] = SURCHARGE_BELOW_ZERO
        if self.on_housing not in (0, 1):
            faults["max_max_on_housing"] = NEITHER_YES_NOR_NO
        if faults:
            raise InvalidMaxMax(faults)


class InvalidMaxMax(ValueError):
    """A second ceiling cannot be computed so; ``faults`` says per parameter what it must be."""

    def __init__(self, faults: dict[str, Text]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{name} {fault.en}" for name, fault in faults.items()))


def max_max_tariff(tariff: Fraction, housing: Fraction, rule: MaxMax) -> Fraction:
    """The second ceiling, unrounded, from the unrounded tariff and the part of it that is housing (euros)."""
    if rule.on_housing == 1:
        return tariff * (1 + rule.surcharge)
    return (tariff - housing) * (1 + rule.surcharge) + housing


def record_max_max(rule: MaxMax, steps: Steps) -> None:
    """Take down the two parameters of the second ceiling as steps."""
    note(steps, "max_max.surcharge", rule.surcharge, origin=rule.surcharge_origin)
    note(steps, "max_max.on_housing", rule.on_housing, origin=rule.on_housing_origin)
