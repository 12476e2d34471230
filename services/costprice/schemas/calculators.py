"""Stateless calculators: allocation of cost, and counting of production."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from services.costprice.rules.allocation import Method
from services.costprice.rules.production import CountedPrestatie
from shared.plumbing.schemas import (
    ExactNumber,
    Instant,
    IsoDate,
    ReceiptOut,
    RequestModel,
    ResponseModel,
    StepOut,
    TextOut,
)

CentreName = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class CostCentreIn(RequestModel):
    """A cost centre with its own cost in euros."""

    id: CentreName
    amount: ExactNumber
    kind: Literal["support", "final"]


class AllocationIn(RequestModel):
    """Costs to be allocated."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "method": "step-down",
                    "costCentres": [
                        {"id": "laundry", "amount": "15000", "kind": "support"},
                        {"id": "housekeeping", "amount": "30000", "kind": "support"},
                        {"id": "radiology", "amount": "135000", "kind": "final"},
                        {"id": "nursing", "amount": "170000", "kind": "final"},
                    ],
                    "order": ["laundry", "housekeeping"],
                    "keys": {
                        "laundry": {"housekeeping": 5, "radiology": 5, "nursing": 90},
                        "housekeeping": {"laundry": 150, "radiology": 900, "nursing": 1950},
                    },
                }
            ]
        },
    )

    method: Method
    cost_centres: list[CostCentreIn] = Field(min_length=1, max_length=1000)
    order: list[CentreName] = Field(
        default_factory=list,
        max_length=100,
        description="The support centres in the order in which they close; step-down needs each of them once.",
    )
    keys: dict[CentreName, dict[CentreName, ExactNumber]] = Field(
        default_factory=dict,
        max_length=1000,
        description="Per support centre the quantity of its service that each centre used; at most 20,000 quantities, "
        "and for the reciprocal method at most 60 support centres.",
    )


class AllocationOut(ResponseModel):
    """Costs after allocation: decimal text in euros that adds up exactly to what went in."""

    method: Method
    final: dict[str, str]
    matrix: dict[str, dict[str, str]] = Field(description="What each support centre gave to each centre.")
    pools: dict[str, str] = Field(
        description="What each support centre had to give; its row of the matrix adds up to it."
    )
    total: str
    unit: Literal["EUR"] = "EUR"
    steps: list[StepOut]
    receipt: ReceiptOut
    illustrative: bool = False


class PresenceIn(RequestModel):
    """From when until when the patient was there; the end is not included."""

    from_: Instant = Field(alias="from")
    until: Instant


class ProductionCountIn(RequestModel):
    """Presences of one patient at one location set up for the care."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "prestatie": "verblijf",
                    "presences": [{"from": "2026-03-01T19:59:00+01:00", "until": "2026-03-03T10:00:00+01:00"}],
                }
            ]
        },
    )

    prestatie: CountedPrestatie
    presences: list[PresenceIn] = Field(max_length=2000)


class CountedDayOut(ResponseModel):
    """A local calendar day: whether it counts as a unit, and why."""

    date: IsoDate
    counted: bool
    reason: TextOut


class ProductionCountOut(ResponseModel):
    """The units of the prestatie, day by day."""

    prestatie: CountedPrestatie
    units: int
    unit: str
    lines: list[CountedDayOut]
    steps: list[StepOut]
    receipt: ReceiptOut
    illustrative: bool = False
