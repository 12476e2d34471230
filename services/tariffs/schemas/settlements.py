"""Settlements and their previews as the contract has them."""

from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from services.tariffs.rules.settlement import MAX_PRICE_CENTS
from services.tariffs.schemas.preview_lines import every_fault
from shared.plumbing.jobs import JobOut
from shared.plumbing.schemas import Instant, IsoDate, ReceiptOut, RequestModel, ResponseModel, StepOut, TextOut
from shared.plumbing.wording import Found, found_in, refuse_all, refused

MAX_PREVIEW_LINES = 10_000
Kind = Literal["credit", "debit"]
TariffCents = Annotated[int, Field(strict=True, ge=0, le=MAX_PRICE_CENTS)]
CellText = Annotated[str, StringConstraints(max_length=200)]
WholeNumber = Annotated[int, Field(strict=True)]

PREVIEW: dict[str, Any] = {
    "lines": [
        {
            "lineId": "2026-0001",
            "agbCode": "06010203",
            "uzovi": "0101",
            "prestatie": "verblijf",
            "serviceDate": "2026-03-01",
            "quantity": 31,
            "unitPriceCents": 50000,
            "contractBasis": "none",
            "contractValue": "",
        },
        {
            "lineId": "2026-0002",
            "agbCode": "06010203",
            "uzovi": "0202",
            "prestatie": "verblijf",
            "serviceDate": "2026-03-01",
            "quantity": 12,
            "unitPriceCents": 48500,
            "contractBasis": "fixed-pass-through",
            "contractValue": "0.75",
        },
    ],
    "oldTariff": {"maximumCents": 50000, "housingCents": 4100, "maxMaxCents": 55000},
    "newTariff": {"maximumCents": 51200, "housingCents": 5300, "maxMaxCents": 56320},
}


WHOLE_PAIRS = ({"from", "to"}, {"oldTariff", "newTariff"})
PAIRS = ("from", "to", "oldTariff", "newTariff")
ONE_PAIR = (
    "geef from en to, of anders oldTariff en newTariff",
    "give either from and to, or oldTariff and newTariff",
)


class PreviewLineIn(RequestModel):
    """A line as in a production file."""

    line_id: CellText
    agb_code: CellText
    uzovi: CellText
    prestatie: CellText
    service_date: IsoDate
    quantity: WholeNumber
    unit_price_cents: WholeNumber
    contract_basis: CellText
    contract_value: CellText | WholeNumber | Decimal | None = Field(
        None, description="A ratio such as 0.95, or absent. See the contract bases of a production file."
    )


class ExplicitTariffIn(RequestModel):
    """A tariff in whole cents."""

    maximum_cents: TariffCents
    housing_cents: TariffCents
    max_max_cents: TariffCents | None = None

    @model_validator(mode="after")
    def ordered(self) -> "ExplicitTariffIn":
        """The second ceiling is not below the first."""
        if self.max_max_cents is not None and self.max_max_cents < self.maximum_cents:
            raise refused(
                "ceilings_crossed",
                "maxMaxCents ligt niet onder maximumCents; verhoog het of laat het weg",
                "maxMaxCents is not below maximumCents; raise it or leave it out",
            )
        return self


class StandpointIn(RequestModel):
    """What was known: at a moment, or when a decision was published; a draft counts as if it were published now."""

    decision_id: UUID | None = None
    known_at: Instant | None = None

    @model_validator(mode="after")
    def one(self) -> "StandpointIn":
        """Exactly one of the two."""
        if (self.decision_id is None) == (self.known_at is None):
            raise refused(
                "standpoint", "geef decisionId of knownAt, een van beide", "give either decisionId or knownAt"
            )
        return self


class PreviewIn(RequestModel):
    """Lines, and the tariffs before and after: as decided, or given here."""

    lines: Annotated[list[PreviewLineIn], Field(min_length=1, max_length=MAX_PREVIEW_LINES)]
    from_: StandpointIn | None = Field(None, alias="from")
    to: StandpointIn | None = None
    old_tariff: ExplicitTariffIn | None = None
    new_tariff: ExplicitTariffIn | None = None

    @field_validator("lines", mode="wrap")
    @classmethod
    def checked(cls, sent: Any, of_types: ValidatorFunctionWrapHandler) -> Any:
        """What is wrong with a line is told beside faults of its types."""
        return every_fault(sent, of_types, MAX_PREVIEW_LINES)

    @model_validator(mode="wrap")
    @classmethod
    def one_pair(cls, sent: Any, of_fields: ModelWrapValidatorHandler[Self]) -> Self:
        """Exactly one whole pair of tariffs; told beside what is wrong with the fields."""
        found: list[Found] = []
        if isinstance(sent, dict) and {name for name in PAIRS if sent.get(name) is not None} not in WHOLE_PAIRS:
            found.append(((), refused("tariffs", *ONE_PAIR)))
        try:
            wanted = of_fields(sent)
        except ValidationError as error:
            refuse_all(found + found_in(error))
            raise
        refuse_all(found)
        return wanted


class CorrectionLineOut(ResponseModel):
    """A credit line that reverses the old amount of a declared line, or a debit line with the new amount."""

    line_id: str = Field(description="Name of this line; `corrects` names the declared line.")
    kind: Kind
    corrects: str
    quantity: int
    unit_price_cents: int
    amount_cents: int = Field(description="quantity × unitPriceCents")
    reason: str


class SumsOut(ResponseModel):
    """Over all lines, corrected or not: what they were worth, what they are worth now, and the difference."""

    lines: int = Field(description="Declared lines.")
    correction_lines: int = Field(description="Credit and debit lines together.")
    old_cents: int
    new_cents: int
    difference_cents: int


class LineFindingOut(ResponseModel):
    """Something to be told about a declared line."""

    line_id: str
    code: str
    message: TextOut


class PreviewOut(ResponseModel):
    """What settling these lines would give."""

    lines: list[CorrectionLineOut]
    totals: SumsOut
    findings: list[LineFindingOut]
    illustrative: bool
    steps: list[StepOut]
    receipt: ReceiptOut


class SettlementIn(RequestModel):
    """Which production to settle, with what was known when."""

    production_file_ids: Annotated[list[UUID], Field(min_length=1, max_length=10_000)] | None = None
    all: Literal[True] | None = Field(None, description="Everything declared that the caller may see.")
    known_at: Instant | None = Field(None, description="Absent, or a moment to come: now.")

    @model_validator(mode="after")
    def one(self) -> "SettlementIn":
        """Either files or everything."""
        if (self.production_file_ids is None) == (self.all is None):
            raise refused(
                "scope",
                "geef productionFileIds of all: true, een van beide",
                "give either productionFileIds or all: true",
            )
        return self


class SettlementAccepted(JobOut):
    """The job that settles, and the settlement it makes."""

    settlement_id: UUID


class TotalOut(SumsOut):
    """The sums of one provider, insurer, prestatie and month of service."""

    agb_code: str
    uzovi: str
    prestatie: str
    month: str = Field(description="YYYY-MM")


class SettledFindingOut(LineFindingOut):
    """Something to be told about a declared line, with whom it concerns."""

    agb_code: str
    uzovi: str


class SettlementOut(ResponseModel):
    """A settlement: the totals that concern the caller. Its lines are at `/settlements/{settlementId}/lines`."""

    settlement_id: UUID
    status: Literal["queued", "running", "succeeded", "failed"]
    job_id: UUID
    known_at: Instant
    requested_at: Instant
    production_file_ids: list[UUID]
    totals: list[TotalOut]
    total: SumsOut
    finding_counts: dict[str, int]
    findings: list[SettledFindingOut] = Field(description="The first thousand of each provider and file.")
    illustrative: bool
    steps: list[StepOut]
    receipt: ReceiptOut


class SettlementSummary(ResponseModel):
    """A settlement in a list."""

    settlement_id: UUID
    status: Literal["queued", "running", "succeeded", "failed"]
    known_at: Instant
    requested_at: Instant
