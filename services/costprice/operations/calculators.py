"""Calculators that need nothing but their input: no study, no database."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from services.costprice.errors import invalid_input
from services.costprice.rules.allocation import Centre, Method, allocate, check, explain, shown
from services.costprice.rules.cost_price import UNIT_OF
from services.costprice.rules.faults import Fault, InputFaults, pointer
from services.costprice.rules.production import POLICY_RULE_2018, Presence, count, units
from services.costprice.schemas.calculators import (
    AllocationIn,
    AllocationOut,
    CountedDayOut,
    ProductionCountIn,
    ProductionCountOut,
)
from shared import __version__
from shared.kernel.numbers import plain
from shared.kernel.receipts import Receipt, canonical_hash
from shared.kernel.sources import Source, Text
from shared.kernel.steps import Steps
from shared.plumbing.schemas import ReceiptOut, RequestModel, StepOut, TextOut

MOST_RECIPROCAL_CENTRES = 60
"""Simultaneous equations that one request may ask for; exact solving takes the third power of this."""
MOST_QUANTITIES = 20_000


def allocate_costs(body: AllocationIn) -> AllocationOut:
    """Bring the cost of support centres to final centres.

    Raises:
        BadRequest: every fault of the input, or a system that has no solution, by name and place.
    """
    centres = [Centre(centre.id, centre.amount, centre.kind == "final") for centre in body.cost_centres]
    too_much = list(_too_much(body))
    try:
        if too_much:
            check(body.method, centres, body.order, body.keys)
            raise InputFaults(too_much)
        outcome = allocate(body.method, centres, body.order, body.keys)
    except InputFaults as refused:
        raise invalid_input(InputFaults(list(dict.fromkeys([*too_much, *refused.faults])))) from refused
    decimals = shown(outcome)
    return AllocationOut(
        method=body.method,
        final=_plain(decimals.final),
        matrix={giver: _plain(row) for giver, row in decimals.matrix.items()},
        pools=_plain(decimals.pools),
        total=plain(sum((centre.amount for centre in centres), Fraction(0))),
        steps=StepOut.all(explain(outcome, _own_costs(body), _place("method"))),
        receipt=_receipt(body),
    )


def count_production(body: ProductionCountIn) -> ProductionCountOut:
    """Count the units that the presences of one patient give.

    Raises:
        BadRequest: presences that cannot be.
    """
    try:
        days = count(body.prestatie, [Presence(presence.from_, presence.until) for presence in body.presences])
    except InputFaults as refused:
        raise invalid_input(refused) from refused
    unit = UNIT_OF[body.prestatie.value]
    steps = Steps()
    steps.add("prestatie", Text("Prestatie", "Prestatie"), body.prestatie.value, "choice", source=_place("prestatie"))
    steps.add(
        "presences",
        Text("Opgegeven aanwezigheden", "Presences sent"),
        len(body.presences),
        "presences",
        source=_place("presences"),
    )
    total = steps.add(
        "units",
        Text(f"Eenheden {body.prestatie.value}", f"Units of {body.prestatie.value}"),
        units(days),
        unit,
        formula="number of lines that count",
        inputs=("prestatie", "presences"),
        source=POLICY_RULE_2018,
    )
    return ProductionCountOut(
        prestatie=body.prestatie,
        units=total,
        unit=unit,
        lines=[CountedDayOut(date=day.day, counted=day.counted, reason=TextOut.of(day.reason)) for day in days],
        steps=StepOut.all(steps),
        receipt=_receipt(body),
    )


def _too_much(body: AllocationIn) -> Iterator[Fault]:
    support = sum(centre.kind == "support" for centre in body.cost_centres)
    if body.method is Method.RECIPROCAL and support > MOST_RECIPROCAL_CENTRES:
        message = Text(
            f"{support} hulpkostenplaatsen; geef er bij deze methode ten hoogste {MOST_RECIPROCAL_CENTRES}",
            f"{support} support centres; give at most {MOST_RECIPROCAL_CENTRES} with this method",
        )
        yield Fault("too-many-support-centres", "/costCentres", message)
    quantities = sum(len(row) for row in body.keys.values())
    if quantities > MOST_QUANTITIES:
        message = Text(
            f"{quantities} hoeveelheden; geef er ten hoogste {MOST_QUANTITIES}",
            f"{quantities} quantities; give at most {MOST_QUANTITIES}",
        )
        yield Fault("too-many-quantities", "/keys", message)


def _own_costs(body: AllocationIn) -> dict[str, Source]:
    """Per centre the place of its own cost in the request."""
    return {centre.id: _place("costCentres", index, "amount") for index, centre in enumerate(body.cost_centres)}


def _place(field: str, *inside: str | int) -> Source:
    """A place in the request: the field, and the pointer to the value."""
    return Source(form="request", sheet=field, cell=pointer(field, *inside))


def _plain(amounts: Mapping[str, Fraction]) -> dict[str, str]:
    return {name: plain(amount) for name, amount in amounts.items()}


def _receipt(body: RequestModel) -> ReceiptOut:
    given: Any = body.model_dump(mode="json", by_alias=True)
    return ReceiptOut.of(
        Receipt(
            code_version=__version__,
            parameter_hashes={},
            input_hash=canonical_hash(given),
            known_at=datetime.now(UTC),
        )
    )
