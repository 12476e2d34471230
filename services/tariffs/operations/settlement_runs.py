"""Settle declared production: payable is what a line is worth now less what it was worth when it was last settled."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from services.tariffs.operations.tariffs_by_day import History, charged_under, days_of, known_at
from services.tariffs.rules.components import Prestatie
from services.tariffs.rules.corrected_lines import (
    CORRECTION,
    TARIFF_WITHDRAWN,
    Total,
    correction_table,
    finding_names,
    lines_of,
    totals,
)
from services.tariffs.rules.production import LISTED_FAULTS
from services.tariffs.rules.settlement import corrections, worth
from services.tariffs.store.decisions import DecisionStore
from services.tariffs.store.line_storage import LineStorage
from services.tariffs.store.production import Part, ProductionStore
from services.tariffs.store.settlements import SettlementStore

Tell = Callable[[float], None]


@dataclass(slots=True)
class PartOutcome:
    """What settling a part gave, gathered block by block."""

    totals: dict[tuple[str, str, str], Total] = field(default_factory=dict)
    finding_counts: Counter[str] = field(default_factory=Counter)
    findings: list[dict[str, Any]] = field(default_factory=list)

    def add_totals(self, found: dict[tuple[str, str, str], Total]) -> None:
        """Add the totals of a block."""
        for key, new in found.items():
            old = self.totals.get(key, Total(0, 0, 0, 0))
            self.totals[key] = Total(
                old.lines + new.lines,
                old.corrected + new.corrected,
                old.old_cents + new.old_cents,
                old.new_cents + new.new_cents,
            )


def histories(session: Session) -> dict[str, Any]:
    """Every rectangle of every prestatie."""
    store = DecisionStore(session)
    return {prestatie.value: store.rectangles(prestatie) for prestatie in Prestatie}


def settle(session: Session, storage: LineStorage, settlement_id: UUID, tell: Tell) -> None:
    """Settle the parts of a settlement; not committed here.

    A part that was settled with the same or later knowledge in the meantime is left alone: nothing is payable twice.

    Args:
        tell: told the share of the lines that is done.
    """
    production, store = ProductionStore(session), SettlementStore(session)
    asked = store.settlement(settlement_id)
    assert asked is not None, "a settlement is written down before its job is queued"
    history = histories(session)
    planned = production.parts(ids=asked.parts)
    lines, done = sum(part.lines for part in planned) or 1, 0
    for plan in planned:
        store.hold_part(plan.part_id)
        (part,) = production.parts(ids=[plan.part_id])
        if part.settled_at is None or part.settled_at < asked.known_at:
            settle_part(store, storage, history, settlement_id, part, asked.known_at)
        done += part.lines
        tell(done / lines)


def settle_part(
    store: SettlementStore,
    storage: LineStorage,
    history: History,
    settlement_id: UUID,
    part: Part,
    moment: datetime,
) -> None:
    """Settle one part, row group by row group, and write down its lines, totals and findings."""
    path, run = f"settlements/{settlement_id}/{part.part_id}.parquet", part.runs + 1
    outcome = PartOutcome()
    with storage.writing(path, CORRECTION) as writer:
        for block in storage.blocks(part.path):
            writer.write_table(settle_block(block, history, part, moment, run, outcome))
    store.add_part(
        settlement_id=settlement_id,
        part_id=part.part_id,
        agb_code=part.agb_code,
        known_before=part.settled_at,
        known_at=moment,
        run=run,
        path=path,
        finding_counts=dict(sorted(outcome.finding_counts.items())),
    )
    whose = {"settlement_id": settlement_id, "agb_code": part.agb_code}
    store.add_totals(
        [
            whose
            | {
                "part_id": part.part_id,
                "uzovi": uzovi,
                "prestatie": prestatie,
                "month": date.fromisoformat(f"{month}-01"),
                "lines": total.lines,
                "correction_lines": 2 * total.corrected,
                "old_cents": total.old_cents,
                "new_cents": total.new_cents,
                "difference_cents": total.new_cents - total.old_cents,
            }
            for (uzovi, prestatie, month), total in outcome.totals.items()
        ]
    )
    store.add_findings([whose | finding for finding in outcome.findings])


def settle_block(block: Any, history: History, part: Part, moment: datetime, run: int, outcome: PartOutcome) -> Any:
    """The credit and debit lines of one block of declared lines, as a table; totals and findings go to the outcome."""
    lines, days = lines_of(block), days_of(block)
    under = charged_under(history, days, lines, part.received_at)
    tariffs, withdrawn = known_at(history, days, moment)
    now = worth(lines, under, tariffs)
    before = lines.unit_price_cents
    if part.settled_at is not None:
        before = worth(lines, under, known_at(history, days, part.settled_at)[0]).unit_price_cents
    found = corrections(lines.quantity, before, now.unit_price_cents)
    outcome.add_totals(totals(block, lines.quantity * before, lines.quantity * now.unit_price_cents))
    for place in np.flatnonzero(now.findings.astype(bool) | withdrawn).tolist():
        names = finding_names(int(now.findings[place])) + ([TARIFF_WITHDRAWN] if withdrawn[place] else [])
        outcome.finding_counts.update(names)
        for name in names[: max(0, LISTED_FAULTS - len(outcome.findings))]:
            outcome.findings.append(
                {
                    "uzovi": block.column("uzovi")[place].as_py(),
                    "line_id": block.column("lineId")[place].as_py(),
                    "code": name,
                }
            )
    return correction_table(block, found, now.reason, run)
