"""Dated parameters from TOML files: every value with its unit, dates, status and source, checked when they are read.

A folder holds any number of files with entries like this one::

    [[values]]
    name = "labour_index"          # code name, as in the glossary
    value = "0.0518"               # text in plain decimal notation
    unit = "ratio"
    in_force_from = 2025-01-01
    in_force_until = 2026-01-01    # half-open; absent: until replaced
    known_from = 2026-06-30        # publication; a date means its start in UTC
    status = "definitive"          # expected | provisional | definitive | illustrative
    document = "…"                 # where the value can be checked
    article = "…"
    url = ""                       # optional
    illustrative = false           # true where there is no public source
    note = ""                      # optional
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from shared.kernel.dated import DatedValue, Status
from shared.kernel.numbers import NotPlainDecimal, exact
from shared.kernel.receipts import content_hash
from shared.kernel.sources import Source

REQUIRED: Mapping[str, type] = {
    "name": str,
    "value": str,
    "unit": str,
    "in_force_from": date,
    "known_from": date,
    "status": str,
    "document": str,
    "article": str,
    "illustrative": bool,
}
OPTIONAL: Mapping[str, type] = {"in_force_until": date, "url": str, "note": str}


class ParameterFault(ValueError):
    """One or more parameter files cannot be used; ``faults`` names every fault with its file, entry and field."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("parameter files cannot be used:\n" + "\n".join(faults))


@dataclass(frozen=True)
class ParameterSet:
    """The parameters of a service as its files state them.

    Attributes:
        values: every value, in the order of files and entries.
        notes: what a reader should know about a value, where there is anything to say.
        hashes: SHA-256 of each file, by file name.
    """

    values: tuple[DatedValue, ...]
    notes: Mapping[DatedValue, str]
    hashes: Mapping[str, str]

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all parameters that have a value."""
        return frozenset(value.name for value in self.values)


def load_parameters(folder: Path) -> ParameterSet:
    """Read and check every TOML file of a folder.

    Raises:
        ParameterFault: a file is not TOML; an entry lacks a unit, source, date or status or has a field that is not
            known; the values of one name and status overlap in time or leave a gap. Every fault is named at once.
    """
    values: dict[DatedValue, str] = {}
    notes: dict[DatedValue, str] = {}
    hashes: dict[str, str] = {}
    faults: list[str] = []
    for file in sorted(folder.glob("*.toml")):
        content = file.read_bytes()
        hashes[file.name] = content_hash(content)
        try:
            entries = tomllib.loads(content.decode("utf-8")).get("values", [])
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            faults.append(f"{file.name}: not readable as TOML: {error}")
            continue
        for number, entry in enumerate(entries, start=1):
            place = f"{file.name}, entry {number} ({entry.get('name', 'no name')})"
            wrong = [*_shape_faults(entry), *_content_faults(entry)]
            if wrong:
                faults += [f"{place}: {fault}" for fault in wrong]
                continue
            value = _dated_value(entry)
            if value in values:
                faults.append(f"{place}: stands twice, also in {values[value]}")
            values[value] = place
            if entry.get("note"):
                notes[value] = entry["note"]
    if not hashes:
        faults.append(f"{folder.name}: holds no parameter file")
    faults += _timeline_faults(values)
    if faults:
        raise ParameterFault(faults)
    return ParameterSet(tuple(values), notes, hashes)


def _shape_faults(entry: Mapping[str, Any]) -> Iterator[str]:
    for field in sorted(set(entry) - set(REQUIRED) - set(OPTIONAL)):
        yield f"unknown field {field}"
    for field, kind in REQUIRED.items():
        if field not in entry:
            yield f"{field} is missing"
        elif not isinstance(entry[field], kind):
            yield f"{field} must be written as {kind.__name__}"
        elif kind is str and not entry[field].strip():
            yield f"{field} is empty"
    for field, kind in OPTIONAL.items():
        if field in entry and not isinstance(entry[field], kind):
            yield f"{field} must be written as {kind.__name__}"


def _content_faults(entry: Mapping[str, Any]) -> Iterator[str]:
    for field in ("in_force_from", "in_force_until"):
        if isinstance(entry.get(field), datetime):
            yield f"{field} must be a day without a time"
    known_from = entry.get("known_from")
    if isinstance(known_from, datetime) and known_from.tzinfo is None:
        yield "known_from must be a day, or an instant with its offset"
    if isinstance(entry.get("value"), str) and not _is_plain(entry["value"]):
        yield f"value {entry['value']!r} is not in plain decimal notation"
    if isinstance(entry.get("status"), str) and entry["status"] not in set(Status):
        yield f"status must be one of {', '.join(Status)}"
    start, end = entry.get("in_force_from"), entry.get("in_force_until")
    if type(start) is date and type(end) is date and end <= start:
        yield "in_force_until must come after in_force_from"


def _is_plain(text: str) -> bool:
    try:
        exact(text)
    except NotPlainDecimal:
        return False
    return True


def _dated_value(entry: Mapping[str, Any]) -> DatedValue:
    known_from = entry["known_from"]
    if not isinstance(known_from, datetime):
        known_from = datetime.combine(known_from, time(), UTC)
    return DatedValue(
        name=entry["name"],
        value=exact(entry["value"]),
        unit=entry["unit"],
        in_force_from=entry["in_force_from"],
        in_force_until=entry.get("in_force_until"),
        known_from=known_from.astimezone(UTC),
        status=Status(entry["status"]),
        source=Source(document=entry["document"], article=entry["article"], url=entry.get("url", "")),
        illustrative=entry["illustrative"],
    )


def _timeline_faults(places: Mapping[DatedValue, str]) -> Iterator[str]:
    """Overlaps and gaps between the values of one name and status; a later known value of one start is a correction."""

    def line(value: DatedValue) -> tuple[str, Status]:
        return value.name, value.status

    ordered = sorted(places, key=lambda v: (v.name, v.status, v.in_force_from, v.known_from))
    for (name, status), group in groupby(ordered, key=line):
        values = list(group)
        if len({v.unit for v in values}) > 1:
            yield f"{name} ({status}): has values in different units"
        for earlier, later in pairwise(values):
            if earlier.in_force_from == later.in_force_from:
                if earlier.known_from == later.known_from:
                    yield f"{places[later]}: has the same start and moment of knowledge as {places[earlier]}"
                continue
            end = earlier.in_force_until
            if end is not None and end < later.in_force_from:
                yield f"{places[later]}: gap in {name} ({status}) from {end} until {later.in_force_from}"
            if end is not None and end > later.in_force_from:
                yield f"{places[later]}: overlap in {name} ({status}) from {later.in_force_from} until {end}"
