"""P: is it likely? Warnings, to be explained; the thresholds are our own and have no public source."""

from collections.abc import Iterator
from fractions import Fraction

from services.costprice.rules.allocation import AllocationFaults
from services.costprice.rules.checks.catalogue import Check, Hit, StudyContext, show, warning
from services.costprice.rules.content import CentreKind, SubmissionContent, units_of
from services.costprice.rules.cost_price import provider_cost
from services.costprice.rules.faults import pointer
from shared.kernel.sources import Text

LARGEST_CHANGE = Fraction(25, 100)
"""Change against the other year that asks for an explanation; our own threshold, not NZa's."""


def _production_changed(content: SubmissionContent, study: StudyContext) -> Iterator[Hit]:
    if study.other_year is None:
        return
    for prestatie in study.prestaties:
        now, then = units_of(content, prestatie), units_of(study.other_year, prestatie)
        if now is not None and then and abs(Fraction(now - then, then)) > LARGEST_CHANGE:
            yield Hit("/production", f"{prestatie}: {now}", f"{then} ({study.other_year.cost_year})")


def _unit_cost_changed(content: SubmissionContent, study: StudyContext) -> Iterator[Hit]:
    now, then = _unit_costs(content, study), _unit_costs(study.other_year, study)
    for prestatie in now.keys() & then.keys():
        if then[prestatie] and abs(now[prestatie] / then[prestatie] - 1) > LARGEST_CHANGE:
            yield Hit("/costCentres", f"{prestatie}: {_euros(now[prestatie])}", _euros(then[prestatie]))


def _unit_costs(content: SubmissionContent | None, study: StudyContext) -> dict[str, Fraction]:
    if content is None:
        return {}
    try:
        cost = provider_cost(content, study.method)
    except AllocationFaults:
        return {}
    return {name: made.total / made.units for name, made in cost.prestaties.items() if made.units}


def _empty_places(content: SubmissionContent, study: StudyContext) -> Iterator[Hit]:
    for index, location in enumerate(content.locations):
        for prestatie, places, name in (
            (CentreKind.VERBLIJF, location.beds, "beds"),
            (CentreKind.DAGOPVANG, location.day_care_places, "dayCarePlaces"),
        ):
            made = any(row.location == location.id and row.prestatie == prestatie for row in content.production)
            if prestatie in study.prestaties and places and not made:
                yield Hit(pointer("locations", index, name), show(places))


def _euros(amount: Fraction) -> str:
    return show(amount) or ""


WHY = Text(
    "Grote verschillen zijn vaker een fout dan een ontwikkeling. De drempel is van onszelf (illustratief).",
    "Large differences are more often a mistake than a development. The threshold is our own (illustrative).",
)

PLAUSIBILITY = (
    Check(
        warning(
            "P01",
            Text(
                "De kostprijs per eenheid ({value}) wijkt meer dan 25 % af van het andere jaar ({expected}).",
                "Cost per unit ({value}) differs more than 25 % from the other year ({expected}).",
            ),
            WHY,
        ),
        _unit_cost_changed,
        needs_sound=True,
    ),
    Check(
        warning(
            "P02",
            Text(
                "De productie ({value}) wijkt meer dan 25 % af van het andere jaar: {expected}.",
                "Production ({value}) differs more than 25 % from the other year: {expected}.",
            ),
            WHY,
        ),
        _production_changed,
    ),
    Check(
        warning(
            "P03",
            Text(
                "De locatie heeft {value} plaatsen, maar geen regel met productie.",
                "The location has {value} places but no line of production.",
            ),
            Text("Een vergeten regel maakt de kostprijs te hoog.", "A forgotten line makes the cost price too high."),
        ),
        _empty_places,
    ),
)
