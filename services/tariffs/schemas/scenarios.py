"""Scenarios as the contract has them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, field_validator

from services.tariffs.rules.components import Prestatie
from services.tariffs.schemas.calculations import OverrideOut, Overrides
from services.tariffs.schemas.price_levels import ComponentAmounts
from shared.plumbing.schemas import ExactNumber, Instant, ReceiptOut, RequestModel, ResponseModel, StepOut, TextOut
from shared.plumbing.wording import refused

EXAMPLE: dict[str, Any] = {
    "baseline": "latest",
    "variants": [
        {"name": "hogere bezetting", "overrides": {"occupancy": "0.99"}},
        {"name": "lagere rente", "overrides": {"capital_cost_rate": "0.035"}},
    ],
}

VariantName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class VariantIn(RequestModel):
    """A variant: the baseline with other values; overrides of the baseline stay unless they are named again."""

    name: VariantName
    overrides: Overrides = Field(min_length=1)


class ScenarioIn(RequestModel):
    """Variants of a calculation."""

    baseline: UUID | Literal["latest"] = Field(
        description="The calculation that the variants are compared with; `latest` is the one made last."
    )
    variants: Annotated[list[VariantIn], Field(min_length=1, max_length=50)]

    @field_validator("variants")
    @classmethod
    def different_names(cls, variants: list[VariantIn]) -> list[VariantIn]:
        """A variant is told from another by its name."""
        names = [variant.name for variant in variants]
        if len(set(names)) < len(names):
            raise refused("name_twice", "geef elke variant een eigen naam", "give each variant a name of its own")
        return variants


class StepDifference(ResponseModel):
    """A step whose value differs between baseline and variant, or that only one of them has."""

    id: str
    label: TextOut
    unit: str
    baseline: str | None
    variant: str | None
    difference: ExactNumber | None = Field(description="Variant minus baseline; null where one has no number.")


class TotalEffect(ResponseModel):
    """The difference over the volume of the cost base."""

    units: ExactNumber
    difference_cents: ExactNumber = Field(description="Units times the difference of the maximum tariff, in cents.")


class VariantOut(ResponseModel):
    """The tariff of a variant, and how it differs from the baseline."""

    name: str
    overrides: list[OverrideOut]
    components: ComponentAmounts
    maximum_tariff_cents: int
    max_max_tariff_cents: int | None
    housing_cents: int
    difference_cents: int = Field(description="Maximum tariff of the variant minus that of the baseline.")
    differences: list[StepDifference]
    total_effect: TotalEffect | None = Field(description="Null where the cost base does not tell the volume.")
    steps: list[StepOut]
    illustrative: bool


class BaselineOut(ResponseModel):
    """The calculation that the variants are compared with."""

    calculation_id: UUID
    prestatie: Prestatie
    tariff_year: int
    components: ComponentAmounts
    maximum_tariff_cents: int
    max_max_tariff_cents: int | None
    housing_cents: int
    illustrative: bool


class ScenarioOut(ResponseModel):
    """A calculation beside variants of it; immutable. The effect per provider is not told yet."""

    scenario_id: UUID
    baseline: BaselineOut
    variants: list[VariantOut]
    illustrative: bool
    made_at: Instant
    receipt: ReceiptOut
