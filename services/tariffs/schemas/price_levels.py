"""Price levels, components and substitutions, as several requests and answers have them."""

from typing import Annotated, Literal

from pydantic import Field

from services.tariffs.rules.components import Component, PriceLevel
from services.tariffs.rules.indexation import Substitution
from shared.kernel.dated import Status
from shared.plumbing.schemas import ExactNumber, RequestModel, ResponseModel

Year = Annotated[int, Field(strict=True, ge=2000, le=2100)]
LevelStatus = Literal["definitive", "provisional", "expected"]

COMPONENT_FIELDS: dict[Component, str] = {
    Component.LABOUR: "labour",
    Component.MATERIAL: "material",
    Component.INVENTORY: "inventory",
    Component.EQUITY_RETURN: "equityReturn",
    Component.HOUSING: "housing",
}
"""JSON names of the components."""


class PriceLevelIn(RequestModel):
    """A price level: the prices of a year, on the footing of that year's index value of this status."""

    year: Year
    status: LevelStatus

    @property
    def level(self) -> PriceLevel:
        """As the rules know it."""
        return PriceLevel(self.year, Status(self.status))


class ComponentAmounts(ResponseModel):
    """Unrounded euros per component; null where there is none."""

    labour: ExactNumber | None = None
    material: ExactNumber | None = None
    inventory: ExactNumber | None = None
    equity_return: ExactNumber | None = None
    housing: ExactNumber | None = None


class SubstitutionOut(ResponseModel):
    """An index value that was not known; another one of the same year took its place."""

    index: Literal["labour", "material", "housing"]
    year: int
    wanted: Status
    used: Status

    @classmethod
    def all(cls, substituted: tuple[Substitution, ...] | list[Substitution]) -> "list[SubstitutionOut]":
        """From the rules' list."""
        return [cls(index=s.index.value, year=s.year, wanted=s.wanted, used=s.used) for s in substituted]
