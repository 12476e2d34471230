"""What a tariff is made of, and the price level an amount stands at."""

from dataclasses import dataclass
from enum import StrEnum

from shared.kernel.dated import Status


class Component(StrEnum):
    """The parts of a tariff; the names are those of the glossary."""

    LABOUR = "labour"
    MATERIAL = "material"
    INVENTORY = "inventory"
    EQUITY_RETURN = "equity_return"
    HOUSING = "housing"


class Index(StrEnum):
    """The yearly price developments that NZa publishes."""

    LABOUR = "labour"
    MATERIAL = "material"
    HOUSING = "housing"

    @property
    def parameter(self) -> str:
        """Name of the parameter that holds the yearly percentages."""
        return f"{self.value}_index"


INDEX_OF: dict[Component, Index] = {
    Component.LABOUR: Index.LABOUR,
    Component.MATERIAL: Index.MATERIAL,
    Component.INVENTORY: Index.MATERIAL,
    Component.EQUITY_RETURN: Index.MATERIAL,
    Component.HOUSING: Index.HOUSING,
}
"""Inventory and equity return move with the price of material; only labour and housing have an index of their own."""


@dataclass(frozen=True, slots=True)
class PriceLevel:
    """A price level: prices of a year, on the footing of that year's index value of this status."""

    year: int
    status: Status

    def __str__(self) -> str:
        return f"{self.year} {self.status}"


class Prestatie(StrEnum):
    """What may be billed under the policy rule."""

    DAGOPVANG = "dagopvang"
    VERBLIJF = "verblijf"
