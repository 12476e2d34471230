"""What settling some lines would give, without keeping anything."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from services.tariffs.errors.decisions import DecisionNotFound, WrongState
from services.tariffs.operations.decisions import would_be_set
from services.tariffs.operations.settlement_runs import histories
from services.tariffs.operations.settlement_steps import receipt_of, sums_explained
from services.tariffs.operations.tariffs_by_day import days_of as distinct_days
from services.tariffs.operations.tariffs_by_day import known_at
from services.tariffs.rules.corrected_lines import (
    FINDING_TEXTS,
    TARIFF_WITHDRAWN,
    correction_table,
    finding_names,
    lines_of,
)
from services.tariffs.rules.decisions import Piece, Rectangle, view
from services.tariffs.rules.production import FaultList, checked_lines
from services.tariffs.rules.settlement import UNKNOWN, Tariffs, corrections, exact_sum, worth
from services.tariffs.schemas.preview_lines import PRESTATIES, columns_of
from services.tariffs.schemas.settlements import (
    CorrectionLineOut,
    ExplicitTariffIn,
    LineFindingOut,
    PreviewIn,
    PreviewLineIn,
    PreviewOut,
    StandpointIn,
    SumsOut,
)
from services.tariffs.store.decisions import DecisionStore, PublishedTariff
from shared.plumbing.schemas import ReceiptOut, StepOut, TextOut
from shared.plumbing.work import Work


def preview(work: Work, wanted: PreviewIn) -> PreviewOut:
    """The credit and debit lines, totals and findings that settling these lines would give.

    Raises:
        DecisionNotFound, WrongState: a standpoint names a decision that was withdrawn, or that is not there to be seen.
    """
    table = _table(wanted.lines)
    lines = lines_of(table)
    history, moment = histories(work.session), work.now()
    withdrawn = np.zeros(table.num_rows, np.bool_)
    if wanted.old_tariff is not None and wanted.new_tariff is not None:
        old, new = _given(wanted.old_tariff, table.num_rows), _given(wanted.new_tariff, table.num_rows)
        illustrative = True
    else:
        assert wanted.from_ is not None and wanted.to is not None, "the request has one whole pair"  # noqa: PT018
        before, _, one = _standing(work, history, wanted.from_, table)
        after, withdrawn, other = _standing(work, history, wanted.to, table)
        old, new, illustrative = before, after, one or other
    found = worth(lines, old, new)
    correction = corrections(lines.quantity, lines.unit_price_cents, found.unit_price_cents)
    old_cents = exact_sum(lines.quantity * lines.unit_price_cents)
    new_cents = exact_sum(lines.quantity * found.unit_price_cents)
    findings = [
        (table.column("lineId")[place].as_py(), name)
        for place in np.flatnonzero(found.findings.astype(bool) | withdrawn).tolist()
        for name in finding_names(int(found.findings[place])) + ([TARIFF_WITHDRAWN] if withdrawn[place] else [])
    ]
    rows = correction_table(table, correction, found.reason, run=1).to_pylist()
    return PreviewOut(
        lines=[
            CorrectionLineOut(
                line_id=row["lineId"],
                kind=row["kind"],
                corrects=row["corrects"],
                quantity=row["quantity"],
                unit_price_cents=row["unitPriceCents"],
                amount_cents=row["amountCents"],
                reason=row["reason"],
            )
            for row in rows
        ],
        totals=SumsOut(
            lines=table.num_rows,
            correction_lines=len(rows),
            old_cents=old_cents,
            new_cents=new_cents,
            difference_cents=new_cents - old_cents,
        ),
        findings=[
            LineFindingOut(line_id=line_id, code=name, message=TextOut.of(FINDING_TEXTS[name]))
            for line_id, name in findings
        ],
        illustrative=illustrative,
        steps=StepOut.all(sums_explained(old_cents, new_cents, illustrative=illustrative)),
        receipt=ReceiptOut.of(
            receipt_of(
                {} if wanted.old_tariff else history, moment, _texts(wanted.model_dump(by_alias=True, mode="json"))
            )
        ),
    )


def _table(lines: Sequence[PreviewLineIn]) -> Any:
    """The lines, which the request has checked, as a table."""
    columns = columns_of([line.model_dump(by_alias=True) for line in lines])
    table = checked_lines(columns, np.arange(len(lines)), PRESTATIES, FaultList())
    assert table is not None, "the request has checked its lines"
    return table


def _given(tariff: ExplicitTariffIn, count: int) -> Tariffs:
    max_max = UNKNOWN if tariff.max_max_cents is None else tariff.max_max_cents
    columns = (np.full(count, cents, np.int64) for cents in (tariff.maximum_cents, tariff.housing_cents, max_max))
    return Tariffs(*columns)


def _standing(
    work: Work, history: dict[str, list[Rectangle[PublishedTariff]]], wanted: StandpointIn, table: Any
) -> tuple[Tariffs, Any, bool]:
    """Per line the tariff seen from a standpoint, whether it was withdrawn by then, and whether any is illustrative."""
    moment = wanted.known_at
    if wanted.decision_id is not None:
        store = DecisionStore(work.session)
        row = store.decision(wanted.decision_id)
        if row is None:
            raise DecisionNotFound
        moment = row.published_at
        if moment is None:
            if row.status == "withdrawn":
                raise WrongState(row.status, ("draft", "adopted", "published"))
            moment, history = work.now(), _as_if_published(store, history, row, work.now())
    assert moment is not None, "a standpoint is a moment or a decision"
    days = distinct_days(table)
    tariffs, withdrawn = known_at(history, days, moment)
    illustrative = any(
        rectangle.tariff.tariff.illustrative
        for prestatie, day in days.names
        for rectangle in history.get(prestatie, ())
        if rectangle.in_force.holds(day) and rectangle.known_at(moment)
    )
    return tariffs, withdrawn, illustrative


def _as_if_published(
    store: DecisionStore, history: dict[str, list[Rectangle[PublishedTariff]]], row: Any, moment: datetime
) -> dict[str, list[Rectangle[PublishedTariff]]]:
    """The tariffs known now, with those of a decision that is not published yet laid over them."""
    over: dict[str, list[Piece[PublishedTariff]]] = {}
    for one in would_be_set(store, row):
        tariff = PublishedTariff(-1, one.prestatie, row.decision_id, row.number, one.tariff, one.replaced_tariff_id)
        over.setdefault(one.prestatie, []).append(Piece(one.in_force, tariff))

    def seen(prestatie: str) -> list[Piece[PublishedTariff]]:
        return [Piece(r.in_force, r.tariff) for r in history[prestatie] if r.known_at(moment)]

    return {
        prestatie: [
            Rectangle(piece.in_force, moment, None, piece.tariff)
            for piece in view([seen(prestatie), over.get(prestatie, [])])
        ]
        for prestatie in history
    }


def _texts(document: Any) -> Any:
    """The document with every number as text, as the canonical form needs exact numbers."""
    if isinstance(document, dict):
        return {name: _texts(inner) for name, inner in document.items()}
    if isinstance(document, list):
        return [_texts(inner) for inner in document]
    return document if document is None or isinstance(document, str | bool) else str(document)
