"""Write the form: blank with what is known filled in, or filled from a content.

Inputs are unlocked and validated; everything else is locked. Totals and tie-outs are live formulas; their values are
written beside them, so that a program that does not calculate shows the right figures too.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from services.costprice.forms import layout
from services.costprice.forms.content_rows import Row, rows_of
from services.costprice.forms.layout import Column, Kind, Table, cell
from services.costprice.rules.categories import ACCOUNT_GROUP_OF, CATEGORY_TEXT, AccountGroup, CostCategory
from services.costprice.rules.content import FORM_VERSION, SubmissionContent, cost_by_group
from shared.kernel.sources import Text

FIXED_MOMENT = datetime(2026, 1, 1)  # noqa: DTZ001 (the same content gives the same bytes)
LEGEND_TEXT = (
    Text("Blauwe cellen vult u in; alle andere zijn vergrendeld.", "Fill in the blue cells; all others are locked."),
    Text(
        "Een leeg verplicht veld is een fout; vul 0 in waar er niets was.",
        "An empty mandatory field is an error; enter 0 where there was nothing.",
    ),
    Text(
        "Kosten en sleutels zijn ijle tabellen: een lege cel betekent geen kosten of geen gebruik.",
        "Costs and keys are sparse tables: an empty cell means no cost or no use.",
    ),
    Text(
        "Opbrengsten die niet voor de prestaties zijn (subsidies, opleidingsfonds, huur, rente, diensten aan anderen) "
        "staan als negatieve kosten op het blad Opbrengsten.",
        "Revenue that is not for the prestaties (subsidies, training funds, rent, interest, services to others) stands "
        "as negative cost on the sheet Opbrengsten.",
    ),
    Text(
        "Alle kosten van de rechtspersoon staan erop, ook die van activiteiten buiten het onderzoek, zodat het totaal "
        "op de cent aansluit op de jaarrekening: groen is aangesloten, rood niet.",
        "All cost of the legal entity is on it, also of activities outside the study, so that the total ties to the "
        "annual accounts to the cent: green ties, red does not.",
    ),
    Text(
        "Bedragen in euro's met ten hoogste twee decimalen. Productie in eenheden van de prestatie.",
        "Amounts in euros with at most two decimals. Production in units of the prestatie.",
    ),
    Text("Geen persoonsgegevens van patiënten of medewerkers.", "No personal data of patients or staff."),
)


def blank_content(
    *, study_id: str, agb_code: str, cost_year: int, provider_name: str, nza_number: str
) -> SubmissionContent:
    """What is known beforehand of a provider's form."""
    return SubmissionContent(FORM_VERSION, study_id, agb_code, cost_year, provider_name, nza_number)


def write_form(content: SubmissionContent, *, study_name: str = "", notice: str = "") -> bytes:
    """The form with this content as an XLSX file; the same content gives the same bytes.

    Args:
        content: from ``blank_content`` for an empty form, or as full as you like.
        study_name: shown on the legend.
        notice: a line shown on the legend, for example that the data are synthetic.

    Raises:
        ContentTooLarge: a table holds more rows than the form has room for.
    """
    rows = rows_of(content)
    for table in layout.TABLES:
        if len(rows[table.table]) > table.rows:
            raise layout.ContentTooLarge(f"{table.table}: {len(rows[table.table])} rows, room for {table.rows}")
    output = BytesIO()
    workbook = xlsxwriter.Workbook(output, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"title": f"Kostprijsonderzoek {content.study_id}", "created": FIXED_MOMENT})
    _Form(workbook, content, rows).write(study_name, notice)
    workbook.close()
    return output.getvalue()


class _Form:
    """One workbook under way."""

    def __init__(self, workbook: Any, content: SubmissionContent, rows: Mapping[str, Sequence[Row]]) -> None:
        self.content, self.rows = content, rows
        self.sheets = {name: workbook.add_worksheet(name) for name in layout.SHEETS}
        self.title = workbook.add_format({"bold": True, "font_size": 14})
        self.label = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E7E6E6"})
        self.wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
        self.total = workbook.add_format({"num_format": "#,##0.00", "bold": True})
        unlocked = {"locked": False, "bg_color": "#DDEBF7", "border": 1, "border_color": "#BFBFBF"}
        self.inputs = {
            Kind.TEXT: workbook.add_format({**unlocked, "num_format": "@"}),
            Kind.WHOLE: workbook.add_format({**unlocked, "num_format": "0"}),
            Kind.NUMBER: workbook.add_format({**unlocked, "num_format": "General"}),
            Kind.AMOUNT: workbook.add_format({**unlocked, "num_format": "#,##0.00"}),
        }
        self.good = workbook.add_format({"bg_color": "#C6EFCE", "font_color": "#006100"})
        self.bad = workbook.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006"})

    def write(self, study_name: str, notice: str) -> None:
        """Every sheet in turn."""
        for name, sheet in self.sheets.items():
            sheet.write_string(0, 0, f"{layout.SHEETS[name].nl} / {layout.SHEETS[name].en}", self.title)
            sheet.protect("", {"format_columns": True, "select_locked_cells": True})
        self._legend(study_name, notice)
        self._provider()
        for table in layout.TABLES:
            self._table(table)
        self._accounts()
        self._costs()
        self._production()
        self._keys()

    def _legend(self, study_name: str, notice: str) -> None:
        sheet = self.sheets[layout.LEGEND]
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 90)
        known = (
            ("formVersion", Text("Versie van het formulier", "Form version"), self.content.form_version),
            ("studyId", Text("Onderzoek", "Study"), self.content.study_id),
            ("", Text("Naam van het onderzoek", "Name of the study"), study_name),
            ("agbCode", Text("AGB-code", "AGB code"), self.content.agb_code),
            ("costYear", Text("Kostenjaar", "Cost year"), self.content.cost_year),
        )
        for field, label, value in known:
            _, row, column = layout.IDENTITY_CELLS[field] if field else layout.STUDY_NAME_CELL
            sheet.write_string(row, 0, f"{label.nl} / {label.en}", self.label)
            if isinstance(value, int):
                sheet.write_number(row, column, value)
            else:
                sheet.write_string(row, column, value or "")
        for index, text in enumerate(LEGEND_TEXT):
            sheet.write_string(8 + index, 0, text.nl, self.wrap)
            sheet.write_string(8 + index, 1, text.en, self.wrap)
        sheet.write_string(9 + len(LEGEND_TEXT), 0, notice, self.title)

    def _provider(self) -> None:
        sheet = self.sheets[layout.PROVIDER]
        for field, label, value in (
            ("providerName", "Naam van de zorgaanbieder / Name of the provider", self.content.provider_name),
            ("nzaNumber", "NZa-nummer / NZa number", self.content.nza_number),
        ):
            _, row, column = layout.IDENTITY_CELLS[field]
            sheet.write_string(row, 0, label, self.label)
            sheet.write_string(row, column, value or "", self.inputs[Kind.TEXT])
        sheet.set_row(layout.LOCATIONS.first_row - 1, 48)

    def _table(self, table: Table) -> None:
        sheet = self.sheets[table.sheet]
        filled = self.rows[table.table]
        for offset, column in enumerate(table.columns):
            place = table.first_column + offset
            sheet.set_column(place, place, column.width)
            sheet.write_string(table.first_row - 1, place, f"{column.label.nl} / {column.label.en}", self.label)
            self._validate(table, column, place)
            for index in range(table.rows):
                value = filled[index].get(column.field) if index < len(filled) else None
                if value is None and column.field == table.prefilled:
                    value = self._prefilled(table, index)
                self._input(sheet, table.first_row + index, place, column, value)
        sheet.freeze_panes(table.first_row, 0)

    def _prefilled(self, table: Table, index: int) -> str:
        """A code that no row of the content uses already."""
        used = {row.get(table.prefilled or "") for row in self.rows[table.table]}
        code = f"{table.prefix}{index + 1:02d}"
        return code if code not in used else f"{code}-{index + 1}"

    def _input(self, sheet: Any, row: int, place: int, column: Column, value: object) -> None:
        look = self.inputs[column.kind]
        plain = layout.plain_value(value)
        if plain is None:
            sheet.write_blank(row, place, None, look)
        elif isinstance(plain, str):
            label = layout.choice_label(column.choices, plain) if column.choices and plain in column.choices else plain
            sheet.write_string(row, place, label, look)
        else:
            sheet.write_number(row, place, _number(plain), look)

    def _validate(self, table: Table, column: Column, place: int) -> None:
        rule: dict[str, Any]
        if column.choices is not None:
            rule = {"validate": "list"}
            labels = [layout.choice_label(column.choices, value) for value in column.choices]
            rule["source"] = labels if len(",".join(labels)) <= 255 else self._list(labels)
        elif column.range is not None:
            low, high = column.range
            whole = column.kind is Kind.WHOLE
            rule = {
                "validate": "integer" if whole else "decimal",
                "criteria": "between",
                "minimum": low,
                "maximum": high,
            }
            rule["error_title"] = "Ongeldige waarde / Invalid value"
            rule["error_message"] = f"Verwacht / expected: {low} – {high}"
        else:
            return
        rule["ignore_blank"] = True
        self.sheets[table.sheet].data_validation(table.first_row, place, table.first_row + table.rows - 1, place, rule)

    def _list(self, labels: Sequence[str]) -> str:
        """A list that is too long for a validation stands in a hidden column of the legend."""
        sheet = self.sheets[layout.LEGEND]
        for index, label in enumerate(labels):
            sheet.write_string(index, 25, label)
        sheet.set_column(25, 25, None, None, {"hidden": True})
        return f"='{layout.LEGEND}'!$Z$1:$Z${len(labels)}"

    def _formula(self, sheet: Any, row: int, column: int, formula: str, value: Fraction | str) -> None:
        cached = value if isinstance(value, str) else _number(value)
        sheet.write_formula(row, column, formula, self.total, cached)

    def _accounts(self) -> None:
        sheet, table = self.sheets[layout.ACCOUNTS], layout.ACCOUNT_TABLE
        entered = cost_by_group(self.content, ACCOUNT_GROUP_OF)
        given = {account.group: account.amount for account in self.content.annual_accounts}
        sheet.set_column(0, 0, 44)
        sheet.set_column(3, 5, 22)
        headings = ("Volgens de kostenbladen / From the cost sheets", "Verschil / Difference", "Aansluiting / Tie-out")
        for offset, heading in enumerate(headings):
            sheet.write_string(table.first_row - 1, 3 + offset, heading, self.label)
        last = layout.COST_TABLE.first_row + layout.CENTRES
        for index, group in enumerate(layout.ACCOUNT_GROUPS):
            row = table.first_row + index
            text = layout.ACCOUNT_LABELS[index]
            sheet.write_string(row, 0, f"{text.nl} / {text.en}", self.label)
            columns = [_category_column(c) for c in CostCategory if group in {ACCOUNT_GROUP_OF[c], AccountGroup.TOTAL}]
            total = "+".join(
                f"SUM({layout.COSTS}!{xl_col_to_name(c)}{layout.COST_TABLE.first_row + 1}:{xl_col_to_name(c)}{last})"
                for c in columns
            )
            self._formula(sheet, row, 3, f"={total}", entered[group])
            amount = given.get(group)
            difference = (amount or Fraction(0)) - entered[group]
            self._formula(sheet, row, 4, f"=ROUND({cell(row, 1)}-{cell(row, 3)},2)", difference)
            ties = amount is not None and not difference
            self._formula(
                sheet,
                row,
                5,
                f'=IF(AND(ISNUMBER({cell(row, 1)}),{cell(row, 4)}=0),"OK","VERSCHIL")',
                "OK" if ties else "VERSCHIL",
            )
        self._colour(sheet, table.first_row, 5, table.rows)

    def _costs(self) -> None:
        sheet, table = self.sheets[layout.COSTS], layout.COST_TABLE
        revenue = CATEGORY_TEXT[CostCategory.REVENUE]
        place, total = layout.REVENUE_COLUMN, layout.TOTAL_COLUMN
        sheet.write_string(table.first_row - 1, place, f"{revenue.nl} / {revenue.en}", self.label)
        sheet.write_string(table.first_row - 1, total, "Totaal / Total", self.label)
        sheet.set_column(place, total, 16)
        sums = [Fraction(0)] * (total + 1)
        first, last = layout.REVENUE_TABLE.first_row + 1, layout.REVENUE_TABLE.first_row + layout.REVENUE_TABLE.rows
        for index in range(table.rows):
            row = table.first_row + index
            centre = self.content.cost_centres[index] if index < len(self.content.cost_centres) else None
            values = [(centre.costs.get(c) if centre else None) or Fraction(0) for c in layout.ENTERED_CATEGORIES]
            deducted = sum(
                (r.amount or Fraction(0) for r in self.content.revenue if centre and r.cost_centre == centre.id),
                Fraction(0),
            )
            formula = (
                f"=SUMIF({layout.REVENUE}!$A${first}:$A${last},{cell(row, 0)},{layout.REVENUE}!$C${first}:$C${last})"
            )
            self._formula(sheet, row, place, formula, deducted)
            own = sum(values, Fraction(0)) + deducted
            self._formula(sheet, row, total, f"=SUM({cell(row, 3)}:{cell(row, place)})", own)
            for column, value in zip(range(3, total + 1), [*values, deducted, own], strict=True):
                sums[column] += value
        bottom = table.first_row + table.rows
        sheet.write_string(bottom, 1, "Totaal / Total", self.label)
        for column in range(3, total + 1):
            self._formula(
                sheet, bottom, column, f"=SUM({cell(table.first_row, column)}:{cell(bottom - 1, column)})", sums[column]
            )

    def _production(self) -> None:
        sheet, table = self.sheets[layout.PRODUCTION], layout.PRODUCTION_TABLE
        place = len(table.columns)
        sheet.write_string(table.first_row - 1, place, "Totaal / Total", self.label)
        for index in range(table.rows):
            row = table.first_row + index
            made = self.content.production[index].units if index < len(self.content.production) else ()
            total = Fraction(sum(units for units in made if units is not None))
            self._formula(sheet, row, place, f"=SUM({cell(row, 2)}:{cell(row, place - 2)})", total)

    def _keys(self) -> None:
        sheet, table = self.sheets[layout.KEYS], layout.KEY_TABLE
        sheet.set_column(1, 1, 28)
        centres = self.rows["costCentres"]
        for index in range(table.rows):
            row, source = table.first_row + index, layout.COST_TABLE.first_row + index
            code = centres[index]["id"] if index < len(centres) else self._prefilled(layout.COST_TABLE, index)
            name = centres[index]["name"] if index < len(centres) else ""
            self._formula(sheet, row, 0, f'={layout.COSTS}!{cell(source, 0)}&""', code or "")
            self._formula(sheet, row, 1, f'={layout.COSTS}!{cell(source, 1)}&""', name or "")
            heading = f'={layout.COSTS}!{cell(source, 0)}&""'
            sheet.write_formula(table.first_row - 1, table.first_column + 1 + index, heading, self.label, code or "")

    def _colour(self, sheet: Any, row: int, column: int, rows: int) -> None:
        for text, look in (("OK", self.good), ("VERSCHIL", self.bad)):
            sheet.conditional_format(
                row,
                column,
                row + rows - 1,
                column,
                {"type": "cell", "criteria": "==", "value": f'"{text}"', "format": look},
            )


def _category_column(category: CostCategory) -> int:
    if category is CostCategory.REVENUE:
        return layout.REVENUE_COLUMN
    return 3 + layout.ENTERED_CATEGORIES.index(category)


def _number(value: object) -> float:
    """A cell of a spreadsheet holds binary floating point; 15 digits of it come back as they were."""
    return float(value)  # type: ignore[arg-type]
