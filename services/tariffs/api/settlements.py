"""Settlements of declared production, their lines, and the jobs that make them."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response
from fastapi.responses import StreamingResponse

from services.tariffs.operations import settlement_jobs, settlements
from services.tariffs.operations.production_reading import CSV, PARQUET
from services.tariffs.roles import AUTHORITY, Role
from services.tariffs.schemas.settlements import SettlementAccepted, SettlementIn, SettlementOut, SettlementSummary
from services.tariffs.store.line_storage import LineStorage
from shared.plumbing.identity import Principal, allow
from shared.plumbing.jobs import JobOut
from shared.plumbing.routes import ContractRoute, produces
from shared.plumbing.schemas import Page
from shared.plumbing.work import Work, work_of

router = APIRouter(route_class=ContractRoute, tags=["settlements"])

SettlementId = Annotated[UUID, Path(alias="settlementId")]
JobId = Annotated[UUID, Path(alias="jobId")]
READERS = (Role.PROVIDER, Role.INSURER, *AUTHORITY)


@router.post(
    "/settlements",
    status_code=202,
    operation_id="settle_production",
    summary="Settle declared production",
    responses={404: {"description": "A production file that is named does not exist."}},
)
def settle(
    request: Request,
    response: Response,
    wanted: Annotated[SettlementIn, Body(openapi_examples={"everything": {"value": {"all": True}}})],
    work: Work = Depends(work_of),
    _caller: Principal = Depends(allow(Role.ANALYST, Role.OPERATOR, Role.PROVIDER)),
) -> SettlementAccepted:
    """Payable is what each line is worth with what is known now, less what it was worth when its file was last settled
    (or was charged). Settling again pays nothing; a late file is settled alone; a later decision pays its difference.

    Answers a job; its `resultUrl` leads to the settlement. A provider settles its own production.
    """
    accepted = settlements.request_settlement(work, wanted)
    return work.saved(accepted, response, location=f"{request.app.state.base_path}/jobs/{accepted.job_id}")


@router.get("/settlements", operation_id="list_settlements", summary="Settlements, the newest first")
def list_settlements(
    work: Work = Depends(work_of), _caller: Principal = Depends(allow(*READERS))
) -> Page[SettlementSummary]:
    """Those that concern the caller."""
    return settlements.list_settlements(work)


@router.get("/settlements/{settlementId}", operation_id="get_settlement", summary="The totals of a settlement")
def get_settlement(
    settlement_id: SettlementId, work: Work = Depends(work_of), _caller: Principal = Depends(allow(*READERS))
) -> SettlementOut:
    """Per provider, insurer, prestatie and month; they are the exact sums of the lines. A provider sees its own, an
    insurer those that name it."""
    return settlements.show_settlement(work, settlement_id)


@router.get(
    "/settlements/{settlementId}/lines",
    operation_id="get_settlement_lines",
    summary="The credit and debit lines of a settlement (CSV or Parquet)",
    response_class=StreamingResponse,
)
def get_lines(
    request: Request,
    settlement_id: SettlementId,
    work: Work = Depends(work_of),
    media_type: str = Depends(produces(CSV, PARQUET)),
    caller: Principal = Depends(allow(*READERS)),
) -> Response:
    """Per corrected line a credit line that reverses the old amount and a debit line with the new amount."""
    paths = settlements.line_paths(work, settlement_id)
    own = None if caller.has(Role.PROVIDER, *AUTHORITY) else caller.claims.get("uzovi", "")
    blocks = settlements.line_blocks(LineStorage(request.app.state.settings.storage_url), paths, own)
    pieces: Iterator[bytes] = settlements.as_csv(blocks) if media_type == CSV else settlements.as_parquet(blocks)
    name = f"settlement-{settlement_id}.{'csv' if media_type == CSV else 'parquet'}"
    return StreamingResponse(
        pieces, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@router.get("/jobs/{jobId}", operation_id="get_job", summary="Long work under way")
def get_job(
    job_id: JobId,
    work: Work = Depends(work_of),
    _caller: Principal = Depends(allow(Role.PROVIDER, *AUTHORITY)),
) -> JobOut:
    """Its status and progress, and where the result is or what went wrong. A provider sees the jobs it asked for."""
    return settlement_jobs.get_job(work, job_id)
