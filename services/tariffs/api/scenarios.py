"""Scenarios: a calculation beside variants of it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Response

from services.tariffs.operations.scenarios import compare, read_scenario
from services.tariffs.roles import AUTHORITY, Role
from services.tariffs.schemas.scenarios import EXAMPLE, ScenarioIn, ScenarioOut
from shared.plumbing.identity import Principal, allow
from shared.plumbing.routes import ContractRoute
from shared.plumbing.work import Work, work_of

router = APIRouter(route_class=ContractRoute, tags=["scenarios"])


@router.post(
    "/scenarios",
    operation_id="compare_scenarios",
    summary="Compute variants of a tariff calculation",
    status_code=201,
    responses={404: {"description": "There is no such baseline."}},
)
def make(
    sent: Annotated[ScenarioIn, Body(openapi_examples={"two variants": {"value": EXAMPLE}})],
    response: Response,
    _caller: Principal = Depends(allow(Role.ANALYST)),
    work: Work = Depends(work_of),
) -> ScenarioOut:
    """The tariff per variant and the difference per step, with what was known when the baseline was computed."""
    return compare(work, sent, response)


@router.get("/scenarios/{scenarioId}", operation_id="get_scenario", summary="A scenario")
def read(
    scenario_id: Annotated[UUID, Path(alias="scenarioId")],
    _caller: Principal = Depends(allow(*AUTHORITY)),
    work: Work = Depends(work_of),
) -> ScenarioOut:
    """The scenario as it was answered when it was made."""
    return read_scenario(work, scenario_id)
