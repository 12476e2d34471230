"""Compute a maximum tariff from a cost base, and keep it for ever."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from fastapi import Response

from services.tariffs.errors.calculations import (
    BelowZero,
    CalculationNotFound,
    InvalidInput,
    NoValueForCalculation,
    StepNotFound,
)
from services.tariffs.operations.cost_bases import CAPITAL, agrees_with_its_hash, cost_prices, exact_json
from services.tariffs.operations.indexations import Way, refuse_missing
from services.tariffs.operations.known import Known, known
from services.tariffs.rules.components import Component, Prestatie, PriceLevel
from services.tariffs.rules.cost_prices import CostPrice, TariffBelowZero
from services.tariffs.rules.housing_component import HousingNorm
from services.tariffs.rules.in_force import (
    HOUSING_PARAMETERS,
    INDEX_PARAMETERS,
    MAX_MAX_ON_HOUSING,
    MAX_MAX_SURCHARGE,
    InForce,
    chosen_value,
    fault_of_parameter,
    is_parameter,
)
from services.tariffs.rules.indexation import IndexChains
from services.tariffs.rules.labels import Origin, Wording, describe
from services.tariffs.rules.maximum import MaxMax
from services.tariffs.rules.tariff import Tariff, maximum_tariff
from services.tariffs.schemas.calculations import CalculationIn, CalculationOut, OverrideOut, UsedCostBase, code_name
from services.tariffs.schemas.price_levels import COMPONENT_FIELDS, ComponentAmounts, SubstitutionOut
from services.tariffs.store.calculations import CalculationStore, StoredCalculation
from shared.kernel.dated import DatedValue, NoValueInForce, Status, value_on
from shared.kernel.numbers import plain
from shared.kernel.sources import Text
from shared.kernel.steps import Steps
from shared.plumbing.problems import Fault
from shared.plumbing.schemas import ReceiptOut, StepOut
from shared.plumbing.work import Work

CHOSEN = Wording("Afwijkende waarde van {}", "Value chosen for {}", "")
DEFAULT_UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Computed:
    """A tariff with everything that led to it, not kept yet."""

    sent: CalculationIn
    tariff: Tariff
    max_max: MaxMax | None
    index: IndexChains
    steps: Steps
    overrides: list[OverrideOut]
    verified: bool


def calculate(work: Work, sent: CalculationIn, response: Response) -> CalculationOut:
    """Compute a maximum tariff and keep it with all its steps.

    Raises:
        UnusableCostBase, InvalidInput, NoValueForCalculation: what was sent cannot be computed with.
        BelowZero: the components add up to less than nothing.
    """
    then = known(work, sent.known_at)
    computed = compute(sent, then)
    calculation_id, now = uuid.uuid4(), work.now()
    answer = _answer(computed, then, calculation_id, now)
    tariff, max_max = computed.tariff, computed.max_max
    CalculationStore(work.session).add(
        StoredCalculation(
            calculation_id=calculation_id,
            prestatie=sent.prestatie,
            tariff_year=sent.tariff_year,
            components=tariff.components,
            maximum_tariff_cents=tariff.maximum_tariff_cents,
            max_max_tariff_cents=tariff.max_max_tariff_cents,
            max_max_surcharge=max_max.surcharge if max_max else None,
            max_max_on_housing=max_max.on_housing == 1 if max_max else None,
            housing_cents=tariff.housing_cents,
            illustrative=computed.steps.illustrative,
            request=_as_sent(sent, then),
            answer=answer.model_dump(mode="json"),
            calculated_by=work.principal.subject,
            calculated_at=now,
        )
    )
    return work.saved(answer, response, location=f"/tariffs/v1/tariff-calculations/{calculation_id}")


def _as_sent(sent: CalculationIn, then: Known) -> dict[str, Any]:
    """The request to keep: the cost base as it came, and the moment of knowledge."""
    request: dict[str, Any] = sent.model_dump(mode="json", by_alias=True, exclude={"cost_base"})
    return request | {"costBase": exact_json(sent.cost_base.document), "knownAt": then.at.isoformat()}


def compute(sent: CalculationIn, then: Known, *, verified: bool | None = None) -> Computed:
    """Compute a maximum tariff from what was known at a moment; see :func:`calculate` for what can stand in the way.

    ``verified`` tells whether the cost base agrees with its hash, where that was found out before.
    """
    steps = Steps()
    day = date(sent.tariff_year, 1, 1)
    chosen, overrides = _chosen(sent, then, day, steps)
    in_force = then.on(day, chosen)
    if verified is None:
        verified = agrees_with_its_hash(sent.cost_base.document)
    prices = cost_prices(
        sent.cost_base, sent.prestatie, steps, illustrative=sent.cost_base.illustrative or not verified
    )
    norm, max_max = _norm_and_max_max(sent.prestatie, in_force)
    level = PriceLevel(sent.tariff_year, Status(sent.price_status))
    _refuse_missing_indices(sent, prices, norm, level, in_force)
    index = IndexChains(in_force.index_values(), sent.catch_up, steps)
    try:
        tariff = maximum_tariff(sent.prestatie, level, prices, norm=norm, max_max=max_max, index=index, steps=steps)
    except TariffBelowZero as error:
        raise BelowZero(sent.prestatie, plain(error.tariff, 2)) from error
    return Computed(sent, tariff, max_max, index, steps, overrides, verified)


def _chosen(
    sent: CalculationIn, then: Known, day: date, steps: Steps
) -> tuple[dict[str, DatedValue], list[OverrideOut]]:
    """The overrides by code name, each recorded as a step of its own.

    Raises:
        InvalidInput: a name is not that of a parameter, stands twice, or its value cannot be; every fault is named.
    """
    chosen: dict[str, DatedValue] = {}
    listed: list[OverrideOut] = []
    faults: list[Fault] = []
    units = {value.name: value.unit for value in then.history}
    for key, value in sent.overrides.items():
        name, place = code_name(key), f"/overrides/{key}"
        parameter, _, year = name.partition(".")
        if parameter in INDEX_PARAMETERS and not year:
            name = f"{parameter}.{day.year}"
        if not is_parameter(name):
            names = ", ".join((*INDEX_PARAMETERS, *HOUSING_PARAMETERS, MAX_MAX_SURCHARGE, MAX_MAX_ON_HOUSING))
            message = Text(f"deze parameter bestaat niet; kies: {names}", f"no such parameter; choose: {names}")
            faults.append(Fault(place, "unknown_parameter", message))
        elif name in chosen:
            message = Text(f"{name} is twee keer gegeven; geef één waarde", f"{name} is given twice; give one value")
            faults.append(Fault(place, "parameter_twice", message))
        elif fault := fault_of_parameter(name, value):
            faults.append(Fault(place, "value_not_possible", fault))
        else:
            unit = units.get(parameter, "ratio")
            chosen[name] = chosen_value(name, value, unit, day, then.at, place)
            words = Wording(CHOSEN.nl, CHOSEN.en, unit)
            origin = Origin(chosen[name].source, illustrative=True)
            describe(steps, f"override.{name}", value, words, origin=origin, nl=name, en=name)
            on = date(int(year), 1, 1) if year else day
            listed.append(OverrideOut(parameter=name, value=value, replaced=_in_force(then, parameter, on)))
    if faults:
        raise InvalidInput(faults)
    return chosen, listed


def _in_force(then: Known, name: str, on: date) -> Fraction | None:
    try:
        return value_on(then.history, name, on, then.at).value
    except NoValueInForce:
        return None


def _norm_and_max_max(prestatie: Prestatie, in_force: InForce) -> tuple[HousingNorm | None, MaxMax | None]:
    """What the policy rule gives for the prestatie.

    Raises:
        NoValueForCalculation: parameters have no value on the day; names every one.
    """
    names = HOUSING_PARAMETERS if prestatie is Prestatie.VERBLIJF else ()
    if in_force.find(MAX_MAX_SURCHARGE) is not None:
        names += (MAX_MAX_ON_HOUSING,)
    missing = []
    for name in names:
        try:
            in_force.value(name)
        except NoValueInForce as error:
            missing.append(("/tariffYear", error))
    if missing:
        raise NoValueForCalculation(missing)
    return in_force.housing_norm() if prestatie is Prestatie.VERBLIJF else None, in_force.max_max()


def _refuse_missing_indices(
    sent: CalculationIn,
    prices: Mapping[Component, CostPrice],
    norm: HousingNorm | None,
    level: PriceLevel,
    in_force: InForce,
) -> None:
    starts = {component: price.level for component, price in prices.items()}
    if norm is not None:
        starts.pop(Component.HOUSING, None)
    place = f"/costBase/prestaties/{sent.prestatie}/components"
    ways = [
        Way(
            component,
            start,
            level,
            f"{place}/{CAPITAL if prices[component].taken_from else COMPONENT_FIELDS[component]}/priceLevel",
            "/tariffYear",
        )
        for component, start in starts.items()
    ]
    refuse_missing(ways, in_force.index_values(), sent.catch_up)


def _answer(computed: Computed, then: Known, calculation_id: uuid.UUID, now: datetime) -> CalculationOut:
    sent, tariff = computed.sent, computed.tariff
    base = sent.cost_base
    unit = base.prestaties[sent.prestatie].unit or DEFAULT_UNIT
    request: dict[str, Any] = sent.model_dump(mode="json", by_alias=True, exclude={"known_at"})
    return CalculationOut(
        calculation_id=calculation_id,
        prestatie=sent.prestatie,
        tariff_year=sent.tariff_year,
        price_status=sent.price_status,
        catch_up=sent.catch_up,
        components=ComponentAmounts(**{c.value: amount for c, amount in tariff.components.items()}),
        tariff=sum(tariff.components.values(), Fraction(0)),
        unit=f"EUR per {unit}",
        maximum_tariff_cents=tariff.maximum_tariff_cents,
        max_max_tariff_cents=tariff.max_max_tariff_cents,
        housing_cents=tariff.housing_cents,
        substituted=SubstitutionOut.all(computed.index.substituted),
        overrides=computed.overrides,
        cost_base=UsedCostBase(
            cost_base_id=base.cost_base_id, study_id=base.study_id, hash=base.hash, verified=computed.verified
        ),
        illustrative=computed.steps.illustrative,
        calculated_at=now,
        steps=StepOut.all(computed.steps),
        receipt=ReceiptOut.of(then.receipt(request)),
    )


def stored_calculation(work: Work, calculation_id: uuid.UUID) -> StoredCalculation:
    """A kept calculation.

    Raises:
        CalculationNotFound: there is none of this id.
    """
    found = CalculationStore(work.session).find(calculation_id)
    if found is None:
        raise CalculationNotFound
    return found


def latest_calculation(work: Work) -> StoredCalculation:
    """The calculation that was made last.

    Raises:
        CalculationNotFound: none was made yet.
    """
    found = CalculationStore(work.session).latest()
    if found is None:
        raise CalculationNotFound
    return found


def read_calculation(work: Work, calculation_id: uuid.UUID) -> CalculationOut:
    """A kept calculation, as it was answered when it was made.

    Raises:
        CalculationNotFound: there is none of this id.
    """
    return CalculationOut.model_validate(stored_calculation(work, calculation_id).answer)


def read_step(work: Work, calculation_id: uuid.UUID, step_id: str) -> StepOut:
    """One step of a kept calculation.

    Raises:
        CalculationNotFound, StepNotFound: there is no such calculation, or it has no such step.
    """
    for step in read_calculation(work, calculation_id).steps:
        if step.id == step_id:
            return step
    raise StepNotFound(step_id)
