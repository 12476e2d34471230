"""An allocation as decimals that add up, and as steps that can be followed one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.costprice.rules.allocation.centres import Allocation, Method
from services.costprice.rules.apportionment import PLACES, apportioned, cut, decimal_places
from shared.kernel.sources import Source, Text
from shared.kernel.steps import Steps

MOST_PLACES = 20

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


def explain(allocation: Allocation, sources: Mapping[str, Source] | None = None) -> Steps:
    """The allocation step by step: own cost, pool, what each pool gave, and the cost of each final centre.

    Args:
        allocation: the outcome to explain.
        sources: per centre where its own cost was read, if known.
    """
    origin = sources or {}
    steps = Steps()
    steps.add("method", Text("Methode van toerekening", "Allocation method"), allocation.method.value, "choice")
    for centre in allocation.centres:
        steps.add(
            f"own.{step_name(centre.id)}",
            Text(f"Eigen kosten van {centre.id}", f"Own cost of {centre.id}"),
            centre.amount,
            "EUR",
            source=origin.get(centre.id),
        )
    received: dict[str, list[str]] = {}
    for giver, row in allocation.matrix.items():
        pool = f"pool.{step_name(giver)}"
        _add_pool(steps, allocation, giver, received.get(giver, []))
        for receiver, share in row.items():
            gift = f"allocated.{step_name(giver)}.{step_name(receiver)}"
            steps.add(
                gift,
                Text(f"Van {giver} naar {receiver}", f"From {giver} to {receiver}"),
                share,
                "EUR",
                formula=f"{pool} × key({giver}, {receiver}) / Σ key({giver})",
                inputs=(pool,),
            )
            received.setdefault(receiver, []).append(gift)
    for name, amount in allocation.final.items():
        inputs = (f"own.{step_name(name)}", *received.get(name, []))
        steps.add(
            f"final.{step_name(name)}",
            Text(f"Kosten van {name} na toerekening", f"Cost of {name} after allocation"),
            amount,
            "EUR",
            formula=" + ".join(inputs),
            inputs=inputs,
        )
    return steps


def _add_pool(steps: Steps, allocation: Allocation, giver: str, received: list[str]) -> None:
    text = METHOD_TEXT[allocation.method]
    own = f"own.{step_name(giver)}"
    label = Text(f"Te verdelen van {giver} ({text.nl})", f"To be given away by {giver} ({text.en})")
    if allocation.method is Method.RECIPROCAL:
        inputs = [f"own.{step_name(name)}" for name in allocation.matrix]
        formula = f"solution of pool(j) = own(j) + Σ pool(i) × key(i, j) / Σ key(i), for j = {giver}"
    else:
        inputs = [own, *(received if allocation.method is Method.STEP_DOWN else [])]
        formula = " + ".join(inputs)
    steps.add(f"pool.{step_name(giver)}", label, allocation.pools[giver], "EUR", formula=formula, inputs=inputs)


def step_name(name: str) -> str:
    """The name of a centre as one part of a step id, in which the point is the separator."""
    return name.replace("%", "%25").replace(".", "%2E")
