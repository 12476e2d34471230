"""What an allocation starts from and ends with, and what can be wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from services.costprice.rules.faults import Fault, InputFaults, pointer
from shared.kernel.sources import Text


class Method(StrEnum):
    """How support centres give their costs away."""

    DIRECT = "direct"
    STEP_DOWN = "step-down"
    RECIPROCAL = "reciprocal"


@dataclass(frozen=True, slots=True)
class Centre:
    """A cost centre with its own cost in euros; a final centre keeps its cost, a support centre gives it away."""

    id: str
    amount: Fraction
    final: bool


Keys = Mapping[str, Mapping[str, Fraction]]
"""Per support centre the quantity of its service that each centre used: hours, square metres, fte, days …"""


@dataclass(frozen=True, slots=True)
class Allocation:
    """The outcome, exact and unrounded, in euros.

    Attributes:
        final: cost of each final centre after allocation; adds up to everything that went in.
        matrix: what each support centre gave to each centre; a row adds up to the centre's pool.
        pools: what each support centre had to give: its own cost plus what it received.
    """

    method: Method
    centres: tuple[Centre, ...]
    final: Mapping[str, Fraction]
    matrix: Mapping[str, Mapping[str, Fraction]]
    pools: Mapping[str, Fraction]


class AllocationFaults(InputFaults):
    """The costs cannot be allocated with these centres, this order and these keys."""


def check(method: Method, centres: Sequence[Centre], order: Sequence[str], keys: Keys) -> None:
    """Refuse centres, an order or keys that do not fit together, naming every fault.

    Raises:
        AllocationFaults: duplicate or missing centres, unknown names, negative quantities, or an order that does not
            hold each support centre exactly once; beside these, centres whose cost has nowhere to go whatever the
            other faults turn out to be.
    """
    order_faults = list(_order_faults(method, centres, order))
    faults = [*_centre_faults(centres), *order_faults, *_key_faults(centres, keys)]
    if faults:
        closing = order if method is Method.STEP_DOWN and not order_faults else ()
        raise AllocationFaults([*faults, *_certain_zero_keys(method, centres, closing, keys)])


def zero_keys(name: str) -> Fault:
    """A support centre has cost to give away but nobody to give it to."""
    return Fault(
        "zero-keys",
        pointer("keys", name),
        Text(
            f"hulpkostenplaats {name} heeft kosten, maar geen verdeelsleutel met een hoeveelheid voor een kostenplaats "
            "die bij deze methode mag ontvangen; vul een hoeveelheid groter dan nul in",
            f"support centre {name} has cost but no key quantity for a centre that may receive it under this method; "
            "give at least one quantity above zero",
        ),
    )


def singular_system(ids: Sequence[str]) -> Fault:
    """Support centres give their cost only to each other, so that the equations have no solution."""
    names = ", ".join(ids)
    return Fault(
        "singular-system",
        "/keys",
        Text(
            f"de hulpkostenplaatsen {names} verdelen hun kosten alleen onder elkaar; geef ten minste één daarvan een "
            "sleutelhoeveelheid voor een kostenplaats buiten deze kring",
            f"the support centres {names} give their cost only to each other; give at least one of them a key "
            "quantity for a centre outside this circle",
        ),
    )


def _centre_faults(centres: Sequence[Centre]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, centre in enumerate(centres):
        if centre.id in seen:
            yield Fault(
                "duplicate-centre",
                pointer("costCentres", index, "id"),
                Text(
                    f"kostenplaats {centre.id} staat er meer dan eens in; geef elke kostenplaats een eigen naam",
                    f"cost centre {centre.id} is given more than once; give each cost centre a name of its own",
                ),
            )
        seen.add(centre.id)
    if not any(centre.final for centre in centres):
        yield Fault(
            "no-final-centre",
            "/costCentres",
            Text(
                "er is geen hoofdkostenplaats die kosten kan ontvangen; geef er ten minste één",
                "there is no final cost centre to receive cost; give at least one",
            ),
        )


def _order_faults(method: Method, centres: Sequence[Centre], order: Sequence[str]) -> Iterator[Fault]:
    support = [centre.id for centre in centres if not centre.final]
    known = {centre.id for centre in centres}
    seen: set[str] = set()
    for index, name in enumerate(order):
        location = pointer("order", index)
        if name not in known:
            yield _unknown(name, location)
        elif name not in support:
            yield Fault(
                "final-centre-in-order",
                location,
                Text(
                    f"{name} is een hoofdkostenplaats en sluit niet; laat haar weg uit de volgorde",
                    f"{name} is a final centre and does not close; leave it out of the order",
                ),
            )
        elif name in seen:
            yield Fault(
                "duplicate-in-order",
                location,
                Text(
                    f"{name} staat meer dan eens in de volgorde; noem elke hulpkostenplaats één keer",
                    f"{name} stands in the order more than once; name each support centre once",
                ),
            )
        seen.add(name)
    missing = [name for name in dict.fromkeys(support) if name not in seen]
    if method is Method.STEP_DOWN and missing:
        yield Fault(
            "missing-in-order",
            "/order",
            Text(
                f"de trapsgewijze methode sluit hulpkostenplaatsen in een volgorde; daarin ontbreken: "
                f"{', '.join(missing)}",
                f"step-down closes support centres in an order; missing from it: {', '.join(missing)}",
            ),
        )


def _key_faults(centres: Sequence[Centre], keys: Keys) -> Iterator[Fault]:
    kinds = {centre.id: centre.final for centre in centres}
    for giver, quantities in keys.items():
        if giver not in kinds:
            yield _unknown(giver, pointer("keys", giver))
        elif kinds[giver]:
            yield Fault(
                "keys-of-final-centre",
                pointer("keys", giver),
                Text(
                    f"{giver} is een hoofdkostenplaats en verdeelt niets; laat haar verdeelsleutel weg",
                    f"{giver} is a final centre and gives nothing away; leave its key out",
                ),
            )
        for receiver, quantity in quantities.items():
            location = pointer("keys", giver, receiver)
            if receiver not in kinds:
                yield _unknown(receiver, location)
            if quantity < 0:
                yield Fault(
                    "negative-key",
                    location,
                    Text(
                        "een sleutelhoeveelheid kan niet negatief zijn; geef nul of meer",
                        "a key quantity cannot be negative; give zero or more",
                    ),
                )


def _certain_zero_keys(
    method: Method, centres: Sequence[Centre], closing: Sequence[str], keys: Keys
) -> Iterator[Fault]:
    """Support centres whose own cost nobody can receive, also once misspelled names and orders are corrected."""
    known = {centre.id for centre in centres}
    if any(giver not in known for giver in keys):
        return
    finals = {centre.id for centre in centres if centre.final}
    givers = dict.fromkeys(centre.id for centre in centres if not centre.final and centre.amount)
    for giver in givers:
        closed = {giver, *closing[: closing.index(giver)]} if giver in closing else {giver}
        cannot = closed | (known - finals if method is Method.DIRECT and finals else set())
        if not any(quantity > 0 and name not in cannot for name, quantity in keys.get(giver, {}).items()):
            yield zero_keys(giver)


def _unknown(name: str, location: str) -> Fault:
    return Fault(
        "unknown-centre",
        location,
        Text(
            f"{name} is geen kostenplaats uit costCentres; verbeter de naam of voeg de kostenplaats toe",
            f"{name} is not a cost centre of costCentres; correct the name or add the centre",
        ),
    )
