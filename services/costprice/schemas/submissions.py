"""Submissions, their findings and what providers and analysts answer to them."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from services.costprice.rules.checks import Severity
from shared.plumbing.schemas import Instant, IsoDate, ReceiptOut, RequestModel, ResponseModel, StepOut, TextOut

SubmissionStatus = Literal["rejected", "submitted", "accepted", "superseded"]
Words = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]


class CellPlace(ResponseModel):
    """A cell of the form that was sent in."""

    sheet: str
    cell: str


class PointerPlace(ResponseModel):
    """A JSON pointer into the content."""

    pointer: str


class FindingOut(ResponseModel):
    """A broken rule at a place; errors reject, warnings need an explanation."""

    rule_id: str
    severity: Severity
    location: CellPlace | PointerPlace
    message: TextOut
    value: str | None
    expected: str | None
    explanation: str | None


class FindingCounts(ResponseModel):
    """How many errors and warnings there are."""

    errors: int
    warnings: int


class SubmissionReceived(ResponseModel):
    """The answer to a submission."""

    submission_id: str | None = Field(description="null for a dry run, which saves nothing.")
    version: int | None
    status: Literal["rejected", "submitted"]
    findings: FindingCounts
    items: list[FindingOut] | None = Field(description="The findings themselves, for a dry run only.")


class BoardStatementIn(RequestModel):
    """Who signed the board statement, in which position and when."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [{"signedBy": "A. Bestuurder", "position": "raad van bestuur", "signedOn": "2026-11-02"}]
        },
    )

    signed_by: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
    position: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)] | None = None
    signed_on: IsoDate


class BoardStatementOut(ResponseModel):
    """A signed board statement; it is about exactly this content."""

    signed_by: str
    position: str | None
    signed_on: IsoDate
    content_hash: str
    created_at: Instant


class BoardStatementDraft(ResponseModel):
    """The statement to be signed, and the signature if there is one."""

    text: TextOut
    content_hash: str
    signed: BoardStatementOut | None


class SubmissionOut(ResponseModel):
    """A submission and where it stands."""

    submission_id: str
    study_id: str
    agb_code: str
    cost_year: int
    version: int
    status: SubmissionStatus
    media_type: str
    file_hash: str
    content_hash: str
    findings: FindingCounts
    unexplained_warnings: list[str] = Field(description="Rules whose warnings have no explanation yet.")
    board_statement: BoardStatementOut | None
    late: bool
    created_at: Instant
    decided_at: Instant | None
    rejection_reason: str | None


class ExplanationIn(RequestModel):
    """Why what a rule warns about is right; it counts for every finding of the rule."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"ruleId": "P02", "text": "In juli is een tweede locatie geopend."}]},
    )

    rule_id: Annotated[str, StringConstraints(min_length=1, max_length=10)]
    text: Words


class ExplanationOut(ResponseModel):
    """An explanation that was given."""

    rule_id: str
    text: str
    created_at: Instant


class NothingIn(RequestModel):
    """Nothing: this body may be left out, and has no fields where it is sent."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", frozen=True, json_schema_extra={"examples": [{}]}
    )


class RejectionIn(RequestModel):
    """Why the submission is not accepted."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"reason": "De huur van locatie 2 ontbreekt."}]},
    )

    reason: Words


class EventOut(ResponseModel):
    """Who did what when."""

    at: Instant
    by: str
    event: str
    detail: str | None


class ComponentCost(ResponseModel):
    """Cost of a component: the year's amount in euros, and per unit (null where there were no units)."""

    amount: str
    unit_cost: str | None
    units: str | None
    unit: str


class PrestatieCostOut(ResponseModel):
    """Cost of a prestatie at one provider."""

    units: str | None
    unit: str
    components: dict[str, ComponentCost]
    total: ComponentCost


class CostPricesOut(ResponseModel):
    """The cost prices of one provider over one year; amounts add up exactly to all cost that was sent in."""

    submission_id: str
    agb_code: str
    cost_year: int
    method: str
    prestaties: dict[str, PrestatieCostOut]
    outside: dict[str, str] = Field(description="Cost of activities outside the study, per component.")
    total: str
    matrix: dict[str, dict[str, str]] = Field(
        description="What each support centre gave to each cost centre, in euros."
    )
    steps: list[StepOut]
    receipt: ReceiptOut
    illustrative: bool


class CheckRuleOut(ResponseModel):
    """A rule of the catalogue of checks."""

    rule_id: str
    severity: Severity
    message: TextOut
    rationale: TextOut
    source: str | None
