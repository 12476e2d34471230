"""Between the content and the rows of the form's tables: one dictionary per row, its keys the fields of the layout."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from services.costprice.forms.layout import ACCOUNT_GROUPS, CENTRES, ENTERED_CATEGORIES
from services.costprice.rules.categories import AccountGroup, CostCategory
from services.costprice.rules.content import (
    MONTHS,
    Account,
    AllocationKey,
    CentreKind,
    CostCentre,
    Employment,
    Explanation,
    KeyBasis,
    Location,
    OtherActivity,
    Personnel,
    Production,
    Revenue,
    SubmissionContent,
    Tenure,
)

Row = dict[str, Any]


def rows_of(content: SubmissionContent) -> dict[str, list[Row]]:
    """The rows of every table; those of the annual accounts and the keys stand where the layout wants them."""
    accounts = {account.group: account for account in content.annual_accounts}
    positions = {centre.id: index for index, centre in enumerate(content.cost_centres)}
    keys: list[Row] = [{} for _ in content.cost_centres]
    for key in content.allocation_keys:
        quantities = {f"quantities.{positions[to]}": quantity for to, quantity in key.quantities.items()}
        keys[positions[key.cost_centre]] = {"basis": key.basis, **quantities}
    return {
        "locations": [
            {
                "id": row.id,
                "name": row.name,
                "beds": row.beds,
                "dayCarePlaces": row.day_care_places,
                "openingDaysStay": row.opening_days_stay,
                "openingDaysDayCare": row.opening_days_day_care,
                "floorArea": row.floor_area,
                "tenure": row.tenure,
                "yearOfBuilding": row.year_of_building,
            }
            for row in content.locations
        ],
        "annualAccounts": [
            {"amount": accounts[group].amount, "reference": accounts[group].reference} if group in accounts else {}
            for group in ACCOUNT_GROUPS
        ],
        "costCentres": [
            {
                "id": row.id,
                "name": row.name,
                "kind": row.kind,
                **{f"costs.{category.value}": amount for category, amount in row.costs.items()},
            }
            for row in content.cost_centres
        ],
        "personnel": [
            {
                "function": row.function,
                "fwgGrade": row.fwg_grade,
                "employment": row.employment,
                "costCentre": row.cost_centre,
                "headcount": row.headcount,
                "hoursPerWeek": row.hours_per_week,
                "weeks": row.weeks,
                "fte": row.fte,
                "salaryCost": row.salary_cost,
            }
            for row in content.personnel
        ],
        "production": [
            {
                "location": row.location,
                "prestatie": row.prestatie,
                "children": row.children,
                **{f"units.{month}": units for month, units in enumerate(row.units)},
            }
            for row in content.production
        ],
        "allocationKeys": keys,
        "revenue": [
            {
                "costCentre": row.cost_centre,
                "description": row.description,
                "amount": row.amount,
                "deductedFrom": row.deducted_from,
            }
            for row in content.revenue
        ],
        "otherActivities": [
            {"costCentre": row.cost_centre, "description": row.description, "revenue": row.revenue}
            for row in content.other_activities
        ],
        "explanations": [{"ruleId": row.rule_id, "text": row.text} for row in content.explanations],
    }


def content_of(fields: Mapping[str, Any], rows: Mapping[str, list[Row]], centre_names: list[str]) -> SubmissionContent:
    """The content that these rows hold.

    Args:
        fields: the fields that stand on their own.
        rows: per table the rows that were filled in; keys carry their cost centre in ``costCentre``.
        centre_names: the name of the cost centre at each position of the cost table.
    """
    return SubmissionContent(
        form_version=fields["formVersion"],
        study_id=fields["studyId"],
        agb_code=fields["agbCode"],
        cost_year=fields["costYear"],
        provider_name=fields["providerName"],
        nza_number=fields["nzaNumber"],
        locations=tuple(
            Location(
                row["id"],
                row["name"],
                row["beds"],
                row["dayCarePlaces"],
                row["openingDaysStay"],
                row["openingDaysDayCare"],
                row["floorArea"],
                _maybe(Tenure, row["tenure"]),
                row["yearOfBuilding"],
            )
            for row in rows["locations"]
        ),
        annual_accounts=tuple(
            Account(AccountGroup(row["group"]), row["amount"], row["reference"]) for row in rows["annualAccounts"]
        ),
        cost_centres=tuple(
            CostCentre(
                row["id"],
                row["name"],
                _maybe(CentreKind, row["kind"]),
                _present({category: row[f"costs.{category.value}"] for category in ENTERED_CATEGORIES}),
            )
            for row in rows["costCentres"]
        ),
        personnel=tuple(
            Personnel(
                row["function"],
                row["fwgGrade"],
                _maybe(Employment, row["employment"]),
                row["costCentre"],
                row["headcount"],
                row["hoursPerWeek"],
                row["weeks"],
                row["fte"],
                row["salaryCost"],
            )
            for row in rows["personnel"]
        ),
        production=tuple(
            Production(
                row["location"],
                row["prestatie"],
                tuple(row[f"units.{month}"] for month in range(MONTHS)),
                row["children"],
            )
            for row in rows["production"]
        ),
        allocation_keys=tuple(
            AllocationKey(
                row["costCentre"],
                _maybe(KeyBasis, row["basis"]),
                _present({centre_names[n]: row[f"quantities.{n}"] for n in range(CENTRES)}),
            )
            for row in rows["allocationKeys"]
        ),
        revenue=tuple(
            Revenue(row["costCentre"], row["description"], row["amount"], _maybe(CostCategory, row["deductedFrom"]))
            for row in rows["revenue"]
        ),
        other_activities=tuple(
            OtherActivity(row["costCentre"], row["description"], row["revenue"]) for row in rows["otherActivities"]
        ),
        explanations=tuple(Explanation(row["ruleId"], row["text"]) for row in rows["explanations"]),
    )


def _maybe(kind: Any, value: str | None) -> Any:
    return None if value is None else kind(value)


def _present(amounts: Mapping[Any, Fraction | None]) -> dict[Any, Fraction | None]:
    """A sparse table holds only what was entered."""
    return {name: amount for name, amount in amounts.items() if amount is not None}
