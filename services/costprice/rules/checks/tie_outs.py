"""A: do the figures tie to the adopted annual accounts, to the cent?"""

from collections.abc import Iterator
from fractions import Fraction

from services.costprice.rules.categories import ACCOUNT_GROUP_OF, AccountGroup, CostCategory
from services.costprice.rules.checks.catalogue import Check, Hit, StudyContext, error, show
from services.costprice.rules.content import Employment, SubmissionContent, cost_by_group
from services.costprice.rules.faults import pointer
from shared.kernel.sources import Text

STAFF = {
    Employment.OWN: (CostCategory.STAFF_CARE_OWN, CostCategory.STAFF_OTHER_OWN),
    Employment.HIRED: (CostCategory.STAFF_CARE_HIRED, CostCategory.STAFF_OTHER_HIRED),
}


def _costs_tie_to_accounts(content: SubmissionContent, _study: StudyContext) -> Iterator[Hit]:
    entered = cost_by_group(content, ACCOUNT_GROUP_OF)
    for index, account in enumerate(content.annual_accounts):
        if account.amount is not None and account.amount != entered[account.group]:
            yield Hit(pointer("annualAccounts", index, "amount"), show(account.amount), show(entered[account.group]))


def _accounts_add_up(content: SubmissionContent, _study: StudyContext) -> Iterator[Hit]:
    amounts = {account.group: account.amount for account in content.annual_accounts}
    total = amounts.pop(AccountGroup.TOTAL, None)
    lines = [amount for amount in amounts.values() if amount is not None]
    if total is not None and len(lines) == len(AccountGroup) - 1 and sum(lines) != total:
        index = next(i for i, account in enumerate(content.annual_accounts) if account.group is AccountGroup.TOTAL)
        yield Hit(pointer("annualAccounts", index, "amount"), show(total), show(sum(lines, Fraction(0))))


def _personnel_ties_to_costs(content: SubmissionContent, _study: StudyContext) -> Iterator[Hit]:
    for employment, categories in STAFF.items():
        rows = [row.salary_cost for row in content.personnel if row.employment is employment]
        listed = sum((cost for cost in rows if cost is not None), Fraction(0))
        costs = [centre.costs.get(category) for centre in content.cost_centres for category in categories]
        booked = sum((cost for cost in costs if cost is not None), Fraction(0))
        if listed != booked and None not in rows:
            yield Hit("/personnel", f"{employment.value}: {show(listed)}", show(booked))


WHY = Text(
    "Kosten die niet op de vastgestelde jaarrekening aansluiten, zijn niet controleerbaar.",
    "Cost that does not tie to the adopted annual accounts cannot be verified.",
)

TIE_OUTS = (
    Check(
        error(
            "A01",
            Text(
                "De jaarrekening geeft {value}, de kostenbladen geven {expected}. Deze moeten op de cent gelijk zijn.",
                "The annual accounts give {value}, the cost sheets give {expected}. They must be equal to the cent.",
            ),
            WHY,
        ),
        _costs_tie_to_accounts,
    ),
    Check(
        error(
            "A02",
            Text(
                "Het totaal van de jaarrekening is {value}, maar de regels tellen op tot {expected}.",
                "The total of the annual accounts is {value}, but its lines add up to {expected}.",
            ),
            WHY,
        ),
        _accounts_add_up,
    ),
    Check(
        error(
            "A03",
            Text(
                "De personeelslijst telt op tot {value}, de personeelskosten zijn {expected}.",
                "The list of personnel adds up to {value}, the cost of staff is {expected}.",
            ),
            WHY,
        ),
        _personnel_ties_to_costs,
    ),
)
