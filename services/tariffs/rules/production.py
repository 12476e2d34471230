"""What a declared production line may look like; every fault is named with its line, column, value and remedy.

The columns hold no personal data. The only free text is ``lineId``, a name that the provider gives to the line; a
value of nine digits that passes the test of a citizen service number (burgerservicenummer) is refused.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from services.tariffs.rules.contracts import BASES, CODE, ContractBasis, NotAContract, agreed_millionths
from services.tariffs.rules.settlement import MAX_PRICE_CENTS, MAX_QUANTITY
from shared.kernel.sources import Text

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]

COLUMNS = (
    "lineId",
    "agbCode",
    "uzovi",
    "prestatie",
    "serviceDate",
    "quantity",
    "unitPriceCents",
    "contractBasis",
    "contractValue",
)

STORED = pa.schema(
    [
        ("lineId", pa.string()),
        ("agbCode", pa.string()),
        ("uzovi", pa.string()),
        ("prestatie", pa.string()),
        ("serviceDate", pa.date32()),
        ("quantity", pa.int64()),
        ("unitPriceCents", pa.int64()),
        ("contractBasis", pa.string()),
        ("contractValue", pa.string()),
        ("basis", pa.int64()),
        ("agreedMillionths", pa.int64()),
    ]
)
"""Checked lines: the declared columns with their types, the contract basis as its code and its value in millionths."""

LISTED_FAULTS = 1_000
"""So many faults are listed; all are counted."""

SHOWN_CHARACTERS = 40

LINE_ID = r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$"
AGB_CODE = r"^(0[1-9]|[1-9][0-9])[0-9]{6}$"
UZOVI = r"^[0-9]{4}$"
QUANTITY = r"^-?[1-9][0-9]{0,7}$"
PRICE = r"^(0|[1-9][0-9]{0,9})$"
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

BSN_WEIGHTS = np.array([9, 8, 7, 6, 5, 4, 3, 2, -1], np.int64)
HIDDEN = "•••••••••"
"""Shown in place of a value that may be a citizen service number."""


@dataclass(frozen=True, slots=True)
class LineFault:
    """One thing that is wrong with a file: line (the header is line 1; 0: the file), column, value, code and reason."""

    line: int
    column: str
    value: str
    code: str
    reason: Text

    @property
    def place(self) -> str:
        """Where it is, as far as that is known: ``line 5, column uzovi``, ``line 5``, ``column uzovi`` or ``file``."""
        line, column = f"line {self.line}" if self.line else "", f"column {self.column}" if self.column else ""
        return ", ".join(part for part in (line, column) if part) or "file"

    @property
    def told(self) -> Text:
        """The reason behind the value, where there is one to show."""
        if not self.value:
            return self.reason
        return Text(f"{self.value!r}: {self.reason.nl}", f"{self.value!r}: {self.reason.en}")


@dataclass(slots=True)
class FaultList:
    """The faults of a file: all counted, the first thousand listed."""

    listed: list[LineFault] = field(default_factory=list)
    count: int = 0

    def add(self, fault: LineFault, times: int = 1) -> None:
        """Count a fault, and list it while there is room."""
        self.count += times
        if len(self.listed) < LISTED_FAULTS:
            self.listed.append(fault)


@dataclass(frozen=True, slots=True)
class _Broken:
    """A rule that some lines break."""

    lines: Mask
    column: str
    code: str
    reason: Text


FORMATS: Mapping[str, tuple[str, str, Text]] = {
    "lineId": (
        LINE_ID,
        "line_id",
        Text(
            "1 tot 64 letters, cijfers en . _ : / -, te beginnen met een letter of cijfer",
            "1 to 64 letters, digits and . _ : / -, starting with a letter or digit",
        ),
    ),
    "agbCode": (
        AGB_CODE,
        "agb_code",
        Text("acht cijfers, de eerste twee 01 tot en met 99", "eight digits, the first two 01 to 99"),
    ),
    "uzovi": (UZOVI, "uzovi", Text("vier cijfers", "four digits")),
    "quantity": (
        QUANTITY,
        "quantity",
        Text(
            f"een geheel aantal van ten hoogste {MAX_QUANTITY}, niet 0; onder 0 om een eerdere regel te crediteren",
            f"a whole number of at most {MAX_QUANTITY}, not 0; below 0 to credit an earlier line",
        ),
    ),
    "unitPriceCents": (
        PRICE,
        "unit_price_cents",
        Text(
            f"hele eurocenten, van 0 tot en met {MAX_PRICE_CENTS}, zonder punt of komma",
            f"whole eurocents, 0 to {MAX_PRICE_CENTS}, without point or comma",
        ),
    ),
}

LARGEST = {"quantity": MAX_QUANTITY, "unitPriceCents": MAX_PRICE_CENTS}

NO_DATE = Text("een bestaande dag, geschreven als JJJJ-MM-DD", "an existing day, written as YYYY-MM-DD")
TWICE = Text("dit regelnummer komt eerder in het bestand voor", "this lineId occurs earlier in the file")
PERSONAL_DATA = Text(
    "dit kan een burgerservicenummer zijn; persoonsgegevens worden niet aangenomen: zet er een letter voor",
    "this may be a citizen service number; personal data are not taken: put a letter in front",
)


def header_faults(names: Sequence[str]) -> Iterator[LineFault]:
    """What is wrong with the columns of a file: missing, unknown, or given twice. Their order is free."""
    for name in COLUMNS:
        if name not in names:
            yield LineFault(1, name, "", "column_missing", Text("deze kolom ontbreekt", "this column is missing"))
    for name in dict.fromkeys(names):
        if name not in COLUMNS:
            reason = Text(
                f"onbekende kolom; neem alleen op: {', '.join(COLUMNS)}",
                f"unknown column; give only: {', '.join(COLUMNS)}",
            )
            yield LineFault(1, name[:SHOWN_CHARACTERS], "", "column_unknown", reason)
        elif names.count(name) > 1:
            yield LineFault(
                1, name, "", "column_twice", Text("deze kolom staat er twee keer", "this column is given twice")
            )


def checked_lines(
    columns: Mapping[str, Any], line_numbers: Numbers, prestaties: frozenset[str], faults: FaultList
) -> Any:
    """The lines as a table of the ``STORED`` schema; None where any of them has a fault, which is then in ``faults``.

    Args:
        columns: per name of ``COLUMNS`` an array of text, without nulls, all of one length.
        line_numbers: where each line stands in its file.
        prestaties: what may be billed.
        faults: takes every fault found, in the order of the lines.
    """
    broken = [_unlike(columns[name], name, *wanted) for name, wanted in FORMATS.items()]
    broken.append(_Broken(bsn_like(columns["lineId"]), "lineId", "personal_data", PERSONAL_DATA))
    broken.append(_none_of(columns["prestatie"], "prestatie", "prestatie_unknown", sorted(prestaties)))
    broken.append(_none_of(columns["contractBasis"], "contractBasis", "contract_basis", list(ContractBasis)))
    broken += [_too_large(columns[rule.column], rule) for rule in broken if rule.column in LARGEST]
    days, no_day = _days(columns["serviceDate"])
    broken.append(_Broken(no_day, "serviceDate", "service_date", NO_DATE))
    basis, agreed, no_contract = _contracts(columns["contractBasis"], columns["contractValue"])
    broken += no_contract
    if any(rule.lines.any() for rule in broken):
        _tell(broken, columns, line_numbers, faults)
        return None
    stored = {
        **{name: columns[name] for name in COLUMNS},
        "serviceDate": days,
        "quantity": pc.cast(columns["quantity"], pa.int64()),
        "unitPriceCents": pc.cast(columns["unitPriceCents"], pa.int64()),
        "basis": pa.array(basis),
        "agreedMillionths": pa.array(agreed),
    }
    return pa.table([stored[name] for name in STORED.names], schema=STORED)


def repeated_lines(line_ids: Any, line_numbers: Numbers) -> Iterator[LineFault]:
    """The lines whose ``lineId`` an earlier line of the same file has.

    Args:
        line_ids: the ``lineId`` of every line of the file, an array of text.
        line_numbers: where each line stands in its file.
    """
    counts = pc.value_counts(line_ids)
    several = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    seen: set[str] = set()
    for place in np.flatnonzero(_mask(pc.is_in(line_ids, several))):
        line_id = line_ids[int(place)].as_py()
        if line_id in seen:
            yield LineFault(int(line_numbers[place]), "lineId", line_id, "line_id_twice", TWICE)
        seen.add(line_id)


def bsn_like(values: Any) -> Mask:
    """Which texts are nine digits, apart from ``. _ : / -``, that pass the eleven-test of a citizen service number."""
    bare = pc.replace_substring_regex(values, r"[._:/-]", "")
    nine = _mask(pc.match_substring_regex(bare, r"^[0-9]{9}$"))
    digits = np.array([list(text) for text in bare.filter(pa.array(nine)).to_pylist()], np.int64).reshape(-1, 9)
    passes = nine.copy()
    passes[nine] = (digits @ BSN_WEIGHTS % 11 == 0) & digits.any(axis=1)
    return passes


def as_day(text: str) -> date | None:
    """The day that the text names as YYYY-MM-DD; None where it names none."""
    try:
        return date.fromisoformat(text) if DATE.fullmatch(text) else None
    except ValueError:
        return None


def _mask(array: Any) -> Mask:
    mask: Mask = np.asarray(array, dtype=np.bool_)
    return mask


def _unlike(values: Any, column: str, pattern: str, code: str, reason: Text) -> _Broken:
    return _Broken(~_mask(pc.match_substring_regex(values, pattern)), column, code, reason)


def _none_of(values: Any, column: str, code: str, allowed: Sequence[str]) -> _Broken:
    names = ", ".join(allowed)
    broken = ~_mask(pc.is_in(values, pa.array(allowed, pa.string())))
    return _Broken(broken, column, code, Text(f"een van: {names}", f"one of: {names}"))


def _too_large(values: Any, no_number: _Broken) -> _Broken:
    """Which values are further from zero than allowed, besides those that are no number at all."""
    numbers = pc.cast(pc.if_else(pa.array(no_number.lines), "0", values), pa.int64())
    too_large = np.abs(np.asarray(numbers)) > LARGEST[no_number.column]
    return _Broken(too_large, no_number.column, no_number.code, no_number.reason)


def _distinct(values: Any) -> tuple[list[str], Numbers]:
    """The distinct texts, and per line the place of its text among them."""
    encoded = pc.dictionary_encode(values)
    return encoded.dictionary.to_pylist(), np.asarray(encoded.indices, dtype=np.int64)


def _days(values: Any) -> tuple[Any, Mask]:
    texts, places = _distinct(values)
    days = [as_day(text) for text in texts]
    missing = np.array([day is None for day in days], np.bool_)
    return pa.array(days, pa.date32()).take(pa.array(places)), missing[places]


def _contracts(bases: Any, values: Any) -> tuple[Numbers, Numbers, list[_Broken]]:
    """Per line the code of its basis and its agreed value in millionths; and what is wrong with contract values."""
    (basis_texts, basis_places), (value_texts, value_places) = _distinct(bases), _distinct(values)
    pairs, places = np.unique(basis_places * max(len(value_texts), 1) + value_places, return_inverse=True)
    codes, agreed = np.zeros(len(pairs), np.int64), np.zeros(len(pairs), np.int64)
    wrong: dict[tuple[str, Text], list[int]] = {}
    for place, pair in enumerate(pairs.tolist()):
        basis, value = basis_texts[pair // len(value_texts)], value_texts[pair % len(value_texts)]
        if basis not in BASES:
            continue
        codes[place] = CODE[ContractBasis(basis)]
        try:
            agreed[place] = agreed_millionths(ContractBasis(basis), value)
        except NotAContract as fault:
            wrong.setdefault((fault.code, fault.reason), []).append(place)
    broken = [_Broken(np.isin(places, where), "contractValue", code, reason) for (code, reason), where in wrong.items()]
    return codes[places], agreed[places], broken


def _tell(broken: Sequence[_Broken], columns: Mapping[str, Any], line_numbers: Numbers, faults: FaultList) -> None:
    room = LISTED_FAULTS - len(faults.listed)
    faulty = np.flatnonzero(np.logical_or.reduce([rule.lines for rule in broken]))
    faults.count += sum(int(rule.lines.sum()) for rule in broken)
    for place in faulty[:room].tolist():
        for rule in broken:
            if rule.lines[place] and len(faults.listed) < LISTED_FAULTS:
                value = (
                    HIDDEN if rule.code == "personal_data" else columns[rule.column][place].as_py()[:SHOWN_CHARACTERS]
                )
                faults.listed.append(LineFault(int(line_numbers[place]), rule.column, value, rule.code, rule.reason))
