"""Cost bases: what is asked, and what is frozen."""

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints, field_validator
from pydantic.alias_generators import to_camel

from services.costprice.rules.sector import Estimator
from services.costprice.schemas.studies import AGB_PATTERN
from shared.plumbing.schemas import ExactNumber, Instant, ReceiptOut, RequestModel, ResponseModel, StepOut
from shared.plumbing.wording import refused


class ExclusionIn(RequestModel):
    """A provider that does not count, and why."""

    agb_code: Annotated[str, StringConstraints(pattern=AGB_PATTERN)]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True)]


class CostBaseIn(RequestModel):
    """How to freeze a cost base."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "exclusions": [],
                    "estimator": "volume-weighted",
                    "confidence": "0.95",
                    "replicates": 10000,
                    "seed": 20281,
                }
            ]
        },
    )

    exclusions: list[ExclusionIn] = Field(default_factory=list, max_length=5000)
    estimator: Estimator = Estimator.VOLUME_WEIGHTED
    confidence: ExactNumber = Field(default="0.95", validate_default=True)
    replicates: Annotated[int, Field(strict=True, ge=100, le=100_000)] = 10_000
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**53)] = Field(
        default=1, description="Seed of the bootstrap; stored, so that the same inputs give the same intervals."
    )
    strata_weights: dict[Annotated[str, StringConstraints(min_length=1, max_length=60)], ExactNumber] = Field(
        default_factory=dict, description="Per stratum its weight, for the stratified estimator."
    )

    @field_validator("confidence")
    @classmethod
    def _between(cls, value: ExactNumber) -> ExactNumber:
        if not 0 < value < 1:
            raise refused(
                "confidence",
                "een betrouwbaarheid ligt tussen 0 en 1, zoals 0.95",
                "a confidence lies between 0 and 1, such as 0.95",
            )
        return value

    @field_validator("exclusions")
    @classmethod
    def _once(cls, value: list[ExclusionIn]) -> list[ExclusionIn]:
        codes = [exclusion.agb_code for exclusion in value]
        if len(set(codes)) < len(codes):
            raise refused("excluded_twice", "sluit elke zorgaanbieder één keer uit", "exclude each provider once")
        return value


class PriceLevelOut(ResponseModel):
    """Prices of a year."""

    year: int
    status: str


class SectorComponentOut(ResponseModel):
    """Cost per unit of one component; null where it is suppressed."""

    unit_cost: str | None
    unit: str
    price_level: PriceLevelOut
    contributors: int | None
    interval: list[str] | None = Field(description="[low, high] of the bootstrap interval.")
    suppressed: bool


class SectorPrestatieOut(ResponseModel):
    """Cost per unit of one prestatie, and its components."""

    unit: str
    units: str | None
    contributors: int | None
    unit_cost: str | None
    interval: list[str] | None
    components: dict[str, SectorComponentOut]


class ExclusionOut(ResponseModel):
    """A provider that did not count, and why."""

    agb_code: str
    reason: str


class InfluenceOut(ResponseModel):
    """The sector figure without one provider; null where there is none without it."""

    prestatie: str
    agb_code: str
    unit_cost_without: str | None
    change: str | None


class CoverageOut(ResponseModel):
    """At this cost per unit: the share of providers and of volume whose own cost it covers."""

    prestatie: str
    unit_cost: str
    providers: str
    volume: str


class CostBaseOut(ResponseModel):
    """A frozen cost base. For readers other than the analyst figures that give a provider away are suppressed."""

    cost_base_id: str
    study_id: str
    policy_rule: str
    tariff_year: int
    frozen_at: Instant
    estimator: Estimator
    confidence: str
    replicates: int
    seed: int
    exclusions: list[ExclusionOut]
    prestaties: dict[str, SectorPrestatieOut]
    influence: list[InfluenceOut]
    coverage: list[CoverageOut]
    illustrative: bool
    steps: list[StepOut]
    receipt: ReceiptOut
    hash: str = Field(
        description="SHA-256 of the canonical JSON (RFC 8785) of the analyst's document, without costBaseId, frozenAt, "
        "hash and receipt.knownAt."
    )


class CostBaseSummary(ResponseModel):
    """A cost base in a list."""

    cost_base_id: str
    study_id: str
    estimator: Estimator
    hash: str
    frozen_at: Instant
