"""Compute variants of a calculation and set them beside it."""

import uuid
from collections.abc import Sequence
from fractions import Fraction

from fastapi import Response

from services.tariffs.errors.calculations import InvalidInput, ScenarioNotFound
from services.tariffs.operations.calculations import Computed, compute, latest_calculation, stored_calculation
from services.tariffs.operations.known import Known, known
from services.tariffs.schemas.calculations import CalculationIn, CalculationOut, code_name
from services.tariffs.schemas.price_levels import ComponentAmounts
from services.tariffs.schemas.scenarios import (
    BaselineOut,
    ScenarioIn,
    ScenarioOut,
    StepDifference,
    TotalEffect,
    VariantIn,
    VariantOut,
)
from services.tariffs.store.scenarios import ScenarioStore
from shared.kernel.numbers import NotPlainDecimal, exact
from shared.plumbing.problems import BadRequest, Fault
from shared.plumbing.schemas import ReceiptOut, StepOut
from shared.plumbing.work import Work


def compare(work: Work, sent: ScenarioIn, response: Response) -> ScenarioOut:
    """Compute every variant with what was known when the baseline was computed, and keep the comparison.

    Raises:
        CalculationNotFound: there is no such baseline.
        InvalidInput: a variant cannot be computed; every fault of every variant is named.
    """
    stored = latest_calculation(work) if sent.baseline == "latest" else stored_calculation(work, sent.baseline)
    baseline = CalculationOut.model_validate(stored.answer)
    request = CalculationIn.model_validate(stored.request)
    then = known(work, request.known_at)
    variants = _computed(sent.variants, request, then, verified=baseline.cost_base.verified)
    scenario_id, now = uuid.uuid4(), work.now()
    units = request.cost_base.prestaties[request.prestatie].units
    answer = ScenarioOut(
        scenario_id=scenario_id,
        baseline=BaselineOut(
            **{name: getattr(baseline, name) for name in BaselineOut.model_fields},
        ),
        variants=[
            _shown(variant, made, baseline, units) for variant, made in zip(sent.variants, variants, strict=True)
        ],
        illustrative=baseline.illustrative or any(made.steps.illustrative for made in variants),
        made_at=now,
        receipt=ReceiptOut.of(then.receipt(sent.model_dump(mode="json", by_alias=True))),
    )
    ScenarioStore(work.session).add(
        scenario_id,
        stored.calculation_id,
        sent.model_dump(mode="json", by_alias=True),
        answer.model_dump(mode="json"),
        work.principal.subject,
        now,
    )
    return work.saved(answer, response, location=f"/tariffs/v1/scenarios/{scenario_id}")


def read_scenario(work: Work, scenario_id: uuid.UUID) -> ScenarioOut:
    """A kept scenario, as it was answered when it was made.

    Raises:
        ScenarioNotFound: there is none of this id.
    """
    found = ScenarioStore(work.session).find(scenario_id)
    if found is None:
        raise ScenarioNotFound
    return ScenarioOut.model_validate(found)


def _computed(variants: Sequence[VariantIn], baseline: CalculationIn, then: Known, *, verified: bool) -> list[Computed]:
    computed, faults = [], []
    for number, variant in enumerate(variants):
        renamed = {code_name(name) for name in variant.overrides}
        kept = {name: value for name, value in baseline.overrides.items() if code_name(name) not in renamed}
        varied = baseline.model_copy(update={"overrides": {**kept, **variant.overrides}})
        try:
            computed.append(compute(varied, then, verified=verified))
        except BadRequest as problem:
            faults += [Fault(f"/variants/{number}{f.location}", f.code, f.message) for f in problem.errors]
    if faults:
        raise InvalidInput(faults)
    return computed


def _shown(variant: VariantIn, made: Computed, baseline: CalculationOut, units: Fraction | None) -> VariantOut:
    difference = made.tariff.maximum_tariff_cents - baseline.maximum_tariff_cents
    steps = StepOut.all(made.steps)
    return VariantOut(
        name=variant.name,
        overrides=made.overrides,
        components=ComponentAmounts(**{c.value: amount for c, amount in made.tariff.components.items()}),
        maximum_tariff_cents=made.tariff.maximum_tariff_cents,
        max_max_tariff_cents=made.tariff.max_max_tariff_cents,
        housing_cents=made.tariff.housing_cents,
        difference_cents=difference,
        differences=_differences(baseline.steps, steps),
        total_effect=None if units is None else TotalEffect(units=units, difference_cents=units * difference),
        steps=steps,
        illustrative=made.steps.illustrative,
    )


def _differences(baseline: Sequence[StepOut], variant: Sequence[StepOut]) -> list[StepDifference]:
    before, after = {step.id: step for step in baseline}, {step.id: step for step in variant}
    found = []
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if old is not None and new is not None and old.value == new.value:
            continue
        step = new or old
        assert step is not None
        found.append(
            StepDifference(
                id=name,
                label=step.label,
                unit=step.unit,
                baseline=old.value if old else None,
                variant=new.value if new else None,
                difference=_difference(old, new),
            )
        )
    return found


def _difference(old: StepOut | None, new: StepOut | None) -> Fraction | None:
    if old is None or new is None:
        return None
    try:
        return exact(new.value) - exact(old.value)
    except NotPlainDecimal:
        return None
