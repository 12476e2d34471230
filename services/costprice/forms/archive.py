"""Is this file safe to open, and is it a workbook at all? Everything here is settled before a spreadsheet is parsed."""

import lzma
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import ParseError, fromstring, iterparse  # type: ignore[import-untyped]

from services.costprice.forms.layout import cell
from shared.kernel.sources import Text

MAX_BYTES = 10 << 20
MAX_UNZIPPED_BYTES = 30 << 20
MAX_PARTS = 500
MAX_ROW, MAX_COLUMN = 5_000, 200
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")

BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    KeyError,
    NotImplementedError,
    RuntimeError,
)
"""What the standard library raises for an archive that is damaged, encrypted or packed in an unknown way."""

ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"


class NotAForm(ValueError):
    """The file cannot be opened as a form; ``code`` names why and ``message`` says what to do."""

    def __init__(self, code: str, message: Text) -> None:
        super().__init__(message.en)
        self.code, self.message = code, message


@dataclass
class SheetCells:
    """Cells of a sheet that a reader of values does not tell apart from empty ones."""

    errors: dict[str, str] = field(default_factory=dict)
    formulas_without_value: set[str] = field(default_factory=set)


def inspect(content: bytes) -> dict[str, SheetCells]:
    """Refuse what is not a plain XLSX workbook of a reasonable size; per sheet, the cells that need a second look.

    Raises:
        NotAForm: too large packed or unpacked, legacy .xls, encrypted, with macros, external links or a document type,
            broken, or cells beyond the form.
    """
    if len(content) > MAX_BYTES:
        raise _refusal("too-large", f"groter dan {MAX_BYTES >> 20} MiB", f"larger than {MAX_BYTES >> 20} MiB")
    if content.startswith(OLE_MAGIC):
        if ENCRYPTED_STREAM in content:
            raise _refusal(
                "encrypted", "versleuteld; sla het op zonder wachtwoord", "encrypted; save without a password"
            )
        raise _refusal(
            "legacy-xls", "in het oude formaat .xls; sla het op als .xlsx", "a legacy .xls; save it as .xlsx"
        )
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _refuse_parts(archive)
            _refuse_bomb(archive)
            return _sheets(archive)
    except BROKEN as broken:
        raise _refusal("not-xlsx", "geen leesbaar .xlsx-bestand", "not a readable .xlsx file") from broken
    except DefusedXmlException as hostile:
        raise _refusal("document-type", "voorzien van een documenttype", "a file with a document type") from hostile
    except (ParseError, UnicodeDecodeError, ValueError) as broken:
        if isinstance(broken, NotAForm):
            raise
        raise _refusal("not-xlsx", "geen leesbaar .xlsx-bestand", "not a readable .xlsx file") from broken


def _refusal(code: str, nl: str, en: str) -> NotAForm:
    return NotAForm(code, Text(f"Het bestand is {nl}.", f"The file is {en}."))


def _refuse_parts(archive: zipfile.ZipFile) -> None:
    names = [name.lower() for name in archive.namelist()]
    if len(names) > MAX_PARTS:
        raise _refusal("too-large", "uit te veel onderdelen opgebouwd", "made of too many parts")
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise _refusal("macros", "voorzien van macro's; sla het op zonder", "a workbook with macros; save it without")
    if any("/externallinks/" in name for name in names):
        raise _refusal(
            "external-links",
            "gekoppeld aan andere bestanden; verbreek de koppelingen",
            "linked to other files; break the links",
        )
    if "xl/workbook.xml" not in archive.namelist() or len(set(names)) < len(names):
        raise _refusal("not-xlsx", "geen .xlsx-werkmap", "not an .xlsx workbook")


def _refuse_bomb(archive: zipfile.ZipFile) -> None:
    """Unpack everything once and count, because what the archive says about sizes may be a lie."""
    left = MAX_UNZIPPED_BYTES
    for part in archive.infolist():
        with archive.open(part) as stream:
            while chunk := stream.read(1 << 16):
                left -= len(chunk)
                if left < 0:
                    limit = MAX_UNZIPPED_BYTES >> 20
                    raise _refusal("too-large", f"uitgepakt groter dan {limit} MiB", f"over {limit} MiB when unpacked")


def _sheets(archive: zipfile.ZipFile) -> dict[str, SheetCells]:
    relations = fromstring(archive.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations.iter(f"{PACKAGE}Relationship")}
    workbook = fromstring(archive.read("xl/workbook.xml"), forbid_dtd=True)
    found = {}
    for sheet in workbook.iter(f"{MAIN}sheet"):
        target = targets.get(sheet.get(RELATION), "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        found[sheet.get("name", "")] = _cells(archive.read(path))
    return found


def _cells(sheet: bytes) -> SheetCells:
    cells = SheetCells()
    row = column = 0
    for event, element in iterparse(BytesIO(sheet), events=("start", "end"), forbid_dtd=True):
        if event == "start":
            if element.tag == f"{MAIN}row":
                row, column = int(element.get("r") or row + 1), 0
                _refuse_beyond(row, 0)
            elif element.tag == f"{MAIN}c":
                row, column = _position(element.get("r"), row, column + 1)
                _refuse_beyond(row, column)
        elif element.tag == f"{MAIN}c":
            _note(cells, element, row, column)
            element.clear()
        elif element.tag == f"{MAIN}row":
            element.clear()
    return cells


def _note(cells: SheetCells, element: Element, row: int, column: int) -> None:
    value = element.find(f"{MAIN}v")
    address = cell(row - 1, column - 1)
    if element.get("t") == "e":
        cells.errors[address] = (value.text if value is not None else None) or "#?"
    elif element.find(f"{MAIN}f") is not None and (value is None or not value.text):
        cells.formulas_without_value.add(address)


def _refuse_beyond(row: int, column: int) -> None:
    if not 0 <= row <= MAX_ROW or not 0 <= column <= MAX_COLUMN:
        raise _refusal(
            "beyond-the-form",
            "gevuld tot ver buiten het formulier; verwijder de cellen daar",
            "filled far beyond the form; delete the cells there",
        )


def _position(address: str | None, row: int, column: int) -> tuple[int, int]:
    """Row and column of a cell, counted from 1: from its address, or the place where it stands."""
    if address is None:
        return row, column
    parts = ADDRESS.fullmatch(address)
    if parts is None:
        raise _refusal("not-xlsx", "geen leesbaar .xlsx-bestand", "not a readable .xlsx file")
    number = 0
    for letter in parts[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return int(parts[2]), number
