"""Counting presences: local days, nights, hours that really passed, nothing counted twice."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.costprice.rules.production import (
    LOCAL_TIME,
    CountedPrestatie,
    Presence,
    PresenceFaults,
    count,
    units,
)

DAGOPVANG, VERBLIJF = CountedPrestatie.DAGOPVANG, CountedPrestatie.VERBLIJF


def local(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL_TIME, fold=fold)


def presence(start: str, end: str) -> Presence:
    return Presence(local(start), local(end))


def counted(prestatie: CountedPrestatie, *presences: Presence) -> dict[str, bool]:
    return {str(day.day): day.counted for day in count(prestatie, presences)}


def test_several_nights_count_each_day_but_the_day_of_discharge():
    assert counted(VERBLIJF, presence("2026-05-01 19:59", "2026-05-04 09:00")) == {
        "2026-05-01": True,
        "2026-05-02": True,
        "2026-05-03": True,
        "2026-05-04": False,
    }


def test_of_a_longer_stay_from_20_00_only_the_first_day_does_not_count():
    assert counted(VERBLIJF, presence("2026-05-01 20:00", "2026-05-04 09:00")) == {
        "2026-05-01": False,
        "2026-05-02": True,
        "2026-05-03": True,
        "2026-05-04": False,
    }


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-05-01 09:00", "2026-05-01 19:00", {"2026-05-01": False}),
        ("2026-05-01 09:00", "2026-05-02 00:00", {"2026-05-01": False}),
        ("2026-05-01 09:00", "2026-05-02 00:01", {"2026-05-01": True, "2026-05-02": False}),
    ],
)
def test_a_night_is_stayed_when_the_presence_goes_on_past_midnight(start, end, expected):
    assert counted(VERBLIJF, presence(start, end)) == expected


def test_the_hour_of_admission_is_local_time_in_summer_and_winter():
    def admitted(instant: str) -> int:
        start = datetime.fromisoformat(instant)
        return units(count(VERBLIJF, [Presence(start, start + timedelta(hours=12))]))

    assert admitted("2026-07-01T17:59:59Z") == 1
    assert admitted("2026-07-01T18:00:00Z") == 0
    assert admitted("2026-01-01T18:59:59Z") == 1
    assert admitted("2026-01-01T19:00:00Z") == 0


def test_a_stay_over_a_change_of_the_clock_counts_calendar_days():
    assert counted(VERBLIJF, presence("2026-03-28 19:00", "2026-03-30 08:00")) == {
        "2026-03-28": True,
        "2026-03-29": True,
        "2026-03-30": False,
    }


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (local("2026-03-29 00:30"), local("2026-03-29 06:30"), 0),  # the clock goes forward: five hours pass
        (local("2026-03-29 00:30"), local("2026-03-29 07:30"), 1),
        (local("2026-10-25 00:30"), local("2026-10-25 05:30"), 1),  # the clock goes back: six hours pass
        (local("2026-10-25 00:30"), local("2026-10-25 05:29"), 0),
        (local("2026-10-25 02:30", fold=0), local("2026-10-25 07:30"), 1),
        (local("2026-10-25 02:30", fold=1), local("2026-10-25 07:30"), 0),
    ],
)
def test_day_care_counts_the_hours_that_really_passed(start, end, expected):
    assert units(count(DAGOPVANG, [Presence(start, end)])) == expected


def test_day_care_adds_presences_of_one_day_and_not_of_two():
    morning = presence("2026-05-01 08:00", "2026-05-01 11:00")

    assert counted(DAGOPVANG, morning, presence("2026-05-01 13:00", "2026-05-01 16:00")) == {"2026-05-01": True}
    assert counted(DAGOPVANG, morning, presence("2026-05-02 13:00", "2026-05-02 16:00")) == {
        "2026-05-01": False,
        "2026-05-02": False,
    }


def test_day_care_over_midnight_is_divided_over_its_days():
    assert counted(DAGOPVANG, presence("2026-05-01 18:00", "2026-05-02 05:59")) == {
        "2026-05-01": True,
        "2026-05-02": False,
    }


def test_overlapping_presences_are_not_counted_twice():
    overlapping = [
        presence("2026-05-01 08:00", "2026-05-01 12:00"),
        presence("2026-05-01 09:00", "2026-05-01 11:00"),
        presence("2026-05-01 10:00", "2026-05-01 13:59"),
    ]

    assert counted(DAGOPVANG, *overlapping) == {"2026-05-01": False}


def test_presences_that_touch_are_one_admission():
    assert counted(
        VERBLIJF,
        presence("2026-05-02 00:00", "2026-05-02 10:00"),
        presence("2026-05-01 10:00", "2026-05-02 00:00"),
    ) == {"2026-05-01": True, "2026-05-02": False}


def test_a_day_of_two_admissions_counts_once_if_either_counts():
    discharged = presence("2026-05-01 10:00", "2026-05-02 10:00")

    assert counted(VERBLIJF, discharged, presence("2026-05-02 19:00", "2026-05-03 09:00")) == {
        "2026-05-01": True,
        "2026-05-02": True,
        "2026-05-03": False,
    }
    assert counted(VERBLIJF, discharged, presence("2026-05-02 21:00", "2026-05-03 09:00"))["2026-05-02"] is False
    assert counted(
        VERBLIJF,
        presence("2026-05-01 10:00", "2026-05-02 03:00"),
        presence("2026-05-02 04:00", "2026-05-02 05:00"),
    ) == {"2026-05-01": True, "2026-05-02": False}


def test_each_day_says_why():
    reasons = {
        (day.reason.en, day.counted)
        for day in count(
            VERBLIJF,
            [
                presence("2026-05-01 10:00", "2026-05-01 11:00"),
                presence("2026-05-02 20:00", "2026-05-04 10:00"),
                presence("2026-05-06 10:00", "2026-05-07 10:00"),
            ],
        )
    }
    assert reasons == {
        ("no night stayed", False),
        ("admitted at or after 20:00", False),
        ("present before 20:00 and stayed the night", True),
        ("the day of discharge does not count", False),
        ("admitted before 20:00 and stayed the night: day of admission and night are one day", True),
    }
    assert [day.reason.en for day in count(DAGOPVANG, [presence("2026-05-01 08:00", "2026-05-01 13:59")])] == [
        "present for 5:59:00 hours: less than 6 hours"
    ]


def test_a_presence_in_the_hour_that_repeats_itself_is_as_long_as_it_was():
    before, after = local("2026-10-25 02:30", fold=0), local("2026-10-25 02:10", fold=1)

    assert [day.counted for day in count(DAGOPVANG, [Presence(before, after)])] == [False]
    with pytest.raises(PresenceFaults):
        count(DAGOPVANG, [Presence(after, before)])


def test_no_presences_give_no_days():
    assert count(VERBLIJF, []) == []


def test_impossible_presences_are_all_named():
    naive = datetime(2026, 5, 1, 9)  # noqa: DTZ001
    with pytest.raises(PresenceFaults) as refused:
        count(
            DAGOPVANG,
            [
                presence("2026-05-01 09:00", "2026-05-01 09:00"),
                presence("2026-05-01 09:00", "2026-05-01 10:00"),
                Presence(naive, local("2026-05-01 10:00")),
                Presence(local("2026-05-01 10:00"), naive),
                presence("2000-01-01 00:00", "2026-05-01 10:00"),
            ],
        )

    assert [(fault.code, fault.location) for fault in refused.value.faults] == [
        ("ends-before-it-begins", "/presences/0/until"),
        ("no-offset", "/presences/2"),
        ("no-offset", "/presences/3"),
        ("longer-than-childhood", "/presences/4/until"),
    ]


instants = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001
presences = st.lists(
    st.builds(lambda at, minutes: Presence(at, at + timedelta(minutes=minutes)), instants, st.integers(1, 9000)),
    max_size=6,
)


@given(presences, st.sampled_from(CountedPrestatie))
def test_saying_it_twice_or_in_another_order_changes_nothing(given_presences, prestatie):
    assert count(prestatie, given_presences) == count(prestatie, [*reversed(given_presences), *given_presences])


@given(presences)
def test_a_day_of_stay_needs_a_presence_at_20_00_and_past_midnight(given_presences):
    for day in count(VERBLIJF, given_presences):
        at_eight = datetime.combine(day.day, datetime.min.time().replace(hour=20), LOCAL_TIME)
        midnight = datetime.combine(day.day + timedelta(days=1), datetime.min.time(), LOCAL_TIME)
        covered = any(p.start < at_eight and p.end > midnight for p in given_presences)
        if covered:
            assert day.counted
