"""What settling some lines would give, for anyone, without keeping anything."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends

from services.tariffs.operations.settlement_previews import preview
from services.tariffs.schemas.settlements import PREVIEW, PreviewIn, PreviewOut
from shared.plumbing.identity import Principal, public
from shared.plumbing.routes import ContractRoute
from shared.plumbing.work import Work, work_of

router = APIRouter(route_class=ContractRoute, tags=["settlements"])


@router.post(
    "/settlement-previews",
    operation_id="preview_settlement",
    responses={404: {"description": "A decision that is named does not exist."}},
    summary="What settling these lines would give (stateless)",
)
def make(
    wanted: Annotated[
        PreviewIn, Body(openapi_examples={"explicit": {"summary": "With tariffs given here", "value": PREVIEW}})
    ],
    work: Work = Depends(work_of),
    _caller: Principal = Depends(public()),
) -> PreviewOut:
    """With `from` and `to`: the tariffs of each service date as known at two moments, or when two decisions were
    published. With `oldTariff` and `newTariff`: these amounts, for every line; the answer is then illustrative.

    A line whose price does not change gives no lines. A line that the rule gives no new price gets a finding.
    """
    return preview(work, wanted)
