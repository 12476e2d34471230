"""A calculation as a spreadsheet that recomputes: every step is a named cell, every formula is live."""

import io
import re
from collections.abc import Sequence

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from services.tariffs.schemas.calculations import CalculationOut
from shared.plumbing.schemas import SourceOut, StepOut

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STEPS_SHEET = "Berekening"
COLUMNS: Sequence[tuple[str, int]] = (
    ("Stap / step", 34),
    ("Omschrijving", 52),
    ("Description", 52),
    ("Waarde / value", 22),
    ("Eenheid / unit", 22),
    ("Formule / formula", 60),
    ("Bron / source", 60),
    ("Illustratief", 12),
)
VALUE_COLUMN = 3
NAME = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)*(?![a-z0-9_.]*\()")


def workbook(calculation: CalculationOut) -> bytes:
    """The XLSX file: inputs can be changed, everything else follows from them."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties(
            {
                "title": f"{calculation.prestatie} {calculation.tariff_year}",
                "created": calculation.calculated_at.replace(tzinfo=None),
            }
        )
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        warning = book.add_format({"bold": True, "font_color": "#9C0006"})
        value = book.add_format({"num_format": "0.00##########", "bg_color": "#F2F2F2"})
        given = book.add_format({"num_format": "0.00##########", "bg_color": "#FFF9DB", "locked": False})
        cents = book.add_format({"num_format": "0", "bold": True, "bg_color": "#F2F2F2"})
        sheet = book.add_worksheet(STEPS_SHEET)
        sheet.write_string(0, 0, f"Maximumtarief {calculation.prestatie} {calculation.tariff_year}", bold)
        sheet.write_string(1, 0, "Gele cellen zijn invoer; wijzig ze en de rest rekent mee. / Yellow cells are inputs.")
        if calculation.illustrative:
            sheet.write_string(2, 0, ILLUSTRATIVE, warning)
        for column, (title, width) in enumerate(COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(4, column, title, bold)
        sheet.freeze_panes(5, 1)
        for row, step in enumerate(calculation.steps, start=5):
            style = cents if step.unit == "cent" else value if step.formula else given
            _write(sheet, row, step, style)
            book.define_name(name_of(step.id), f"={STEPS_SHEET}!$D${row + 1}")
        about = book.add_worksheet("Verantwoording")
        about.set_column(0, 0, 34)
        about.set_column(1, 1, 90)
        for row, (title, text) in enumerate(_about(calculation)):
            about.write_string(row, 0, title, bold)
            about.write_string(row, 1, text)
    return file.getvalue()


ILLUSTRATIVE = (
    "ILLUSTRATIEF: een of meer waarden hebben geen openbare bron. / ILLUSTRATIVE: some values have no public source."
)


def _write(sheet: Worksheet, row: int, step: StepOut, style: Format) -> None:
    for column, text in enumerate((step.id, step.label.nl, step.label.en)):
        sheet.write_string(row, column, text)
    if step.formula:
        # Beside the formula stands the value it had, for readers that do not recalculate.
        sheet.write_formula(row, VALUE_COLUMN, f"={live(step.formula)}", style, float(step.value))
    else:
        sheet.write_number(row, VALUE_COLUMN, float(step.value), style)
    texts = (step.unit, step.formula, source_text(step.source), "ja" if step.illustrative else "")
    for column, text in enumerate(texts, start=VALUE_COLUMN + 1):
        sheet.write_string(row, column, text)


def name_of(step_id: str) -> str:
    """The defined name of a step's cell: its id, with underscores for points."""
    return step_id.replace(".", "_")


def live(formula: str) -> str:
    """A step's formula in the language of spreadsheets."""
    text = NAME.sub(lambda found: name_of(found[0]), formula)
    return re.sub(r"half_up\((.*)\)", r"ROUND(\1,0)", text).replace("if(", "IF(")


def source_text(source: SourceOut | None) -> str:
    """A source on one line."""
    if source is None:
        return ""
    parts = (source.document, source.article, source.url, source.form, source.sheet, source.cell)
    return "; ".join(part for part in parts if part)


def _about(calculation: CalculationOut) -> list[tuple[str, str]]:
    receipt = calculation.receipt
    rows = [
        ("Berekening", str(calculation.calculation_id)),
        ("Berekend op", calculation.calculated_at.isoformat()),
        ("Kostenbasis", f"{calculation.cost_base.cost_base_id or '–'} (SHA-256 {calculation.cost_base.hash or '–'})"),
        ("Versie van de programmatuur", receipt.code_version),
        ("SHA-256 van de invoer", receipt.input_hash),
        ("Bekend op", receipt.known_at.isoformat()),
    ]
    rows += [(f"SHA-256 van {name}", value) for name, value in receipt.parameter_hashes.items()]
    rows += [
        ("Vervangen indexwaarde", f"{s.index} {s.year}: {s.wanted} niet bekend, {s.used} gebruikt")
        for s in calculation.substituted
    ]
    rows += [("Afwijkende waarde", f"{o.parameter}") for o in calculation.overrides]
    return rows
