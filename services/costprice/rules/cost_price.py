"""The cost price of one provider over one year: per prestatie and component, down to the cells it was read from.

1. Cost per centre and component; revenue that is not for the prestaties is negative cost.
2. Support centres with a causal key (fte, square metres, days, direct) give their cost away by the study's method, the
   key quantities being the same for every component.
3. What support centres without such a cause hold by then goes pro rata to the cost of the final centres, after
   deducting patient-bound material (a centre is not dearer to run because its patients need dearer material). Revenue
   is added back in this base, because it does not make a centre smaller: our reading.
4. Final centres of activities outside the study keep their share and drop out; the others add up per prestatie.

Money in is money out, exactly: the prestaties and the activities outside the study together hold all cost.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.costprice.rules.allocation import AllocationFaults, Centre, Keys, Method, allocate, record
from services.costprice.rules.allocation.explanation import step_name
from services.costprice.rules.categories import (
    CATEGORIES_OF_HOSPITAL_COSTING,
    CATEGORY_TEXT,
    COMPONENT_OF,
    COMPONENT_TEXT,
    Component,
    CostCategory,
)
from services.costprice.rules.content import CentreKind, CostCentre, KeyBasis, SubmissionContent, units_of
from services.costprice.rules.faults import Fault, pointer
from shared.kernel.sources import Source, Text
from shared.kernel.steps import Steps

SourceOf = Callable[[str], Source | None]
"""Where the value behind a JSON pointer was read: form, sheet and cell."""

UNIT_OF: Mapping[str, str] = {"dagopvang": "day of day care", "verblijf": "day of stay"}


@dataclass(frozen=True, slots=True)
class PrestatieCost:
    """Cost of one prestatie per component in euros, and the units it was made for (None where not known)."""

    units: int | None
    components: Mapping[Component, Fraction]

    @property
    def total(self) -> Fraction:
        """All components together."""
        return sum(self.components.values(), Fraction(0))


@dataclass(frozen=True, slots=True)
class ProviderCost:
    """Outcome for one provider and year: prestaties, what lies outside the study, and who gave what to whom."""

    prestaties: Mapping[str, PrestatieCost]
    outside: Mapping[Component, Fraction]
    matrix: Mapping[str, Mapping[str, Fraction]]
    steps: Steps


Amounts = dict[Component, dict[str, Fraction]]
Matrix = dict[str, dict[str, Fraction]]


@dataclass(frozen=True, slots=True)
class _Cost:
    """Own cost per component and centre, and the step that holds it."""

    own: Amounts
    steps: Mapping[tuple[Component, str], str]


def provider_cost(content: SubmissionContent, method: Method, source_of: SourceOf = lambda _: None) -> ProviderCost:
    """Allocate all cost of a submission to the prestaties.

    Args:
        content: a submission without errors (see the checks).
        method: how support centres give to each other.
        source_of: where a figure was read, for the steps.

    Raises:
        AllocationFaults: keys that cannot carry the cost.
    """
    steps = Steps()
    steps.add(
        "method",
        Text("Methode van toerekening (per onderzoek)", "Allocation method (of the study)"),
        method.value,
        "choice",
    )
    own, own_steps = _own_cost(content, source_of, steps)
    matrix: Matrix = {}
    after_keys = _by_causal_keys(content, method, _Cost(own, own_steps), steps, matrix)
    final = _pro_rata(content, after_keys, steps, matrix)
    return _per_prestatie(content, final, steps, matrix)


def is_pro_rata(content: SubmissionContent, centre: CostCentre) -> bool:
    """Whether a support centre's cost goes pro rata because it has no causal key."""
    return centre.kind is CentreKind.SUPPORT and any(
        key.cost_centre == centre.id and key.basis is KeyBasis.PRO_RATA for key in content.allocation_keys
    )


def causal_keys(content: SubmissionContent) -> dict[str, dict[str, Fraction]]:
    """The key quantities of the support centres that have a causal key."""
    return {
        key.cost_centre: {name: quantity for name, quantity in key.quantities.items() if quantity is not None}
        for key in content.allocation_keys
        if key.cost_centre is not None and key.basis is not KeyBasis.PRO_RATA
    }


def _own_cost(
    content: SubmissionContent, source_of: SourceOf, steps: Steps
) -> tuple[Amounts, dict[tuple[Component, str], str]]:
    entered: dict[tuple[Component, str], list[tuple[str, Fraction]]] = {}
    for index, centre in enumerate(content.cost_centres):
        for category, amount in centre.costs.items():
            if centre.id is not None and amount:
                step = f"cost.{step_name(centre.id)}.{category.value}"
                label = Text(f"{CATEGORY_TEXT[category].nl}, {centre.id}", f"{CATEGORY_TEXT[category].en}, {centre.id}")
                place = pointer("costCentres", index, "costs", category.value)
                steps.add(step, label, amount, "EUR", source=source_of(place))
                entered.setdefault((COMPONENT_OF[category], centre.id), []).append((step, amount))
    for index, row in enumerate(content.revenue):
        if row.cost_centre is not None and row.amount:
            step = f"revenue.{index + 1}"
            label = Text(f"Opbrengst af: {row.description or ''}", f"Less revenue: {row.description or ''}")
            steps.add(step, label, row.amount, "EUR", source=source_of(pointer("revenue", index, "amount")))
            component = COMPONENT_OF[row.deducted_from or CostCategory.REVENUE]
            entered.setdefault((component, row.cost_centre), []).append((step, row.amount))
    own: Amounts = {component: {} for component in Component}
    names: dict[tuple[Component, str], str] = {}
    for (component, name), parts in entered.items():
        inputs = [step for step, _ in parts]
        own[component][name] = steps.add(
            names.setdefault((component, name), f"{component.value}.own.{step_name(name)}"),
            Text(f"{COMPONENT_TEXT[component].nl}: eigen kosten {name}", f"{component.value}: own cost of {name}"),
            sum((amount for _, amount in parts), Fraction(0)),
            "EUR",
            formula=" + ".join(inputs),
            inputs=inputs,
            source=CATEGORIES_OF_HOSPITAL_COSTING,
        )
    return own, names


def _by_causal_keys(content: SubmissionContent, method: Method, cost: _Cost, steps: Steps, matrix: Matrix) -> Amounts:
    """Support centres with a causal key close; those that go pro rata wait with the final centres."""
    waiting = {centre.id for centre in content.cost_centres if is_pro_rata(content, centre)}
    keys: Keys = causal_keys(content)
    order = [
        centre.id
        for centre in content.cost_centres
        if centre.id is not None and centre.kind is CentreKind.SUPPORT and centre.id not in waiting
    ]
    if method is Method.DIRECT:
        keys = {giver: {to: q for to, q in row.items() if to not in waiting} for giver, row in keys.items()}
    after: Amounts = {}
    faults: dict[Fault, None] = {}
    for component in Component:
        centres = [
            Centre(centre.id, cost.own[component].get(centre.id, Fraction(0)), final=centre.id not in order)
            for centre in content.cost_centres
            if centre.id is not None
        ]
        try:
            allocation = allocate(method, centres, order, keys)
        except AllocationFaults as refused:
            faults |= dict.fromkeys(refused.faults)
            continue
        names = {name: step for (of, name), step in cost.steps.items() if of is component}
        record(steps, allocation, names, prefix=f"{component.value}.")
        after[component] = dict(allocation.final)
        _add(matrix, allocation.matrix)
    if faults:
        raise AllocationFaults(list(faults))
    return after


def _pro_rata(content: SubmissionContent, after: Amounts, steps: Steps, matrix: Matrix) -> Amounts:
    givers = [centre.id for centre in content.cost_centres if centre.id is not None and is_pro_rata(content, centre)]
    receivers = [centre.id for centre in content.cost_centres if centre.id is not None and _is_final(centre)]
    pools = {component: {name: after[component][name] for name in givers} for component in after}
    if not any(pool for row in pools.values() for pool in row.values()):
        return {component: {name: after[component][name] for name in receivers} for component in after}
    base = _pro_rata_base(content, after, receivers)
    base_total = sum(base.values(), Fraction(0))
    for name, amount in base.items():
        inputs = [step for component in after if (step := f"{component.value}.final.{step_name(name)}") in steps]
        steps.add(
            f"base.{step_name(name)}",
            Text(
                f"Grondslag naar rato van {name}: kosten zonder patiëntgebonden materiaal en zonder opbrengsten",
                f"Pro-rata base of {name}: cost without patient-bound material and before revenue",
            ),
            amount,
            "EUR",
            formula=" + ".join(inputs) + f" - patient-bound material({name}) - revenue({name})",
            inputs=inputs,
        )
    final: Amounts = {}
    bases = [f"base.{step_name(name)}" for name in receivers]
    for component in after:
        final[component] = {}
        for name in receivers:
            own_final = f"{component.value}.final.{step_name(name)}"
            share = {giver: pool * base[name] / base_total for giver, pool in pools[component].items()}
            _add(matrix, {giver: {name: amount} for giver, amount in share.items()})
            pool_steps = [f"{component.value}.final.{step_name(giver)}" for giver in givers]
            final[component][name] = steps.add(
                f"{component.value}.full.{step_name(name)}",
                Text(
                    f"{COMPONENT_TEXT[component].nl}: kosten van {name} na verdeling naar rato",
                    f"{component.value}: cost of {name} after pro-rata division",
                ),
                after[component][name] + sum(share.values(), Fraction(0)),
                "EUR",
                formula=f"{own_final} + ({' + '.join(pool_steps)}) × base.{step_name(name)} / Σ base",
                inputs=[own_final, *pool_steps, *bases],
            )
    return final


def _pro_rata_base(content: SubmissionContent, after: Amounts, receivers: Sequence[str]) -> dict[str, Fraction]:
    base = {name: sum((after[component][name] for component in after), Fraction(0)) for name in receivers}
    for centre in content.cost_centres:
        if centre.id in base:
            base[centre.id] -= centre.costs.get(CostCategory.MATERIAL_PATIENT) or Fraction(0)
    for row in content.revenue:
        if row.cost_centre in base:
            base[row.cost_centre] -= row.amount or Fraction(0)
    wrong = [name for name, amount in base.items() if amount < 0]
    if wrong or not any(base.values()):
        raise AllocationFaults([_no_base(wrong)])
    return base


def _no_base(negative: Sequence[str]) -> Fault:
    names = ", ".join(negative)
    return Fault(
        "no-pro-rata-base",
        "/allocationKeys",
        Text(
            "verdelen naar rato kan niet: "
            + (
                f"de kosten zonder patiëntgebonden materiaal zijn negatief bij {names}"
                if names
                else "er is geen grondslag"
            )
            + "; geef de hulpkostenplaats een causale sleutel",
            "division pro rata is impossible: "
            + (f"cost without patient-bound material is negative at {names}" if names else "there is no base")
            + "; give the support centre a causal key",
        ),
    )


def _per_prestatie(content: SubmissionContent, final: Amounts, steps: Steps, matrix: Matrix) -> ProviderCost:
    prestaties: dict[str, PrestatieCost] = {}
    outside: dict[Component, Fraction] = dict.fromkeys(Component, Fraction(0))
    for kind in (CentreKind.DAGOPVANG, CentreKind.VERBLIJF, CentreKind.OUTSIDE):
        names = [centre.id for centre in content.cost_centres if centre.kind is kind and centre.id is not None]
        if not names:
            continue
        components = {}
        for component in Component:
            inputs = [_last_step(steps, component, name) for name in names]
            components[component] = steps.add(
                f"{kind.value}.{component.value}",
                Text(f"{kind.value}: {COMPONENT_TEXT[component].nl}", f"{kind.value}: {component.value}"),
                sum((final[component][name] for name in names), Fraction(0)),
                "EUR",
                formula=" + ".join(inputs),
                inputs=inputs,
            )
        if kind is CentreKind.OUTSIDE:
            outside = components
            continue
        units = units_of(content, kind.value)
        prestaties[kind.value] = PrestatieCost(units, components)
        if units:
            _add_unit_costs(steps, kind, units, components)
    return ProviderCost(prestaties, outside, matrix, steps)


def _add_unit_costs(steps: Steps, kind: CentreKind, units: int, components: Mapping[Component, Fraction]) -> None:
    unit = UNIT_OF[kind.value]
    steps.add(f"{kind.value}.units", Text(f"Productie {kind.value}", f"Production of {kind.value}"), units, unit)
    for component, amount in components.items():
        steps.add(
            f"{kind.value}.{component.value}.unit-cost",
            Text(
                f"{kind.value}: {COMPONENT_TEXT[component].nl} per eenheid", f"{kind.value}: {component.value} per unit"
            ),
            amount / units,
            f"EUR per {unit}",
            formula=f"{kind.value}.{component.value} / {kind.value}.units",
            inputs=(f"{kind.value}.{component.value}", f"{kind.value}.units"),
        )


def _last_step(steps: Steps, component: Component, name: str) -> str:
    full = f"{component.value}.full.{step_name(name)}"
    return full if full in steps else f"{component.value}.final.{step_name(name)}"


def _is_final(centre: CostCentre) -> bool:
    return centre.kind is not CentreKind.SUPPORT


def _add(matrix: Matrix, part: Mapping[str, Mapping[str, Fraction]]) -> None:
    for giver, row in part.items():
        for receiver, amount in row.items():
            received = matrix.setdefault(giver, {})
            received[receiver] = received.get(receiver, Fraction(0)) + amount
