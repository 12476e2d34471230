"""The normative housing component, for anyone."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends

from services.tariffs.operations.housing_components import compute_housing_component
from services.tariffs.schemas.housing_components import EXAMPLE, HousingComponentIn, HousingComponentOut
from shared.plumbing.identity import Principal, public
from shared.plumbing.routes import ContractRoute
from shared.plumbing.work import Work, work_of

router = APIRouter(route_class=ContractRoute, tags=["calculators"])

EXAMPLES = {
    "all inputs": {"value": EXAMPLE},
    "only the investment": {"value": {"investmentPerPlace": "240000"}},
    "the parameters in force": {"value": {}},
}


@router.post(
    "/housing-components",
    operation_id="compute_housing_component",
    summary="Compute a normative housing component (nhc): an index-linked annuity per place",
)
def compute(
    sent: Annotated[HousingComponentIn, Body(openapi_examples=EXAMPLES)],
    _caller: Principal = Depends(public()),
    work: Work = Depends(work_of),
) -> HousingComponentOut:
    """What is absent has the value of the parameter in force; nothing is kept."""
    return compute_housing_component(work, sent)
