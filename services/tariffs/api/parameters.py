"""Parameters in two times."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request, Response

from services.tariffs.api.conditional import tagged
from services.tariffs.operations.parameters import add_parameter, list_parameters
from services.tariffs.roles import Role
from services.tariffs.schemas.parameters import EXAMPLE, NAMES, ParameterIn, ParameterOut, ParameterPage
from shared.plumbing.identity import Principal, allow, public
from shared.plumbing.routes import ContractRoute
from shared.plumbing.schemas import Instant, IsoDate
from shared.plumbing.work import Work, work_of

router = APIRouter(route_class=ContractRoute, tags=["parameters"])


@router.get(
    "/parameters",
    operation_id="list_parameters",
    summary="Dated policy numbers, each with its source",
    response_model=ParameterPage,
    responses={
        304: {"description": "The caller has this answer already."},
        404: {"description": "No parameter of this name, or no value of it on that day."},
    },
)
def list_values(
    request: Request,
    response: Response,
    name: Annotated[
        str | None,
        Query(
            max_length=80,
            description="Code name, for example `labour_index`.",
            json_schema_extra={"enum": list(NAMES)},
        ),
    ] = None,
    on: Annotated[
        IsoDate | None, Query(description="Only values in force on this day, one per name and status.")
    ] = None,
    known_at: Annotated[Instant | None, Query(alias="knownAt", description="As known at this moment.")] = None,
    _caller: Principal = Depends(public()),
    work: Work = Depends(work_of),
) -> object:
    """Values from parameter files and from analysts as one history. Without `on`: everything known at the moment."""
    return tagged(request, response, ParameterPage(items=list_parameters(work, name, on, known_at)))


@router.post(
    "/parameters",
    operation_id="add_parameter",
    summary="Add a value of a parameter, with its source",
    status_code=201,
)
def add_value(
    sent: Annotated[ParameterIn, Body(openapi_examples={"expected index": {"value": EXAMPLE}})],
    response: Response,
    _caller: Principal = Depends(allow(Role.ANALYST)),
    work: Work = Depends(work_of),
) -> ParameterOut:
    """The value is known from now on; what was known before stays as it was."""
    return add_parameter(work, sent, response)
