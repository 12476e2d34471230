"""Values that hold from a date, known from a moment: what was the value on this day, as known then?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from shared.kernel.sources import Source


class Status(StrEnum):
    """How firm a value is."""

    EXPECTED = "expected"
    PROVISIONAL = "provisional"
    DEFINITIVE = "definitive"
    ILLUSTRATIVE = "illustrative"


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One value of a parameter: in force on ``in_force_from <= day < in_force_until``, known from ``known_from``.

    ``in_force_until`` is None where the value holds until it is replaced by one that starts later.
    ``illustrative`` is True where the value has no public source, whatever its status.
    """

    name: str
    value: Fraction
    unit: str
    in_force_from: date
    in_force_until: date | None
    known_from: datetime
    status: Status
    source: Source
    illustrative: bool = False

    def in_force_on(self, day: date) -> bool:
        """Whether the value's own period holds the day."""
        return self.in_force_from <= day and (self.in_force_until is None or day < self.in_force_until)


class NoValueInForce(LookupError):
    """A parameter has no value on the day, as known at the moment; nothing is extended past its last known date.

    ``last`` is the last known value that starts before the day, ``following`` the first that starts after it.
    """

    def __init__(self, name: str, on: date, last: DatedValue | None, following: DatedValue | None = None) -> None:
        self.name, self.on, self.last, self.following = name, on, last, following
        known = []
        if last is not None:
            known.append(f"the last known value before it starts on {last.in_force_from}")
        if following is not None:
            known.append(f"the first known value after it starts on {following.in_force_from}")
        super().__init__(f"parameter {name} has no value on {on}: {', '.join(known) or 'it has no value at all'}")


def value_on(
    history: Iterable[DatedValue],
    name: str,
    on: date,
    known_at: datetime,
    statuses: frozenset[Status] = frozenset(Status),
) -> DatedValue:
    """The value of a parameter on a day as known at a moment.

    Of several that hold, the one that starts last counts, then the one that became known last.

    Raises:
        NoValueInForce: no value of the wanted statuses holds on that day.
    """
    known = [v for v in history if v.name == name and v.known_from <= known_at and v.status in statuses]
    holding = [v for v in known if v.in_force_on(on)]
    if not holding:
        before, after = [v for v in known if v.in_force_from <= on], [v for v in known if v.in_force_from > on]
        last = max(before, key=lambda v: (v.in_force_from, v.known_from), default=None)
        raise NoValueInForce(name, on, last, min(after, key=lambda v: v.in_force_from, default=None))
    return max(holding, key=lambda v: (v.in_force_from, v.known_from))
