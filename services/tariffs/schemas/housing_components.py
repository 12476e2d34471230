"""The housing component as the contract has it."""

from fractions import Fraction
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from services.tariffs.rules.housing_component import fault_of
from services.tariffs.rules.in_force import HOUSING_PARAMETERS
from shared.kernel.dated import Status
from shared.plumbing.schemas import (
    ExactNumber,
    Instant,
    IsoDate,
    ReceiptOut,
    RequestModel,
    ResponseModel,
    SourceOut,
    StepOut,
)
from shared.plumbing.wording import refused

EXAMPLE: dict[str, Any] = {
    "investmentPerPlace": "195000",
    "landPerPlace": "0",
    "capitalCostRate": "0.0403",
    "indexRate": "0.025",
    "termYears": 30,
    "upkeepRate": "0.008",
    "constructionMonths": 18,
    "occupancy": "0.97",
    "generalSupplement": "0.02",
    "daysPerYear": 365,
}


class HousingComponentIn(RequestModel):
    """Inputs of the component; what is absent has the value of the parameter in force."""

    investment_per_place: ExactNumber | None = Field(None, description="New-build value of a place, euros.")
    land_per_place: ExactNumber | None = Field(None, description="Average land price of a place, euros.")
    land_and_site_surcharge: ExactNumber | None = Field(
        None, description="For land, interim housing and site, over the land price; 0.10 is 10 %."
    )
    general_supplement: ExactNumber | None = Field(None, description="Over the investment; 0.02 is 2 %.")
    capital_cost_rate: ExactNumber | None = Field(None, description="Interest per year; 0.0403 is 4.03 %.")
    index_rate: ExactNumber | None = Field(None, description="Growth of the amount per year; may equal the interest.")
    term_years: ExactNumber | None = Field(None, description="Whole years.")
    upkeep_rate: ExactNumber | None = Field(None, description="Share of the investment per year.")
    construction_months: ExactNumber | None = Field(None, description="Months until the doors open.")
    occupancy: ExactNumber | None = Field(
        None, description="Share of days on which a place is taken: above 0, at most 1."
    )
    days_per_year: ExactNumber | None = Field(None, description="Days the yearly amount is divided by.")
    on: IsoDate | None = Field(None, description="Day whose parameters are the defaults; absent: the day of knownAt.")
    known_at: Instant | None = Field(None, description="Only what was known then is used; absent or to come: now.")

    @field_validator(*HOUSING_PARAMETERS)
    @classmethod
    def possible(cls, value: Fraction | None, info: ValidationInfo) -> Fraction | None:
        """Refuse what the input cannot be."""
        fault = None if value is None or info.field_name is None else fault_of(info.field_name, value)
        if fault:
            raise refused("value_not_possible", fault.nl, fault.en)
        return value


class DefaultOut(ResponseModel):
    """A value that was taken because the request did not give one."""

    name: str
    value: ExactNumber
    unit: str
    status: Status
    source: SourceOut
    illustrative: bool


class HousingComponentOut(ResponseModel):
    """The component in its first year: unrounded in euros per place, and whole cents per day."""

    annuity_factor: ExactNumber
    per_year: ExactNumber
    per_day: ExactNumber
    unit: str = "EUR per place"
    per_day_cents: int
    defaults: list[DefaultOut] = Field(description="What was taken from the parameters in force.")
    illustrative: bool
    steps: list[StepOut]
    receipt: ReceiptOut
