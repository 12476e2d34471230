"""Declared production: files accepted or refused as a whole."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response

from services.tariffs.operations import production_files
from services.tariffs.operations.production_reading import CSV, PARQUET
from services.tariffs.roles import AUTHORITY, Role
from services.tariffs.schemas.production_files import CSV_EXAMPLE, ProductionFileOut
from services.tariffs.store.line_storage import LineStorage
from shared.plumbing.identity import Principal, allow
from shared.plumbing.routes import ContractRoute
from shared.plumbing.uploads import Upload, accepts
from shared.plumbing.work import Work, work_of

router = APIRouter(route_class=ContractRoute, tags=["production"])

MAX_BYTES = 2 << 30
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            CSV: {"schema": {"type": "string"}, "example": CSV_EXAMPLE},
            PARQUET: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}

FileId = Annotated[UUID, Path(alias="productionFileId")]


@router.post(
    "/production-files",
    status_code=201,
    operation_id="declare_production",
    summary="Send a production file (CSV or Parquet)",
    openapi_extra=BODY,
)
def declare(
    request: Request,
    response: Response,
    upload: Upload = Depends(accepts(CSV, PARQUET, max_bytes=MAX_BYTES)),
    work: Work = Depends(work_of),
    _caller: Principal = Depends(allow(Role.PROVIDER, Role.ANALYST, Role.OPERATOR)),
) -> ProductionFileOut:
    """Columns, in any order: `lineId, agbCode, uzovi, prestatie, serviceDate, quantity, unitPriceCents, contractBasis,
    contractValue`; CSV in UTF-8, separated by commas (or semicolons throughout).

    `contractValue`: empty for `none` and `fixed`; the share of the maximum as a ratio for `percentage` (`0.95`); the
    share of the housing component that is passed on for `fixed-pass-through` (0 to 1); for `max-max` empty (the agreed
    price is the price charged) or a ratio of the maximum tariff. No personal data. A provider sends its own lines only.

    Accepted as a whole or refused as a whole: every fault is counted and the first thousand are named by line, column,
    value and reason. The same content sent again is the same file; a `lineId` that a provider declared before
    is refused.
    """
    storage = LineStorage(request.app.state.settings.storage_url)
    file_id = production_files.receive(work, upload, storage)
    answer = production_files.show(work, file_id, storage)
    location = f"{request.app.state.base_path}/production-files/{file_id}"
    return work.saved(answer, response, location=location)


@router.get(
    "/production-files/{productionFileId}",
    operation_id="get_production_file",
    summary="A production file that was accepted",
)
def get_file(
    request: Request,
    file_id: FileId,
    work: Work = Depends(work_of),
    _caller: Principal = Depends(allow(Role.PROVIDER, *AUTHORITY)),
) -> ProductionFileOut:
    """A provider sees its own part of it."""
    return production_files.show(work, file_id, LineStorage(request.app.state.settings.storage_url))
