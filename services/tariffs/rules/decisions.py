"""Decisions in two times: a tariff is in force for a period of days and known from a moment on. Nothing is overwritten.

Published decisions lie on each other like sheets, the last published on top. On each day the topmost sheet that covers
it and is not withdrawn is in force. Whenever the view from above changes, the parts that are no longer seen are closed
at that moment and the parts that are seen anew are opened from it; what was known before stays readable for ever as a
rectangle of (in force × known). Both periods are half-open.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Generic, TypeVar

from services.tariffs.rules.components import Component
from services.tariffs.rules.maximum import MaxMax, max_max_tariff
from services.tariffs.rules.settlement import MAX_PRICE_CENTS
from shared.kernel.money import euros_to_cents

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class Period:
    """The days ``start <= day < until``; without ``until`` for as long as nothing replaces it."""

    start: date
    until: date | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.until <= self.start:
            raise ValueError("a period holds at least one day")

    def holds(self, day: date) -> bool:
        """Whether the day lies in the period."""
        return self.start <= day and (self.until is None or day < self.until)

    def shared_with(self, other: "Period") -> "Period | None":
        """The days both periods hold; None where they share no day."""
        start, until = max(self.start, other.start), earliest(self.until, other.until)
        return Period(start, until) if until is None or start < until else None

    def without(self, other: "Period") -> list["Period"]:
        """The days of this period that the other does not hold, as at most two periods."""
        if self.shared_with(other) is None:
            return [self]
        rest = []
        if self.start < other.start:
            rest.append(Period(self.start, other.start))
        if other.until is not None and (self.until is None or other.until < self.until):
            rest.append(Period(other.until, self.until))
        return rest


def earliest(one: date | None, other: date | None) -> date | None:
    """The earlier of two ends, where None is an end that never comes."""
    return one if other is None else other if one is None else min(one, other)


@dataclass(frozen=True, slots=True)
class Piece(Generic[Content]):
    """A tariff and the days on which it is in force."""

    in_force: Period
    tariff: Content


Sheet = Sequence[Piece[Content]]
"""What one published decision sets for one prestatie: pieces that share no day."""


@dataclass(frozen=True, slots=True)
class Rectangle(Generic[Content]):
    """A tariff, the days on which it is in force and the moments at which that was known."""

    in_force: Period
    known_from: datetime
    known_until: datetime | None
    tariff: Content

    def known_at(self, moment: datetime) -> bool:
        """Whether this was how things stood at the moment."""
        return self.known_from <= moment and (self.known_until is None or moment < self.known_until)


@dataclass(frozen=True, slots=True)
class Change(Generic[Content]):
    """What a new view from above does to the open rectangles: pieces to close, and pieces to open from that moment."""

    closed: tuple[Piece[Content], ...]
    opened: tuple[Piece[Content], ...]


def view(sheets: Iterable[Sheet[Content]]) -> list[Piece[Content]]:
    """What is in force on each day, seen from above, in the order of the days.

    Args:
        sheets: the published decisions that are not withdrawn, the first published first.
    """
    seen: list[Piece[Content]] = []
    for sheet in sheets:
        for piece in sheet:
            seen = [Piece(rest, below.tariff) for below in seen for rest in below.in_force.without(piece.in_force)]
            seen.append(piece)
    return sorted(seen, key=lambda piece: piece.in_force.start)


def change(before: Sequence[Piece[Content]], after: Sequence[Piece[Content]]) -> Change[Content]:
    """The step from one view to the next; a piece that is seen before and after stays as it is."""
    return Change(
        closed=tuple(piece for piece in before if piece not in after),
        opened=tuple(piece for piece in after if piece not in before),
    )


def in_force_on(history: Iterable[Rectangle[Content]], day: date, known_at: datetime) -> Rectangle[Content] | None:
    """The tariff in force on a day as known at a moment; None where there was none."""
    return next((r for r in history if r.in_force.holds(day) and r.known_at(known_at)), None)


def last_known_on(history: Iterable[Rectangle[Content]], day: date, known_at: datetime) -> Rectangle[Content] | None:
    """The tariff in force on a day as known at a moment or, where a withdrawal left none, the last one known before.

    ``known_at`` of the answer tells which of the two it is. None where no tariff was known for the day up to then.
    """
    heard = (r for r in history if r.in_force.holds(day) and r.known_from <= known_at)
    return max(heard, key=lambda r: r.known_from, default=None)


class NothingToReplace(LookupError):
    """A decision replaces components of a tariff on days for which no tariff is known; ``days`` are those periods."""

    def __init__(self, days: Sequence[Period]) -> None:
        super().__init__("; ".join(f"{p.start} until {p.until or 'further notice'}" for p in days))
        self.days = tuple(days)


def replaced_by(seen: Sequence[Piece[Content]], in_force: Period) -> list[Piece[Content]]:
    """The tariffs that a decision over these days replaces, each with the days it is replaced on.

    Args:
        seen: the view from above before the decision.
        in_force: the days of the decision.
    """
    shared = ((piece.in_force.shared_with(in_force), piece.tariff) for piece in seen)
    return [Piece(days, tariff) for days, tariff in shared if days is not None]


def replaced_throughout(seen: Sequence[Piece[Content]], in_force: Period) -> list[Piece[Content]]:
    """As :func:`replaced_by`, for a decision that builds on what it replaces: every one of its days must have a tariff.

    A decision without an end builds on what there is: it ends where the last tariff it replaces ends.

    Raises:
        NothingToReplace: some of the days have no tariff.
    """
    found = replaced_by(seen, in_force)
    missing = [in_force]
    for piece in found:
        missing = [rest for period in missing for rest in period.without(piece.in_force)]
    if found and in_force.until is None:
        missing = [period for period in missing if period.until is not None]
    if missing:
        raise NothingToReplace(missing)
    return found


class MaxMaxUnclear(ValueError):
    """The replaced tariff has a max-max tariff as an amount, and the decision does not say what becomes of it."""


SecondCeiling = MaxMax | int | None
"""The max-max tariff: a surcharge by rule, an amount in cents, or none."""


@dataclass(frozen=True, slots=True)
class DecidedTariff:
    """A tariff as decided: unrounded components in euros, and the amounts rounded half up to whole cents, once.

    Attributes:
        components: all five, unrounded, in euros.
        maximum_cents: their sum, rounded.
        housing_cents: the housing component rounded on its own, for publication and settlement; never added up.
        second_ceiling: how the max-max tariff follows.
        max_max_cents: the max-max tariff; None where there is none.
        illustrative: whether anything it rests on has no public source.
    """

    components: Mapping[Component, Fraction]
    maximum_cents: int
    housing_cents: int
    second_ceiling: SecondCeiling
    max_max_cents: int | None
    illustrative: bool


class CeilingsCrossed(ValueError):
    """The tariff is below zero or beyond what can be settled, or the max-max tariff below the maximum tariff."""


def decided(
    components: Mapping[Component, Fraction], second_ceiling: SecondCeiling, illustrative: bool
) -> DecidedTariff:
    """The tariff that the components add up to, and the second ceiling above it.

    Raises:
        CeilingsCrossed: the components add up to less than nothing or to more than ``MAX_PRICE_CENTS``, or the second
            ceiling lies below the first.
    """
    total, housing = sum((components[c] for c in Component), Fraction(0)), components[Component.HOUSING]
    maximum_cents = euros_to_cents(total)
    if isinstance(second_ceiling, MaxMax):
        max_max_cents: int | None = euros_to_cents(max_max_tariff(total, housing, second_ceiling))
    else:
        max_max_cents = second_ceiling
    highest = maximum_cents if max_max_cents is None else max_max_cents
    if min(total, housing) < 0 or highest < maximum_cents or max(highest, euros_to_cents(housing)) > MAX_PRICE_CENTS:
        raise CeilingsCrossed
    return DecidedTariff(
        components, maximum_cents, euros_to_cents(housing), second_ceiling, max_max_cents, illustrative
    )


def with_components_replaced(
    replaced: DecidedTariff,
    named: frozenset[Component],
    own: Mapping[Component, Fraction],
    second_ceiling: SecondCeiling,
    illustrative: bool,
) -> DecidedTariff:
    """The replaced tariff with only the named components taken from the decision; rounded once, at the end.

    The second ceiling keeps the surcharge of the replaced tariff; an amount in cents that the decision sets goes first.

    Args:
        replaced: the tariff in force before.
        named: the components that the decision replaces.
        own: the decision's own components; those not named are left aside.
        second_ceiling: the decision's second ceiling.
        illustrative: whether any component the decision brings in has no public source.

    Raises:
        MaxMaxUnclear: the second ceiling of the replaced tariff is an amount, and the decision sets none.
        CeilingsCrossed: see :func:`decided`.
    """
    ceiling = second_ceiling
    if not isinstance(second_ceiling, int):
        if isinstance(replaced.second_ceiling, MaxMax) or replaced.second_ceiling is None:
            ceiling = replaced.second_ceiling
        elif second_ceiling is None:
            raise MaxMaxUnclear
    components = {c: own[c] if c in named else replaced.components[c] for c in Component}
    return decided(components, ceiling, illustrative or replaced.illustrative)
