"""The vendored programs are what their table says, fetch nothing from elsewhere, and come with their licences."""

import hashlib
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "services" / "gateway" / "static" / "vendor"
ROWS = [
    [cell.strip() for cell in line.strip("|\n ").split("|")]
    for line in (FOLDER / "VENDORED.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| file")
]


def test_every_file_is_in_the_table() -> None:
    present = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}

    assert {row[0] for row in ROWS} == present - {"VENDORED.md"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_file_is_the_one_that_was_vendored(row: list[str]) -> None:
    name, _, _, published, here, changed = row

    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == here
    assert (published == here) == (changed == "nothing")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_nothing_refers_to_a_source_map_or_a_content_network(row: list[str]) -> None:
    content = (FOLDER / row[0]).read_bytes()

    assert not re.search(rb"sourceMappingURL=[\w.-]+\.map\s*(\*/)?\s*$", content)
    assert b"cdn." not in content


def test_the_versions_are_those_that_were_chosen() -> None:
    versions = {row[1]: row[2] for row in ROWS}

    assert versions["redoc"] == "2.5.4"
    assert versions["swagger-ui-dist"].startswith("5.")


@pytest.mark.parametrize("package", ["swagger-ui", "redoc"])
def test_a_licence_stands_beside_each(package: str) -> None:
    assert "licen" in (FOLDER / package / "LICENSE").read_text().lower()
