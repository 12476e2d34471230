"""Where everything stands on the form. The writer and the reader both follow it; changing it is a new form version."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum

from xlsxwriter.utility import xl_rowcol_to_cell

from services.costprice.rules.categories import ACCOUNT_TEXT, CATEGORY_TEXT, AccountGroup, CostCategory
from services.costprice.rules.content import MONTHS, CentreKind, Employment, KeyBasis, Tenure
from shared.kernel.sources import Text


class ContentTooLarge(ValueError):
    """A table holds more rows than the form has room for."""


class Kind(Enum):
    """What an input cell takes."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of inputs: the field it fills, its label, what it takes, its list, and its range for validation."""

    field: str
    label: Text
    kind: Kind = Kind.TEXT
    choices: Mapping[str, Text] | None = None
    range: tuple[int, int] | None = None
    width: int = 14


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of inputs on a sheet. ``first_row`` and ``first_column`` are counted from 0; the labels stand above.

    ``table`` is the name of the rows in JSON; ``prefilled`` names the column whose cells are filled in beforehand and
    that alone do not make a row.
    """

    sheet: str
    table: str
    first_row: int
    rows: int
    columns: tuple[Column, ...]
    first_column: int = 0
    prefilled: str | None = None
    prefix: str = ""


LEGEND, PROVIDER, ACCOUNTS, COSTS = "Legenda", "Zorgaanbieder", "Jaarrekening", "Kosten"
PERSONNEL, PRODUCTION, KEYS = "Personeel", "Productie", "Verdeelsleutels"
REVENUE, OTHER, EXPLANATIONS = "Opbrengsten", "Overige activiteiten", "Toelichting"

SHEETS: Mapping[str, Text] = {
    LEGEND: Text("Legenda", "Legend"),
    PROVIDER: Text("Zorgaanbieder en locaties", "Provider and locations"),
    ACCOUNTS: Text("Aansluiting op de jaarrekening", "Tie-out to the annual accounts"),
    COSTS: Text("Kosten per kostenplaats en categorie", "Cost per cost centre and category"),
    PERSONNEL: Text("Personeel", "Personnel"),
    PRODUCTION: Text("Productie per locatie, prestatie en maand", "Production per location, prestatie and month"),
    KEYS: Text("Verdeelsleutels van hulpkostenplaatsen", "Allocation keys of support centres"),
    REVENUE: Text("Af te trekken opbrengsten (negatief)", "Revenue to deduct (negative)"),
    OTHER: Text("Activiteiten buiten het onderzoek", "Activities outside the study"),
    EXPLANATIONS: Text("Toelichting op controles", "Explanations of checks"),
}

IDENTITY_CELLS: Mapping[str, tuple[str, int, int]] = {
    "formVersion": (LEGEND, 2, 1),
    "studyId": (LEGEND, 3, 1),
    "agbCode": (LEGEND, 5, 1),
    "costYear": (LEGEND, 6, 1),
    "providerName": (PROVIDER, 2, 1),
    "nzaNumber": (PROVIDER, 3, 1),
}
"""Fields that stand on their own: sheet, row and column, counted from 0."""
STUDY_NAME_CELL = (LEGEND, 4, 1)

KIND_CHOICES = {
    CentreKind.SUPPORT.value: Text("hulpkostenplaats", "support"),
    CentreKind.DAGOPVANG.value: Text("dagopvang", "day care"),
    CentreKind.VERBLIJF.value: Text("verblijf", "stay"),
    CentreKind.OUTSIDE.value: Text("buiten het onderzoek", "outside"),
}
BASIS_CHOICES = {
    KeyBasis.FTE.value: Text("fte", "fte"),
    KeyBasis.FLOOR_AREA.value: Text("vierkante meters", "floor area"),
    KeyBasis.DAYS.value: Text("dagen", "days"),
    KeyBasis.DIRECT.value: Text("directe toewijzing", "direct"),
    KeyBasis.OTHER.value: Text("andere sleutel", "other"),
    KeyBasis.PRO_RATA.value: Text("naar rato van kosten", "pro rata"),
}
TENURE_CHOICES = {Tenure.OWNED.value: Text("eigendom", "owned"), Tenure.RENTED.value: Text("huur", "rented")}
EMPLOYMENT_CHOICES = {
    Employment.OWN.value: Text("loondienst", "own"),
    Employment.HIRED.value: Text("ingehuurd", "hired"),
}
PRESTATIE_CHOICES = {"dagopvang": Text("dagopvang", "day care"), "verblijf": Text("verblijf", "stay")}
ENTERED_CATEGORIES = tuple(category for category in CostCategory if category is not CostCategory.REVENUE)
CATEGORY_CHOICES = {category.value: CATEGORY_TEXT[category] for category in ENTERED_CATEGORIES}

MONTH_NAMES = (
    Text("jan", "Jan"),
    Text("feb", "Feb"),
    Text("mrt", "Mar"),
    Text("apr", "Apr"),
    Text("mei", "May"),
    Text("jun", "Jun"),
    Text("jul", "Jul"),
    Text("aug", "Aug"),
    Text("sep", "Sep"),
    Text("okt", "Oct"),
    Text("nov", "Nov"),
    Text("dec", "Dec"),
)

LOCATIONS = Table(
    PROVIDER,
    "locations",
    first_row=7,
    rows=12,
    prefilled="id",
    prefix="L",
    columns=(
        Column("id", Text("Locatiecode", "Location code")),
        Column("name", Text("Naam", "Name"), width=28),
        Column("beds", Text("Bedden verblijf", "Beds"), Kind.WHOLE, range=(0, 1000)),
        Column("dayCarePlaces", Text("Plaatsen dagopvang", "Day-care places"), Kind.WHOLE, range=(0, 1000)),
        Column("openingDaysStay", Text("Openingsdagen verblijf", "Opening days, stay"), Kind.WHOLE, range=(0, 366)),
        Column(
            "openingDaysDayCare", Text("Openingsdagen dagopvang", "Opening days, day care"), Kind.WHOLE, range=(0, 366)
        ),
        Column("floorArea", Text("Vloeroppervlak (m²)", "Floor area (m²)"), Kind.NUMBER, range=(0, 1_000_000)),
        Column("tenure", Text("Eigendom of huur", "Owned or rented"), choices=TENURE_CHOICES, width=18),
        Column("yearOfBuilding", Text("Bouwjaar", "Year of building"), Kind.WHOLE, range=(1500, 2100)),
    ),
)

ACCOUNT_GROUPS = tuple(AccountGroup)
ACCOUNT_TABLE = Table(
    ACCOUNTS,
    "annualAccounts",
    first_row=4,
    rows=len(ACCOUNT_GROUPS),
    first_column=1,
    columns=(
        Column("amount", Text("Bedrag in de jaarrekening", "Amount in the annual accounts"), Kind.AMOUNT, width=20),
        Column("reference", Text("Vindplaats (bladzijde, noot)", "Where (page, note)"), width=26),
    ),
)
ACCOUNT_LABELS = tuple(ACCOUNT_TEXT[group] for group in ACCOUNT_GROUPS)

CENTRES = 25
COST_TABLE = Table(
    COSTS,
    "costCentres",
    first_row=4,
    rows=CENTRES,
    prefilled="id",
    prefix="K",
    columns=(
        Column("id", Text("Kostenplaats", "Cost centre")),
        Column("name", Text("Naam", "Name"), width=28),
        Column("kind", Text("Soort", "Kind"), choices=KIND_CHOICES, width=24),
        *(
            Column(f"costs.{category.value}", CATEGORY_TEXT[category], Kind.AMOUNT, range=(0, 10**12))
            for category in ENTERED_CATEGORIES
        ),
    ),
)
REVENUE_COLUMN = len(COST_TABLE.columns)
TOTAL_COLUMN = REVENUE_COLUMN + 1

PERSONNEL_TABLE = Table(
    PERSONNEL,
    "personnel",
    first_row=4,
    rows=150,
    columns=(
        Column("function", Text("Functie", "Function"), width=28),
        Column("fwgGrade", Text("FWG-schaal", "FWG grade"), Kind.WHOLE, range=(5, 80)),
        Column("employment", Text("Dienstverband", "Employment"), choices=EMPLOYMENT_CHOICES, width=20),
        Column("costCentre", Text("Kostenplaats", "Cost centre")),
        Column("headcount", Text("Aantal personen", "Persons"), Kind.WHOLE, range=(1, 100_000)),
        Column("hoursPerWeek", Text("Uren per week (p.p.)", "Hours a week, each"), Kind.NUMBER, range=(0, 60)),
        Column("weeks", Text("Weken in het jaar (p.p.)", "Weeks in the year, each"), Kind.NUMBER, range=(0, 53)),
        Column("fte", Text("Fte samen", "Fte together"), Kind.NUMBER, range=(0, 100_000)),
        Column("salaryCost", Text("Loonkosten samen", "Salary cost together"), Kind.AMOUNT, range=(0, 10**12)),
    ),
)

PRODUCTION_TABLE = Table(
    PRODUCTION,
    "production",
    first_row=4,
    rows=24,
    columns=(
        Column("location", Text("Locatiecode", "Location code")),
        Column("prestatie", Text("Prestatie", "Prestatie"), choices=PRESTATIE_CHOICES, width=20),
        *(
            Column(f"units.{month}", MONTH_NAMES[month], Kind.WHOLE, range=(0, 10**9), width=8)
            for month in range(MONTHS)
        ),
        Column("children", Text("Kinderen in het jaar", "Children in the year"), Kind.WHOLE, range=(0, 10**6)),
    ),
)

KEY_TABLE = Table(
    KEYS,
    "allocationKeys",
    first_row=4,
    rows=CENTRES,
    first_column=2,
    columns=(
        Column("basis", Text("Grondslag", "Basis"), choices=BASIS_CHOICES, width=24),
        *(
            Column(
                f"quantities.{centre}", Text(f"naar {centre + 1}", f"to {centre + 1}"), Kind.NUMBER, range=(0, 10**9)
            )
            for centre in range(CENTRES)
        ),
    ),
)
"""Row and column n belong to the n-th cost centre of the cost table."""

REVENUE_TABLE = Table(
    REVENUE,
    "revenue",
    first_row=4,
    rows=25,
    columns=(
        Column("costCentre", Text("Kostenplaats", "Cost centre")),
        Column("description", Text("Omschrijving", "Description"), width=44),
        Column("amount", Text("Bedrag (negatief)", "Amount (negative)"), Kind.AMOUNT, range=(-(10**12), 0)),
        Column("deductedFrom", Text("In mindering op", "Deducted from"), choices=CATEGORY_CHOICES, width=34),
    ),
)

OTHER_TABLE = Table(
    OTHER,
    "otherActivities",
    first_row=4,
    rows=12,
    columns=(
        Column("costCentre", Text("Kostenplaats", "Cost centre")),
        Column("description", Text("Omschrijving", "Description"), width=44),
        Column("revenue", Text("Opbrengst", "Revenue"), Kind.AMOUNT, range=(0, 10**12)),
    ),
)

EXPLANATION_TABLE = Table(
    EXPLANATIONS,
    "explanations",
    first_row=4,
    rows=30,
    columns=(
        Column("ruleId", Text("Controle", "Check")),
        Column("text", Text("Toelichting", "Explanation"), width=90),
    ),
)

TABLES = (
    LOCATIONS,
    ACCOUNT_TABLE,
    COST_TABLE,
    PERSONNEL_TABLE,
    PRODUCTION_TABLE,
    KEY_TABLE,
    REVENUE_TABLE,
    OTHER_TABLE,
    EXPLANATION_TABLE,
)


def cell(row: int, column: int) -> str:
    """The address of a cell as a reader knows it, such as ``C7``."""
    return str(xl_rowcol_to_cell(row, column))


def choice_label(choices: Mapping[str, Text], value: str) -> str:
    """What stands in the list for a value: Dutch with the English beside it."""
    text = choices[value]
    return text.nl if text.nl == text.en else f"{text.nl} ({text.en})"


def choice_value(choices: Mapping[str, Text], entered: str) -> str | None:
    """The value that was chosen; the label, the Dutch word and the value itself are all understood."""
    wanted = entered.strip().casefold()
    for value, text in choices.items():
        if wanted in {value.casefold(), text.nl.casefold(), choice_label(choices, value).casefold()}:
            return value
    return None


def plain_value(value: object) -> object:
    """The value of an enum as text; anything else as it is."""
    return value.value if isinstance(value, StrEnum) else value
