"""Read a form back into content. Input cells only: totals are computed again and never trusted.

A cell that cannot be read gives a finding at its sheet and cell and counts as not filled in, never as zero. A number is
read as the 15 significant digits that a spreadsheet keeps.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from io import BytesIO
from math import isfinite
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from services.costprice.forms import layout
from services.costprice.forms.archive import NotAForm, SheetCells, inspect
from services.costprice.forms.content_rows import Row, content_of
from services.costprice.forms.layout import Column, Kind, Table, cell
from services.costprice.rules.checks.catalogue import CheckRule, Hit
from services.costprice.rules.checks.technical import (
    ERROR_VALUE,
    FORMULA_WITHOUT_VALUE,
    NOT_IN_LIST,
    NOT_STORABLE,
    NOT_WHOLE,
    NUMBER_IN_CODE_CELL,
    TEXT_IN_NUMBER_CELL,
)
from services.costprice.rules.content import FORM_VERSION, SubmissionContent
from services.costprice.rules.faults import pointer
from shared.kernel.sources import Text

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
LARGEST_NUMBER = 10**15
SMALLEST_NUMBER = Fraction(1, 10**5)
LONGEST_TEXT = 4_000
CODE_FIELDS = frozenset({"formVersion", "studyId", "agbCode"})


@dataclass
class FormReading:
    """What was read.

    Attributes:
        content: the content; what could not be read is None in it.
        readings: the cells that could not be read, with the rule each breaks.
        places: per JSON pointer into the content the sheet and cell it was read from.
    """

    content: SubmissionContent
    readings: list[tuple[CheckRule, Hit]] = field(default_factory=list)
    places: dict[str, tuple[str, str]] = field(default_factory=dict)

    def place(self, of: str) -> tuple[str, str] | None:
        """The sheet and cell of a place in the content, or of the nearest thing that holds it."""
        while of and of not in self.places:
            of = of.rpartition("/")[0]
        return self.places.get(of)


def read_form(file: bytes) -> FormReading:
    """The content of a form that a provider sent in.

    Raises:
        NotAForm: the file is hostile, broken, or not this form at all.
    """
    suspects = inspect(file)
    missing = [name for name in layout.SHEETS if name not in suspects]
    if missing:
        names = ", ".join(missing)
        raise NotAForm(
            "not-this-form",
            Text(f"Het bestand is niet het formulier; er ontbreken bladen: {names}.", f"Sheets are missing: {names}."),
        )
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(file))
        grids = {name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in layout.SHEETS}
    except CalamineError as broken:
        text = Text("Het bestand is geen leesbaar .xlsx-bestand.", "The file is not a readable .xlsx file.")
        raise NotAForm("not-xlsx", text) from broken
    return _Reader(grids, suspects).read()


class _Reader:
    """One form under way."""

    def __init__(self, grids: Mapping[str, list[list[Any]]], suspects: Mapping[str, SheetCells]) -> None:
        self.grids, self.suspects = grids, suspects
        self.readings: list[tuple[CheckRule, Hit]] = []
        self.places: dict[str, tuple[str, str]] = {}

    def read(self) -> FormReading:
        """The identity first: a form of another version has another layout and is read no further."""
        fields: dict[str, Any] = {}
        for name, (sheet, row, column) in layout.IDENTITY_CELLS.items():
            kind = Kind.WHOLE if name == "costYear" else Kind.TEXT
            fields[name] = self._value(sheet, row, column, Column(name, Text("", ""), kind), pointer(name))
        if fields["formVersion"] != FORM_VERSION:
            content = SubmissionContent(fields["formVersion"], fields["studyId"], fields["agbCode"], fields["costYear"])
            return FormReading(content, self.readings, self.places)
        names = self._centre_names()
        rows = {table.table: self._rows(table, names) for table in layout.TABLES}
        return FormReading(content_of(fields, rows, names), self.readings, self.places)

    def _centre_names(self) -> list[str]:
        """The code at each position of the cost table; a position without one still has a name to report it by."""
        names = []
        for index in range(layout.CENTRES):
            raw = self._raw(layout.COSTS, layout.COST_TABLE.first_row + index, 0)
            names.append(_text(raw) or f"(rij {layout.COST_TABLE.first_row + index + 1})")
        return names

    def _rows(self, table: Table, names: list[str]) -> list[Row]:
        rows: list[Row] = []
        for index in range(table.rows):
            if not self._used(table, index):
                continue
            at = len(rows)
            row: Row = {}
            for offset, column in enumerate(table.columns):
                place = self._pointer(table, at, column, names)
                sheet_row, sheet_column = table.first_row + index, table.first_column + offset
                row[column.field] = self._value(table.sheet, sheet_row, sheet_column, column, place)
            self.places[pointer(table.table, at)] = (table.sheet, cell(table.first_row + index, table.first_column))
            if table is layout.KEY_TABLE:
                row["costCentre"] = names[index]
                self.places[pointer(table.table, at, "costCentre")] = (table.sheet, cell(table.first_row + index, 0))
            if table is layout.ACCOUNT_TABLE:
                row["group"] = layout.ACCOUNT_GROUPS[index].value
            rows.append(row)
        self.places[pointer(table.table)] = (table.sheet, cell(table.first_row, table.first_column))
        return rows

    def _used(self, table: Table, index: int) -> bool:
        """Whether anything was entered in the row, or stands there that cannot be read."""
        if table is layout.ACCOUNT_TABLE:
            return True
        suspects = self.suspects[table.sheet]
        for offset, column in enumerate(table.columns):
            row, place = table.first_row + index, table.first_column + offset
            address = cell(row, place)
            if column.field != table.prefilled and (
                not _blank(self._raw(table.sheet, row, place))
                or address in suspects.errors
                or address in suspects.formulas_without_value
            ):
                return True
        return False

    def _pointer(self, table: Table, at: int, column: Column, names: list[str]) -> str:
        name, _, part = column.field.partition(".")
        if name == "quantities":
            return pointer(table.table, at, name, names[int(part)])
        return pointer(table.table, at, name, part) if part else pointer(table.table, at, name)

    def _raw(self, sheet: str, row: int, column: int) -> Any:
        grid = self.grids[sheet]
        return grid[row][column] if row < len(grid) and column < len(grid[row]) else ""

    def _value(self, sheet: str, row: int, column: int, kind: Column, place: str) -> Any:
        address = cell(row, column)
        self.places[place] = (sheet, address)
        suspects = self.suspects[sheet]
        raw = self._raw(sheet, row, column)
        if address in suspects.errors:
            self._report(ERROR_VALUE, place, suspects.errors[address])
            return None
        if address in suspects.formulas_without_value:
            self._report(FORMULA_WITHOUT_VALUE, place, None)
            return None
        if _blank(raw):
            return None
        return self._entered(raw, kind, place)

    def _entered(self, raw: Any, kind: Column, place: str) -> Any:
        if kind.choices is not None:
            return self._choice(raw, kind.choices, place)
        if kind.kind is not Kind.TEXT:
            return self._number(raw, kind.kind, place)
        if kind.field in CODE_FIELDS and not isinstance(raw, str):
            self._report(NUMBER_IN_CODE_CELL, place, _text(raw))
            return None
        return (_text(raw) or "")[:LONGEST_TEXT]

    def _choice(self, raw: Any, choices: Mapping[str, Text], place: str) -> str | None:
        chosen = layout.choice_value(choices, _text(raw) or "")
        if chosen is None:
            expected = ", ".join(layout.choice_label(choices, value) for value in choices)
            self._report(NOT_IN_LIST, place, _text(raw), expected)
        return chosen

    def _number(self, raw: Any, kind: Kind, place: str) -> Fraction | int | None:
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not isfinite(raw):
            self._report(TEXT_IN_NUMBER_CELL, place, _text(raw))
            return None
        shown = format(raw, ".15g")
        number = Fraction(shown)
        if abs(number) >= LARGEST_NUMBER or (number and abs(number) < SMALLEST_NUMBER):
            self._report(NOT_STORABLE, place, shown)
            return None
        if kind is not Kind.WHOLE:
            return number
        if number.denominator != 1:
            self._report(NOT_WHOLE, place, shown)
            return None
        return number.numerator

    def _report(self, broken: CheckRule, place: str, value: str | None, expected: str | None = None) -> None:
        self.readings.append((broken, Hit(place, value if value is None else value[:200], expected)))


def _blank(raw: Any) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())


def _text(raw: Any) -> str | None:
    """A cell as text; a whole number without its decimal point."""
    if _blank(raw):
        return None
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < LARGEST_NUMBER:
        return str(int(raw))
    # Half a character or NUL can hide in a cell; no database and no JSON can hold them.
    return UNSTORABLE.sub("\ufffd", str(raw)).strip()
