"""Lines of a preview checked as they were sent, so that faults of type and of content are told together."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import ValidationError

from services.tariffs.rules.components import Prestatie
from services.tariffs.rules.production import (
    COLUMNS,
    LISTED_FAULTS,
    FaultList,
    LineFault,
    checked_lines,
    repeated_lines,
)
from shared.plumbing.wording import Found, found_in, refuse_all, refused

PRESTATIES = frozenset(Prestatie)


def every_fault(sent: Any, of_types: Callable[[Any], Any], most: int) -> Any:
    """The lines with their types, if nothing is wrong with them.

    Args:
        sent: the lines as they were sent.
        of_types: gives them their types.
        most: of more lines only the types are looked at.

    Raises:
        ValidationError: with every fault of type and of content; where a type is wrong, only that.
    """
    found: list[Found] = []
    lines = None
    try:
        lines = of_types(sent)
    except ValidationError as error:
        found += found_in(error)
    if isinstance(sent, list) and len(sent) <= most:
        taken = {place for place, _ in found}
        for fault in content_faults(sent):
            place = (fault.line, fault.column)
            if place not in taken and place[:1] not in taken:
                found.append((place, refused(fault.code, fault.told.nl, fault.told.en)))
    refuse_all(sorted(found, key=lambda one: [part for part in one[0] if isinstance(part, int)]))
    return lines


def content_faults(sent: Sequence[Any]) -> Iterator[LineFault]:
    """What is wrong with lines whatever their types, as a production file would be told; ``line`` counts from 0."""
    rows = {number: row for number, row in enumerate(sent) if isinstance(row, dict)}
    places = np.array(list(rows), np.int64)
    columns = columns_of(list(rows.values()))
    faults = FaultList()
    checked_lines(columns, places, PRESTATIES, faults)
    yield from faults.listed
    yield from islice(repeated_lines(columns["lineId"], places), LISTED_FAULTS)


def columns_of(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The rows as columns of text, as they would stand in a production file."""
    return {name: pa.array([_text(row.get(name)) for row in rows], pa.string()) for name in COLUMNS}


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    return "" if value is None else str(value)
