"""Receive declared production: read it once, check every line, and accept or refuse it as a whole."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from services.tariffs.errors.settlements import (
    LinesKnownBefore,
    ProductionFileNotFound,
    ProductionRefused,
    RowsOfAnother,
)
from services.tariffs.operations.production_reading import CSV, read_csv, read_parquet
from services.tariffs.roles import AUTHORITY
from services.tariffs.rules.components import Prestatie
from services.tariffs.rules.production import LISTED_FAULTS, STORED, FaultList, LineFault, checked_lines, repeated_lines
from services.tariffs.schemas.production_files import FileFinding, ProductionFileOut, ProductionPartOut
from services.tariffs.store.decisions import DecisionStore
from services.tariffs.store.line_storage import LineStorage
from services.tariffs.store.production import ProductionStore
from shared.kernel.sources import Text
from shared.plumbing.identity import Principal
from shared.plumbing.schemas import TextOut
from shared.plumbing.uploads import Upload
from shared.plumbing.work import Work

PRESTATIES = frozenset(Prestatie)


def receive(work: Work, upload: Upload, storage: LineStorage) -> UUID:
    """Accept a production file; not committed yet. The same content is the same file.

    Raises:
        ProductionRefused: the file has faults; all are counted, the first thousand named.
        RowsOfAnother: a provider sent lines of another provider.
        LinesKnownBefore: lines were declared before in another file.
    """
    store = ProductionStore(work.session)
    lines = _checked(upload)
    agb_codes = sorted(pc.unique(lines.column("agbCode")).to_pylist())
    _require_own(work.principal, lines)
    received_at = store.one_at_a_time(agb_codes)
    known = store.file_with(upload.sha256)
    if known is not None:
        return known.production_file_id  # type: ignore[no-any-return]
    by_provider = {agb: lines.filter(pc.equal(lines.column("agbCode"), agb)) for agb in agb_codes}
    _refuse_known_lines(store, storage, by_provider)
    file_id = uuid4()
    store.add_file(
        production_file_id=file_id,
        sha256=upload.sha256,
        media_type=upload.media_type,
        size_bytes=upload.size,
        lines=lines.num_rows,
        uploaded_by=work.principal.subject,
        received_at=received_at,
    )
    for agb_code, own in by_provider.items():
        path = f"production/{upload.sha256}/{agb_code}.parquet"
        storage.write(path, own)
        store.add_part(production_file_id=file_id, agb_code=agb_code, lines=own.num_rows, path=path)
    return file_id


def _checked(upload: Upload) -> Any:
    """The lines of the upload as a table.

    Raises:
        ProductionRefused: any of them has a fault.
    """
    faults = FaultList()
    upload.file.seek(0)
    blocks = read_csv(upload.file, faults) if upload.media_type == CSV else read_parquet(upload.file, faults)
    tables, numbers = [], []
    for columns, line_numbers in blocks:
        table = checked_lines(columns, line_numbers, PRESTATIES, faults)
        tables.append(pa.table({"lineId": columns["lineId"]}) if table is None else table)
        numbers.append(line_numbers)
    if not faults.count and not any(table.num_rows for table in tables):
        faults.add(LineFault(0, "", "", "no_lines", Text("het bestand heeft geen regels", "the file has no lines")))
    if tables:
        ids = pa.concat_tables([table.select(["lineId"]) for table in tables]).column("lineId").combine_chunks()
        for fault in repeated_lines(ids, np.concatenate(numbers)):
            faults.add(fault)
    if faults.count:
        raise ProductionRefused(faults)
    return pa.concat_tables(tables) if tables else STORED.empty_table()


def _require_own(principal: Principal, lines: Any) -> None:
    if principal.has(*AUTHORITY):
        return
    own = principal.claims.get("agbCode", "")
    others = int(pc.sum(pc.not_equal(lines.column("agbCode"), own)).as_py())
    if others:
        raise RowsOfAnother(others, own)


def _refuse_known_lines(store: ProductionStore, storage: LineStorage, by_provider: dict[str, Any]) -> None:
    listed: list[tuple[str, str, object]] = []
    count = 0
    for agb_code, own in by_provider.items():
        for path, file_id in store.paths_of(agb_code).items():
            known = storage.column([path], "lineId")
            again = own.column("lineId").filter(pc.is_in(own.column("lineId"), known.combine_chunks()))
            count += len(again)
            room = LISTED_FAULTS - len(listed)
            listed += [(agb_code, line_id, file_id) for line_id in again.slice(0, room).to_pylist()]
    if count:
        raise LinesKnownBefore(count, listed)


def show(work: Work, file_id: UUID, storage: LineStorage) -> ProductionFileOut:
    """A production file that the caller may see, with the parts that are the caller's.

    Raises:
        ProductionFileNotFound: there is none.
    """
    store = ProductionStore(work.session)
    row = store.file(file_id)
    if row is None:
        raise ProductionFileNotFound
    parts = store.parts(files=[file_id])
    return ProductionFileOut(
        production_file_id=file_id,
        lines=sum(part.lines for part in parts),
        hash=row.sha256,
        received_at=row.received_at,
        providers=[
            ProductionPartOut(agb_code=part.agb_code, lines=part.lines, settled_at=part.settled_at) for part in parts
        ],
        findings=list(_findings(work, [part.path for part in parts], storage)),
    )


def _findings(work: Work, paths: list[str], storage: LineStorage) -> Iterator[FileFinding]:
    """What to know about an accepted file: days without a tariff, and credits."""
    decisions = DecisionStore(work.session)
    known = {prestatie: decisions.rectangles(prestatie) for prestatie in Prestatie}
    without: dict[Prestatie, int] = {}
    credited = 0
    for path in paths:
        for block in storage.blocks(path, ["prestatie", "serviceDate", "quantity"]):
            credited += int(pc.sum(pc.less(block.column("quantity"), 0)).as_py())
            for days in block.group_by(["prestatie", "serviceDate"]).aggregate([("quantity", "count")]).to_pylist():
                prestatie = Prestatie(days["prestatie"])
                if not any(rectangle.in_force.holds(days["serviceDate"]) for rectangle in known[prestatie]):
                    without[prestatie] = without.get(prestatie, 0) + days["quantity_count"]
    for prestatie, count in sorted(without.items()):
        yield FileFinding(
            code="no_tariff_known",
            severity="warning",
            prestatie=prestatie,
            count=count,
            message=TextOut(
                nl=f"Voor {count} regels van {prestatie} is geen maximumtarief bekend; zij worden nog niet verrekend.",
                en=f"No maximum tariff is known for {count} lines of {prestatie}; they are not settled yet.",
            ),
        )
    if credited:
        yield FileFinding(
            code="credits",
            severity="information",
            count=credited,
            message=TextOut(
                nl=f"{credited} regels crediteren een eerdere declaratie.",
                en=f"{credited} lines credit an earlier one.",
            ),
        )
