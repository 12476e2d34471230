"""The policy rules, article by article."""

from typing import Any

from fastapi import APIRouter, Depends, Path, Request, Response

from services.tariffs.api.conditional import tagged
from services.tariffs.operations.policy_rules import list_policy_rules, read_policy_rule
from services.tariffs.schemas.policy_rules import PolicyRule, PolicyRulePage
from shared.plumbing.identity import Principal, public
from shared.plumbing.routes import ContractRoute

router = APIRouter(route_class=ContractRoute, tags=["policy rules"])

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "The caller has this answer already."}}


@router.get(
    "/policy-rules",
    operation_id="list_policy_rules",
    summary="The policy rules (beleidsregels) that are carried out",
    response_model=PolicyRulePage,
    responses=NOT_MODIFIED,
)
def list_rules(request: Request, response: Response, _caller: Principal = Depends(public())) -> object:
    """Every policy rule in short."""
    return tagged(request, response, PolicyRulePage(items=list_policy_rules()))


@router.get(
    "/policy-rules/{code:path}",
    operation_id="get_policy_rule",
    summary="A policy rule, article by article",
    response_model=PolicyRule,
    responses=NOT_MODIFIED,
)
def read_rule(
    request: Request,
    response: Response,
    code: str = Path(
        description="The code as it is written, with its slash, or with the slash as %2F.", examples=["BR/REG-26109"]
    ),
    _caller: Principal = Depends(public()),
) -> object:
    """A policy rule in own words: articles, formula, parameters used, and what is not known."""
    return tagged(request, response, read_policy_rule(code))
