"""T: is it this form, of this study, provider and year, and can it be read?"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from services.costprice.rules.checks.catalogue import Check, Hit, StudyContext, error, show
from services.costprice.rules.content import FORM_VERSION, SubmissionContent
from services.costprice.rules.faults import pointer
from shared.kernel.money import CENTS_PER_EURO
from shared.kernel.sources import Text

READABLE = Text("Een waarde die niet gelezen kan worden, is geen nul.", "A value that cannot be read is not zero.")

TEXT_IN_NUMBER_CELL = error(
    "T05",
    Text(
        "Hier hoort een getal, er staat tekst: {value}. Vul een getal in, zonder punten, eenheid of spaties.",
        "A number belongs here, but this is text: {value}. Enter a number without separators, unit or spaces.",
    ),
    READABLE,
)
ERROR_VALUE = error(
    "T06",
    Text(
        "Deze cel bevat een foutwaarde: {value}. Herstel de formule.",
        "This cell holds an error value: {value}. Mend it.",
    ),
    READABLE,
)
FORMULA_WITHOUT_VALUE = error(
    "T07",
    Text(
        "Deze invoercel bevat een formule zonder berekende waarde. Laat een rekenprogramma het formulier berekenen en "
        "opslaan, of vul de waarde zelf in.",
        "This input cell holds a formula without a calculated value. Let a spreadsheet program recalculate and save "
        "the form, or enter the value itself.",
    ),
    READABLE,
)
NOT_IN_LIST = error(
    "T08",
    Text(
        "{value} staat niet in de keuzelijst. Kies uit: {expected}.", "{value} is not in the list. Choose: {expected}."
    ),
    READABLE,
)
NOT_WHOLE = error(
    "T09",
    Text("Hier hoort een heel getal; er staat {value}.", "A whole number belongs here; this is {value}."),
    READABLE,
)
NUMBER_IN_CODE_CELL = error(
    "T14",
    Text(
        "Hier hoort tekst; er staat {value}. Zet een apostrof voor een code met voorloopnullen.",
        "Text belongs here; this is {value}. Put an apostrophe before a code with leading zeros.",
    ),
    READABLE,
)
NOT_STORABLE = error(
    "T16",
    Text(
        "{value} is te groot of te klein om te kunnen kloppen.",
        "{value} is too large or too small to be true.",
    ),
    READABLE,
)
READING_RULES = (
    TEXT_IN_NUMBER_CELL,
    ERROR_VALUE,
    FORMULA_WITHOUT_VALUE,
    NOT_IN_LIST,
    NOT_WHOLE,
    NUMBER_IN_CODE_CELL,
    NOT_STORABLE,
)
"""Rules that the reader of the form applies while reading, before there is content to check."""


def _identity(id: str, field: str, nl: str, en: str) -> Check:
    """The content carries the same version, study, provider or year as the address it was sent to."""

    def find(content: SubmissionContent, study: StudyContext) -> Iterator[Hit]:
        expected = {
            "formVersion": FORM_VERSION,
            "studyId": study.study_id,
            "agbCode": study.agb_code,
            "costYear": study.cost_year,
            "nzaNumber": study.nza_number,
        }[field]
        given = {
            "formVersion": content.form_version,
            "studyId": content.study_id,
            "agbCode": content.agb_code,
            "costYear": content.cost_year,
            "nzaNumber": content.nza_number,
        }[field]
        if given != expected:
            yield Hit(pointer(field), show(given), str(expected))

    return Check(
        error(
            id,
            Text(
                f"{nl}: dit is {{value}}, verwacht is {{expected}}.", f"{en}: this is {{value}}, expected {{expected}}."
            ),
            Text(
                "Een formulier hoort bij één versie, onderzoek, zorgaanbieder en jaar.",
                "A form belongs to one version, study, provider and year.",
            ),
        ),
        find,
    )


RANGES: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "locations": {
        "beds": (0, 1000),
        "day_care_places": (0, 1000),
        "opening_days_stay": (0, 366),
        "opening_days_day_care": (0, 366),
        "floor_area": (0, 1_000_000),
        "year_of_building": (1500, 2100),
    },
    "personnel": {
        "fwg_grade": (5, 80),
        "headcount": (1, 100_000),
        "hours_per_week": (0, 60),
        "weeks": (0, 53),
        "fte": (0, 100_000),
    },
    "production": {"children": (0, 1_000_000)},
    "other_activities": {"revenue": (0, 10**12)},
}
"""Per table and field the least and the largest value that can be meant."""


def _in_range(content: SubmissionContent, _study: StudyContext) -> Iterator[Hit]:
    for table, fields in RANGES.items():
        for index, row in enumerate(getattr(content, table)):
            for name, (low, high) in fields.items():
                value = getattr(row, name)
                if value is not None and not low <= value <= high:
                    yield Hit(pointer(camel(table), index, camel(name)), show(value), f"{low} – {high}")
    for index, row in enumerate(content.production):
        for month, units in enumerate(row.units):
            if units is not None and units < 0:
                yield Hit(pointer("production", index, "units", month), show(units), "≥ 0")
    for index, key in enumerate(content.allocation_keys):
        for centre, quantity in key.quantities.items():
            if quantity is not None and quantity < 0:
                yield Hit(pointer("allocationKeys", index, "quantities", centre), show(quantity), "≥ 0")


def amounts(content: SubmissionContent) -> Iterator[tuple[str, Fraction | None]]:
    """Every amount in euros with its place."""
    for index, account in enumerate(content.annual_accounts):
        yield pointer("annualAccounts", index, "amount"), account.amount
    for index, centre in enumerate(content.cost_centres):
        for category, amount in centre.costs.items():
            yield pointer("costCentres", index, "costs", category.value), amount
    for index, staff in enumerate(content.personnel):
        yield pointer("personnel", index, "salaryCost"), staff.salary_cost
    for index, revenue in enumerate(content.revenue):
        yield pointer("revenue", index, "amount"), revenue.amount
    for index, activity in enumerate(content.other_activities):
        yield pointer("otherActivities", index, "revenue"), activity.revenue


def _whole_cents(content: SubmissionContent, _study: StudyContext) -> Iterator[Hit]:
    for place, amount in amounts(content):
        if amount is not None and (amount * CENTS_PER_EURO).denominator != 1:
            yield Hit(place, show(amount))


def _references(content: SubmissionContent, study: StudyContext) -> Iterator[Hit]:
    """Locations, cost centres and prestaties that are named exist."""
    centres = {centre.id for centre in content.cost_centres}
    locations = {location.id for location in content.locations}
    named: list[tuple[str, str | None, set[str | None]]] = []
    tables: Sequence[tuple[str, Sequence[Any]]] = (
        ("personnel", content.personnel),
        ("allocationKeys", content.allocation_keys),
        ("revenue", content.revenue),
        ("otherActivities", content.other_activities),
    )
    for table, rows in tables:
        named += [(pointer(table, index, "costCentre"), row.cost_centre, centres) for index, row in enumerate(rows)]
    for index, key in enumerate(content.allocation_keys):
        named += [(pointer("allocationKeys", index, "quantities", to), to, centres) for to in key.quantities]
    for index, made in enumerate(content.production):
        named.append((pointer("production", index, "location"), made.location, locations))
        named.append((pointer("production", index, "prestatie"), made.prestatie, set(study.prestaties)))
    for place, name, known in named:
        if name is not None and name not in known:
            yield Hit(place, name, ", ".join(sorted(other for other in known if other is not None)))


def _unique(content: SubmissionContent, _study: StudyContext) -> Iterator[Hit]:
    names: Mapping[str, Sequence[tuple[str, Any]]] = {
        "locations": [("id", row.id) for row in content.locations],
        "annualAccounts": [("group", row.group) for row in content.annual_accounts],
        "costCentres": [("id", row.id) for row in content.cost_centres],
        "production": [("location", (row.location, row.prestatie)) for row in content.production],
        "allocationKeys": [("costCentre", row.cost_centre) for row in content.allocation_keys],
    }
    for table, rows in names.items():
        seen: set[Any] = set()
        for index, (field, name) in enumerate(rows):
            if name in seen and name is not None:
                shown = " / ".join(str(part) for part in name) if isinstance(name, tuple) else str(name)
                yield Hit(pointer(table, index, field), shown)
            seen.add(name)


def camel(name: str) -> str:
    """The name of a field in JSON."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


IDENTITY = (
    _identity("T01", "formVersion", "Andere versie van het formulier", "Another version of the form"),
    _identity("T02", "studyId", "Formulier van een ander onderzoek", "Form of another study"),
    _identity(
        "T03", "agbCode", "Formulier van een andere zorgaanbieder (AGB-code)", "Form of another provider (AGB code)"
    ),
    _identity("T04", "costYear", "Formulier van een ander kostenjaar", "Form of another cost year"),
)
"""Which form this is. A form of another version cannot be judged any further."""

TECHNICAL = (
    _identity("T15", "nzaNumber", "Ander NZa-nummer dan geregistreerd", "Another NZa number than registered"),
    Check(
        error(
            "T10",
            Text("{value} kan niet: verwacht {expected}.", "{value} is impossible: expected {expected}."),
            Text("Onmogelijke waarden zijn typefouten.", "Impossible values are slips of the pen."),
        ),
        _in_range,
    ),
    Check(
        error(
            "T11",
            Text(
                "Een bedrag heeft ten hoogste twee decimalen; dit is {value}.",
                "Give amounts in whole cents, not {value}.",
            ),
            Text(
                "Bedragen sluiten op de cent aan op de jaarrekening.", "Amounts tie to the annual accounts to the cent."
            ),
        ),
        _whole_cents,
    ),
    Check(
        error(
            "T12",
            Text("{value} is niet bekend; bekend zijn: {expected}.", "{value} is not known; known are: {expected}."),
            Text(
                "Wat nergens bij hoort, valt buiten de berekening.",
                "What belongs nowhere falls out of the calculation.",
            ),
        ),
        _references,
    ),
    Check(
        error(
            "T13",
            Text(
                "{value} staat er meer dan eens in; voeg de regels samen.",
                "{value} is given more than once; merge them.",
            ),
            Text("Een dubbele regel telt dubbel.", "A line given twice counts twice."),
        ),
        _unique,
    ),
)
