"""The settlement rule, case by case, and against a naive model in Decimal."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.tariffs.rules.contracts import CODE, ContractBasis, agreed_millionths
from services.tariffs.rules.settlement import (
    MAX_PRICE_CENTS,
    MAX_QUANTITY,
    UNKNOWN,
    Finding,
    Lines,
    OutOfBounds,
    Reason,
    Tariffs,
    corrections,
    exact_sum,
    exact_sums,
    worth,
)

NONE, PERCENTAGE, FIXED, PASS_THROUGH, MAX_MAX = ContractBasis


def line(basis, charged, value="", quantity=1):
    columns = [quantity, charged, CODE[basis], agreed_millionths(basis, value)]
    return Lines(*(np.array([number], np.int64) for number in columns))


def tariff(maximum, housing=0, max_max=UNKNOWN):
    return Tariffs(*(np.array([number], np.int64) for number in (maximum, housing, max_max)))


def settled(basis, charged, old, new, value=""):
    found = worth(line(basis, charged, value), old, new)
    return int(found.unit_price_cents[0]), Reason(int(found.reason[0])), Finding(int(found.findings[0]))


class TestNoContract:
    def test_who_charged_the_old_maximum_gets_the_new_one(self):
        assert settled(NONE, 100, tariff(100), tariff(110)) == (110, Reason.FOLLOWS_MAXIMUM, Finding(0))

    def test_who_charged_the_old_maximum_gives_back_down_to_the_new_one(self):
        assert settled(NONE, 100, tariff(100), tariff(90)) == (90, Reason.FOLLOWS_MAXIMUM, Finding(0))

    def test_who_charged_less_gains_nothing(self):
        assert settled(NONE, 99, tariff(100), tariff(110)) == (99, Reason.AS_CHARGED, Finding(0))

    def test_who_charged_less_gives_back_only_what_exceeds_the_new_maximum(self):
        assert settled(NONE, 95, tariff(100), tariff(90)) == (90, Reason.CAPPED_AT_MAXIMUM, Finding(0))
        assert settled(NONE, 85, tariff(100), tariff(90)) == (85, Reason.AS_CHARGED, Finding(0))


class TestPercentage:
    def test_the_share_of_the_new_maximum_rounded_half_up(self):
        assert settled(PERCENTAGE, 96, tariff(101), tariff(110), "0.95") == (105, Reason.SHARE_OF_MAXIMUM, Finding(0))

    def test_a_share_follows_a_falling_maximum(self):
        assert settled(PERCENTAGE, 95, tariff(100), tariff(90), "0.95") == (86, Reason.SHARE_OF_MAXIMUM, Finding(0))

    def test_a_price_that_is_not_the_share_is_settled_as_agreed_and_told(self):
        price, reason, findings = settled(PERCENTAGE, 94, tariff(100), tariff(110), "0.95")
        assert (price, reason, findings) == (105, Reason.SHARE_OF_MAXIMUM, Finding.PRICE_NOT_AS_AGREED)

    def test_a_price_that_is_not_the_share_stays_while_the_maximum_stays(self):
        price, reason, findings = settled(PERCENTAGE, 94, tariff(100, 5), tariff(100, 9), "0.95")
        assert (price, reason, findings) == (94, Reason.AS_CHARGED, Finding.PRICE_NOT_AS_AGREED)

    def test_a_share_above_one_never_exceeds_the_maximum(self):
        assert settled(PERCENTAGE, 100, tariff(100), tariff(110), "1.05") == (110, Reason.CAPPED_AT_MAXIMUM, Finding(0))


class TestFixed:
    def test_a_fixed_price_does_not_follow_a_rise(self):
        assert settled(FIXED, 100, tariff(100), tariff(110)) == (100, Reason.AS_CHARGED, Finding(0))

    def test_a_fixed_price_gives_back_only_what_exceeds_the_new_maximum(self):
        assert settled(FIXED, 98, tariff(100), tariff(95)) == (95, Reason.CAPPED_AT_MAXIMUM, Finding(0))
        assert settled(FIXED, 80, tariff(100), tariff(95)) == (80, Reason.AS_CHARGED, Finding(0))


class TestPassThrough:
    def test_the_share_of_the_change_in_housing_is_added(self):
        found = settled(PASS_THROUGH, 90, tariff(100, 20), tariff(110, 30), "0.5")
        assert found == (95, Reason.HOUSING_PASSED_THROUGH, Finding(0))

    def test_the_new_price_is_rounded_and_not_the_change(self):
        # 90 + 0.5 · (−5) = 87.5, half up 88; rounding the change itself would give 87.
        assert settled(PASS_THROUGH, 90, tariff(100, 20), tariff(95, 15), "0.5")[0] == 88

    def test_at_most_the_new_maximum(self):
        found = settled(PASS_THROUGH, 100, tariff(100, 20), tariff(105, 30), "1")
        assert found == (105, Reason.CAPPED_AT_MAXIMUM, Finding(0))

    def test_housing_that_changes_while_the_maximum_stays_is_passed_through(self):
        assert settled(PASS_THROUGH, 90, tariff(100, 20), tariff(100, 26), "0.5")[0] == 93

    def test_a_price_below_zero_is_told_and_not_settled(self):
        found = settled(PASS_THROUGH, 3, tariff(100, 20), tariff(90, 10), "1")
        assert found == (3, Reason.AS_CHARGED, Finding.PRICE_BELOW_ZERO)


class TestMaxMax:
    def test_the_agreed_price_stays_under_a_higher_max_max(self):
        found = settled(MAX_MAX, 108, tariff(100, 0, 110), tariff(105, 0, 116))
        assert found == (108, Reason.AS_CHARGED, Finding(0))

    def test_the_agreed_price_is_capped_at_a_lower_max_max(self):
        found = settled(MAX_MAX, 108, tariff(100, 0, 110), tariff(90, 0, 99))
        assert found == (99, Reason.CAPPED_AT_MAX_MAX, Finding(0))

    def test_a_lower_maximum_alone_changes_nothing(self):
        assert settled(MAX_MAX, 108, tariff(100, 0, 110), tariff(90, 0, 110))[0] == 108

    def test_an_agreed_ratio_follows_the_maximum_up_to_the_max_max(self):
        assert settled(MAX_MAX, 108, tariff(100, 0, 110), tariff(110, 0, 121), "1.08")[0] == 119
        found = settled(MAX_MAX, 110, tariff(100, 0, 110), tariff(110, 0, 115), "1.1")
        assert found == (115, Reason.CAPPED_AT_MAX_MAX, Finding(0))

    def test_a_price_that_is_not_the_agreed_ratio_is_told(self):
        found = settled(MAX_MAX, 107, tariff(100, 0, 110), tariff(110, 0, 121), "1.08")
        assert found == (119, Reason.SHARE_OF_MAXIMUM, Finding.PRICE_NOT_AS_AGREED)

    def test_without_a_new_max_max_the_agreement_has_no_ground(self):
        found = settled(MAX_MAX, 108, tariff(100, 0, 110), tariff(90))
        assert found == (108, Reason.AS_CHARGED, Finding.MAX_MAX_UNKNOWN)

    def test_without_an_old_max_max_the_old_maximum_was_the_ceiling(self):
        assert settled(MAX_MAX, 100, tariff(100), tariff(90, 0, 99)) == (99, Reason.CAPPED_AT_MAX_MAX, Finding(0))
        found = settled(MAX_MAX, 101, tariff(100), tariff(90, 0, 99))
        assert found == (99, Reason.CAPPED_AT_MAX_MAX, Finding.PRICE_ABOVE_OLD_MAXIMUM)


@pytest.mark.parametrize(
    ("basis", "value"), [(NONE, ""), (PERCENTAGE, "1"), (FIXED, ""), (PASS_THROUGH, "1"), (MAX_MAX, "")]
)
@pytest.mark.parametrize("new", [tariff(90, 10, 99), tariff(105, 25, 106)])
def test_a_price_that_broke_the_old_ceiling_is_settled_down_to_the_new_one_and_told(basis, value, new):
    price, _, findings = settled(basis, 111, tariff(100, 20, 110), new, value)
    ceiling = new.max_max_cents if basis is MAX_MAX else new.maximum_cents
    assert price == ceiling[0]
    assert Finding.PRICE_ABOVE_OLD_MAXIMUM in findings


@pytest.mark.parametrize(("basis", "value"), [(NONE, ""), (FIXED, ""), (MAX_MAX, "")])
def test_a_price_that_broke_the_old_ceiling_is_told_even_where_the_new_one_allows_it(basis, value):
    found = settled(basis, 111, tariff(100, 20, 110), tariff(120, 40, 132), value)
    assert found == (111, Reason.AS_CHARGED, Finding.PRICE_ABOVE_OLD_MAXIMUM)


def test_a_price_that_broke_the_ceiling_is_told_and_left_while_nothing_changes():
    found = settled(FIXED, 111, tariff(100), tariff(100))
    assert found == (111, Reason.AS_CHARGED, Finding.PRICE_ABOVE_OLD_MAXIMUM)


@pytest.mark.parametrize("basis", [NONE, FIXED, MAX_MAX])
@pytest.mark.parametrize(("old", "new"), [(tariff(UNKNOWN), tariff(90)), (tariff(100), tariff(UNKNOWN))])
def test_a_day_without_a_tariff_is_told_and_not_counted_as_zero(basis, old, new):
    assert settled(basis, 100, old, new) == (100, Reason.AS_CHARGED, Finding.NO_TARIFF)


def test_a_line_whose_price_stays_gives_no_lines():
    found = corrections(*(np.array(numbers, np.int64) for numbers in ([3, -2, 5], [100, 100, 70], [100, 110, 60])))
    assert found.place.tolist() == [1, 2]
    assert found.credit_cents.tolist() == [200, -350]
    assert found.debit_cents.tolist() == [-220, 300]


def test_a_declaration_and_its_credit_net_out():
    lines = Lines(*(np.array(pair, np.int64) for pair in ([7, -7], [100, 100], [CODE[NONE]] * 2, [0, 0])))
    two = Tariffs(*(np.array([number] * 2, np.int64) for number in (100, 0, UNKNOWN)))
    more = Tariffs(*(np.array([number] * 2, np.int64) for number in (113, 0, UNKNOWN)))
    found = corrections(lines.quantity, lines.unit_price_cents, worth(lines, two, more).unit_price_cents)
    assert exact_sum(found.credit_cents + found.debit_cents) == 0
    assert (found.credit_cents + found.debit_cents).tolist() == [91, -91]


@pytest.mark.parametrize(
    ("lines", "old", "new"),
    [
        (line(FIXED, 1, quantity=MAX_QUANTITY + 1), tariff(1), tariff(1)),
        (line(FIXED, 1, quantity=-(2**63)), tariff(1), tariff(1)),
        (line(FIXED, MAX_PRICE_CENTS + 1), tariff(1), tariff(1)),
        (line(FIXED, -1), tariff(1), tariff(1)),
        (line(FIXED, 1), tariff(MAX_PRICE_CENTS + 1), tariff(1)),
        (line(FIXED, 1), tariff(1), tariff(1, -2)),
        (line(FIXED, 1), tariff(1), tariff(1, 0, MAX_PRICE_CENTS + 1)),
    ],
)
def test_numbers_outside_the_exact_bounds_are_refused(lines, old, new):
    with pytest.raises(OutOfBounds):
        worth(lines, old, new)


def test_no_lines_are_worth_nothing_and_break_nothing():
    nothing = np.array([], np.int64)
    found = worth(Lines(*[nothing] * 4), Tariffs(*[nothing] * 3), Tariffs(*[nothing] * 3))
    assert found.unit_price_cents.size == 0
    assert exact_sum(nothing) == 0
    assert exact_sums(nothing, 2, nothing) == [0, 0]


def test_sums_stay_exact_where_int64_would_overflow():
    largest = MAX_QUANTITY * MAX_PRICE_CENTS
    amounts = np.full(2_000, largest, np.int64)
    assert exact_sum(amounts) == 2_000 * largest > 2**63
    groups = np.arange(2_000) % 2
    assert exact_sums(groups, 2, np.where(groups == 0, amounts, -amounts)) == [1_000 * largest, -1_000 * largest]


def naive(basis, charged, value, old, new):
    """The table of the rule for one line, in Decimal; None where the line is told of and not settled."""
    m0, nhc0, x0 = old
    m1, nhc1, x1 = new
    share = Decimal(value or 0)

    def half_up(amount):
        return int(amount.quantize(Decimal(1), ROUND_HALF_UP))

    if basis is MAX_MAX and x1 is None:
        return None
    price = half_up(charged + share * (nhc1 - nhc0))
    if basis is PASS_THROUGH and price < 0:
        return None
    if m0 == m1 and not (basis is PASS_THROUGH and nhc0 != nhc1) and not (basis is MAX_MAX and x0 != x1):
        return charged
    if basis is NONE:
        return m1 if charged == m0 else min(charged, m1)
    if basis is PERCENTAGE:
        return min(half_up(share * m1), m1)
    if basis is FIXED:
        return min(charged, m1)
    if basis is PASS_THROUGH:
        return min(price, m1)
    return min(half_up(share * m1) if value else charged, x1)


amount = st.one_of(st.integers(0, 60), st.integers(0, MAX_PRICE_CENTS))
ratios = {
    NONE: st.just(""),
    FIXED: st.just(""),
    PERCENTAGE: st.integers(1, 2_000_000).map(lambda n: f"{Decimal(n) / 1_000_000:f}"),
    PASS_THROUGH: st.integers(0, 1_000_000).map(lambda n: f"{Decimal(n) / 1_000_000:f}"),
    MAX_MAX: st.one_of(st.just(""), st.integers(1, 2_000_000).map(lambda n: f"{Decimal(n) / 1_000_000:f}")),
}


@st.composite
def cases(draw):
    basis = draw(st.sampled_from(list(ContractBasis)))
    old, new = (tuple(draw(st.tuples(amount, amount, st.one_of(st.none(), amount)))) for _ in range(2))
    charged = draw(st.one_of(st.just(old[0]), amount))
    return basis, charged, draw(ratios[basis]), old, new, draw(st.integers(-MAX_QUANTITY, MAX_QUANTITY))


@settings(deadline=None)
@given(st.lists(cases(), min_size=1, max_size=30))
def test_any_block_of_lines_equals_the_naive_model_and_adds_up_exactly(block):
    arrays = {name: np.array([], np.int64) for name in ("quantity", "price", "basis", "agreed")}
    arrays["quantity"] = np.array([case[5] for case in block], np.int64)
    arrays["price"] = np.array([case[1] for case in block], np.int64)
    arrays["basis"] = np.array([CODE[case[0]] for case in block], np.int64)
    arrays["agreed"] = np.array([agreed_millionths(case[0], case[2]) for case in block], np.int64)
    old, new = (
        Tariffs(
            *(np.array([UNKNOWN if v is None else v for v in column], np.int64) for column in zip(*rows, strict=True))
        )
        for rows in ([case[3] for case in block], [case[4] for case in block])
    )
    found = worth(Lines(*arrays.values()), old, new)

    expected = [naive(basis, charged, value, before, after) for basis, charged, value, before, after, _ in block]
    prices = [case[1] if price is None else price for case, price in zip(block, expected, strict=True)]
    assert found.unit_price_cents.tolist() == prices
    settled_and_told = Finding.PRICE_NOT_AS_AGREED | Finding.PRICE_ABOVE_OLD_MAXIMUM
    for case, price, findings in zip(block, expected, found.findings.tolist(), strict=True):
        basis, charged, _, (m0, _, x0), *_ = case
        assert (price is None) == bool(findings & ~settled_and_told)
        broke = charged > (x0 if basis is MAX_MAX and x0 is not None else m0)
        assert broke == bool(findings & Finding.PRICE_ABOVE_OLD_MAXIMUM)

    lines = corrections(arrays["quantity"], arrays["price"], found.unit_price_cents)
    difference = sum(case[5] * (price - case[1]) for case, price in zip(block, prices, strict=True))
    assert exact_sum(lines.credit_cents) + exact_sum(lines.debit_cents) == difference
