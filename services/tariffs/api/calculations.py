"""Tariff calculations: made once, readable for ever, as steps, workbook and report."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Response

from services.tariffs.operations.calculations import calculate, read_calculation, read_step
from services.tariffs.operations.report import CONTENT_SECURITY_POLICY, report
from services.tariffs.operations.workbook import MEDIA_TYPE, workbook
from services.tariffs.roles import AUTHORITY, Role
from services.tariffs.schemas.calculations import EXAMPLE, CalculationIn, CalculationOut, StepPage
from shared.plumbing.identity import Principal, allow
from shared.plumbing.routes import ContractRoute, produces
from shared.plumbing.schemas import StepOut
from shared.plumbing.work import Work, work_of

router = APIRouter(route_class=ContractRoute, tags=["tariff calculations"])

CalculationId = Annotated[UUID, Path(alias="calculationId")]


@router.post(
    "/tariff-calculations",
    operation_id="calculate_tariff",
    summary="Compute a maximum tariff (maximumtarief) from a frozen cost base",
    status_code=201,
)
def make(
    sent: Annotated[CalculationIn, Body(openapi_examples={"verblijf 2028": {"value": EXAMPLE}})],
    response: Response,
    _caller: Principal = Depends(allow(Role.ANALYST)),
    work: Work = Depends(work_of),
) -> CalculationOut:
    """Index every cost price to the tariff year, replace the housing of verblijf by the norm, add up, round once.

    The calculation is kept with every step and never changes. A component that is missing or suppressed is refused.
    """
    return calculate(work, sent, response)


@router.get(
    "/tariff-calculations/{calculationId}", operation_id="get_tariff_calculation", summary="A tariff calculation"
)
def read(
    calculation_id: CalculationId, _caller: Principal = Depends(allow(*AUTHORITY)), work: Work = Depends(work_of)
) -> CalculationOut:
    """The calculation as it was answered when it was made."""
    return read_calculation(work, calculation_id)


@router.get(
    "/tariff-calculations/{calculationId}/steps",
    operation_id="list_tariff_calculation_steps",
    summary="Every step of a tariff calculation",
)
def read_steps(
    calculation_id: CalculationId, _caller: Principal = Depends(allow(*AUTHORITY)), work: Work = Depends(work_of)
) -> StepPage:
    """In the order in which they were taken."""
    return StepPage(items=read_calculation(work, calculation_id).steps)


@router.get(
    "/tariff-calculations/{calculationId}/steps/{stepId}",
    operation_id="get_tariff_calculation_step",
    summary="One step of a tariff calculation",
)
def read_one_step(
    calculation_id: CalculationId,
    step_id: Annotated[str, Path(alias="stepId", max_length=200, examples=["tariff_cents"])],
    _caller: Principal = Depends(allow(*AUTHORITY)),
    work: Work = Depends(work_of),
) -> StepOut:
    """A figure with its formula, inputs and source."""
    return read_step(work, calculation_id, step_id)


@router.get(
    "/tariff-calculations/{calculationId}/workbook",
    operation_id="get_tariff_calculation_workbook",
    summary="A spreadsheet with live formulas that recomputes the tariff",
    response_class=Response,
)
def read_workbook(
    calculation_id: CalculationId,
    _caller: Principal = Depends(allow(*AUTHORITY)),
    media_type: str = Depends(produces(MEDIA_TYPE)),
    work: Work = Depends(work_of),
) -> Response:
    """Every step is a cell with a defined name: its id, with underscores for points. Inputs can be changed."""
    calculation = read_calculation(work, calculation_id)
    name = f"tarief-{calculation.prestatie}-{calculation.tariff_year}.xlsx"
    return Response(
        workbook(calculation), media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@router.get(
    "/tariff-calculations/{calculationId}/report",
    operation_id="get_tariff_calculation_report",
    summary="The accountability report (verantwoording), in Dutch",
    response_class=Response,
)
def read_report(
    calculation_id: CalculationId,
    _caller: Principal = Depends(allow(*AUTHORITY)),
    media_type: str = Depends(produces("text/html")),
    work: Work = Depends(work_of),
) -> Response:
    """HTML that needs nothing from elsewhere. There is no PDF yet: asking for one gets 406."""
    return Response(
        report(read_calculation(work, calculation_id)),
        media_type=media_type,
        headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY},
    )
