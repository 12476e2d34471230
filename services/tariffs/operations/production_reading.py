"""Read a production file as text in blocks, whatever its form, with the place of every line; nothing is guessed."""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from services.tariffs.rules.production import COLUMNS, FaultList, LineFault, header_faults
from shared.kernel.sources import Text

CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"

BLOCK_BYTES = 1 << 22
HEADER_BYTES = 1 << 14
BLOCK_ROWS = 131_072
UTF8_MARK = b"\xef\xbb\xbf"

Block = tuple[Mapping[str, Any], NDArray[np.int64]]
"""Columns of text by name, and the line of the file each row stands on."""


def read_csv(file: IO[bytes], faults: FaultList) -> Iterator[Block]:
    """The lines of a CSV file in UTF-8 with a header, separated by commas throughout or by semicolons throughout."""
    first = file.readline(HEADER_BYTES).removeprefix(UTF8_MARK)
    file.seek(0)
    delimiter = ";" if b";" in first and b"," not in first else ","
    odd: list[int] = []

    def note(row: Any) -> str:
        odd.append(row.number)
        message = Text(
            f"{row.actual_columns} waarden waar {row.expected_columns} kolommen zijn",
            f"{row.actual_columns} values where there are {row.expected_columns} columns",
        )
        faults.add(LineFault(row.number, "", row.text[:40], "columns", message))
        return "skip"

    try:
        reader = pcsv.open_csv(
            io.BufferedReader(_Raw(file)),
            read_options=pcsv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES),
            parse_options=pcsv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False, invalid_row_handler=note),
            convert_options=pcsv.ConvertOptions(
                column_types=dict.fromkeys(COLUMNS, pa.string()), null_values=[], strings_can_be_null=False
            ),
        )
        if _refused_header(reader.schema.names, faults):
            return
        seen, next_line = 0, 2
        for batch in reader:
            skipped, seen = odd[seen:], len(odd)
            numbers = np.setdiff1d(np.arange(next_line, next_line + batch.num_rows + len(skipped)), skipped)
            next_line += batch.num_rows + len(skipped)
            columns = {name: pc.cast(batch.column(name), pa.string()) for name in COLUMNS}
            filled = np.logical_or.reduce([np.asarray(pc.not_equal(column, "")) for column in columns.values()])
            if not filled.all():
                columns = {name: column.filter(pa.array(filled)) for name, column in columns.items()}
            yield columns, numbers[filled]
    except pa.ArrowInvalid as error:
        if first.strip() and "Empty CSV file" in str(error):
            return
        faults.add(LineFault(0, "", "", "not_csv", _unreadable("CSV (UTF-8)", error)))


class _Raw(io.RawIOBase):
    """The upload as a raw stream that the reader may close without closing the upload."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content = self._file.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)


def read_parquet(file: IO[bytes], faults: FaultList) -> Iterator[Block]:
    """The lines of a Parquet file; numbers and dates may be of their own type, or text."""
    try:
        parquet = pq.ParquetFile(file)
        schema = parquet.schema_arrow
        if _refused_header(schema.names, faults) or _refused_types(schema, faults):
            return
        next_line = 1
        for batch in parquet.iter_batches(BLOCK_ROWS, columns=list(COLUMNS)):
            columns = {name: pc.fill_null(pc.cast(batch.column(name), pa.string()), "") for name in COLUMNS}
            yield columns, np.arange(next_line, next_line + batch.num_rows)
            next_line += batch.num_rows
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        faults.add(LineFault(0, "", "", "not_parquet", _unreadable("Parquet", error)))


def _refused_header(names: Sequence[str], faults: FaultList) -> bool:
    found = list(header_faults(names))
    for fault in found:
        faults.add(fault)
    return bool(found)


def _refused_types(schema: Any, faults: FaultList) -> bool:
    """Text fits everywhere, whole numbers and days where they belong; an 8-digit code as a number lost its zeros."""
    refused = False
    for name in COLUMNS:
        found = schema.field(name).type
        fits = pa.types.is_string(found) or pa.types.is_large_string(found)
        fits |= pa.types.is_dictionary(found) and pa.types.is_string(found.value_type)
        fits |= name in {"quantity", "unitPriceCents"} and pa.types.is_integer(found)
        fits |= name == "serviceDate" and pa.types.is_date(found)
        fits |= name == "contractValue" and pa.types.is_null(found)
        if not fits:
            refused = True
            reason = Text(
                f"geen {found} maar tekst, een geheel getal of een dag",
                f"not {found} but text, a whole number or a day",
            )
            faults.add(LineFault(0, name, "", "column_type", reason))
    return refused


def _unreadable(form: str, error: Exception) -> Text:
    detail = str(error).splitlines()[0][:200]
    return Text(f"dit is niet te lezen als {form}: {detail}", f"this cannot be read as {form}: {detail}")
