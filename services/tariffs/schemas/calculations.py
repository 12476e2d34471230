"""Tariff calculations as the contract has them."""

import re
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from services.tariffs.rules.components import Prestatie
from services.tariffs.rules.indexation import CatchUp
from services.tariffs.schemas import cost_bases
from services.tariffs.schemas.cost_bases import CostBaseIn
from services.tariffs.schemas.price_levels import ComponentAmounts, LevelStatus, SubstitutionOut, Year
from shared.plumbing.schemas import ExactNumber, Instant, Page, ReceiptOut, RequestModel, ResponseModel, StepOut

EXAMPLE: dict[str, Any] = {
    "prestatie": "verblijf",
    "tariffYear": 2028,
    "priceStatus": "provisional",
    "costBase": cost_bases.EXAMPLE,
    "overrides": {"occupancy": "0.92"},
}

ParameterName = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Overrides = Annotated[dict[ParameterName, ExactNumber], Field(max_length=50)]


class CalculationIn(RequestModel):
    """What to compute a maximum tariff from."""

    prestatie: Prestatie
    tariff_year: Year
    price_status: LevelStatus = Field(description="Status of the price level of the tariff year.")
    cost_base: CostBaseIn
    overrides: Overrides = Field(
        default_factory=dict,
        description="Values in the place of parameters, by code name (`occupancy`) or JSON name. An index is that of "
        "the tariff year; `labour_index.2027` names another year. Every override makes the result illustrative.",
        examples=[{"occupancy": "0.92"}],
    )
    catch_up: CatchUp = CatchUp.STRUCTURAL
    known_at: Instant | None = Field(None, description="Only what was known then is used; absent or to come: now.")


class OverrideOut(ResponseModel):
    """A value that was chosen in the place of a parameter's."""

    parameter: str
    value: ExactNumber
    replaced: ExactNumber | None = Field(description="The value in force; null where there is none.")


class UsedCostBase(ResponseModel):
    """Which cost base a calculation used."""

    cost_base_id: str | None
    study_id: str | None
    hash: str | None
    verified: bool = Field(description="Whether the content agrees with the hash it carries.")


class CalculationOut(ResponseModel):
    """A maximum tariff with all its steps; immutable."""

    calculation_id: UUID
    prestatie: Prestatie
    tariff_year: int
    price_status: LevelStatus
    catch_up: CatchUp
    components: ComponentAmounts = Field(description="Unrounded euros per unit, at the price level of the tariff year.")
    tariff: ExactNumber = Field(description="Their sum, unrounded.")
    unit: str
    maximum_tariff_cents: int
    max_max_tariff_cents: int | None
    housing_cents: int = Field(description="The housing component rounded by itself.")
    substituted: list[SubstitutionOut]
    overrides: list[OverrideOut]
    cost_base: UsedCostBase
    illustrative: bool
    calculated_at: Instant
    steps: list[StepOut]
    receipt: ReceiptOut


class StepPage(Page[StepOut]):
    """A part of the list of steps."""


def code_name(name: str) -> str:
    """The code name of a parameter that was given by its code name or its JSON name."""
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower()
