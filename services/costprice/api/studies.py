"""Studies, the providers in them, and their forms."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.costprice.api.parameters import PAGE, AgbPath, AgbQuery, CostYear, Cursor, Limit, StudyId, Transaction
from services.costprice.operations import studies
from services.costprice.operations.receiving import XLSX
from services.costprice.roles import Role
from services.costprice.schemas.studies import ProviderIn, ProviderOut, StudyIn, StudyOut
from shared.plumbing.identity import Principal, allow
from shared.plumbing.routes import ContractRoute, produces
from shared.plumbing.schemas import Page

router = APIRouter(route_class=ContractRoute, tags=["studies"])

READERS = (Role.ANALYST, Role.DECIDER, Role.PROVIDER)


@router.post("/studies", status_code=201, operation_id="open_study", summary="Open a study")
def open_study(
    work: Transaction, body: StudyIn, response: Response, _caller: Principal = Depends(allow(Role.ANALYST))
) -> StudyOut:
    """A study over cost years, for a tariff year. How support centres give their cost away is chosen here."""
    return studies.open_study(work, body, response)


@router.get("/studies", operation_id="list_studies", summary="Studies, the first opened first")
def list_studies(
    work: Transaction, cursor: Cursor = None, limit: Limit = PAGE, _caller: Principal = Depends(allow(*READERS))
) -> Page[StudyOut]:
    """Every study, in parts."""
    return studies.list_studies(work, cursor, limit)


@router.get("/studies/{studyId}", operation_id="get_study", summary="One study")
def get_study(work: Transaction, study_id: StudyId, _caller: Principal = Depends(allow(*READERS))) -> StudyOut:
    """Its cost years, prestaties and choices."""
    return studies.get_study(work, study_id)


@router.put(
    "/studies/{studyId}/providers/{agbCode}", operation_id="put_provider", summary="Ask a provider to take part"
)
def put_provider(
    work: Transaction,
    study_id: StudyId,
    agb_code: AgbPath,
    body: ProviderIn,
    _caller: Principal = Depends(allow(Role.ANALYST)),
) -> ProviderOut:
    """Adds the provider, or changes what is known of it. A stratum is needed for the stratified estimator only."""
    return studies.put_provider(work, study_id, agb_code, body)


@router.get("/studies/{studyId}/providers", operation_id="list_providers", summary="Providers of a study")
def list_providers(
    work: Transaction,
    study_id: StudyId,
    cursor: Cursor = None,
    limit: Limit = PAGE,
    _caller: Principal = Depends(allow(Role.ANALYST, Role.PROVIDER)),
) -> Page[ProviderOut]:
    """In the order of their AGB codes; a provider sees itself only."""
    return studies.list_providers(work, study_id, cursor, limit)


@router.get("/studies/{studyId}/providers/{agbCode}", operation_id="get_provider", summary="One provider of a study")
def get_provider(
    work: Transaction,
    study_id: StudyId,
    agb_code: AgbPath,
    _caller: Principal = Depends(allow(Role.ANALYST, Role.PROVIDER)),
) -> ProviderOut:
    """What is known of it."""
    return studies.get_provider(work, study_id, agb_code)


@router.get(
    "/studies/{studyId}/form",
    operation_id="get_form",
    summary="The Excel form of a provider over a cost year",
    response_class=Response,
)
def get_form(
    work: Transaction,
    study_id: StudyId,
    agb_code: AgbQuery,
    cost_year: CostYear,
    _kind: Annotated[str, Depends(produces(XLSX))],
    _caller: Principal = Depends(allow(Role.ANALYST, Role.PROVIDER)),
) -> Response:
    """Pre-filled with what is known; fill in the blue cells and send it to `/studies/{studyId}/submissions`."""
    name, form = studies.get_form(work, study_id, agb_code, cost_year)
    return Response(form, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})
