"""The policy rules, article by article."""

from fastapi import APIRouter, Depends, Path

from services.tariffs.operations.policy_rules import list_policy_rules, read_policy_rule
from services.tariffs.schemas.policy_rules import PolicyRule, PolicyRuleSummary
from shared.plumbing.identity import Principal, public
from shared.plumbing.routes import ContractRoute
from shared.plumbing.schemas import Page

router = APIRouter(route_class=ContractRoute, tags=["policy rules"])


@router.get(
    "/policy-rules", operation_id="list_policy_rules", summary="The policy rules (beleidsregels) that are carried out"
)
def list_rules(_caller: Principal = Depends(public())) -> Page[PolicyRuleSummary]:
    """Every policy rule in short."""
    return Page(items=list_policy_rules())


@router.get("/policy-rules/{code:path}", operation_id="get_policy_rule", summary="A policy rule, article by article")
def read_rule(
    code: str = Path(
        description="The code as it is written, with its slash, or with the slash as %2F.", examples=["BR/REG-26109"]
    ),
    _caller: Principal = Depends(public()),
) -> PolicyRule:
    """A policy rule in own words: articles, formula, parameters used, and what is not known."""
    return read_policy_rule(code)
