"""Decisions in two times: each (day, moment) answered as by replaying everything that happened until that moment."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.tariffs.rules.components import Component
from services.tariffs.rules.decisions import (
    CeilingsCrossed,
    Change,
    MaxMaxUnclear,
    NothingToReplace,
    Period,
    Piece,
    Rectangle,
    change,
    decided,
    earliest,
    in_force_on,
    last_known_on,
    replaced_by,
    replaced_throughout,
    view,
    with_components_replaced,
)
from services.tariffs.rules.maximum import MaxMax
from tests.histories import carried_out

YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))
SPRING = Period(date(2026, 3, 1), date(2026, 6, 1))
OPEN = Period(date(2026, 1, 1))
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


class TestPeriod:
    def test_holds_its_first_day_and_not_its_last(self):
        assert YEAR.holds(date(2026, 1, 1))
        assert YEAR.holds(date(2026, 12, 31))
        assert not YEAR.holds(date(2027, 1, 1))
        assert not YEAR.holds(date(2025, 12, 31))
        assert OPEN.holds(date(2099, 1, 1))

    def test_holds_at_least_one_day(self):
        with pytest.raises(ValueError, match="at least one day"):
            Period(date(2026, 1, 1), date(2026, 1, 1))

    def test_days_shared(self):
        assert OPEN.shared_with(SPRING) == SPRING
        assert SPRING.shared_with(OPEN) == SPRING
        assert OPEN.shared_with(Period(date(2027, 1, 1))) == Period(date(2027, 1, 1))
        assert YEAR.shared_with(Period(date(2027, 1, 1))) is None

    def test_days_left_over(self):
        assert OPEN.without(SPRING) == [Period(date(2026, 1, 1), SPRING.start), Period(date(2026, 6, 1))]
        assert YEAR.without(Period(date(2026, 6, 1))) == [Period(date(2026, 1, 1), date(2026, 6, 1))]
        assert SPRING.without(YEAR) == []
        assert YEAR.without(Period(date(2027, 1, 1))) == [YEAR]
        assert SPRING.without(Period(date(2026, 1, 1), date(2026, 4, 1))) == [
            Period(date(2026, 4, 1), date(2026, 6, 1))
        ]

    def test_an_end_that_never_comes_is_the_latest(self):
        assert earliest(None, None) is None
        assert earliest(None, SPRING.start) == earliest(SPRING.start, None) == SPRING.start
        assert earliest(YEAR.until, SPRING.start) == SPRING.start


def test_a_later_decision_covers_an_earlier_one_on_its_own_days_only():
    assert view([[Piece(YEAR, "first")], [Piece(SPRING, "second")]]) == [
        Piece(Period(date(2026, 1, 1), date(2026, 3, 1)), "first"),
        Piece(SPRING, "second"),
        Piece(Period(date(2026, 6, 1), date(2027, 1, 1)), "first"),
    ]


def test_a_change_closes_what_is_no_longer_seen_and_leaves_the_rest():
    first, second, third = Piece(YEAR, "a"), Piece(SPRING, "b"), Piece(Period(date(2027, 1, 1)), "c")
    assert change([first, third], [second, third]) == Change((first,), (second,))


def test_history_keeps_what_was_known_before():
    first = Rectangle(YEAR, NOON, None, "first")
    later = NOON + timedelta(days=1)
    history = carried_out([first], change([Piece(YEAR, "first")], [Piece(YEAR, "second")]), later)
    assert history == [Rectangle(YEAR, NOON, later, "first"), Rectangle(YEAR, later, None, "second")]
    day = date(2026, 2, 1)
    assert in_force_on(history, day, NOON - timedelta(microseconds=1)) is None
    assert in_force_on(history, day, NOON).tariff == "first"
    assert in_force_on(history, day, later - timedelta(microseconds=1)).tariff == "first"
    assert in_force_on(history, day, later).tariff == "second"
    assert in_force_on(history, date(2027, 1, 1), later) is None
    assert carried_out(history, Change((), ()), later) == history


def test_a_day_left_without_a_tariff_keeps_the_last_one_known():
    later = NOON + timedelta(days=1)
    history = [Rectangle(YEAR, NOON, later, "first")]
    day = date(2026, 2, 1)
    assert last_known_on(history, day, NOON - timedelta(seconds=1)) is None
    assert last_known_on(history, date(2027, 1, 1), later) is None
    assert last_known_on(history, day, NOON).known_at(NOON)
    withdrawn = last_known_on(history, day, later)
    assert withdrawn.tariff == "first"
    assert not withdrawn.known_at(later)
    history.append(Rectangle(YEAR, later, None, "second"))
    assert last_known_on(history, day, later).tariff == "second"


class TestReplacing:
    SEEN = (Piece(YEAR, "first"), Piece(Period(date(2027, 1, 1), date(2028, 1, 1)), "second"))

    def test_names_each_tariff_with_the_days_it_is_replaced_on(self):
        days = Period(date(2026, 7, 1), date(2027, 7, 1))
        expected = [
            Piece(Period(date(2026, 7, 1), date(2027, 1, 1)), "first"),
            Piece(Period(date(2027, 1, 1), date(2027, 7, 1)), "second"),
        ]
        assert replaced_by(self.SEEN, days) == expected
        assert replaced_throughout(self.SEEN, days) == expected

    def test_without_an_end_it_reaches_as_far_as_what_it_replaces(self):
        found = replaced_throughout(self.SEEN, Period(date(2027, 6, 1)))
        assert found == [Piece(Period(date(2027, 6, 1), date(2028, 1, 1)), "second")]

    @pytest.mark.parametrize(
        ("days", "missing"),
        [
            (Period(date(2025, 12, 1), date(2026, 2, 1)), [Period(date(2025, 12, 1), date(2026, 1, 1))]),
            (Period(date(2025, 12, 1)), [Period(date(2025, 12, 1), date(2026, 1, 1))]),
            (Period(date(2027, 6, 1), date(2029, 1, 1)), [Period(date(2028, 1, 1), date(2029, 1, 1))]),
            (Period(date(2028, 1, 1)), [Period(date(2028, 1, 1))]),
        ],
    )
    def test_days_without_a_tariff_are_named(self, days, missing):
        with pytest.raises(NothingToReplace) as refused:
            replaced_throughout(self.SEEN, days)
        assert list(refused.value.days) == missing
        assert str(missing[0].start) in str(refused.value)


PARTS = {
    Component.LABOUR: Fraction("100.004"),
    Component.MATERIAL: Fraction("10.004"),
    Component.INVENTORY: Fraction(1),
    Component.EQUITY_RETURN: Fraction(0),
    Component.HOUSING: Fraction("31.915"),
}


class TestDecidedTariff:
    def test_rounds_once_and_last(self):
        tariff = decided(PARTS, None, illustrative=False)
        assert tariff.maximum_cents == 14_292  # 142.923
        assert tariff.housing_cents == 3_192
        halves = decided(PARTS | {Component.INVENTORY: Fraction("1.002")}, None, illustrative=False)
        assert halves.maximum_cents == 14_293  # 142.925; rounding each part first would give 142.92

    def test_only_the_named_components_are_replaced(self):
        first = decided(PARTS, None, illustrative=False)
        own = {Component.HOUSING: Fraction("35.001"), Component.LABOUR: Fraction(999)}
        tariff = with_components_replaced(first, frozenset({Component.HOUSING}), own, None, illustrative=False)
        assert tariff.components == PARTS | {Component.HOUSING: Fraction("35.001")}
        assert tariff.maximum_cents == 14_601
        assert not tariff.illustrative

    @pytest.mark.parametrize(("old", "new"), [(True, False), (False, True)])
    def test_what_rests_on_an_illustrative_value_is_illustrative(self, old, new):
        first = decided(PARTS, None, illustrative=old)
        tariff = with_components_replaced(first, frozenset(Component), PARTS, None, illustrative=new)
        assert tariff.illustrative

    def test_a_surcharge_stays_and_follows_the_new_housing_component(self):
        rule = MaxMax(Fraction("0.10"), Fraction(1))
        first = decided(PARTS, rule, illustrative=False)
        assert first.max_max_cents == 15_722  # 157.2153
        own = {Component.HOUSING: Fraction("35.001")}
        for other in (None, MaxMax(Fraction("0.20"), Fraction(1))):
            tariff = with_components_replaced(first, frozenset({Component.HOUSING}), own, other, illustrative=False)
            assert tariff.max_max_cents == 16_061  # 1.1 · 146.009 = 160.6099
        without = with_components_replaced(
            decided(PARTS, None, illustrative=False), frozenset({Component.HOUSING}), own, rule, illustrative=False
        )
        assert without.max_max_cents is None

    def test_a_second_ceiling_is_never_dropped_silently(self):
        first = decided(PARTS, 15_721, illustrative=False)
        named = frozenset({Component.HOUSING})
        with pytest.raises(MaxMaxUnclear):
            with_components_replaced(first, named, PARTS, None, illustrative=False)
        assert with_components_replaced(first, named, PARTS, 15_800, illustrative=False).max_max_cents == 15_800
        rule = MaxMax(Fraction("0.10"), Fraction(0))
        assert with_components_replaced(first, named, PARTS, rule, illustrative=False).max_max_cents == 15_402

    @pytest.mark.parametrize(
        ("change", "ceiling"),
        [
            ({}, 14_291),
            ({Component.LABOUR: Fraction(-43)}, None),
            ({Component.HOUSING: Fraction(-1)}, None),
            ({Component.LABOUR: Fraction(10_000_000)}, None),
        ],
    )
    def test_ceilings_that_cross_are_refused(self, change, ceiling):
        with pytest.raises(CeilingsCrossed):
            decided(PARTS | change, ceiling, illustrative=False)


FIRST_DAY = date(2026, 1, 1)
DAYS = [FIRST_DAY + timedelta(days=n) for n in range(14)]


@dataclass(frozen=True)
class Event:
    """Decision ``number`` published, or an earlier one withdrawn."""

    kind: str
    number: int
    in_force: Period | None = None


@st.composite
def sequences(draw):
    events, standing = [], []
    for number in range(draw(st.integers(1, 10))):
        if standing and draw(st.integers(0, 2)) == 0:
            gone = draw(st.sampled_from(standing))
            standing.remove(gone)
            events.append(Event("withdraw", gone))
        else:
            start = draw(st.integers(0, 11))
            until = draw(st.one_of(st.none(), st.integers(start + 1, 12)))
            end = None if until is None else FIRST_DAY + timedelta(days=until)
            events.append(Event("publish", number, Period(FIRST_DAY + timedelta(days=start), end)))
            standing.append(number)
    return events


def replay(events, day):
    """The naive model: the last decision that was published, not withdrawn since, and holds the day."""
    standing = {}
    for event in events:
        if event.kind == "publish":
            standing[event.number] = event.in_force
        else:
            del standing[event.number]
    holding = [number for number, in_force in standing.items() if in_force.holds(day)]
    return holding[-1] if holding else None


@settings(deadline=None)
@given(sequences())
def test_every_day_and_moment_is_answered_as_by_replaying_and_the_rectangles_never_overlap(events):
    history, sheets = [], {}
    moments = [NOON + timedelta(hours=n) for n in range(len(events))]
    for event, at in zip(events, moments, strict=True):
        before = view(sheets.values())
        if event.kind == "publish":
            sheets[event.number] = [Piece(event.in_force, event.number)]
        else:
            del sheets[event.number]
        history = carried_out(history, change(before, view(sheets.values())), at)

    for n, at in enumerate(moments):
        for day in DAYS:
            covering = [r for r in history if r.in_force.holds(day) and r.known_at(at)]
            assert len(covering) <= 1
            expected = replay(events[: n + 1], day)
            assert (covering[0].tariff if covering else None) == expected
            found = in_force_on(history, day, at)
            assert (found.tariff if found else None) == expected
    assert all(r.known_until is None or r.known_from < r.known_until for r in history)
