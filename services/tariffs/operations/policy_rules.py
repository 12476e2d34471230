"""Read the policy rules."""

from services.tariffs.errors.calculations import PolicyRuleNotFound
from services.tariffs.policy_rules import policy_rules
from services.tariffs.schemas.policy_rules import PolicyRule, PolicyRuleSummary


def list_policy_rules() -> list[PolicyRuleSummary]:
    """Every policy rule in short."""
    fields = {field.alias or name for name, field in PolicyRuleSummary.model_fields.items()} | set(
        PolicyRuleSummary.model_fields
    )
    return [
        PolicyRuleSummary.model_validate({name: value for name, value in rule.items() if name in fields})
        for rule in policy_rules().values()
    ]


def read_policy_rule(code: str) -> PolicyRule:
    """One policy rule, article by article.

    Raises:
        PolicyRuleNotFound: there is no rule of this code; names those there are.
    """
    rules = policy_rules()
    if code not in rules:
        raise PolicyRuleNotFound(code, list(rules))
    return PolicyRule.model_validate(rules[code])
