"""What the sums of a settlement rest on: their steps and their receipt."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.tariffs.rules.decisions import Rectangle
from services.tariffs.store.decisions import PublishedTariff
from shared import __version__
from shared.kernel.receipts import Receipt, canonical_hash
from shared.kernel.sources import Source, Text
from shared.kernel.steps import Steps

RULE = Source(
    document="Wmg", article="35; settlement rule of this service, reading in services/tariffs/rules/settlement"
)


def sums_explained(old_cents: int, new_cents: int, *, illustrative: bool) -> Steps:
    """The difference, from what the lines were worth to what they are worth now."""
    steps = Steps()
    steps.add(
        "old_cents",
        Text("waarde van alle regels vóór deze verrekening", "worth of all lines before this settlement"),
        old_cents,
        "cent",
        source=RULE,
        illustrative=illustrative,
    )
    steps.add(
        "new_cents",
        Text("waarde van alle regels nu", "worth of all lines now"),
        new_cents,
        "cent",
        source=RULE,
        illustrative=illustrative,
    )
    steps.add(
        "difference_cents",
        Text("te verrekenen", "to settle"),
        new_cents - old_cents,
        "cent",
        formula="new_cents - old_cents",
        inputs=["old_cents", "new_cents"],
        source=RULE,
    )
    return steps


def receipt_of(
    history: Mapping[str, Sequence[Rectangle[PublishedTariff]]], known_at: datetime, input_document: Any
) -> Receipt:
    """What a settlement is made with: the code, the tariffs as known at the moment, and the input."""
    hashes = {
        f"tariffs of {prestatie}": canonical_hash(
            [
                [
                    rectangle.in_force.start.isoformat(),
                    rectangle.in_force.until.isoformat() if rectangle.in_force.until else "",
                    rectangle.known_from.isoformat(),
                    str(rectangle.tariff.tariff.maximum_cents),
                    str(rectangle.tariff.tariff.housing_cents),
                    str(rectangle.tariff.tariff.max_max_cents),
                ]
                for rectangle in rectangles
                if rectangle.known_from <= known_at
            ]
        )
        for prestatie, rectangles in sorted(history.items())
    }
    return Receipt(__version__, hashes, canonical_hash(input_document), known_at)
