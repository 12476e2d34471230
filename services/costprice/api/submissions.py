"""Submissions: sent in by a provider, checked, explained, signed, and decided on by an analyst."""

import json
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Response

from services.costprice.api.parameters import (
    PAGE,
    AgbQuery,
    CostYear,
    Cursor,
    Limit,
    StudyId,
    SubmissionId,
    Transaction,
)
from services.costprice.operations import cost_prices, receiving, submissions
from services.costprice.operations.receiving import MAX_UPLOAD_BYTES, XLSX
from services.costprice.roles import Role
from services.costprice.rules.checks import Severity
from services.costprice.schemas import content
from services.costprice.schemas.content import SubmissionContentDocument
from services.costprice.schemas.studies import AGB_PATTERN
from services.costprice.schemas.submissions import (
    BoardStatementDraft,
    BoardStatementIn,
    BoardStatementOut,
    CheckRuleOut,
    CostPricesOut,
    EventOut,
    ExplanationIn,
    ExplanationOut,
    FindingOut,
    NothingIn,
    RejectionIn,
    SubmissionOut,
    SubmissionReceived,
    SubmissionStatus,
)
from shared.plumbing.identity import Principal, allow, public
from shared.plumbing.routes import JSON, ContractRoute
from shared.plumbing.schemas import Page
from shared.plumbing.uploads import Upload, accepts

router = APIRouter(route_class=ContractRoute, tags=["submissions"])

NOTHING = NothingIn()
REVIEWERS = (Role.ANALYST, Role.PROVIDER)
EXAMPLE = json.loads(Path(content.__file__).with_name("submission_example.json").read_text("utf-8"))
CONTENT_SCHEMA: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The filled form as XLSX, or JSON of the same content.",
        "content": {
            JSON: {
                "schema": {"$ref": "#/components/schemas/SubmissionContentDocument"},
                "examples": {"a house with six beds": {"value": EXAMPLE}},
            }
        },
    }
}


@router.post(
    "/studies/{studyId}/submissions",
    status_code=201,
    operation_id="submit",
    summary="Send in a form",
    openapi_extra=CONTENT_SCHEMA,
)
def submit(
    work: Transaction,
    response: Response,
    study_id: StudyId,
    agb_code: AgbQuery,
    cost_year: CostYear,
    upload: Annotated[Upload, Depends(accepts(XLSX, JSON, max_bytes=MAX_UPLOAD_BYTES))],
    dry_run: Annotated[bool, Query(alias="dryRun", description="Check only; nothing is saved (answers 200).")] = False,
    _caller: Principal = Depends(allow(Role.PROVIDER)),
) -> SubmissionReceived:
    """Every version is kept. A submission with errors is kept as `rejected`; one with warnings waits for explanations.

    A file that cannot be opened as a form (another format, encrypted, with macros or links, too large) answers 400.
    """
    return receiving.receive_submission(work, study_id, agb_code, cost_year, upload, dry_run=dry_run, response=response)


@router.get("/studies/{studyId}/submissions", operation_id="list_submissions", summary="Submissions of a study")
def list_submissions(
    work: Transaction,
    study_id: StudyId,
    agb_code: Annotated[str | None, Query(alias="agbCode", pattern=AGB_PATTERN)] = None,
    cost_year: Annotated[int | None, Query(alias="costYear", ge=2000, le=2100)] = None,
    status: Annotated[SubmissionStatus | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
    _caller: Principal = Depends(allow(*REVIEWERS)),
) -> Page[SubmissionOut]:
    """In the order in which they came; a provider sees its own only."""
    filters = {"agb_code": agb_code, "cost_year": cost_year, "status": status}
    return submissions.list_submissions(work, study_id, filters, cursor, limit)


@router.get("/submissions/{submissionId}", operation_id="get_submission", summary="One submission")
def get_submission(
    work: Transaction, submission_id: SubmissionId, _caller: Principal = Depends(allow(*REVIEWERS))
) -> SubmissionOut:
    """Where it stands, and what is still to be explained or signed."""
    return submissions.get_submission(work, submission_id)


@router.get(
    "/submissions/{submissionId}/content", operation_id="get_content", summary="The content as it was read, as JSON"
)
def get_content(
    work: Transaction, submission_id: SubmissionId, _caller: Principal = Depends(allow(*REVIEWERS))
) -> SubmissionContentDocument:
    """What is null was not filled in. The same JSON can be sent in."""
    return submissions.get_content(work, submission_id)


@router.get("/submissions/{submissionId}/findings", operation_id="list_findings", summary="What the checks found")
def list_findings(
    work: Transaction,
    submission_id: SubmissionId,
    severity: Annotated[Severity | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 500,
    _caller: Principal = Depends(allow(*REVIEWERS)),
) -> Page[FindingOut]:
    """Errors reject; warnings need an explanation. Each finding names its sheet and cell, or its place in the JSON."""
    return submissions.list_findings(work, submission_id, severity, cursor, limit)


@router.get("/submissions/{submissionId}/events", operation_id="list_events", summary="Who did what, and when")
def list_events(
    work: Transaction,
    submission_id: SubmissionId,
    cursor: Cursor = None,
    limit: Limit = PAGE,
    _caller: Principal = Depends(allow(*REVIEWERS)),
) -> Page[EventOut]:
    """The audit trail of a submission."""
    return submissions.list_events(work, submission_id, cursor, limit)


@router.post(
    "/submissions/{submissionId}/explanations", status_code=201, operation_id="explain", summary="Explain a warning"
)
def explain(
    work: Transaction,
    response: Response,
    submission_id: SubmissionId,
    body: ExplanationIn,
    _caller: Principal = Depends(allow(Role.PROVIDER)),
) -> ExplanationOut:
    """One explanation counts for every finding of the rule; a later one takes its place."""
    return submissions.explain(work, submission_id, body, response)


@router.get(
    "/submissions/{submissionId}/board-statement",
    operation_id="get_board_statement",
    summary="The board statement to be signed",
)
def get_board_statement(
    work: Transaction, submission_id: SubmissionId, _caller: Principal = Depends(allow(*REVIEWERS))
) -> BoardStatementDraft:
    """Its text names the content by its hash."""
    return submissions.get_board_statement(work, submission_id)


@router.post(
    "/submissions/{submissionId}/board-statement",
    status_code=201,
    operation_id="sign_board_statement",
    summary="Tell who signed the board statement",
)
def sign(
    work: Transaction,
    response: Response,
    submission_id: SubmissionId,
    body: BoardStatementIn,
    _caller: Principal = Depends(allow(Role.PROVIDER)),
) -> BoardStatementOut:
    """The statement is about this content and no other; the hash of the content is kept with it."""
    return submissions.sign(work, submission_id, body, response)


@router.post(
    "/submissions/{submissionId}/acceptance", status_code=201, operation_id="accept", summary="Accept a submission"
)
def accept(
    work: Transaction,
    response: Response,
    submission_id: SubmissionId,
    _nothing: Annotated[NothingIn, Body()] = NOTHING,
    _caller: Principal = Depends(allow(Role.ANALYST)),
) -> SubmissionOut:
    """From then on it counts, in the place of an earlier version.

    409 while it has errors, while a warning is not explained, when a newer version exists, or when the study requires a
    board statement (`boardStatementRequired`) and there is none.
    """
    return submissions.accept(work, submission_id, response)


@router.post(
    "/submissions/{submissionId}/rejection", status_code=201, operation_id="reject", summary="Reject a submission"
)
def reject(
    work: Transaction,
    response: Response,
    submission_id: SubmissionId,
    body: RejectionIn,
    _caller: Principal = Depends(allow(Role.ANALYST)),
) -> SubmissionOut:
    """The provider reads the reason and can send a new version."""
    return submissions.reject(work, submission_id, body, response)


@router.get(
    "/submissions/{submissionId}/cost-prices",
    operation_id="get_cost_prices",
    summary="Cost prices of one provider",
    responses={409: {"description": "The submission has errors, so that nothing can be computed from it."}},
)
def get_cost_prices(
    work: Transaction, submission_id: SubmissionId, _caller: Principal = Depends(allow(*REVIEWERS))
) -> CostPricesOut:
    """Per prestatie and component, with every step down to form, sheet and cell."""
    return cost_prices.get_cost_prices(work, submission_id)


@router.get("/check-rules", operation_id="list_check_rules", summary="The catalogue of checks")
def list_check_rules(_caller: Principal = Depends(public())) -> Page[CheckRuleOut]:
    """Every rule with its severity, text and reason."""
    return submissions.check_rules()
