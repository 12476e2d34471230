"""shared.kernel.dated: what was the value on this day, as known at that moment?"""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.dated import DatedValue, NoValueInForce, Status, value_on
from shared.kernel.sources import Source

SOURCE = Source(document="a published table")
START = date(2025, 1, 1)
KNOWN = datetime(2025, 1, 1, tzinfo=UTC)


def dated(
    value: int,
    since: date = START,
    until: date | None = None,
    known: datetime = KNOWN,
    status: Status = Status.DEFINITIVE,
    name: str = "index",
) -> DatedValue:
    return DatedValue(name, Fraction(value), "ratio", since, until, known, status, SOURCE)


def test_a_period_holds_its_first_day_and_not_its_last() -> None:
    value = dated(1, date(2025, 1, 1), date(2026, 1, 1))
    assert not value.in_force_on(date(2024, 12, 31))
    assert value.in_force_on(date(2025, 1, 1))
    assert value.in_force_on(date(2025, 12, 31))
    assert not value.in_force_on(date(2026, 1, 1))


def test_a_value_without_end_holds_until_it_is_replaced() -> None:
    history = [dated(1), dated(2, date(2026, 1, 1))]
    assert value_on(history, "index", date(2025, 12, 31), KNOWN).value == 1
    assert value_on(history, "index", date(2030, 1, 1), KNOWN).value == 2


def test_a_value_is_known_from_its_moment_on() -> None:
    history = [dated(1), dated(2, known=KNOWN + timedelta(days=90))]
    just_before = KNOWN + timedelta(days=90) - timedelta(microseconds=1)
    assert value_on(history, "index", START, just_before).value == 1
    assert value_on(history, "index", START, KNOWN + timedelta(days=90)).value == 2


def test_a_moment_is_the_same_in_every_zone() -> None:
    later = datetime.fromisoformat("2025-03-01T01:00:00+01:00")
    assert value_on([dated(1, known=later)], "index", START, datetime(2025, 3, 1, tzinfo=UTC)).value == 1


def test_only_the_wanted_statuses_count() -> None:
    history = [dated(1, status=Status.PROVISIONAL), dated(2, known=KNOWN + timedelta(days=1))]
    now = KNOWN + timedelta(days=2)
    assert value_on(history, "index", START, now).value == 2
    assert value_on(history, "index", START, now, frozenset({Status.PROVISIONAL})).value == 1


def test_nothing_is_extended_past_its_last_known_date() -> None:
    history = [dated(1, until=date(2026, 1, 1)), dated(9, name="other")]
    with pytest.raises(NoValueInForce, match="parameter index has no value on 2026-01-01") as caught:
        value_on(history, "index", date(2026, 1, 1), KNOWN)
    assert (caught.value.name, caught.value.on, caught.value.last) == ("index", date(2026, 1, 1), history[0])
    assert "starts on 2025-01-01" in str(caught.value)


def test_the_error_names_the_last_value_that_was_known() -> None:
    first = dated(1, date(2024, 1, 1), date(2025, 1, 1))
    last = dated(2, date(2025, 1, 1), date(2026, 1, 1))
    unknown = dated(3, date(2026, 1, 1), known=KNOWN + timedelta(days=1))
    with pytest.raises(NoValueInForce) as caught:
        value_on([last, first, unknown], "index", date(2026, 6, 1), KNOWN)
    assert caught.value.last == last


def test_the_error_names_the_values_on_either_side_of_the_day() -> None:
    before = dated(1, date(2024, 1, 1), date(2025, 1, 1))
    after = dated(2, date(2026, 1, 1), date(2027, 1, 1))
    later = dated(3, date(2027, 1, 1))
    with pytest.raises(
        NoValueInForce, match=r"before it starts on 2024-01-01, the first known .* 2026-01-01"
    ) as caught:
        value_on([later, after, before], "index", date(2025, 6, 1), KNOWN)
    assert (caught.value.last, caught.value.following) == (before, after)
    with pytest.raises(
        NoValueInForce, match="2023-06-01: the first known value after it starts on 2026-01-01"
    ) as caught:
        value_on([later, after], "index", date(2023, 6, 1), KNOWN)
    assert (caught.value.last, caught.value.following) == (None, after)


def test_a_parameter_without_any_value_is_named() -> None:
    with pytest.raises(NoValueInForce, match="parameter index has no value on 2025-01-01: it has no value at all"):
        value_on([], "index", START, KNOWN)


DAYS = st.dates(date(2025, 1, 1), date(2025, 1, 12))
MOMENTS = st.integers(0, 5).map(lambda days: KNOWN + timedelta(days=days))


@st.composite
def histories(draw: st.DrawFn) -> list[DatedValue]:
    """Values that may overlap, with an end or without; no two start and become known together."""
    starts = draw(st.lists(st.tuples(DAYS, MOMENTS), unique=True, max_size=8))
    return [
        dated(
            number,
            since,
            draw(st.none() | st.integers(1, 8).map(lambda days, since=since: since + timedelta(days=days))),
            known,
            draw(st.sampled_from(Status)),
            draw(st.sampled_from(["index", "other"])),
        )
        for number, (since, known) in enumerate(starts)
    ]


@given(histories(), DAYS, MOMENTS, st.frozensets(st.sampled_from(Status)), st.randoms())
def test_it_answers_as_a_reader_of_the_register_would(history, on, known_at, statuses, random) -> None:  # type: ignore[no-untyped-def]
    # The reader writes each value over the days on which it holds, oldest start first, older knowledge first.
    register: dict[date, DatedValue] = {}
    for value in sorted(history, key=lambda v: (v.in_force_from, v.known_from)):
        if value.name == "index" and value.known_from <= known_at and value.status in statuses:
            day = value.in_force_from
            while day <= date(2025, 1, 12) and day != value.in_force_until:
                register[day] = value
                day += timedelta(days=1)
    shuffled = random.sample(history, len(history))
    if on in register:
        assert value_on(shuffled, "index", on, known_at, statuses) == register[on]
    else:
        with pytest.raises(NoValueInForce):
            value_on(shuffled, "index", on, known_at, statuses)
