"""Counting production: how many units of a prestatie the presences of one patient give.

After the text of policy rule BR/REG-18100 (valid 2018), because the text of BR/REG-26109 was not found:

* dagopvang: at least six hours' presence on one day at a location that is set up for it;
* day of stay: a calendar day within an admission of at least one night, if the patient was admitted before 20:00 and
  stays the night; the day of admission and the night that follows are one day; the day of discharge does not count.

Our readings, where the text is silent:

* a day and its 20:00 are local time (Europe/Amsterdam); the six hours are hours that really passed, so that a presence
  over a change of the clock is as long as it was;
* presences that overlap or touch are one presence; time is never counted twice;
* presences on the same day are added together for dagopvang; a presence over midnight is divided over its two days;
* the patient stays the night if the presence goes on past midnight; one that ends at 00:00 sharp does not;
* of a longer stay that began at or after 20:00 only the first day and night do not count: on the days after it the
  patient was there before 20:00.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.costprice.rules.faults import Fault, InputFaults, pointer
from shared.kernel.sources import Source, Text

POLICY_RULE_2018 = Source(document="NZa, beleidsregel BR/REG-18100 (2018)", article="omschrijving van de prestaties")
LOCAL_TIME = ZoneInfo("Europe/Amsterdam")
LATEST_ADMISSION = time(20, 0)
"""Admitted before this local time, the day counts; at this time sharp it does not."""
LEAST_PRESENCE = timedelta(hours=6)
"""Presence on one day that makes a unit of dagopvang."""
LONGEST_PRESENCE = timedelta(days=18 * 366)
"""The patient is under eighteen; a longer presence is a mistake in a date."""


class CountedPrestatie(StrEnum):
    """The two prestaties whose units are counted from presences."""

    DAGOPVANG = "dagopvang"
    VERBLIJF = "verblijf"


@dataclass(frozen=True, slots=True)
class Presence:
    """The patient was there from ``start`` until ``end``: instants with an offset, the end not included."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class CountedDay:
    """One calendar day: whether it is a unit of the prestatie, and why."""

    day: date
    counted: bool
    reason: Text


class PresenceFaults(InputFaults):
    """Presences that cannot be counted: they end before they begin, lack an offset or last over eighteen years."""


def count(prestatie: CountedPrestatie, presences: Sequence[Presence]) -> list[CountedDay]:
    """Every calendar day touched by the presences of one patient, counted once or not at all.

    Raises:
        PresenceFaults: a presence is impossible; all of them are named.
    """
    faults = [fault for index, presence in enumerate(presences) for fault in _faults(index, presence)]
    if faults:
        raise PresenceFaults(faults)
    merged = _merged(presences)
    return _days_of_stay(merged) if prestatie is CountedPrestatie.VERBLIJF else _days_of_day_care(merged)


def units(days: Sequence[CountedDay]) -> int:
    """How many of the days count."""
    return sum(day.counted for day in days)


def _faults(index: int, presence: Presence) -> list[Fault]:
    if presence.start.tzinfo is None or presence.end.tzinfo is None:
        message = Text(
            "een tijdstip heeft geen tijdzone; geef bijvoorbeeld 2026-03-01T19:59:00+01:00",
            "an instant has no offset; give for example 2026-03-01T19:59:00+01:00",
        )
        return [Fault("no-offset", pointer("presences", index), message)]
    # In UTC, because datetimes of one zone compare by what the clock showed and that repeats itself in autumn.
    lasted = presence.end.astimezone(UTC) - presence.start.astimezone(UTC)
    if lasted <= timedelta():
        message = Text(
            "de aanwezigheid eindigt niet na haar begin; verbeter from of until",
            "the presence does not end after it begins; correct from or until",
        )
        return [Fault("ends-before-it-begins", pointer("presences", index, "until"), message)]
    if lasted > LONGEST_PRESENCE:
        message = Text(
            "de aanwezigheid duurt langer dan achttien jaar; verbeter from of until",
            "the presence lasts longer than eighteen years; correct from or until",
        )
        return [Fault("longer-than-childhood", pointer("presences", index, "until"), message)]
    return []


def _merged(presences: Sequence[Presence]) -> list[Presence]:
    """The presences in UTC and in order, those that overlap or touch made one."""
    merged: list[Presence] = []
    for presence in sorted(
        (Presence(presence.start.astimezone(UTC), presence.end.astimezone(UTC)) for presence in presences),
        key=lambda presence: presence.start,
    ):
        if merged and presence.start <= merged[-1].end:
            merged[-1] = Presence(merged[-1].start, max(merged[-1].end, presence.end))
        else:
            merged.append(presence)
    return merged


def _days_of_stay(presences: Sequence[Presence]) -> list[CountedDay]:
    days: dict[date, CountedDay] = {}
    for presence in presences:
        first, last = _local_day(presence.start), _last_local_day(presence)
        for day in _days(first, last):
            counted = day < last and presence.start < _local(day, LATEST_ADMISSION)
            if counted or day not in days:
                days[day] = CountedDay(day, counted, _reason_of_stay(day, first, last, counted))
    return [days[day] for day in sorted(days)]


def _reason_of_stay(day: date, first: date, last: date, counted: bool) -> Text:
    if counted and day == first:
        return Text(
            "opgenomen vóór 20:00 en de nacht gebleven: dag van opname en nacht samen één dag",
            "admitted before 20:00 and stayed the night: day of admission and night are one day",
        )
    if counted:
        return Text("aanwezig vóór 20:00 en de nacht gebleven", "present before 20:00 and stayed the night")
    if first == last:
        return Text("geen nacht gebleven", "no night stayed")
    if day == last:
        return Text("dag van ontslag telt niet", "the day of discharge does not count")
    return Text("opgenomen om of na 20:00", "admitted at or after 20:00")


def _days_of_day_care(presences: Sequence[Presence]) -> list[CountedDay]:
    present: dict[date, timedelta] = {}
    for presence in presences:
        for day in _days(_local_day(presence.start), _last_local_day(presence)):
            begin, end = _local(day, time()), _local(day + timedelta(days=1), time())
            within = min(presence.end, end) - max(presence.start, begin)
            present[day] = present.get(day, timedelta()) + within
    return [
        CountedDay(day, presence >= LEAST_PRESENCE, _reason_of_day_care(presence))
        for day, presence in sorted(present.items())
    ]


def _reason_of_day_care(presence: timedelta) -> Text:
    hours, seconds = divmod(int(presence.total_seconds()), 3600)
    lasted = f"{hours}:{seconds // 60:02d}:{seconds % 60:02d}"
    if presence >= LEAST_PRESENCE:
        return Text(f"{lasted} uur aanwezig: ten minste 6 uur", f"present for {lasted} hours: at least 6 hours")
    return Text(f"{lasted} uur aanwezig: minder dan 6 uur", f"present for {lasted} hours: less than 6 hours")


def _local_day(instant: datetime) -> date:
    return instant.astimezone(LOCAL_TIME).date()


def _last_local_day(presence: Presence) -> date:
    """The local day of the last moment of the presence; the end itself is not part of it."""
    return _local_day(presence.end - timedelta.resolution)


def _local(day: date, at: time) -> datetime:
    """The instant in UTC at which it is that local time on that day."""
    return datetime.combine(day, at, LOCAL_TIME).astimezone(UTC)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
