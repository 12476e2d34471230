"""Calculators that anyone may use: they know nothing but what they are given."""

from fastapi import APIRouter, Depends

from services.costprice.operations import calculators
from services.costprice.schemas.calculators import AllocationIn, AllocationOut, ProductionCountIn, ProductionCountOut
from shared.plumbing.identity import Principal, public
from shared.plumbing.routes import ContractRoute

router = APIRouter(route_class=ContractRoute, tags=["calculators"])


@router.post("/allocations", operation_id="allocate", summary="Allocate the cost of support centres")
def allocate(body: AllocationIn, _caller: Principal = Depends(public())) -> AllocationOut:
    """Direct, step-down or reciprocal, exact. A key that names the centre itself, or in step-down one that closed
    earlier, does not count. What comes out adds up exactly to what went in."""
    return calculators.allocate_costs(body)


@router.post("/production-counts", operation_id="count_production", summary="Count units from presences")
def count(body: ProductionCountIn, _caller: Principal = Depends(public())) -> ProductionCountOut:
    """The presences of one patient under eighteen at one location, counted by the text of BR/REG-18100 (2018) in local
    time (Europe/Amsterdam). Presences that overlap or touch are one. Of a longer stay that began at or after 20:00 only
    the first day does not count (our reading)."""
    return calculators.count_production(body)
