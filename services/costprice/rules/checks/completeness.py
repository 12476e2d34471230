"""C: is everything filled in that must be? Missing is not zero."""

from collections.abc import Iterator, Mapping

from services.costprice.rules.categories import AccountGroup
from services.costprice.rules.checks.catalogue import Check, Hit, StudyContext, error
from services.costprice.rules.checks.technical import camel
from services.costprice.rules.content import Employment, SubmissionContent
from services.costprice.rules.faults import pointer
from shared.kernel.sources import Text

MANDATORY: Mapping[str, tuple[str, ...]] = {
    "locations": (
        "id",
        "name",
        "beds",
        "day_care_places",
        "opening_days_stay",
        "opening_days_day_care",
        "floor_area",
        "tenure",
    ),
    "annual_accounts": ("amount",),
    "cost_centres": ("id", "name", "kind"),
    "personnel": (
        "function",
        "employment",
        "cost_centre",
        "headcount",
        "hours_per_week",
        "weeks",
        "fte",
        "salary_cost",
    ),
    "production": ("location", "prestatie", "children"),
    "allocation_keys": ("cost_centre", "basis"),
    "revenue": ("cost_centre", "description", "amount"),
    "other_activities": ("cost_centre", "description", "revenue"),
    "explanations": ("rule_id", "text"),
}
"""Per table what each row must hold; zero is an answer, empty is not."""


def _mandatory(content: SubmissionContent, _study: StudyContext) -> Iterator[Hit]:
    for name in ("provider_name", "nza_number"):
        if _empty(getattr(content, name)):
            yield Hit(pointer(camel(name)))
    for table, fields in MANDATORY.items():
        for index, row in enumerate(getattr(content, table)):
            for name in fields:
                if _empty(getattr(row, name)):
                    yield Hit(pointer(camel(table), index, camel(name)))
    for index, staff in enumerate(content.personnel):
        if staff.employment is Employment.OWN and staff.fwg_grade is None:
            yield Hit(pointer("personnel", index, "fwgGrade"))


def _months(content: SubmissionContent, _study: StudyContext) -> Iterator[Hit]:
    for index, row in enumerate(content.production):
        for month, units in enumerate(row.units):
            if units is None:
                yield Hit(pointer("production", index, "units", month))


def _sections(content: SubmissionContent, _study: StudyContext) -> Iterator[Hit]:
    for table in ("locations", "cost_centres", "personnel", "production"):
        if not getattr(content, table):
            yield Hit(pointer(camel(table)))


def _accounts(content: SubmissionContent, _study: StudyContext) -> Iterator[Hit]:
    given = {account.group for account in content.annual_accounts}
    for group in AccountGroup:
        if group not in given:
            yield Hit("/annualAccounts", expected=group.value)


def _empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


WHY = Text("Wat ontbreekt, is niet nul; een nul vult u in.", "What is missing is not zero; a zero is entered.")

COMPLETENESS = (
    Check(error("C01", Text("Dit veld is verplicht en leeg.", "This field is mandatory and empty."), WHY), _mandatory),
    Check(
        error(
            "C02",
            Text(
                "De productie van deze maand ontbreekt; vul 0 in als er geen was.",
                "The production of this month is missing; enter 0 if there was none.",
            ),
            WHY,
        ),
        _months,
    ),
    Check(error("C03", Text("Dit onderdeel is niet ingevuld.", "This part was not filled in."), WHY), _sections),
    Check(
        error(
            "C04",
            Text(
                "De regel {expected} van de jaarrekening ontbreekt.", "The line {expected} of the accounts is missing."
            ),
            WHY,
        ),
        _accounts,
    ),
)
