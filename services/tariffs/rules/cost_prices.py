"""Measured cost prices, and the errors of a tariff that cannot be made of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.tariffs.rules.components import Component, Prestatie, PriceLevel
from services.tariffs.rules.housing_component import HousingNorm
from services.tariffs.rules.labels import Origin
from shared.kernel.numbers import plain


@dataclass(frozen=True, slots=True)
class CostPrice:
    """Cost of one unit of a prestatie in one component: unrounded euros at a price level, and where it was read.

    ``taken_from`` is the id of an earlier step, where another measured cost stands in for this component.
    """

    amount: Fraction
    level: PriceLevel
    origin: Origin | None = None
    taken_from: str = ""


class MissingCostPrices(ValueError):
    """The tariff cannot be computed: components were not measured or not given. Missing is not zero."""

    def __init__(self, prestatie: Prestatie, components: list[Component]) -> None:
        self.prestatie, self.components = prestatie, components
        super().__init__(f"{prestatie} has no cost price for {', '.join(components)}")


class MissingNorm(ValueError):
    """The tariff cannot be computed: the prestatie is paid a norm for housing, and there is none."""

    def __init__(self, prestatie: Prestatie) -> None:
        self.prestatie = prestatie
        super().__init__(f"{prestatie} is paid a norm for housing, and no norm was given")


class TariffBelowZero(ValueError):
    """The components add up to less than nothing: no tariff can be set."""

    def __init__(self, prestatie: Prestatie, tariff: Fraction) -> None:
        self.prestatie, self.tariff = prestatie, tariff
        super().__init__(f"the components of {prestatie} add up to {plain(tariff, 2)} euros")


def required_components(prestatie: Prestatie) -> list[Component]:
    """The components that must have been measured: for verblijf a norm replaces the measured cost of housing."""
    return [c for c in Component if not (prestatie is Prestatie.VERBLIJF and c is Component.HOUSING)]


def require_cost_prices(prestatie: Prestatie, cost: Mapping[Component, CostPrice], norm: HousingNorm | None) -> None:
    """Refuse a tariff of which a part is missing.

    Raises:
        MissingCostPrices: names every component that is missing.
        MissingNorm: the prestatie is paid a norm for housing, and there is none.
    """
    missing = [component for component in required_components(prestatie) if component not in cost]
    if missing:
        raise MissingCostPrices(prestatie, missing)
    if prestatie is Prestatie.VERBLIJF and norm is None:
        raise MissingNorm(prestatie)
