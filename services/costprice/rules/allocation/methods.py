"""The three methods. Each says which quantities count; the money then follows the quantities."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from services.costprice.rules.allocation.centres import (
    Allocation,
    AllocationFaults,
    Centre,
    Keys,
    Method,
    check,
    singular_system,
    zero_keys,
)
from services.costprice.rules.allocation.equations import solve

Matrix = dict[str, dict[str, Fraction]]


def allocate(method: Method, centres: Sequence[Centre], order: Sequence[str], keys: Keys) -> Allocation:
    """Bring the cost of every support centre to the final centres.

    Args:
        method: direct, step-down or reciprocal.
        centres: every cost centre with its own cost in euros (negative where revenue exceeds cost).
        order: the support centres in the order in which they close; only step-down uses it.
        keys: per support centre the quantity used by each centre; a centre without cost needs none.

    Raises:
        AllocationFaults: every fault that stands in the way, by name and place.
    """
    check(method, centres, order, keys)
    if method is Method.DIRECT:
        matrix, pools = _direct(centres, keys)
    elif method is Method.STEP_DOWN:
        matrix, pools = _step_down(centres, order, keys)
    else:
        matrix, pools = _reciprocal(centres, keys)
    received = _received(matrix)
    final = {centre.id: centre.amount + received.get(centre.id, Fraction(0)) for centre in centres if centre.final}
    return Allocation(method, tuple(centres), final, matrix, pools)


def _direct(centres: Sequence[Centre], keys: Keys) -> tuple[Matrix, dict[str, Fraction]]:
    final = [centre.id for centre in centres if centre.final]
    pools = {centre.id: centre.amount for centre in centres if not centre.final}
    usable = {name: _quantities(keys, name, final) for name in pools}
    faults = [zero_keys(name) for name, pool in pools.items() if pool and not usable[name]]
    if faults:
        raise AllocationFaults(faults)
    return {name: _split(pool, usable[name]) for name, pool in pools.items()}, pools


def _step_down(centres: Sequence[Centre], order: Sequence[str], keys: Keys) -> tuple[Matrix, dict[str, Fraction]]:
    amounts = {centre.id: centre.amount for centre in centres}
    matrix: Matrix = {}
    pools: dict[str, Fraction] = {}
    faults = []
    for name in order:
        pools[name] = amounts.pop(name)
        usable = _quantities(keys, name, amounts)
        if pools[name] and not usable:
            faults.append(zero_keys(name))
        matrix[name] = _split(pools[name], usable)
        for receiver, share in matrix[name].items():
            amounts[receiver] += share
    if faults:
        raise AllocationFaults(faults)
    return matrix, pools


def _reciprocal(centres: Sequence[Centre], keys: Keys) -> tuple[Matrix, dict[str, Fraction]]:
    support = [centre.id for centre in centres if not centre.final]
    usable = {name: _quantities(keys, name, [other.id for other in centres if other.id != name]) for name in support}
    active = _reached_by_money(centres, usable)
    _refuse_dead_ends(centres, usable, active)
    own = {centre.id: centre.amount for centre in centres}
    # The unknown of each equation is the cost per unit of the centre's service: total quantity given times that cost,
    # less what comes in from the other support centres, is the centre's own cost.
    coefficients = [
        [
            sum(usable[to].values(), Fraction(0)) if giver == to else -usable[giver].get(to, Fraction(0))
            for giver in active
        ]
        for to in active
    ]
    unit_costs = dict(zip(active, solve(coefficients, [own[name] for name in active]), strict=True))
    matrix = {
        name: {receiver: unit_costs[name] * quantity for receiver, quantity in usable[name].items()}
        if name in unit_costs
        else {}
        for name in support
    }
    return matrix, {name: sum(row.values(), Fraction(0)) for name, row in matrix.items()}


def _reached_by_money(centres: Sequence[Centre], usable: Mapping[str, Mapping[str, Fraction]]) -> list[str]:
    """Support centres that have cost of their own or receive it; the others take no part and need no key."""
    reached = _reach([centre.id for centre in centres if not centre.final and centre.amount], usable)
    return [name for name in usable if name in reached]


def _refuse_dead_ends(
    centres: Sequence[Centre], usable: Mapping[str, Mapping[str, Fraction]], active: Sequence[str]
) -> None:
    """No quantity is negative, so the equations have one solution exactly if all money can reach a final centre."""
    without_key = [name for name in active if not usable[name]]
    receivers_first = {name: [giver for giver in active if name in usable[giver]] for name in [c.id for c in centres]}
    leaving = _reach([centre.id for centre in centres if centre.final] + without_key, receivers_first)
    trapped = [name for name in active if name not in leaving]
    faults = [zero_keys(name) for name in without_key]
    if trapped:
        faults.append(singular_system(trapped))
    if faults:
        raise AllocationFaults(faults)


def _reach(starts: Iterable[str], arrows: Mapping[str, Iterable[str]]) -> set[str]:
    """Every name that can be reached from the starts along the arrows, the starts included."""
    reached: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(arrows.get(name, ()))
    return reached


def _quantities(keys: Keys, giver: str, receivers: Iterable[str]) -> dict[str, Fraction]:
    """The key quantities of a centre that count: above zero, and of centres that may receive."""
    given = keys.get(giver, {})
    return {name: given[name] for name in receivers if given.get(name, Fraction(0)) > 0}


def _split(pool: Fraction, quantities: Mapping[str, Fraction]) -> dict[str, Fraction]:
    total = sum(quantities.values(), Fraction(0))
    return {name: pool * quantity / total for name, quantity in quantities.items()}


def _received(matrix: Matrix) -> dict[str, Fraction]:
    received: dict[str, Fraction] = {}
    for row in matrix.values():
        for receiver, share in row.items():
            received[receiver] = received.get(receiver, Fraction(0)) + share
    return received
