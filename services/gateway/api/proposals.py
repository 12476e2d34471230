"""Proposals for tariffs, composed of costprice and tariffs."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Body, Depends, Header, Request, Response

from services.gateway.backends import HANDED_ON
from services.gateway.operations.proposals import ProblemOfService, propose_tariffs
from services.gateway.roles import Role
from services.gateway.schemas import TariffProposalIn, TariffProposalOut
from shared.plumbing.identity import Principal, allow
from shared.plumbing.routes import JSON, ContractRoute

router = APIRouter(route_class=ContractRoute, tags=["proposals"])

PROBLEM_HEADERS = {"content-type", "content-language", "retry-after", "www-authenticate"}
"""What goes with the problem of a service."""

EXAMPLE = {
    "costBaseId": "latest",
    "prestaties": ["verblijf", "dagopvang"],
    "tariffYear": 2028,
    "priceStatus": "provisional",
}


@router.post(
    "/tariff-proposals",
    operation_id="propose_tariffs",
    summary="Propose tariffs from a cost base (voorstel)",
    status_code=201,
    response_model=TariffProposalOut,
    responses={404: {"description": "There is no such cost base."}},
)
async def create_proposal(
    request: Request,
    asked: Annotated[
        TariffProposalIn,
        Body(
            openapi_examples={
                "proposal": {
                    "summary": "Both prestaties for 2028",
                    "description": "From the cost base that was frozen last; or give the number of one.",
                    "value": EXAMPLE,
                }
            }
        ),
    ],
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            pattern=r"^[\x21-\x7e]{1,128}$",
            description="The same key and request have one effect and get the same answer; another request: 409.",
        ),
    ] = None,
    _caller: Principal = Depends(allow(Role.ANALYST)),
) -> Response:
    """Fetches the cost base from costprice on your behalf, has tariffs calculate each prestatie from it, and answers
    the calculations in the order asked for. Where a service refuses, its problem is the answer as it stands. Each
    calculation is kept in tariffs; a list that is refused halfway leaves calculations that no decision refers to,
    and repeating the request with the same Idempotency-Key uses them again.
    """
    caller = {name: value for name, value in request.headers.items() if name in HANDED_ON}
    caller["x-request-id"] = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    try:
        answer = await propose_tariffs(request.app.state.backends, asked, caller, idempotency_key)
    except ProblemOfService as refusal:
        found = refusal.answer
        headers = {name: value for name, value in found.headers.items() if name in PROBLEM_HEADERS}
        return Response(found.content, found.status_code, headers)
    return Response(answer, 201, media_type=JSON)
