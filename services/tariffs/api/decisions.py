"""Tariff decisions: draft, adoption by another person, publication, withdrawal."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Request, Response

from services.tariffs.api.conditional import tagged, versions_to_change
from services.tariffs.operations import decision_answers, decisions
from services.tariffs.roles import Role
from services.tariffs.schemas.decisions import (
    FIRST_DECISION,
    DecisionOut,
    DecisionStatus,
    DraftChangeIn,
    DraftIn,
    NothingIn,
    WithdrawalIn,
)
from shared.kernel.sources import Text
from shared.plumbing.identity import Principal, allow, public
from shared.plumbing.problems import BadRequest, Fault
from shared.plumbing.routes import ContractRoute
from shared.plumbing.schemas import Page
from shared.plumbing.work import Work, work_of

router = APIRouter(route_class=ContractRoute, tags=["decisions"])

PAGE = 50
Transaction = Annotated[Work, Depends(work_of)]
Nothing = Annotated[NothingIn, Body(openapi_examples={"nothing": {"value": {}}})]
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of the draft as it was read, or `*` for whatever it is now.",
    "schema": {"type": "string"},
}

NOTHING = NothingIn()

DRAFT_EXAMPLES = {
    "components": {"summary": "The tariffs of 2026, components given", "value": FIRST_DECISION},
    "day_care": {
        "summary": "Day care with a published source and an open end",
        "value": {
            "number": "TB/REG-26620-12",
            "title": "Tariefbeschikking dagopvang 2026 (voorbeeld)",
            "lines": [
                {
                    "prestatie": "dagopvang",
                    "components": {
                        "labour": "318.40",
                        "material": "41.75",
                        "inventory": "6.30",
                        "equityReturn": "2.11",
                        "housing": "27.905",
                    },
                }
            ],
            "inForceFrom": "2026-01-01",
            "reasons": "Voorbeeld met illustratieve bedragen.",
        },
    },
}


def _tag(answer: DecisionOut) -> str | None:
    return f"v{answer.version}" if answer.status == "draft" else None


def _saved(work: Work, decision_id: UUID, response: Response, base_path: str = "") -> DecisionOut:
    answer = decision_answers.show_decision(work, decision_id)
    if answer.status == "draft":
        response.headers["ETag"] = f'"{_tag(answer)}"'
    location = f"{base_path}/tariff-decisions/{decision_id}" if base_path else None
    return work.saved(answer, response, location=location)


@router.post(
    "/tariff-decisions", status_code=201, operation_id="draft_tariff_decision", summary="Draft a tariff decision"
)
def draft(
    request: Request,
    response: Response,
    wanted: Annotated[DraftIn, Body(openapi_examples=DRAFT_EXAMPLES)],
    work: Transaction,
    _caller: Principal = Depends(allow(Role.ANALYST)),
) -> DecisionOut:
    """A draft is seen by the authority only. A line given by components without a source is illustrative.

    A number may return on other days; a published decision of the same number on the same days stands in the way of
    adoption and publication (409 names it), unless this one names it in `replaces`.
    """
    return _saved(work, decisions.draft(work, wanted), response, request.app.state.base_path)


@router.get("/tariff-decisions", operation_id="list_tariff_decisions", summary="Tariff decisions, the newest first")
def list_decisions(
    work: Transaction,
    status: Annotated[DecisionStatus | None, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=100, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
    _caller: Principal = Depends(public()),
) -> Page[DecisionOut]:
    """The public sees what was published, also where it was superseded or withdrawn since.

    `superseded` is what was published and is in force on no day any more, as known now.
    """
    return decision_answers.list_decisions(work, status, _after(cursor), limit)


def _after(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    try:
        moment, _, decision_id = cursor.partition("~")
        found = datetime.fromisoformat(moment), UUID(decision_id)
        if found[0].tzinfo is None:
            raise ValueError(cursor)
    except ValueError as error:
        raise BadRequest(
            Text("Deze cursor is niet van hier.", "This cursor is not from here."),
            errors=[
                Fault(
                    "query.cursor",
                    "cursor",
                    Text("neem haar over uit `next` van het vorige deel", "take it from `next` of the page before"),
                )
            ],
        ) from error
    return found


@router.get(
    "/tariff-decisions/{decisionId}",
    operation_id="get_tariff_decision",
    summary="A tariff decision, what it sets and what it replaces",
    response_model=DecisionOut,
    responses={304: {"description": "The caller has this answer already."}},
)
def get_decision(
    request: Request,
    response: Response,
    decisionId: UUID,  # noqa: N803 (the name in the contract)
    work: Transaction,
    _caller: Principal = Depends(public()),
) -> object:
    """Each replaced tariff stands beside the new one, day by day."""
    answer = decision_answers.show_decision(work, decisionId)
    return tagged(request, response, answer, _tag(answer))


@router.patch(
    "/tariff-decisions/{decisionId}",
    operation_id="change_tariff_decision",
    summary="Change a draft (If-Match)",
    responses={
        412: {"description": "The draft changed since it was read."},
        428: {"description": "If-Match is missing: send the ETag of the draft that was read, or *."},
    },
    openapi_extra={"parameters": [IF_MATCH]},
)
def change(
    request: Request,
    response: Response,
    decisionId: UUID,  # noqa: N803
    wanted: Annotated[DraftChangeIn, Body(openapi_examples={"reasons": {"value": {"reasons": "Nader gemotiveerd."}}})],
    work: Transaction,
    _caller: Principal = Depends(allow(Role.ANALYST)),
) -> DecisionOut:
    """Send the ETag of the draft in If-Match, or `*` for whatever it is now: 428 without, 412 if it changed since.

    What changes nothing makes no new version.
    """
    decisions.change_draft(work, decisionId, versions_to_change(request), wanted)
    return _saved(work, decisionId, response)


@router.post(
    "/tariff-decisions/{decisionId}/adoption",
    operation_id="adopt_tariff_decision",
    summary="Adopt a draft (four eyes)",
)
def adopt(
    request: Request,
    response: Response,
    decisionId: UUID,  # noqa: N803
    work: Transaction,
    _nothing: Nothing = NOTHING,
    _caller: Principal = Depends(allow(Role.DECIDER)),
) -> DecisionOut:
    """By another person than who drafted or changed it; the content is fixed from here on."""
    decisions.adopt(work, decisionId, allow_illustrative=request.app.state.settings.allow_illustrative)
    return _saved(work, decisionId, response)


@router.post(
    "/tariff-decisions/{decisionId}/publication",
    operation_id="publish_tariff_decision",
    summary="Publish an adopted decision",
)
def publish(
    request: Request,
    response: Response,
    decisionId: UUID,  # noqa: N803
    work: Transaction,
    _nothing: Nothing = NOTHING,
    _caller: Principal = Depends(allow(Role.DECIDER)),
) -> DecisionOut:
    """From ``publishedAt`` on its tariffs are known; earlier tariffs that it overlaps stop being so on those days."""
    decisions.publish(work, decisionId, allow_illustrative=request.app.state.settings.allow_illustrative)
    return _saved(work, decisionId, response)


@router.post(
    "/tariff-decisions/{decisionId}/withdrawal",
    operation_id="withdraw_tariff_decision",
    summary="Withdraw a decision, with a reason",
)
def withdraw(
    response: Response,
    decisionId: UUID,  # noqa: N803
    wanted: Annotated[
        WithdrawalIn, Body(openapi_examples={"court": {"value": {"reason": "Vernietigd door het CBb (voorbeeld)."}}})
    ],
    work: Transaction,
    _caller: Principal = Depends(allow(Role.DECIDER)),
) -> DecisionOut:
    """What was in force before is in force again, as known from ``withdrawnAt``; nothing known before is lost."""
    decisions.withdraw(work, decisionId, wanted)
    return _saved(work, decisionId, response)
