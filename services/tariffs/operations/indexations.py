"""Bring amounts from one price level to another."""

from collections.abc import Callable, Iterable
from fractions import Fraction

from services.tariffs.errors.calculations import InvalidInput, NoValueForCalculation
from services.tariffs.operations.known import Known, known
from services.tariffs.rules.components import Component
from services.tariffs.rules.indexation import Indexation, IndexBelowZero, IndexValues, index_components
from services.tariffs.rules.labels import Origin
from services.tariffs.schemas.indexations import IndexationIn, IndexationOut
from services.tariffs.schemas.price_levels import COMPONENT_FIELDS, SubstitutionOut
from shared.kernel.dated import NoValueInForce
from shared.kernel.sources import Source
from shared.plumbing.problems import Fault
from shared.plumbing.schemas import ReceiptOut, StepOut
from shared.plumbing.work import Work


def index(work: Work, sent: IndexationIn) -> IndexationOut:
    """The amounts at the price level asked for, with every year as a step.

    Raises:
        NoValueForCalculation: years on the way have no value; names each index.
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

    def one(component: Component) -> None:
        amount = {component: amounts[component]}
        index_components(amount, start=start, end=end, values=values, catch_up=sent.catch_up)

    refuse_missing(amounts, one, lambda _component: "/to" if end.year >= start.year else "/from")
    return index_components(amounts, start=start, end=end, values=values, catch_up=sent.catch_up, origins=origins)


def refuse_missing(
    components: Iterable[Component], compute: Callable[[Component], object], location: Callable[[Component], str]
) -> None:
    """Compute each component alone, so that every index that lacks a value is named at once.

    Raises:
        NoValueForCalculation, InvalidInput: see there.
    """
    missing: dict[tuple[str, object], tuple[str, NoValueInForce]] = {}
    broken: list[Fault] = []
    for component in components:
        try:
            compute(component)
        except NoValueInForce as error:
            missing.setdefault((error.name, error.on), (location(component), error))
        except IndexBelowZero as error:
            broken.append(Fault(location(component), "index_below_zero", str(error)))
    if missing:
        raise NoValueForCalculation(list(missing.values()))
    if broken:
        raise InvalidInput(broken)
