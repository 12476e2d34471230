"""Ask for a settlement, and read what came of it."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from services.tariffs.errors.settlements import (
    NothingToSettle,
    ProductionFileNotFound,
    SettledWithLaterKnowledge,
    SettlementNotFound,
)
from services.tariffs.operations.settlement_jobs import SETTLE, settle_task
from services.tariffs.operations.settlement_runs import histories
from services.tariffs.operations.settlement_steps import receipt_of, sums_explained
from services.tariffs.roles import AUTHORITY, Role
from services.tariffs.rules.corrected_lines import CORRECTION, FINDING_TEXTS
from services.tariffs.rules.decisions import Period
from services.tariffs.schemas.settlements import (
    SettledFindingOut,
    SettlementAccepted,
    SettlementIn,
    SettlementOut,
    SettlementSummary,
    SumsOut,
    TotalOut,
)
from services.tariffs.store.decisions import DecisionStore
from services.tariffs.store.line_storage import LineStorage
from services.tariffs.store.production import Part, ProductionStore
from services.tariffs.store.settlements import SettlementStore
from services.tariffs.tables.plumbing import jobs
from shared.plumbing.jobs import ask
from shared.plumbing.schemas import Page, ReceiptOut, StepOut, TextOut
from shared.plumbing.work import Work

LISTED = 200
CHUNK = 1 << 16


def request_settlement(work: Work, wanted: SettlementIn) -> SettlementAccepted:
    """Write down a settlement and queue its job; not committed yet.

    Raises:
        ProductionFileNotFound: a file does not exist or is not the caller's.
        NothingToSettle: nothing was declared.
        SettledWithLaterKnowledge: a file was settled with what was known later.
    """
    # Nobody publishes between reading the clock and our commit, so that what was known at this moment stays so.
    now = DecisionStore(work.session).one_at_a_time()
    known_at = min(wanted.known_at, now) if wanted.known_at is not None else now
    parts = _parts(work, wanted)
    settled = [part.settled_at for part in parts if part.settled_at is not None and part.settled_at > known_at]
    if settled:
        raise SettledWithLaterKnowledge(max(settled))
    settlement_id = uuid4()
    receipt = receipt_of(
        histories(work.session),
        known_at,
        [[part.sha256, part.agb_code, part.settled_at.isoformat() if part.settled_at else ""] for part in parts],
    )
    job = ask(work, jobs, settle_task, SETTLE, settlement_id=str(settlement_id))
    SettlementStore(work.session).add(
        settlement_id=settlement_id,
        job_id=job.job_id,
        requested_by=work.principal.subject,
        known_at=known_at,
        parts=[part.part_id for part in parts],
        receipt=ReceiptOut.of(receipt).model_dump(mode="json"),
    )
    return SettlementAccepted(**job.model_dump(by_alias=False), settlement_id=settlement_id)


def _parts(work: Work, wanted: SettlementIn) -> list[Part]:
    store = ProductionStore(work.session)
    if wanted.production_file_ids is None:
        parts = store.parts()
        if not parts:
            raise NothingToSettle
        return parts
    files = list(dict.fromkeys(wanted.production_file_ids))
    parts = store.parts(files=files)
    missing = set(files) - {part.production_file_id for part in parts}
    if missing:
        raise ProductionFileNotFound([file for file in files if file in missing])
    return parts


def show_settlement(work: Work, settlement_id: UUID) -> SettlementOut:
    """A settlement, as far as it concerns the caller.

    Raises:
        SettlementNotFound: there is none, or nothing in it concerns the caller.
    """
    store = SettlementStore(work.session)
    row = store.settlement(settlement_id)
    if row is None:
        raise SettlementNotFound
    totals = [
        TotalOut(
            agb_code=total.agb_code,
            uzovi=total.uzovi,
            prestatie=total.prestatie,
            month=f"{total.month:%Y-%m}",
            lines=int(total.lines),
            correction_lines=int(total.correction_lines),
            old_cents=int(total.old_cents),
            new_cents=int(total.new_cents),
            difference_cents=int(total.new_cents) - int(total.old_cents),
        )
        for total in store.totals(settlement_id)
    ]
    parts, findings = store.parts(settlement_id), store.findings(settlement_id)
    counts: Counter[str] = Counter()
    if work.principal.has(*AUTHORITY, Role.PROVIDER):
        for part in parts:
            counts.update(part.finding_counts)
    else:
        counts.update(finding.code for finding in findings)
    total = SumsOut(
        lines=sum(one.lines for one in totals),
        correction_lines=sum(one.correction_lines for one in totals),
        old_cents=sum(one.old_cents for one in totals),
        new_cents=sum(one.new_cents for one in totals),
        difference_cents=sum(one.difference_cents for one in totals),
    )
    history = histories(work.session)
    months = {(one.prestatie, _month(one.month)) for one in totals}
    illustrative = any(
        rectangle.tariff.tariff.illustrative
        for prestatie, month in months
        for rectangle in history[prestatie]
        if rectangle.known_from <= row.known_at and rectangle.in_force.shared_with(month) is not None
    )
    return SettlementOut(
        settlement_id=settlement_id,
        status=row.status,
        job_id=row.job_id,
        known_at=row.known_at,
        requested_at=row.requested_at,
        production_file_ids=list(
            dict.fromkeys(part.production_file_id for part in parts if part.production_file_id is not None)
        ),
        totals=totals,
        total=total,
        finding_counts=dict(sorted(counts.items())),
        findings=[
            SettledFindingOut(
                agb_code=finding.agb_code,
                uzovi=finding.uzovi,
                line_id=finding.line_id,
                code=finding.code,
                message=TextOut.of(FINDING_TEXTS[finding.code]),
            )
            for finding in findings
        ],
        illustrative=illustrative,
        steps=StepOut.all(sums_explained(total.old_cents, total.new_cents, illustrative=illustrative)),
        receipt=ReceiptOut.model_validate(row.receipt),
    )


def _month(written: str) -> Period:
    first = date.fromisoformat(f"{written}-01")
    return Period(first, (first + timedelta(days=31)).replace(day=1) if written < "9999-12" else None)


def list_settlements(work: Work) -> Page[SettlementSummary]:
    """The newest settlements that concern the caller."""
    return Page[SettlementSummary](
        items=[
            SettlementSummary(
                settlement_id=row.settlement_id,
                status=row.status,
                known_at=row.known_at,
                requested_at=row.requested_at,
            )
            for row in SettlementStore(work.session).newest(LISTED)
        ]
    )


def line_paths(work: Work, settlement_id: UUID) -> list[str]:
    """Where the lines of a settlement are that concern the caller.

    Raises:
        SettlementNotFound: there is none, or nothing in it concerns the caller.
    """
    store = SettlementStore(work.session)
    if store.settlement(settlement_id) is None:
        raise SettlementNotFound
    return [part.path for part in store.parts(settlement_id) if part.path is not None]


def line_blocks(storage: LineStorage, paths: Sequence[str], uzovi: str | None) -> Iterator[Any]:
    """The lines in the order of their files; with ``uzovi`` only those that name this insurer."""
    for path in paths:
        for block in storage.blocks(path):
            yield block if uzovi is None else block.filter(pc.equal(block.column("uzovi"), uzovi))


def as_csv(blocks: Iterator[Any]) -> Iterator[bytes]:
    """The lines as CSV with a header, in pieces."""
    plain = pcsv.WriteOptions(include_header=False, quoting_style="needed")
    yield (",".join(CORRECTION.names) + "\n").encode()
    for block in blocks:
        target = pa.BufferOutputStream()
        pcsv.write_csv(block, target, plain)
        yield target.getvalue().to_pybytes()


def as_parquet(blocks: Iterator[Any]) -> Iterator[bytes]:
    """The lines as one Parquet file, in pieces."""
    with tempfile.TemporaryFile() as file:
        with pq.ParquetWriter(file, CORRECTION, compression="zstd") as writer:
            for block in blocks:
                writer.write_table(block)
        file.seek(0)
        while piece := file.read(CHUNK):
            yield piece
