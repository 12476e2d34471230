"""The Excel form: what is written is read back, whoever filled it in; what cannot be read is said at its cell."""

import zipfile
from dataclasses import replace
from fractions import Fraction
from io import BytesIO

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.datavalidation import DataValidation

from services.costprice.forms import ContentTooLarge, NotAForm, archive, blank_content, layout, read_form, write_form
from services.costprice.rules.checks import findings
from services.costprice.rules.content import Explanation, Location
from tests.unit.costprice.contents import STUDY, sound_content

SOUND = replace(sound_content(), explanations=(Explanation("P01", "Een nieuwe vleugel; = geen formule."),))
FORM = write_form(SOUND, study_name="Kostprijsonderzoek kindzorg", notice="Synthetisch")
BLANK = write_form(
    blank_content(
        study_id="kindzorg-2028", agb_code="01010001", cost_year=2025, provider_name="Huis", nza_number="300-0001"
    )
)


def edited(form: bytes, **cells) -> bytes:
    """The form after somebody opened it with openpyxl, changed cells and saved it (which drops every cached value)."""
    workbook = openpyxl.load_workbook(BytesIO(form))
    for address, value in cells.items():
        sheet, _, cell = address.partition("__")
        workbook[sheet][cell] = value
    output = BytesIO()
    workbook.save(output)
    return output.getvalue()


def found(form: bytes) -> list[tuple[str, tuple[str, str], str | None]]:
    reading = read_form(form)
    return [(f.rule_id, reading.places[f.pointer], f.value) for f in findings(reading.content, STUDY, reading.readings)]


def test_what_is_written_is_read_back():
    reading = read_form(FORM)

    assert reading.content == SOUND
    assert reading.readings == []
    assert found(FORM) == []


def test_the_same_content_gives_the_same_bytes():
    assert write_form(SOUND, study_name="Kostprijsonderzoek kindzorg", notice="Synthetisch") == FORM


def test_a_blank_form_carries_what_is_known_and_nothing_else():
    reading = read_form(BLANK)

    assert (reading.content.agb_code, reading.content.study_id, reading.content.cost_year) == (
        "01010001",
        "kindzorg-2028",
        2025,
    )
    assert reading.content.provider_name == "Huis"
    assert reading.content.locations == reading.content.cost_centres == reading.content.production == ()
    assert all(account.amount is None for account in reading.content.annual_accounts)


def test_a_form_saved_by_another_program_is_read_the_same():
    assert read_form(edited(FORM)).content == SOUND


def test_a_blank_form_can_be_filled_in_cell_by_cell():
    filled = edited(
        BLANK,
        Zorgaanbieder__B8="Hoofdhuis",
        Zorgaanbieder__C8=10,
        Zorgaanbieder__H8="huur (rented)",
        Kosten__B5="Verblijf",
        Kosten__C5="Verblijf",
        Kosten__D5=1234567.89,
        Productie__A5="L01",
        Productie__B5="verblijf (stay)",
        Productie__C5=31,
    )

    content = read_form(filled).content

    assert content.locations == (Location("L01", "Hoofdhuis", 10, tenure="rented"),)
    assert content.cost_centres[0].id == "K01"
    assert list(content.cost_centres[0].costs.values()) == [Fraction("1234567.89")]
    assert content.production[0].units == (31, *(None,) * 11)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"Kosten__D7": "1.234,56"}, ("T05", ("Kosten", "D7"), "1.234,56")),
        ({"Kosten__D7": True}, ("T05", ("Kosten", "D7"), "True")),
        ({"Kosten__D7": "=SUM(1,2)"}, ("T07", ("Kosten", "D7"), None)),
        ({"Kosten__D7": "#N/A"}, ("T06", ("Kosten", "D7"), "#N/A")),
        ({"Kosten__D7": 1e20}, ("T16", ("Kosten", "D7"), "1e+20")),
        ({"Kosten__D7": 1e-9}, ("T16", ("Kosten", "D7"), "1e-09")),
        ({"Zorgaanbieder__C8": 9.5}, ("T09", ("Zorgaanbieder", "C8"), "9.5")),
        ({"Zorgaanbieder__H8": "gekraakt"}, ("T08", ("Zorgaanbieder", "H8"), "gekraakt")),
        ({"Legenda__B6": 41010001}, ("T14", ("Legenda", "B6"), "41010001")),
        ({"Legenda__B4": "another"}, ("T02", ("Legenda", "B4"), "another")),
        ({"Legenda__B7": 2024}, ("T04", ("Legenda", "B7"), "2024")),
        ({"Productie__C5": None}, ("C02", ("Productie", "C5"), None)),
    ],
)
def test_a_cell_that_cannot_be_right_is_named_by_sheet_and_cell(cells, expected):
    assert expected in found(edited(FORM, **cells))


def test_a_form_of_another_version_gives_one_clear_finding():
    assert found(edited(FORM, Legenda__B3="kindzorg-0.9")) == [("T01", ("Legenda", "B3"), "kindzorg-0.9")]


def test_formulas_in_locked_cells_are_not_trusted():
    tampered = edited(FORM, Kosten__P7=999_999, Jaarrekening__D5=1, Verdeelsleutels__A5="X")

    assert read_form(tampered).content == SOUND


def test_a_formula_with_a_calculated_value_is_taken_as_that_value():
    output = BytesIO()
    workbook = openpyxl.load_workbook(BytesIO(FORM))
    workbook["Kosten"]["D7"] = "=1200000+0.4"
    workbook.save(output)
    calculated = _replace_in_sheet(output.getvalue(), "<f>1200000+0.4</f><v />", "<f>1200000+0.4</f><v>1200000.4</v>")

    assert read_form(calculated).content == SOUND


def test_a_spreadsheet_s_binary_noise_is_read_as_what_it_shows():
    assert read_form(edited(FORM, Kosten__D7=0.1 + 0.2)).content.cost_centres[2].costs["staffCareOwn"] == Fraction(
        "0.3"
    )


def test_a_quantity_for_an_empty_position_is_a_finding():
    filled = edited(FORM, Kosten__A10=None, Verdeelsleutels__I6=5)

    assert any(rule_id == "T12" and place == ("Verdeelsleutels", "I6") for rule_id, place, _ in found(filled))


def test_totals_and_tie_outs_are_formulas_with_their_value_beside_them():
    formulas = openpyxl.load_workbook(BytesIO(FORM))
    values = openpyxl.load_workbook(BytesIO(FORM), data_only=True)

    assert formulas["Kosten"]["Q7"].value == "=SUM(D7:P7)"
    assert values["Kosten"]["Q7"].value == pytest.approx(1_390_000.84)
    assert values["Kosten"]["P7"].value == -15000.55
    assert [values["Jaarrekening"][f"F{row}"].value for row in range(5, 14)] == ["OK"] * 9
    assert values["Productie"]["P5"].value == 3360
    assert values["Verdeelsleutels"]["D4"].value == "BEST"


def test_only_inputs_are_unlocked_and_lists_and_ranges_are_validated():
    workbook = openpyxl.load_workbook(BytesIO(BLANK))

    assert all(sheet.protection.sheet for sheet in workbook)
    assert not workbook["Kosten"]["D5"].protection.locked
    assert workbook["Kosten"]["P5"].protection.locked
    assert workbook["Legenda"]["B4"].protection.locked
    validations: list[DataValidation] = workbook["Kosten"].data_validations.dataValidation
    assert any(v.type == "list" and "hulpkostenplaats" in v.formula1 for v in validations)
    assert any(v.type == "decimal" for v in validations)


def test_what_does_not_fit_on_the_form_is_refused_by_name():
    with pytest.raises(ContentTooLarge, match="locations"):
        write_form(replace(SOUND, locations=SOUND.locations * 7))


def test_a_code_in_use_is_not_filled_in_beforehand_again():
    content = replace(SOUND, locations=(Location("L02", "Bijhuis"),))

    workbook = openpyxl.load_workbook(BytesIO(write_form(content)))

    codes = [workbook["Zorgaanbieder"][f"A{row}"].value for row in range(8, 20)]
    assert len(set(codes)) == len(codes) == 12


# What cannot be opened as a form


def refused(form: bytes) -> str:
    with pytest.raises(NotAForm) as error:
        read_form(form)
    assert error.value.message.nl
    return error.value.code


def _replace_in_sheet(form: bytes, old: str, new: str) -> bytes:
    return _repacked(form, lambda name, text: text.replace(old.encode(), new.encode()))


def _repacked(form: bytes, change=lambda name, text: text, **extra: bytes) -> bytes:
    output = BytesIO()
    with zipfile.ZipFile(BytesIO(form)) as source, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
        for name, content in extra.items():
            target.writestr(name.replace("__", "/"), content)
    return output.getvalue()


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (b"", "not-xlsx"),
        (b"PK\x03\x04 not a zip", "not-xlsx"),
        (b"a;b;c", "not-xlsx"),
        (archive.OLE_MAGIC + b"\0" * 600, "legacy-xls"),
        (archive.OLE_MAGIC + b"\0" * 600 + archive.ENCRYPTED_STREAM, "encrypted"),
        (b"\0" * (archive.MAX_BYTES + 1), "too-large"),
        (_repacked(FORM, **{"xl__vbaProject.bin": b"x"}), "macros"),
        (_repacked(FORM, **{"xl__externalLinks__externalLink1.xml": b"x"}), "external-links"),
        (_repacked(FORM, **{f"part{n}": b"" for n in range(archive.MAX_PARTS)}), "too-large"),
        (FORM[: len(FORM) // 2], "not-xlsx"),
        (
            _repacked(FORM, lambda name, text: text[:-20] if name == "xl/workbook.xml" else text),
            "not-xlsx",
        ),
        (
            _repacked(FORM, lambda name, text: b"" if name == "xl/sharedStrings.xml" else text),
            "not-xlsx",
        ),
        (
            _repacked(
                FORM,
                lambda name, text: (
                    text.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet', 1)
                    if name == "xl/worksheets/sheet4.xml"
                    else text
                ),
            ),
            "document-type",
        ),
        (_replace_in_sheet(FORM, '<c r="D7"', '<c r="XFD1048576"'), "beyond-the-form"),
        (_replace_in_sheet(FORM, '<c r="D7"', '<c r="7D"'), "not-xlsx"),
        (_replace_in_sheet(FORM, '<row r="7"', '<row r="99999"'), "beyond-the-form"),
        (_replace_in_sheet(FORM, '<row r="7"', '<row r="seven"'), "not-xlsx"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hostile_or_broken_file_is_refused_by_name(form, code):
    assert refused(form) == code


def test_a_bomb_is_refused_before_it_is_parsed(monkeypatch):
    monkeypatch.setattr(archive, "MAX_UNZIPPED_BYTES", 200_000)

    assert refused(_repacked(FORM, xl__media__zeros=b"\0" * 300_000)) == "too-large"


def test_a_workbook_that_is_not_this_form_is_refused_with_the_missing_sheets():
    output = BytesIO()
    workbook = xlsxwriter.Workbook(output)
    workbook.add_worksheet("Legenda")
    workbook.close()

    with pytest.raises(NotAForm, match="Zorgaanbieder"):
        read_form(output.getvalue())


def test_cells_without_an_address_are_placed_where_they_stand():
    bare = _repacked(
        FORM,
        lambda name, text: (
            __import__("re").sub(rb'<c r="[A-Z]+[0-9]+"', b"<c", text) if name == "xl/worksheets/sheet8.xml" else text
        ),
    )

    assert set(archive.inspect(bare)) == set(layout.SHEETS)
