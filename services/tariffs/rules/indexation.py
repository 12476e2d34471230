"""Index chains: an amount at the price level of one year, brought to the price level of another.

The rule as this project reads it (article 3 of services/tariffs/policy_rules):

1. From level (y0, definitive) to (y, provisional): the definitive values of y0+1 … y−1, then the provisional one of y.
2. From provisional to definitive within a year: divide by 1 + provisional, multiply by 1 + definitive.
3. A value of the wanted status that is not known is replaced by the firmest known value of that year, and the answer
   lists it. A year without any value is an error; nothing is extended past its last known date.
4. Catch-up is the difference between the definitive and the provisional value of a year, worked in a year later.
   *Structural* (the default): the level is corrected, so every year before the last counts with its definitive value.
   *None*: no difference is worked in, so every year before the last keeps its provisional value.
   *One-off*: structural, and the difference that last year's tariff missed is recovered once on top. "Last year" is the
   year before the level asked for, if the chain holds a provisional value of it that became definitive.
5. The chain is multiplicative and never rounded. Backwards is the exact inverse of forwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from services.tariffs.rules.components import INDEX_OF, Component, Index, PriceLevel
from services.tariffs.rules.labels import (
    COMPONENT_NAMES,
    INDEX_NAMES,
    STATUS_NAMES,
    Origin,
    Wording,
    describe,
    origin_of,
)
from shared.kernel.dated import DatedValue, NoValueInForce, Status, value_on
from shared.kernel.money import euros_to_cents
from shared.kernel.sources import Text
from shared.kernel.steps import Steps

FIRMEST_FIRST = (Status.DEFINITIVE, Status.PROVISIONAL, Status.EXPECTED, Status.ILLUSTRATIVE)

INDEX_VALUE = Wording("Index {}", "Index of {}", "ratio")
CHAIN = Wording("Indexketen {}", "Index chain of {}", "ratio", "index_chain")
RATIO = Wording("Index {}", "Index of {}", "ratio", "index_chain")
COMPONENT = Wording("Bedrag {}", "Amount of {}", "EUR")
INDEXED = Wording("Geïndexeerd bedrag {}", "Indexed amount of {}", "EUR", "index_chain")
TOTAL = Wording("Totaal, niet afgerond", "Total, not rounded", "EUR", "tariff")
TOTAL_CENTS = Wording("Totaal in hele centen", "Total in whole cents", "cent", "rounding", "half_up(100 * total)")


class CatchUp(StrEnum):
    """What happens to the difference between the definitive and the provisional value of a year."""

    STRUCTURAL = "structural"
    ONE_OFF = "one-off"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Substitution:
    """An index value of the wanted status was not known; another one of the same year took its place."""

    index: Index
    year: int
    wanted: Status
    used: Status


@dataclass(frozen=True, slots=True)
class IndexValues:
    """The index percentages as known at a moment, as ratios (0.0518 is 5.18 %).

    ``chosen`` holds values that somebody put in the place of the published ones, per index and year; they count
    whatever status is asked for.
    """

    history: Sequence[DatedValue]
    known_at: datetime
    chosen: Mapping[tuple[Index, int], DatedValue] = field(default_factory=dict)

    def of(self, index: Index, year: int, wanted: Status) -> DatedValue:
        """The value of the year with the wanted status, or else the firmest one known.

        Raises:
            NoValueInForce: the year has no value at all; names the parameter, the date and the last known value.
        """
        if (index, year) in self.chosen:
            return self.chosen[index, year]
        new_year = date(year, 1, 1)
        for status in (wanted, *FIRMEST_FIRST):
            try:
                return value_on(self.history, index.parameter, new_year, self.known_at, frozenset({status}))
            except NoValueInForce:
                continue
        return value_on(self.history, index.parameter, new_year, self.known_at)  # which raises


class MoveKind(StrEnum):
    """Why a chain takes a factor."""

    GROWTH = "growth"
    CORRECTION = "correction"
    RECOVERY = "recovery"


MOVE_NAMES: dict[MoveKind, Text] = {
    MoveKind.GROWTH: Text("prijsontwikkeling", "growth"),
    MoveKind.CORRECTION: Text("correctie van het niveau", "correction of the level"),
    MoveKind.RECOVERY: Text("eenmalige inhaal", "one-off recovery"),
}


@dataclass(frozen=True, slots=True)
class Move:
    """One factor of a chain: times 1 + a value of the year, and divided by 1 + another one of the same year."""

    year: int
    kind: MoveKind
    multiply_by: Status | None
    divide_by: Status | None = None

    @property
    def id(self) -> str:
        """The last part of the step's id: the year, and the kind where it is not plain growth."""
        return str(self.year) if self.kind is MoveKind.GROWTH else f"{self.year}.{self.kind}"

    def inverse(self) -> "Move":
        """The move that undoes this one."""
        return Move(self.year, self.kind, self.divide_by, self.multiply_by)


def moves(start: PriceLevel, end: PriceLevel, catch_up: CatchUp) -> list[Move]:
    """The factors from one price level to another, in the order in which they are taken; forwards or backwards."""
    if _order(end) < _order(start):
        return [move.inverse() for move in reversed(moves(end, start, catch_up))]
    if start.year == end.year:
        return [_correction(start, end.status)] if start.status is not end.status else []
    between = Status.PROVISIONAL if catch_up is CatchUp.NONE else Status.DEFINITIVE
    ran_behind = start.status is not Status.DEFINITIVE
    chain = [_correction(start, Status.DEFINITIVE)] if ran_behind and catch_up is not CatchUp.NONE else []
    chain += [Move(year, MoveKind.GROWTH, between) for year in range(start.year + 1, end.year)]
    chain += [Move(end.year, MoveKind.GROWTH, end.status)]
    last_year = end.year - 1
    if catch_up is CatchUp.ONE_OFF and (last_year > start.year or ran_behind):
        missed = Status.PROVISIONAL if last_year > start.year else start.status
        chain += [Move(last_year, MoveKind.RECOVERY, Status.DEFINITIVE, missed)]
    return chain


def _correction(level: PriceLevel, to: Status) -> Move:
    return Move(level.year, MoveKind.CORRECTION, to, level.status)


def _order(level: PriceLevel) -> tuple[int, int]:
    return level.year, -FIRMEST_FIRST.index(level.status)


class IndexChains:
    """The chains of one calculation; every year becomes a step, every substituted value is listed once."""

    def __init__(self, values: IndexValues, catch_up: CatchUp, steps: Steps) -> None:
        self._values, self._catch_up, self._steps = values, catch_up, steps
        self._chains: dict[tuple[Index, PriceLevel, PriceLevel], tuple[str, Fraction]] = {}
        self.substituted: list[Substitution] = []

    def ratio(self, component: Component, start: PriceLevel, end: PriceLevel) -> Fraction:
        """The factor that brings a component from one price level to another; recorded as step ``ratio.<component>``.

        Raises:
            NoValueInForce: a year on the way has no value.
            IndexBelowZero: a value on the way is −100 % or less, so that the chain breaks.
        """
        index = INDEX_OF[component]
        key = (index, start, end)
        if key not in self._chains:
            first = not any(known is index for known, _, _ in self._chains)
            name = str(index) if first else f"{index}_{start.year}_{start.status}_{end.year}_{end.status}"
            self._chains[key] = self._chain(name, index, start, end)
        reached, ratio = self._chains[key]
        names = COMPONENT_NAMES[component]
        return describe(
            self._steps,
            f"ratio.{component}",
            ratio,
            RATIO,
            formula=reached,
            nl=f"{names.nl}, van {_level_nl(start)} naar {_level_nl(end)}",
            en=f"{names.en}, from {start} to {end}",
        )

    def _chain(self, name: str, index: Index, start: PriceLevel, end: PriceLevel) -> tuple[str, Fraction]:
        """The id of the last step of a chain (or ``1`` where nothing moves) and the factor it reaches."""
        ratio, reached = Fraction(1), "1"
        for move in moves(start, end, self._catch_up):
            formula = reached
            if move.multiply_by is not None:
                step, growth = self._growth(index, move.year, move.multiply_by)
                ratio, formula = ratio * growth, f"{formula} * (1 + {step})"
            if move.divide_by is not None:
                step, growth = self._growth(index, move.year, move.divide_by)
                ratio, formula = ratio / growth, f"{formula} / (1 + {step})"
            reached = f"chain.{name}.{move.id}"
            names, why = INDEX_NAMES[index], MOVE_NAMES[move.kind]
            describe(
                self._steps,
                reached,
                ratio,
                CHAIN,
                formula=formula,
                nl=f"{names.nl} {move.year}: {why.nl}",
                en=f"{names.en} {move.year}: {why.en}",
            )
        return reached, ratio

    def _growth(self, index: Index, year: int, wanted: Status) -> tuple[str, Fraction]:
        """The step id of the value of a year, and 1 + that value."""
        value = self._values.of(index, year, wanted)
        if value.value <= -1:
            raise IndexBelowZero(index, year, value.value)
        chosen = (index, year) in self._values.chosen
        substitution = Substitution(index, year, wanted, value.status)
        if not chosen and value.status is not wanted and substitution not in self.substituted:
            self.substituted.append(substitution)
        step = f"index.{index}.{year}.{'chosen' if chosen else value.status}"
        names, status = INDEX_NAMES[index], STATUS_NAMES[value.status]
        nl, en = f"{names.nl} {year} ({status.nl})", f"{names.en} {year} ({status.en})"
        if step not in self._steps:
            describe(self._steps, step, value.value, INDEX_VALUE, origin=origin_of(value), nl=nl, en=en)
        return step, 1 + value.value


def _level_nl(level: PriceLevel) -> str:
    return f"{level.year} {STATUS_NAMES[level.status].nl}"


class IndexBelowZero(ValueError):
    """An index value of −100 % or less: no price level can be reached through it."""

    def __init__(self, index: Index, year: int, value: Fraction) -> None:
        self.index, self.year, self.value = index, year, value
        super().__init__(f"{index.parameter} of {year} is {value}: a price index must be above −1")


@dataclass(frozen=True, slots=True)
class Indexation:
    """Amounts at another price level, unrounded, in euros; the total also in whole cents."""

    components: Mapping[Component, Fraction]
    total: Fraction
    total_cents: int
    substituted: tuple[Substitution, ...]
    steps: Steps


def index_components(
    amounts: Mapping[Component, Fraction],
    *,
    start: PriceLevel,
    end: PriceLevel,
    values: IndexValues,
    catch_up: CatchUp = CatchUp.STRUCTURAL,
    origins: Mapping[Component, Origin] | None = None,
) -> Indexation:
    """Bring the components of an amount, each by its own index, from one price level to another.

    Args:
        amounts: euros per component, any subset of the components.
        start: price level of the amounts.
        end: price level asked for; earlier or later than ``start``.
        values: the index percentages as known at a moment.
        catch_up: what happens to differences between definitive and provisional values.
        origins: where each amount was read.

    Raises:
        NoValueInForce: a year on the way has no value.
        IndexBelowZero: a value on the way is −100 % or less.
    """
    steps = Steps()
    chains = IndexChains(values, catch_up, steps)
    indexed: dict[Component, Fraction] = {}
    for component, amount in amounts.items():
        name = COMPONENT_NAMES[component]
        origin = (origins or {}).get(component)
        describe(steps, f"component.{component}", amount, COMPONENT, origin=origin, nl=name.nl, en=name.en)
        indexed[component] = describe(
            steps,
            f"indexed.{component}",
            amount * chains.ratio(component, start, end),
            INDEXED,
            formula=f"component.{component} * ratio.{component}",
            nl=name.nl,
            en=name.en,
        )
    formula = " + ".join(f"indexed.{component}" for component in indexed) or "0"
    total = describe(steps, "total", sum(indexed.values(), Fraction(0)), TOTAL, formula=formula)
    total_cents = describe(steps, "total_cents", euros_to_cents(total), TOTAL_CENTS)
    return Indexation(indexed, total, total_cents, tuple(chains.substituted), steps)
