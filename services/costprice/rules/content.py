"""What a provider sends in: one definition for the Excel form and for JSON.

A value that was not filled in is None and stays so: missing is not zero. The two exceptions are sparse tables: a cost
centre has no cost in a category, and a support centre gave nothing to a centre, where no amount or quantity is entered;
the tie-out to the annual accounts finds what was forgotten. Money is in euros, exact.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from services.costprice.rules.categories import AccountGroup, CostCategory

FORM_VERSION = "kindzorg-1.0"
"""Version of the form and of the JSON of the same content."""

MONTHS = 12


class CentreKind(StrEnum):
    """What a cost centre is for: it supports others, makes a prestatie, or does something outside the study."""

    SUPPORT = "support"
    DAGOPVANG = "dagopvang"
    VERBLIJF = "verblijf"
    OUTSIDE = "outside"


class KeyBasis(StrEnum):
    """What a support centre's cost is divided by; pro rata is for a centre without a cause that can be measured."""

    FTE = "fte"
    FLOOR_AREA = "floor-area"
    DAYS = "days"
    DIRECT = "direct"
    OTHER = "other"
    PRO_RATA = "pro-rata"


class Tenure(StrEnum):
    """Whether a building is the provider's own."""

    OWNED = "owned"
    RENTED = "rented"


class Employment(StrEnum):
    """Whether staff are on the provider's payroll."""

    OWN = "own"
    HIRED = "hired"


@dataclass(frozen=True, slots=True)
class Location:
    """A place where care is given. Days are opening days in the year; the floor area is in square metres."""

    id: str | None
    name: str | None = None
    beds: int | None = None
    day_care_places: int | None = None
    opening_days_stay: int | None = None
    opening_days_day_care: int | None = None
    floor_area: Fraction | None = None
    tenure: Tenure | None = None
    year_of_building: int | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A figure of the adopted annual accounts; ``reference`` says on which page or in which note it stands."""

    group: AccountGroup
    amount: Fraction | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class CostCentre:
    """A cost centre with its cost per category in euros; revenue is not entered here but in its own table."""

    id: str | None
    name: str | None = None
    kind: CentreKind | None = None
    costs: Mapping[CostCategory, Fraction | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Personnel:
    """Staff with the same function, grade and contract: hours a week, weeks in the year, fte and cost together."""

    function: str | None
    fwg_grade: int | None = None
    employment: Employment | None = None
    cost_centre: str | None = None
    headcount: int | None = None
    hours_per_week: Fraction | None = None
    weeks: Fraction | None = None
    fte: Fraction | None = None
    salary_cost: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Production:
    """Units of a prestatie at a location per month, January first, and how many children they were for."""

    location: str | None
    prestatie: str | None = None
    units: tuple[int | None, ...] = (None,) * MONTHS
    children: int | None = None


@dataclass(frozen=True, slots=True)
class AllocationKey:
    """By what a support centre's cost is divided, and the quantity each other centre used."""

    cost_centre: str | None
    basis: KeyBasis | None = None
    quantities: Mapping[str, Fraction | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Revenue:
    """Revenue that is not for the prestaties, as negative cost of a centre and, if named, of a category."""

    cost_centre: str | None
    description: str | None = None
    amount: Fraction | None = None
    deducted_from: CostCategory | None = None


@dataclass(frozen=True, slots=True)
class OtherActivity:
    """An activity outside the study, such as home nursing, with its revenue; its cost is that of its cost centre."""

    cost_centre: str | None
    description: str | None = None
    revenue: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The provider's answer to a check that it expects to be warned by."""

    rule_id: str | None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class SubmissionContent:
    """Everything on the form of one provider over one cost year."""

    form_version: str | None
    study_id: str | None
    agb_code: str | None
    cost_year: int | None
    provider_name: str | None = None
    nza_number: str | None = None
    locations: tuple[Location, ...] = ()
    annual_accounts: tuple[Account, ...] = ()
    cost_centres: tuple[CostCentre, ...] = ()
    personnel: tuple[Personnel, ...] = ()
    production: tuple[Production, ...] = ()
    allocation_keys: tuple[AllocationKey, ...] = ()
    revenue: tuple[Revenue, ...] = ()
    other_activities: tuple[OtherActivity, ...] = ()
    explanations: tuple[Explanation, ...] = ()


def units_of(content: SubmissionContent, prestatie: str) -> int | None:
    """The year's units of a prestatie over all locations; None where it was not made or a month is missing."""
    rows = [row for row in content.production if row.prestatie == prestatie]
    months = [month for row in rows for month in row.units]
    if not rows or any(month is None for month in months):
        return None
    return sum(month for month in months if month is not None)


def cost_by_group(
    content: SubmissionContent, groups: Mapping[CostCategory, AccountGroup]
) -> dict[AccountGroup, Fraction]:
    """What the cost table and the revenue table add up to per line of the annual accounts, the total included."""
    sums = {group: Fraction(0) for group in AccountGroup}
    entered = [(category, amount) for centre in content.cost_centres for category, amount in centre.costs.items()]
    entered += [(CostCategory.REVENUE, row.amount) for row in content.revenue]
    for category, amount in entered:
        sums[groups[category]] += amount or Fraction(0)
        sums[AccountGroup.TOTAL] += amount or Fraction(0)
    return sums
