"""Parameter files: read exactly, refused with every fault named."""

from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from shared.kernel.dated import Status
from shared.kernel.receipts import content_hash
from shared.plumbing.parameters import ParameterFault, load_parameters

ENTRY = {
    "name": '"book_price"',
    "value": '"0.0518"',
    "unit": '"ratio"',
    "in_force_from": "2025-01-01",
    "in_force_until": "2026-01-01",
    "known_from": "2026-06-30",
    "status": '"definitive"',
    "document": '"Price list"',
    "article": '"table 1"',
    "illustrative": "false",
}


def entry(**changes: str | None) -> str:
    fields = {name: text for name, text in {**ENTRY, **changes}.items() if text is not None}
    return "[[values]]\n" + "\n".join(f"{name} = {text}" for name, text in fields.items()) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def faults(folder: Path, *entries: str) -> list[str]:
    (folder / "prices.toml").write_text("\n".join(entries), encoding="utf-8")
    with pytest.raises(ParameterFault) as error:
        load_parameters(folder)
    return error.value.faults


def test_a_value_is_read_exactly_with_its_dates_and_source(folder: Path) -> None:
    text = entry(note='"Read in the shop."', url='"https://list.example"')
    (folder / "prices.toml").write_text(text, encoding="utf-8")
    parameters = load_parameters(folder)
    (value,) = parameters.values
    assert value.value == Fraction("0.0518")
    assert (value.in_force_from, value.in_force_until) == (date(2025, 1, 1), date(2026, 1, 1))
    assert value.known_from == datetime(2026, 6, 30, tzinfo=UTC)
    assert value.status is Status.DEFINITIVE
    assert (value.source.document, value.source.article, value.source.url) == (
        "Price list",
        "table 1",
        "https://list.example",
    )
    assert parameters.notes[value] == "Read in the shop."
    assert parameters.hashes == {"prices.toml": content_hash(text.encode())}
    assert parameters.names == {"book_price"}


def test_an_instant_of_knowledge_is_kept_in_utc(folder: Path) -> None:
    (folder / "a.toml").write_text(entry(known_from="2026-06-30T14:00:00+02:00"), encoding="utf-8")
    assert load_parameters(folder).values[0].known_from == datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"unit": None}, "unit is missing"),
        ({"unit": '" "'}, "unit is empty"),
        ({"document": None}, "document is missing"),
        ({"value": "0.0518"}, "value must be written as str"),
        ({"value": '"5,18"'}, "value '5,18' is not in plain decimal notation"),
        ({"value": '"1e-2"'}, "value '1e-2' is not in plain decimal notation"),
        ({"status": '"final"'}, "status must be one of expected, provisional, definitive, illustrative"),
        ({"in_force_until": "2025-01-01"}, "in_force_until must come after in_force_from"),
        ({"in_force_from": "2024-01-01T00:00:00"}, "in_force_from must be a day without a time"),
        ({"known_from": "2026-06-30T12:00:00"}, "known_from must be a day, or an instant with its offset"),
        ({"illustrative": '"no"'}, "illustrative must be written as bool"),
        ({"note": "1"}, "note must be written as str"),
        ({"remark": '"x"'}, "unknown field remark"),
    ],
)
def test_a_wrong_field_is_named_with_its_place(folder: Path, changes: dict[str, str | None], fault: str) -> None:
    assert faults(folder, entry(**changes)) == [f"prices.toml, entry 1 (book_price): {fault}"]


def test_all_faults_of_all_entries_are_named_at_once(folder: Path) -> None:
    found = faults(folder, entry(unit=None, status='"final"'), entry(name=None))
    assert len(found) == 3
    assert found[2] == "prices.toml, entry 2 (no name): name is missing"


def test_overlapping_values_are_refused(folder: Path) -> None:
    later = entry(in_force_from="2025-07-01", in_force_until=None)
    (fault,) = faults(folder, entry(), later)
    assert fault.endswith("overlap in book_price (definitive) from 2025-07-01 until 2026-01-01")


def test_a_gap_is_refused(folder: Path) -> None:
    (fault,) = faults(folder, entry(), entry(in_force_from="2026-02-01", in_force_until=None))
    assert fault.endswith("gap in book_price (definitive) from 2026-01-01 until 2026-02-01")


def test_an_open_end_lasts_until_the_next_value(folder: Path) -> None:
    texts = [entry(in_force_until=None), entry(in_force_from="2026-02-01")]
    (folder / "a.toml").write_text("\n".join(texts).replace("2026-01-01", "2027-01-01"), encoding="utf-8")
    assert len(load_parameters(folder).values) == 2


def test_values_of_different_status_stand_side_by_side(folder: Path) -> None:
    (folder / "a.toml").write_text(entry() + entry(status='"provisional"'), encoding="utf-8")
    assert len(load_parameters(folder).values) == 2


def test_a_correction_is_a_later_known_value_of_the_same_start(folder: Path) -> None:
    (folder / "a.toml").write_text(entry() + entry(known_from="2026-09-01", value='"0.06"'), encoding="utf-8")
    assert len(load_parameters(folder).values) == 2


def test_two_values_known_at_the_same_moment_for_the_same_start_are_refused(folder: Path) -> None:
    (fault,) = faults(folder, entry(), entry(value='"0.06"'))
    assert "same start and moment of knowledge" in fault


def test_the_same_value_twice_is_refused(folder: Path) -> None:
    (fault,) = faults(folder, entry(), entry())
    assert "stands twice" in fault


def test_one_parameter_has_one_unit(folder: Path) -> None:
    (fault,) = faults(folder, entry(), entry(unit='"EUR"', in_force_from="2026-01-01", in_force_until=None))
    assert fault == "book_price (definitive): has values in different units"


def test_a_file_that_is_not_toml_is_named(folder: Path) -> None:
    (fault,) = faults(folder, "[[values")
    assert fault.startswith("prices.toml: not readable as TOML")


def test_a_folder_without_parameters_is_refused(folder: Path) -> None:
    with pytest.raises(ParameterFault, match="holds no parameter file"):
        load_parameters(folder)
