"""Credit and debit lines and totals, from declared lines."""

from datetime import date

import numpy as np
import pyarrow as pa

from services.tariffs.rules.contracts import CODE, ContractBasis
from services.tariffs.rules.corrected_lines import (
    CORRECTION,
    FINDING_CODES,
    FINDING_TEXTS,
    REASONS,
    TARIFF_WITHDRAWN,
    Total,
    correction_table,
    finding_names,
    lines_of,
    totals,
)
from services.tariffs.rules.production import STORED
from services.tariffs.rules.settlement import Finding, Reason, corrections


def declared(*rows):
    columns = [
        {
            "lineId": name,
            "agbCode": "06010203",
            "uzovi": uzovi,
            "prestatie": prestatie,
            "serviceDate": day,
            "quantity": quantity,
            "unitPriceCents": price,
            "contractBasis": "none",
            "contractValue": "",
            "basis": CODE[ContractBasis.NONE],
            "agreedMillionths": 0,
        }
        for name, uzovi, prestatie, day, quantity, price in rows
    ]
    return pa.Table.from_pylist(columns, schema=STORED)


MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
LINES = declared(
    ("A", "0101", "verblijf", MARCH, 3, 100),
    ("B", "0202", "verblijf", MARCH, 2, 100),
    ("C", "0101", "verblijf", MARCH, -1, 100),
    ("D", "0101", "dagopvang", APRIL, 5, 70),
)


def numbers(*values):
    return np.array(values, np.int64)


def test_lines_come_as_the_rule_takes_them():
    lines = lines_of(LINES)
    assert lines.quantity.tolist() == [3, 2, -1, 5]
    assert lines.unit_price_cents.tolist() == [100, 100, 100, 70]
    assert lines.basis.tolist() == [CODE[ContractBasis.NONE]] * 4
    assert lines.agreed_millionths.tolist() == [0] * 4


def test_each_corrected_line_gives_a_credit_and_a_debit_line_that_name_it():
    new = numbers(110, 100, 110, 65)
    found = corrections(numbers(3, 2, -1, 5), numbers(100, 100, 100, 70), new)
    reasons = numbers(Reason.FOLLOWS_MAXIMUM, Reason.AS_CHARGED, Reason.FOLLOWS_MAXIMUM, Reason.CAPPED_AT_MAXIMUM)
    table = correction_table(LINES, found, reasons, run=2)
    assert table.schema == CORRECTION
    rows = [tuple(row[name] for name in CORRECTION.names[:7]) for row in table.to_pylist()]
    assert rows == [
        ("A-C2", "credit", "A", -3, 100, -300, "follows-maximum"),
        ("A-D2", "debit", "A", 3, 110, 330, "follows-maximum"),
        ("C-C2", "credit", "C", 1, 100, 100, "follows-maximum"),
        ("C-D2", "debit", "C", -1, 110, -110, "follows-maximum"),
        ("D-C2", "credit", "D", -5, 70, -350, "capped-at-maximum"),
        ("D-D2", "debit", "D", 5, 65, 325, "capped-at-maximum"),
    ]
    assert table.column("serviceDate").to_pylist() == [MARCH] * 4 + [APRIL] * 2
    assert set(table.column("agbCode").to_pylist()) == {"06010203"}


def test_totals_are_over_all_lines_per_insurer_prestatie_and_month():
    old, new = numbers(300, 200, -100, 350), numbers(330, 200, -110, 325)
    assert totals(LINES, old, new) == {
        ("0101", "dagopvang", "2026-04"): Total(1, 1, 350, 325),
        ("0101", "verblijf", "2026-03"): Total(2, 2, 200, 220),
        ("0202", "verblijf", "2026-03"): Total(1, 0, 200, 200),
    }


def test_no_lines_give_nothing():
    nothing = LINES.slice(0, 0)
    assert totals(nothing, numbers(), numbers()) == {}
    found = corrections(numbers(), numbers(), numbers())
    assert correction_table(nothing, found, numbers(), run=1).num_rows == 0


def test_every_finding_and_reason_has_its_words():
    assert set(FINDING_TEXTS) == {*FINDING_CODES.values(), TARIFF_WITHDRAWN}
    assert len(set(REASONS.values())) == len(Reason)
    assert finding_names(Finding.NO_TARIFF | Finding.MAX_MAX_UNKNOWN) == ["no_tariff", "max_max_unknown"]
    assert finding_names(0) == []
