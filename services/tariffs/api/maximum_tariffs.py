"""Maximum tariffs: what was in force on a day, as known at a moment."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from services.tariffs.api.conditional import tagged
from services.tariffs.operations import decision_answers
from services.tariffs.rules.components import Prestatie
from services.tariffs.schemas.decisions import MaximumTariffOut, RectangleOut
from shared.plumbing.identity import Principal, public
from shared.plumbing.routes import ContractRoute
from shared.plumbing.schemas import Instant, IsoDate, Page
from shared.plumbing.work import Work, work_of

router = APIRouter(route_class=ContractRoute, tags=["maximum tariffs"])

Transaction = Annotated[Work, Depends(work_of)]
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "The caller has this answer already."}}


@router.get(
    "/maximum-tariffs",
    operation_id="get_maximum_tariff",
    summary="The maximum tariff on a day, as known at a moment",
    response_model=MaximumTariffOut,
    responses={**NOT_MODIFIED, 404: {"description": "No tariff was in force on that day, as known at that moment."}},
)
def maximum_tariff(
    request: Request,
    response: Response,
    prestatie: Annotated[Prestatie, Query(examples=["verblijf"])],
    on: Annotated[IsoDate, Query(description="The day of the care", examples=["2026-03-01"])],
    work: Transaction,
    known_at: Annotated[
        Instant | None,
        Query(
            alias="knownAt",
            description="As known at this moment; absent, or a moment to come: now. The receipt tells the moment used.",
        ),
    ] = None,
    _caller: Principal = Depends(public()),
) -> object:
    """The question "what was the maximum tariff on 1 March, as known on 1 May?" keeps its answer for ever."""
    answer = decision_answers.maximum_tariff(work, prestatie, on, known_at)
    receipt = answer.receipt
    # The moment asked at is no part of the content: the same tariff has the same tag.
    tag = f"{receipt.input_hash[:12]}-{answer.decision.decision_id.hex}-{answer.known_from.timestamp():.6f}"
    return tagged(
        request, response, answer, f"{tag}-{answer.known_until.timestamp():.6f}" if answer.known_until else tag
    )


@router.get(
    "/maximum-tariffs/history",
    operation_id="list_maximum_tariff_history",
    summary="Every rectangle of (in force × known) of a prestatie",
    response_model=Page[RectangleOut],
    responses=NOT_MODIFIED,
)
def history(
    request: Request,
    response: Response,
    prestatie: Annotated[Prestatie, Query(examples=["verblijf"])],
    work: Transaction,
    _caller: Principal = Depends(public()),
) -> object:
    """By day and then by moment. Together they tile without gap or overlap what was ever known."""
    return tagged(request, response, decision_answers.history(work, prestatie))
