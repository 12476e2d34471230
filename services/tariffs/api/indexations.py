"""Index chains, for anyone."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends

from services.tariffs.operations.indexations import index
from services.tariffs.schemas.indexations import EXAMPLE, IndexationIn, IndexationOut
from shared.plumbing.identity import Principal, public
from shared.plumbing.routes import ContractRoute
from shared.plumbing.work import Work, work_of

router = APIRouter(route_class=ContractRoute, tags=["calculators"])


@router.post(
    "/indexations",
    operation_id="compute_indexation",
    summary="Bring amounts from one price level (prijspeil) to another",
)
def compute(
    sent: Annotated[IndexationIn, Body(openapi_examples={"a consult, 2022 to 2025": {"value": EXAMPLE}})],
    _caller: Principal = Depends(public()),
    work: Work = Depends(work_of),
) -> IndexationOut:
    """Forwards and backwards, from and to any status; nothing is kept."""
    return index(work, sent)
