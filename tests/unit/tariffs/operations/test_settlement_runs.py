"""Settling is cumulative: whatever happened in between, all runs together pay what one run at the end would pay."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from services.tariffs.operations.settlement_runs import PartOutcome, settle_block
from services.tariffs.rules.components import Component
from services.tariffs.rules.contracts import CODE, ContractBasis, agreed_millionths
from services.tariffs.rules.decisions import Period, Piece, change, decided, view
from services.tariffs.rules.production import STORED
from services.tariffs.store.decisions import PublishedTariff
from services.tariffs.store.production import Part
from tests.histories import carried_out

FIRST_DAY = date(2026, 1, 1)
START = datetime(2025, 11, 1, tzinfo=UTC)
NOBODY = UUID(int=0)


def tariff(number, maximum, housing, replacing):
    parts = dict.fromkeys(Component, Fraction(0)) | {
        Component.LABOUR: Fraction(maximum - housing, 100),
        Component.HOUSING: Fraction(housing, 100),
    }
    decided_tariff = decided(parts, maximum + 10, illustrative=True)
    return PublishedTariff(number, "verblijf", NOBODY, f"TB/{number}", decided_tariff, 1 if replacing else None)


@st.composite
def events(draw):
    """Decisions published and withdrawn, files received, and settlements, a month apart."""
    found, standing = [], []
    for number in range(draw(st.integers(2, 9))):
        kind = draw(st.sampled_from(["publish", "publish", "withdraw", "settle", "settle"]))
        if kind == "withdraw" and standing:
            found.append(("withdraw", standing.pop(draw(st.integers(0, len(standing) - 1)))))
        elif kind == "settle":
            found.append(("settle", None))
        else:
            start, length = draw(st.integers(0, 200)), draw(st.integers(1, 365))
            period = Period(FIRST_DAY + timedelta(days=start), FIRST_DAY + timedelta(days=start + length))
            maximum, housing = draw(st.integers(50, 60)), draw(st.integers(5, 15))
            found.append(("publish", Piece(period, tariff(number, maximum, housing, draw(st.booleans())))))
            standing.append(number)
    return [*found, ("settle", None)]


@st.composite
def lines(draw):
    basis = draw(st.sampled_from(list(ContractBasis)))
    value = {ContractBasis.PERCENTAGE: "0.9", ContractBasis.FIXED_PASS_THROUGH: "0.75"}.get(basis, "")
    return {
        "agbCode": "06010203",
        "uzovi": draw(st.sampled_from(["0101", "0202"])),
        "prestatie": "verblijf",
        "serviceDate": FIRST_DAY + timedelta(days=draw(st.integers(0, 364))),
        "quantity": draw(st.sampled_from([-3, 1, 7])),
        "unitPriceCents": draw(st.integers(40, 65)),
        "contractBasis": basis.value,
        "contractValue": value,
        "basis": CODE[basis],
        "agreedMillionths": agreed_millionths(basis, value),
    }


def table_of(declared):
    return pa.Table.from_pylist([line | {"lineId": f"L{n}"} for n, line in enumerate(declared)], schema=STORED)


def paid(table, history, part, moment):
    outcome = PartOutcome()
    corrections = settle_block(table, {"verblijf": history}, part, moment, part.runs + 1, outcome)
    lines_sum = sum(corrections.column("amountCents").to_pylist())
    totals_sum = sum(total.new_cents - total.old_cents for total in outcome.totals.values())
    assert lines_sum == totals_sum
    assert sum(2 * total.corrected for total in outcome.totals.values()) == corrections.num_rows
    per_line = {}
    for row in corrections.to_pylist():
        per_line[row["corrects"]] = per_line.get(row["corrects"], 0) + row["amountCents"]
    return per_line


@settings(max_examples=150, deadline=None)
@given(events(), st.lists(lines(), min_size=1, max_size=12), st.integers(0, 8))
def test_all_runs_together_pay_what_one_run_at_the_end_pays(happened, declared, received_before):
    table, history, sheets, ledger = table_of(declared), [], {}, {}
    received_at = START + timedelta(days=30 * min(received_before, len(happened) - 1), hours=-1)
    fresh = Part(1, NOBODY, "06010203", len(declared), "", "", received_at, None, 0)
    part = fresh
    for number, (kind, what) in enumerate(happened):
        at = START + timedelta(days=30 * number)
        if kind == "settle":
            if at < received_at:
                continue
            for line_id, amount in paid(table, history, part, at).items():
                ledger[line_id] = ledger.get(line_id, 0) + amount
            part = replace(part, settled_at=at, runs=part.runs + 1)
            assert paid(table, history, part, at) == {}
            continue
        before = view(sheets.values())
        if kind == "publish":
            sheets[what.tariff.tariff_id] = [what]
        else:
            del sheets[what]
        history = carried_out(history, change(before, view(sheets.values())), at)
    at_once = paid(table, history, fresh, START + timedelta(days=30 * (len(happened) - 1)))
    assert {line_id: amount for line_id, amount in ledger.items() if amount} == at_once
