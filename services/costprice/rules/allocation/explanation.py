"""An allocation as decimals that add up, and as steps that can be followed one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.costprice.rules.allocation.centres import Allocation, Method
from services.costprice.rules.apportionment import PLACES, apportioned, cut, decimal_places
from shared.kernel.sources import Source, Text
from shared.kernel.steps import Steps

MOST_PLACES = 20

READING = "Zorgtarief, docs/decisions/0018 (reading of this project; the authority's method was not found)"
RULE = {method: Source(document=READING, article=f"Decision: {method.value}") for method in Method}
"""Where it is published how a method allocates."""

METHOD_TEXT = {
    Method.DIRECT: Text("direct: alleen naar hoofdkostenplaatsen", "direct: to final centres only"),
    Method.STEP_DOWN: Text(
        "trapsgewijs: in volgorde, naar wat nog open is", "step-down: in order, to centres still open"
    ),
    Method.RECIPROCAL: Text("wederkerig: gelijktijdige vergelijkingen", "reciprocal: simultaneous equations"),
}


@dataclass(frozen=True, slots=True)
class ShownAllocation:
    """An allocation in decimals: ``final`` adds up exactly to all cost, each row of ``matrix`` to its pool."""

    final: Mapping[str, Fraction]
    matrix: Mapping[str, Mapping[str, Fraction]]
    pools: Mapping[str, Fraction]


def shown(allocation: Allocation) -> ShownAllocation:
    """The outcome in 12 decimals, or in as many as the given amounts had if that is more."""
    places = max([PLACES, *(decimal_places(centre.amount, MOST_PLACES) for centre in allocation.centres)])
    return ShownAllocation(
        final=apportioned(allocation.final, places),
        matrix={name: apportioned(row, places) for name, row in allocation.matrix.items()},
        pools={name: cut(pool, places) for name, pool in allocation.pools.items()},
    )


def explain(
    allocation: Allocation, sources: Mapping[str, Source] | None = None, method_source: Source | None = None
) -> Steps:
    """The allocation step by step: own cost, pool, what each pool gave, and the cost of each final centre.

    Args:
        allocation: the outcome to explain.
        sources: per centre where its own cost was read, if known.
        method_source: where the method was chosen, if known.
    """
    origin = sources or {}
    steps = Steps()
    label = Text("Methode van toerekening", "Allocation method")
    steps.add("method", label, allocation.method.value, "choice", source=method_source)
    own = {}
    for centre in allocation.centres:
        own[centre.id] = f"own.{step_name(centre.id)}"
        label = Text(f"Eigen kosten van {centre.id}", f"Own cost of {centre.id}")
        steps.add(own[centre.id], label, centre.amount, "EUR", source=origin.get(centre.id))
    record(steps, allocation, own)
    return steps


def record(steps: Steps, allocation: Allocation, own: Mapping[str, str], prefix: str = "") -> None:
    """Record pools, gifts and final costs behind steps that hold the own cost.

    Args:
        steps: where they are recorded; it holds the steps of ``own`` already.
        allocation: the outcome to explain.
        own: per centre the id of the step with its own cost; a centre without cost may be left out.
        prefix: what the new step ids begin with.
    """
    rule = RULE[allocation.method]
    received: dict[str, list[str]] = {}
    for giver, row in allocation.matrix.items():
        pool = f"{prefix}pool.{step_name(giver)}"
        if allocation.method is Method.RECIPROCAL:
            inputs = [own[name] for name in allocation.matrix if name in own]
            formula = f"solution of pool(j) = own(j) + Σ pool(i) × key(i, j) / Σ key(i), for j = {giver}"
        else:
            inputs = [own[giver]] if giver in own else []
            inputs += received.get(giver, []) if allocation.method is Method.STEP_DOWN else []
            formula = " + ".join(inputs)
        text = METHOD_TEXT[allocation.method]
        label = Text(f"Te verdelen van {giver} ({text.nl})", f"To be given away by {giver} ({text.en})")
        steps.add(pool, label, allocation.pools[giver], "EUR", formula=formula, inputs=inputs, source=rule)
        for receiver, share in row.items():
            gift = f"{prefix}allocated.{step_name(giver)}.{step_name(receiver)}"
            steps.add(
                gift,
                Text(f"Van {giver} naar {receiver}", f"From {giver} to {receiver}"),
                share,
                "EUR",
                formula=f"{pool} × key({giver}, {receiver}) / Σ key({giver})",
                inputs=(pool,),
                source=rule,
            )
            received.setdefault(receiver, []).append(gift)
    for name, amount in allocation.final.items():
        inputs = ([own[name]] if name in own else []) + received.get(name, [])
        label = Text(f"Kosten van {name} na toerekening", f"Cost of {name} after allocation")
        step, formula = f"{prefix}final.{step_name(name)}", " + ".join(inputs)
        steps.add(step, label, amount, "EUR", formula=formula, inputs=inputs, source=rule)


def step_name(name: str) -> str:
    """The name of a centre as one part of a step id, in which the point is the separator."""
    return name.replace("%", "%25").replace(".", "%2E")
