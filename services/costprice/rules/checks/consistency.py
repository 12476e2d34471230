"""K: can these figures all be true at the same time?"""

from calendar import isleap
from collections.abc import Iterator
from fractions import Fraction

from services.costprice.rules.allocation import AllocationFaults
from services.costprice.rules.checks.catalogue import Check, Hit, StudyContext, error, show, warning
from services.costprice.rules.content import CentreKind, CostCentre, KeyBasis, SubmissionContent, units_of
from services.costprice.rules.cost_price import provider_cost
from services.costprice.rules.faults import pointer
from services.costprice.rules.fte import FTE_RULE, NegativeWorkingTime, fte
from shared.kernel.sources import Text

FTE_TOLERANCE = Fraction(1, 100)
"""Per person: the technical annex prints fte in two decimals."""


def _capacity(content: SubmissionContent, _study: StudyContext) -> Iterator[Hit]:
    by_id = {location.id: location for location in content.locations}
    for index, row in enumerate(content.production):
        location = by_id.get(row.location)
        if location is None or None in row.units:
            continue
        places, days = (
            (location.beds, location.opening_days_stay)
            if row.prestatie == CentreKind.VERBLIJF
            else (location.day_care_places, location.opening_days_day_care)
        )
        made = sum(units for units in row.units if units is not None)
        if places is not None and days is not None and made > places * days:
            yield Hit(pointer("production", index, "units"), show(made), f"{places} × {days} = {places * days}")


def _fte(content: SubmissionContent, _study: StudyContext) -> Iterator[Hit]:
    for index, row in enumerate(content.personnel):
        if row.hours_per_week is None or row.weeks is None or row.headcount is None or row.fte is None:
            continue
        try:
            expected = row.headcount * fte(row.hours_per_week, row.weeks)
        except NegativeWorkingTime:
            continue
        if abs(row.fte - expected) > FTE_TOLERANCE * row.headcount:
            yield Hit(pointer("personnel", index, "fte"), show(row.fte), show(expected))


def _cost_without_production(content: SubmissionContent, study: StudyContext) -> Iterator[Hit]:
    for prestatie in study.prestaties:
        units = units_of(content, prestatie)
        made = any(row.prestatie == prestatie for row in content.production)
        for index, centre in enumerate(content.cost_centres):
            if centre.kind == prestatie and has_cost(centre) and (units == 0 or not made):
                yield Hit(pointer("costCentres", index), centre.id)


def _production_without_cost(content: SubmissionContent, study: StudyContext) -> Iterator[Hit]:
    with_cost = {centre.kind for centre in content.cost_centres if has_cost(centre)}
    for index, row in enumerate(content.production):
        made = any(units for units in row.units)
        if made and row.prestatie in study.prestaties and row.prestatie not in with_cost:
            yield Hit(pointer("production", index), row.prestatie)


def _negative_cost(content: SubmissionContent, _study: StudyContext) -> Iterator[Hit]:
    for index, centre in enumerate(content.cost_centres):
        for category, amount in centre.costs.items():
            if amount is not None and amount < 0:
                yield Hit(pointer("costCentres", index, "costs", category.value), show(amount), "≥ 0")
    for index, row in enumerate(content.personnel):
        if row.salary_cost is not None and row.salary_cost < 0:
            yield Hit(pointer("personnel", index, "salaryCost"), show(row.salary_cost), "≥ 0")


def _positive_revenue(content: SubmissionContent, _study: StudyContext) -> Iterator[Hit]:
    for index, row in enumerate(content.revenue):
        if row.amount is not None and row.amount > 0:
            yield Hit(pointer("revenue", index, "amount"), show(row.amount), "≤ 0")


def _key_missing(content: SubmissionContent, _study: StudyContext) -> Iterator[Hit]:
    for index, centre in enumerate(content.cost_centres):
        if centre.kind is not CentreKind.SUPPORT or not has_cost(centre):
            continue
        keys = [key for key in content.allocation_keys if key.cost_centre == centre.id]
        usable = any(
            key.basis is KeyBasis.PRO_RATA or any(q and to != centre.id for to, q in key.quantities.items())
            for key in keys
        )
        if not usable:
            yield Hit(pointer("costCentres", index), centre.id)


def _keys_carry(content: SubmissionContent, study: StudyContext) -> Iterator[Hit]:
    try:
        provider_cost(content, study.method)
    except AllocationFaults as refused:
        for fault in refused.faults:
            yield Hit("/allocationKeys", fault.message.nl, fault.message.en)


def _keys_of_others(content: SubmissionContent, _study: StudyContext) -> Iterator[Hit]:
    support = {centre.id for centre in content.cost_centres if centre.kind is CentreKind.SUPPORT}
    known = {centre.id for centre in content.cost_centres}
    for index, key in enumerate(content.allocation_keys):
        if key.cost_centre in known and key.cost_centre not in support:
            yield Hit(pointer("allocationKeys", index, "costCentre"), key.cost_centre)


def _days_of_year(content: SubmissionContent, study: StudyContext) -> Iterator[Hit]:
    days = 366 if isleap(study.cost_year) else 365
    for index, location in enumerate(content.locations):
        for name, given in (
            ("openingDaysStay", location.opening_days_stay),
            ("openingDaysDayCare", location.opening_days_day_care),
        ):
            if given is not None and given > days:
                yield Hit(pointer("locations", index, name), show(given), f"≤ {days}")


def _children(content: SubmissionContent, _study: StudyContext) -> Iterator[Hit]:
    for index, row in enumerate(content.production):
        made = sum(units for units in row.units if units is not None)
        if row.children is not None and None not in row.units and (row.children > made or (made and not row.children)):
            yield Hit(pointer("production", index, "children"), show(row.children), f"1 – {made}")


def _outside_named(content: SubmissionContent, _study: StudyContext) -> Iterator[Hit]:
    named = {activity.cost_centre for activity in content.other_activities}
    for index, centre in enumerate(content.cost_centres):
        if centre.kind is CentreKind.OUTSIDE and centre.id not in named:
            yield Hit(pointer("costCentres", index), centre.id)


def has_cost(centre: CostCentre) -> bool:
    """Whether anything was booked on the centre."""
    return any(amount for amount in centre.costs.values())


TOGETHER = Text(
    "Cijfers die elkaar tegenspreken, kunnen niet alle kloppen.", "Figures that contradict cannot all be true."
)

CONSISTENCY = (
    Check(
        error(
            "K01",
            Text(
                "De productie ({value}) is groter dan plaatsen × openingsdagen ({expected}).",
                "Production ({value}) exceeds places × opening days ({expected}).",
            ),
            TOGETHER,
        ),
        _capacity,
    ),
    Check(
        error(
            "K02",
            Text(
                "Het aantal fte ({value}) volgt niet uit uren en weken volgens de fte-regel ({expected}).",
                "The fte ({value}) do not follow from hours and weeks by the fte rule ({expected}).",
            ),
            TOGETHER,
            FTE_RULE,
        ),
        _fte,
    ),
    Check(
        error(
            "K03",
            Text(
                "Kostenplaats {value} heeft kosten voor een prestatie zonder productie.",
                "Cost centre {value} has cost for a prestatie without production.",
            ),
            Text("Een kostprijs per eenheid van niets bestaat niet.", "A cost per unit of nothing does not exist."),
        ),
        _cost_without_production,
    ),
    Check(
        error(
            "K04",
            Text("Er is productie van {value}, maar geen kosten.", "There is production of {value}, but no cost."),
            Text("Zorg zonder kosten maakt de kostprijs te laag.", "Care without cost makes the cost price too low."),
        ),
        _production_without_cost,
    ),
    Check(
        error(
            "K05",
            Text(
                "Negatieve kosten ({value}) horen op het blad met opbrengsten.",
                "Negative cost ({value}) belongs on the sheet with revenue.",
            ),
            TOGETHER,
        ),
        _negative_cost,
    ),
    Check(
        error(
            "K06",
            Text(
                "Af te trekken opbrengsten zijn negatief; dit is {value}.", "Revenue is negative cost; this is {value}."
            ),
            TOGETHER,
        ),
        _positive_revenue,
    ),
    Check(
        error(
            "K07",
            Text(
                "Hulpkostenplaats {value} heeft kosten maar geen sleutel; vul hoeveelheden in of kies naar rato.",
                "Support centre {value} has cost but no allocation key; enter quantities or choose pro rata.",
            ),
            Text("Alle kosten worden toegerekend.", "All cost is allocated."),
        ),
        _key_missing,
    ),
    Check(
        error(
            "K08",
            Text("De kosten kunnen niet worden verdeeld: {value}.", "The cost cannot be allocated: {expected}."),
            Text("Alle kosten worden toegerekend.", "All cost is allocated."),
        ),
        _keys_carry,
        needs_sound=True,
    ),
    Check(
        error(
            "K09",
            Text(
                "{value} openingsdagen kan niet in dit jaar ({expected}).",
                "{value} opening days is too many ({expected}).",
            ),
            TOGETHER,
        ),
        _days_of_year,
    ),
    Check(
        error(
            "K10",
            Text(
                "{value} kinderen kan niet bij deze productie; verwacht {expected}.",
                "{value} children is impossible with this production; expected {expected}.",
            ),
            TOGETHER,
        ),
        _children,
    ),
    Check(
        error(
            "K11",
            Text(
                "Kostenplaats {value} is geen hulpkostenplaats en heeft geen verdeelsleutel.",
                "Cost centre {value} is not a support centre and has no allocation key.",
            ),
            TOGETHER,
        ),
        _keys_of_others,
    ),
    Check(
        warning(
            "K12",
            Text(
                "Kostenplaats {value} ligt buiten het onderzoek; beschrijf haar op het blad Overige activiteiten.",
                "Cost centre {value} lies outside the study; describe the activity on the sheet Other activities.",
            ),
            Text(
                "Wat buiten het onderzoek valt, moet te beoordelen zijn.",
                "What falls outside must be open to judgement.",
            ),
        ),
        _outside_named,
    ),
)
