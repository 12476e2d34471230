"""Checking production lines: every fault with its line, column, value and remedy."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.tariffs.rules.contracts import CODE, ContractBasis
from services.tariffs.rules.production import (
    COLUMNS,
    HIDDEN,
    LISTED_FAULTS,
    STORED,
    FaultList,
    LineFault,
    as_day,
    bsn_like,
    checked_lines,
    header_faults,
    repeated_lines,
)
from shared.kernel.sources import Text

PRESTATIES = frozenset({"dagopvang", "verblijf"})
GOOD = {
    "lineId": "2026-0001",
    "agbCode": "06010203",
    "uzovi": "0101",
    "prestatie": "verblijf",
    "serviceDate": "2026-03-01",
    "quantity": "31",
    "unitPriceCents": "81250",
    "contractBasis": "percentage",
    "contractValue": "0.95",
}


def columns(*rows):
    return {name: pa.array([row[name] for row in rows], pa.string()) for name in COLUMNS}


def check(*rows):
    faults = FaultList()
    table = checked_lines(columns(*rows), np.arange(2, 2 + len(rows)), PRESTATIES, faults)
    return table, faults


def test_good_lines_get_their_types():
    other = {"quantity": "-31", "contractBasis": "none", "contractValue": "", "serviceDate": "2026-02-28"}
    table, faults = check(GOOD, GOOD | other)
    assert faults.count == 0
    assert table.schema == STORED
    assert table.column("serviceDate").to_pylist() == [date(2026, 3, 1), date(2026, 2, 28)]
    assert table.column("quantity").to_pylist() == [31, -31]
    assert table.column("unitPriceCents").to_pylist() == [81250, 81250]
    assert table.column("contractValue").to_pylist() == ["0.95", ""]
    assert table.column("basis").to_pylist() == [CODE[ContractBasis.PERCENTAGE], CODE[ContractBasis.NONE]]
    assert table.column("agreedMillionths").to_pylist() == [950_000, 0]


def test_no_lines_are_no_faults():
    table, faults = check()
    assert table.num_rows == faults.count == 0


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("lineId", "", "line_id"),
        ("lineId", "a b", "line_id"),
        ("lineId", "=1+1", "line_id"),
        ("lineId", "x" * 65, "line_id"),
        ("agbCode", "6010203", "agb_code"),
        ("agbCode", "00010203", "agb_code"),
        ("agbCode", "0601020a", "agb_code"),
        ("agbCode", "٠٦٠١٠٢٠٣", "agb_code"),
        ("uzovi", "101", "uzovi"),
        ("uzovi", "01011", "uzovi"),
        ("prestatie", "Verblijf", "prestatie_unknown"),
        ("prestatie", "", "prestatie_unknown"),
        ("serviceDate", "01-03-2026", "service_date"),
        ("serviceDate", "2026-02-29", "service_date"),
        ("serviceDate", "20260301", "service_date"),
        ("serviceDate", "46082", "service_date"),
        ("serviceDate", "", "service_date"),
        ("quantity", "0", "quantity"),
        ("quantity", "1.0", "quantity"),
        ("quantity", "+1", "quantity"),
        ("quantity", "1e3", "quantity"),
        ("quantity", "10000001", "quantity"),
        ("quantity", "-10000001", "quantity"),
        ("quantity", "99999999999999999999", "quantity"),
        ("quantity", "", "quantity"),
        ("unitPriceCents", "812,50", "unit_price_cents"),
        ("unitPriceCents", "-1", "unit_price_cents"),
        ("unitPriceCents", "1000000001", "unit_price_cents"),
        ("unitPriceCents", "NaN", "unit_price_cents"),
        ("contractBasis", "Fixed", "contract_basis"),
        ("contractBasis", "", "contract_basis"),
        ("contractValue", "95", "contract_value_out_of_range"),
        ("contractValue", "", "contract_value_not_a_ratio"),
    ],
)
def test_a_fault_is_named_with_its_line_column_and_value(column, value, code):
    table, faults = check(GOOD, GOOD | {"lineId": "b", column: value})
    assert table is None
    assert faults.count == 1
    fault = faults.listed[0]
    assert (fault.line, fault.column, fault.value, fault.code) == (3, column, value[:40], code)
    assert fault.reason.nl
    assert fault.reason.en


def test_a_line_break_inside_a_value_is_a_fault():
    assert check(GOOD | {"uzovi": "0101\n"})[1].count == 1
    assert check(GOOD | {"lineId": "a\nb"})[1].count == 1


def test_all_faults_are_told_at_once_in_the_order_of_the_lines():
    table, faults = check(GOOD | {"uzovi": "x", "quantity": "0"}, GOOD, GOOD | {"lineId": "", "contractValue": "y"})
    assert table is None
    assert [(fault.line, fault.column) for fault in faults.listed] == [
        (2, "uzovi"),
        (2, "quantity"),
        (4, "lineId"),
        (4, "contractValue"),
    ]


def test_the_first_thousand_faults_are_listed_and_all_are_counted():
    faults = FaultList()
    rows = columns(*[GOOD | {"uzovi": "x", "quantity": "0"}] * 700)
    for _ in range(2):
        checked_lines(rows, np.arange(700), PRESTATIES, faults)
    faults.add(LineFault(0, "", "", "other", Text("", "")), times=3)
    assert faults.count == 2 * 1400 + 3
    assert len(faults.listed) == LISTED_FAULTS


def test_a_single_fault_is_added_and_listed():
    faults = FaultList()
    faults.add(LineFault(0, "", "", "other", Text("", "")))
    assert (faults.count, len(faults.listed)) == (1, 1)


def test_a_value_that_may_be_a_citizen_service_number_is_refused_and_not_repeated():
    for number in ("111222333", "123456782", "1112.22.333", "111-222-333"):
        table, faults = check(GOOD | {"lineId": number})
        assert table is None
        assert [(fault.code, fault.value) for fault in faults.listed] == [("personal_data", HIDDEN)]


def test_other_numbers_are_no_citizen_service_numbers():
    values = ["111222334", "000000000", "11122233", "1112223330", "R111222333", ""]
    assert bsn_like(pa.array(values, pa.string())).tolist() == [False] * len(values)


@settings(deadline=None)
@given(st.lists(st.text("0123456789", min_size=9, max_size=9), max_size=20))
def test_the_eleven_test_equals_its_definition(values):
    def passes(text):
        digits = [int(digit) for digit in text]
        total = sum(weight * digit for weight, digit in zip(range(9, 1, -1), digits, strict=False)) - digits[8]
        return any(digits) and total % 11 == 0

    assert bsn_like(pa.array(values, pa.string())).tolist() == [passes(text) for text in values]


def test_a_line_that_occurs_twice_is_named_the_second_time():
    ids = pa.array(["a", "b", "a", "c", "b", "a"])
    found = list(repeated_lines(ids, np.arange(2, 8)))
    assert [(fault.line, fault.value, fault.code) for fault in found] == [
        (4, "a", "line_id_twice"),
        (6, "b", "line_id_twice"),
        (7, "a", "line_id_twice"),
    ]
    assert list(repeated_lines(pa.array(["a", "b"]), np.arange(2, 4))) == []


def test_columns_missing_unknown_or_twice_are_told_at_once():
    assert list(header_faults(COLUMNS)) == []
    assert list(header_faults(tuple(reversed(COLUMNS)))) == []
    names = ["bsn", "lineId", "lineId", *COLUMNS[2:]]
    assert [(fault.column, fault.code) for fault in header_faults(names)] == [
        ("agbCode", "column_missing"),
        ("bsn", "column_unknown"),
        ("lineId", "column_twice"),
    ]


def test_a_day_is_a_day_of_the_calendar():
    assert as_day("2024-02-29") == date(2024, 2, 29)
    assert as_day("2026-13-01") is None
    assert as_day("2026-1-1") is None


def test_a_fault_is_told_behind_the_value_where_there_is_one_to_show() -> None:
    assert LineFault(2, "uzovi", "12", "uzovi", Text("vier cijfers", "four digits")).told == Text(
        "'12': vier cijfers", "'12': four digits"
    )
    assert LineFault(1, "uzovi", "", "column_missing", Text("ontbreekt", "is missing")).told.en == "is missing"


@pytest.mark.parametrize(
    ("line", "column", "place"),
    [(5, "uzovi", "line 5, column uzovi"), (5, "", "line 5"), (0, "uzovi", "column uzovi"), (0, "", "file")],
)
def test_a_fault_tells_its_place_as_far_as_it_is_known(line, column, place):
    assert LineFault(line, column, "", "code", Text("nl", "en")).place == place
