"""Indexation as the contract has it."""

from typing import Any, Literal

from pydantic import Field, model_validator

from services.tariffs.rules.components import Component
from services.tariffs.rules.indexation import CatchUp
from services.tariffs.schemas.price_levels import PriceLevelIn, SubstitutionOut
from shared.plumbing.schemas import ExactNumber, Instant, ReceiptOut, RequestModel, ResponseModel, StepOut
from shared.plumbing.wording import refused

EXAMPLE: dict[str, Any] = {
    "components": {"labour": "11.385385", "material": "2.691091", "housing": "1.033524"},
    "from": {"year": 2022, "status": "definitive"},
    "to": {"year": 2025, "status": "provisional"},
    "catchUp": "structural",
}


class AmountsIn(RequestModel):
    """Euros per component, any of them; what is absent is left out."""

    labour: ExactNumber | None = None
    material: ExactNumber | None = None
    inventory: ExactNumber | None = None
    equity_return: ExactNumber | None = None
    housing: ExactNumber | None = None

    @model_validator(mode="after")
    def at_least_one(self) -> "AmountsIn":
        """There must be something to index."""
        if not self.amounts:
            raise refused("no_component", "geef ten minste één component", "give at least one component")
        return self

    @property
    def amounts(self) -> dict[Component, Any]:
        """The components that are given."""
        given = {component: getattr(self, component.value) for component in Component}
        return {component: amount for component, amount in given.items() if amount is not None}


class IndexationIn(RequestModel):
    """Amounts, the price level they stand at, and the one asked for."""

    components: AmountsIn
    from_: PriceLevelIn = Field(alias="from")
    to: PriceLevelIn
    catch_up: CatchUp = Field(
        CatchUp.STRUCTURAL,
        description="What becomes of the difference between definitive and provisional values: `structural` corrects "
        "the level, `one-off` also recovers what last year missed, `none` works nothing in.",
    )
    known_at: Instant | None = Field(None, description="Only what was known then is used; absent or to come: now.")


class IndexationOut(ResponseModel):
    """The amounts at the other price level, unrounded in euros; the total also in whole cents."""

    components: dict[Literal["labour", "material", "inventory", "equityReturn", "housing"], ExactNumber]
    total: ExactNumber
    unit: Literal["EUR"] = "EUR"
    total_cents: int
    substituted: list[SubstitutionOut]
    illustrative: bool
    steps: list[StepOut]
    receipt: ReceiptOut
