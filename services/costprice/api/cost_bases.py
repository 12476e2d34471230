"""Cost bases: frozen by a durable job, never changed."""

from fastapi import APIRouter, Depends, Response

from services.costprice.api.parameters import PAGE, CostBaseId, Cursor, JobId, Limit, StudyId, Transaction
from services.costprice.operations import freezing
from services.costprice.roles import Role
from services.costprice.schemas.cost_bases import CostBaseIn, CostBaseOut, CostBaseSummary
from shared.plumbing.identity import Principal, allow
from shared.plumbing.jobs import JobOut
from shared.plumbing.routes import ContractRoute
from shared.plumbing.schemas import Page

router = APIRouter(route_class=ContractRoute, tags=["cost bases"])

READERS = (Role.ANALYST, Role.DECIDER, Role.PROVIDER)


@router.post(
    "/studies/{studyId}/cost-bases", status_code=202, operation_id="freeze_cost_base", summary="Freeze a cost base"
)
def freeze(
    work: Transaction,
    response: Response,
    study_id: StudyId,
    body: CostBaseIn,
    _caller: Principal = Depends(allow(Role.ANALYST)),
) -> JobOut:
    """Takes what is accepted, less the exclusions. Answers a job at once; its `resultUrl` leads to the cost base."""
    return freezing.ask_to_freeze(work, study_id, body, response)


@router.get("/studies/{studyId}/cost-bases", operation_id="list_cost_bases", summary="Cost bases of a study")
def list_cost_bases(
    work: Transaction,
    study_id: StudyId,
    cursor: Cursor = None,
    limit: Limit = PAGE,
    _caller: Principal = Depends(allow(*READERS)),
) -> Page[CostBaseSummary]:
    """In the order in which they were frozen."""
    return freezing.list_cost_bases(work, study_id, cursor, limit)


@router.get("/cost-bases/{costBaseId}", operation_id="get_cost_base", summary="A frozen cost base")
def get_cost_base(
    work: Transaction, cost_base_id: CostBaseId, _caller: Principal = Depends(allow(*READERS))
) -> CostBaseOut:
    """`latest` stands for the one that was frozen last. The analyst sees it whole. For others figures that would give a
    provider away are suppressed: fewer than three contributors, or the p%-rule, with further cells hidden so that none
    can be computed from the rest."""
    return freezing.get_cost_base(work, cost_base_id)


@router.get("/jobs/{jobId}", operation_id="get_job", summary="Long work under way")
def get_job(work: Transaction, job_id: JobId, _caller: Principal = Depends(allow(Role.ANALYST))) -> JobOut:
    """Its status and progress, and where the result is or what went wrong."""
    return freezing.get_job(work, job_id)
