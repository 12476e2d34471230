"""Bring amounts from one price level to another."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from services.tariffs.errors.calculations import InvalidInput, NoValueForCalculation
from services.tariffs.operations.known import Known, known
from services.tariffs.rules.components import Component, PriceLevel
from services.tariffs.rules.index_faults import Bound, bounds_at_fault, chain_faults
from services.tariffs.rules.indexation import CatchUp, Indexation, IndexBelowZero, IndexValues, index_components
from services.tariffs.rules.labels import Origin
from services.tariffs.schemas.indexations import IndexationIn, IndexationOut
from services.tariffs.schemas.price_levels import COMPONENT_FIELDS, SubstitutionOut
from shared.kernel.dated import NoValueInForce
from shared.kernel.numbers import plain
from shared.kernel.sources import Source, Text
from shared.plumbing.problems import Fault
from shared.plumbing.schemas import ReceiptOut, StepOut
from shared.plumbing.work import Work


def index(work: Work, sent: IndexationIn) -> IndexationOut:
    """The amounts at the price level asked for, with every year as a step.

    Raises:
        NoValueForCalculation: years on the way have no value; names every year of every index.
        InvalidInput: a value on the way is −100 % or less.
    """
    then = known(work, sent.known_at)
    answer = _indexed(sent, then)
    receipt = then.receipt(sent.model_dump(mode="json", by_alias=True, exclude={"known_at"}))
    return IndexationOut(
        components={COMPONENT_FIELDS[c]: amount for c, amount in answer.components.items()},
        total=answer.total,
        total_cents=answer.total_cents,
        substituted=SubstitutionOut.all(answer.substituted),
        illustrative=answer.steps.illustrative,
        steps=StepOut.all(answer.steps),
        receipt=ReceiptOut.of(receipt),
    )


def _indexed(sent: IndexationIn, then: Known) -> Indexation:
    amounts: dict[Component, Fraction] = sent.components.amounts
    origins = {c: Origin(Source(form="request", cell=f"/components/{COMPONENT_FIELDS[c]}")) for c in amounts}
    values = IndexValues(then.history, then.at)
    start, end = sent.from_.level, sent.to.level

    ways = [Way(component, start, end, "/from", "/to") for component in amounts]
    refuse_missing(ways, values, sent.catch_up)
    return index_components(amounts, start=start, end=end, values=values, catch_up=sent.catch_up, origins=origins)


@dataclass(frozen=True, slots=True)
class Way:
    """The index chain of a component, and where in the request its two ends stand."""

    component: Component
    start: PriceLevel
    end: PriceLevel
    start_place: str
    end_place: str


def refuse_missing(ways: Iterable[Way], values: IndexValues, catch_up: CatchUp) -> None:
    """Name every year of every index that has no value on the way, at each end of the chain that is at fault.

    Raises:
        NoValueForCalculation, InvalidInput: see there.
    """
    missing: dict[tuple[str, date, str], NoValueInForce] = {}
    broken: list[Fault] = []
    for way in ways:
        places = {Bound.START: way.start_place, Bound.END: way.end_place}
        for fault in chain_faults(way.component, way.start, way.end, values=values, catch_up=catch_up):
            if isinstance(fault, IndexBelowZero):
                broken.append(Fault(way.end_place, "index_below_zero", _below_zero(fault)))
                continue
            for bound in bounds_at_fault(fault, way.start, way.end):
                missing.setdefault((fault.name, fault.on, places[bound]), fault)
    broken = list(dict.fromkeys(broken))
    if missing:
        raise NoValueForCalculation([(place, fault) for (_, _, place), fault in missing.items()], broken)
    if broken:
        raise InvalidInput(broken)


def _below_zero(fault: IndexBelowZero) -> Text:
    name, value = fault.index.parameter, plain(fault.value)
    return Text(
        f"{name} van {fault.year} is {value}; een prijsindex ligt boven -1: kies een ander jaar of verbeter de waarde",
        f"{name} of {fault.year} is {value}; a price index lies above -1: choose another year or correct the value",
    )
