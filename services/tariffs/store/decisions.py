"""Decisions and the tariffs in two times, as named questions to the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, and_, case, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from services.tariffs.rules.components import Component
from services.tariffs.rules.decisions import DecidedTariff, Period, Piece, Rectangle, SecondCeiling
from services.tariffs.rules.maximum import MaxMax
from services.tariffs.tables.calculations import tariff_calculations
from services.tariffs.tables.decisions import decided_tariffs, maximum_tariffs, prestaties, tariff_decisions


@dataclass(frozen=True, slots=True)
class PublishedTariff:
    """A tariff as a published decision set it."""

    tariff_id: int
    prestatie: str
    decision_id: UUID
    number: str
    tariff: DecidedTariff
    replaced_tariff_id: int | None

    @property
    def replacing(self) -> bool:
        """Whether it came about by replacing named components of an earlier tariff."""
        return self.replaced_tariff_id is not None


@dataclass(frozen=True, slots=True)
class NewTariff:
    """A tariff that a decision is about to set."""

    prestatie: str
    in_force: Period
    tariff: DecidedTariff
    replaced_tariff_id: int | None


class DecisionStore:
    """Decisions and tariffs on one session. Nothing is committed here."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def one_at_a_time(self) -> datetime:
        """Wait until nobody else decides what is known, until the end of the transaction; the moment after that.

        Publishing, withdrawing and settling take this turn, so that what was known at a moment never changes later.
        """
        self._session.execute(text("SELECT pg_advisory_xact_lock(hashtext('tariffs: what is known'))"))
        # Later than anything that is known already, also if the clock was set back.
        moment = self._session.execute(
            select(
                func.greatest(
                    func.clock_timestamp(),
                    select(
                        func.max(func.lower(maximum_tariffs.c.known)) + text("interval '1 microsecond'")
                    ).scalar_subquery(),
                    select(
                        func.max(func.upper(maximum_tariffs.c.known)) + text("interval '1 microsecond'")
                    ).scalar_subquery(),
                )
            )
        ).scalar_one()
        return cast(datetime, moment)

    def prestatie_ids(self) -> dict[str, int]:
        """What may be billed, by name."""
        rows = self._session.execute(select(prestaties)).all()
        return {row.name: row.prestatie_id for row in rows}

    def calculation(self, calculation_id: UUID) -> Row[Any] | None:
        """A tariff calculation."""
        return self._session.execute(
            select(tariff_calculations).where(tariff_calculations.c.calculation_id == calculation_id)
        ).first()

    def add_draft(self, values: Mapping[str, Any]) -> None:
        """A new draft."""
        self._session.execute(insert(tariff_decisions).values(**values))

    def change(self, decision_id: UUID, values: Mapping[str, Any]) -> None:
        """Change a decision; the database forbids what is not a step in its life."""
        table = tariff_decisions
        self._session.execute(
            update(table).where(table.c.decision_id == decision_id).values(version=table.c.version + 1, **values)
        )

    def decision(self, decision_id: UUID, *, hold: bool = False) -> Row[Any] | None:
        """A decision and how it stands; with ``hold`` nobody else changes it until the end of the transaction."""
        query = _DECISIONS.where(tariff_decisions.c.decision_id == decision_id)
        return self._session.execute(query.with_for_update(of=tariff_decisions) if hold else query).first()

    def published_with_number(self, number: str) -> Sequence[Row[Any]]:
        """The published decisions with a number that are in force on some day, as known now."""
        query = _DECISIONS.where(tariff_decisions.c.number == number, _STANDING == "published")
        return self._session.execute(query).all()

    def decisions(self, standing: str | None, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[Row[Any]]:
        """Decisions and how they stand, the last drafted first."""
        table = tariff_decisions
        query = _DECISIONS.order_by(table.c.drafted_at.desc(), table.c.decision_id.desc()).limit(limit)
        if standing is not None:
            query = query.where(_STANDING == standing)  # noqa: SIM300 (a column)
        if after is not None:
            query = query.where(func.row(table.c.drafted_at, table.c.decision_id) < func.row(*after))
        return self._session.execute(query).all()

    def set_tariffs(self, decision_id: UUID, new: Sequence[NewTariff]) -> None:
        """Write down what a decision sets."""
        ids = self.prestatie_ids()
        for one in new:
            surcharge = one.tariff.second_ceiling if isinstance(one.tariff.second_ceiling, MaxMax) else None
            self._session.execute(
                insert(decided_tariffs).values(
                    decision_id=decision_id,
                    prestatie_id=ids[one.prestatie],
                    in_force=days(one.in_force),
                    components={c.value: str(one.tariff.components[c]) for c in Component},
                    maximum_tariff_cents=one.tariff.maximum_cents,
                    housing_cents=one.tariff.housing_cents,
                    max_max_tariff_cents=one.tariff.max_max_cents,
                    max_max_surcharge=str(surcharge.surcharge) if surcharge else None,
                    max_max_on_housing=surcharge.on_housing == 1 if surcharge else None,
                    illustrative=one.tariff.illustrative,
                    replaced_tariff_id=one.replaced_tariff_id,
                )
            )

    def sheets(self, prestatie_id: int) -> list[list[Piece[int]]]:
        """What each published decision that stands sets for a prestatie, the first published first."""
        rows = self._session.execute(
            select(decided_tariffs.c.decision_id, decided_tariffs.c.tariff_id, decided_tariffs.c.in_force)
            .join(tariff_decisions)
            .where(decided_tariffs.c.prestatie_id == prestatie_id, tariff_decisions.c.status == "published")
            .order_by(tariff_decisions.c.published_at, decided_tariffs.c.tariff_id)
        ).all()
        by_decision: dict[UUID, list[Piece[int]]] = {}
        for decision_id, tariff_id, in_force in rows:
            by_decision.setdefault(decision_id, []).append(Piece(period(in_force), tariff_id))
        return list(by_decision.values())

    def seen(self, prestatie_id: int) -> list[Piece[int]]:
        """What is in force on each day as known now."""
        rows = self._session.execute(
            select(maximum_tariffs.c.in_force, maximum_tariffs.c.tariff_id)
            .where(maximum_tariffs.c.prestatie_id == prestatie_id, func.upper_inf(maximum_tariffs.c.known))
            .order_by(maximum_tariffs.c.in_force)
        ).all()
        return [Piece(period(in_force), tariff_id) for in_force, tariff_id in rows]

    def close(self, prestatie_id: int, piece: Piece[int], at: datetime) -> None:
        """Close the open end of what was known about a tariff on these days."""
        table = maximum_tariffs
        self._session.execute(
            update(table)
            .where(
                table.c.prestatie_id == prestatie_id,
                table.c.tariff_id == piece.tariff,
                table.c.in_force == days(piece.in_force),
                func.upper_inf(table.c.known),
            )
            .values(known=func.tstzrange(func.lower(table.c.known), at))
        )

    def open(self, prestatie_id: int, piece: Piece[int], at: datetime) -> None:
        """From this moment on it is known that the tariff is in force on these days."""
        self._session.execute(
            insert(maximum_tariffs).values(
                prestatie_id=prestatie_id, tariff_id=piece.tariff, in_force=days(piece.in_force), known=Range(at, None)
            )
        )

    def tariffs(self, tariff_ids: Sequence[int]) -> dict[int, PublishedTariff]:
        """Tariffs by their id."""
        rows = self._session.execute(_PUBLISHED.where(decided_tariffs.c.tariff_id.in_(tariff_ids))).all()
        return {row.tariff_id: published(row) for row in rows}

    def set_by(self, decision_id: UUID) -> list[Piece[PublishedTariff]]:
        """What a published decision set, in the order of prestatie and day."""
        rows = self._session.execute(
            _PUBLISHED.where(decided_tariffs.c.decision_id == decision_id).order_by(
                prestaties.c.name, decided_tariffs.c.in_force
            )
        ).all()
        return [Piece(period(row.in_force), published(row)) for row in rows]

    def built_on(self, decision_id: UUID) -> list[str]:
        """Numbers of the standing decisions that took components from tariffs that this decision set."""
        base = decided_tariffs.alias("base")
        return list(
            self._session.execute(
                select(tariff_decisions.c.number)
                .distinct()
                .join(decided_tariffs, decided_tariffs.c.decision_id == tariff_decisions.c.decision_id)
                .join(base, base.c.tariff_id == decided_tariffs.c.replaced_tariff_id)
                .where(base.c.decision_id == decision_id, tariff_decisions.c.status == "published")
            ).scalars()
        )

    def rectangles(
        self,
        prestatie: str,
        *,
        on: date | None = None,
        known_at: datetime | None = None,
        known_until: datetime | None = None,
    ) -> list[Rectangle[PublishedTariff]]:
        """What was known about the tariffs of a prestatie, by in-force day and then by moment.

        Args:
            on: only what holds this day.
            known_at: only what was known at this moment.
            known_until: only what stopped being known at this moment.
        """
        query = (
            _PUBLISHED.add_columns(maximum_tariffs.c.in_force.label("days"), maximum_tariffs.c.known)
            .join(maximum_tariffs, maximum_tariffs.c.tariff_id == decided_tariffs.c.tariff_id)
            .where(prestaties.c.name == prestatie)
            .order_by(maximum_tariffs.c.in_force, maximum_tariffs.c.known)
        )
        if on is not None:
            query = query.where(maximum_tariffs.c.in_force.contains(on))
        if known_at is not None:
            query = query.where(maximum_tariffs.c.known.contains(known_at))
        if known_until is not None:
            query = query.where(func.upper(maximum_tariffs.c.known) == known_until)
        rows = self._session.execute(query).all()
        return [Rectangle(period(row.days), row.known.lower, row.known.upper, published(row)) for row in rows]


_IS_SEEN = (
    select(maximum_tariffs.c.rectangle_id)
    .select_from(maximum_tariffs.join(decided_tariffs))
    .where(
        decided_tariffs.c.decision_id == tariff_decisions.c.decision_id,
        func.upper_inf(maximum_tariffs.c.known),
    )
    .correlate(tariff_decisions)
    .exists()
)
"""Whether any tariff of a decision is in force on any day as known now."""

_STANDING = case(
    (and_(tariff_decisions.c.status == "published", ~_IS_SEEN), "superseded"), else_=tariff_decisions.c.status
)
"""The status as it is told. Superseded is not kept but seen: a withdrawal of what came later undoes it."""

_DECISIONS = select(tariff_decisions, _STANDING.label("standing"))

_PUBLISHED = (
    select(
        decided_tariffs,
        prestaties.c.name.label("prestatie"),
        tariff_decisions.c.number,
    )
    .join(prestaties, prestaties.c.prestatie_id == decided_tariffs.c.prestatie_id)
    .join(tariff_decisions, tariff_decisions.c.decision_id == decided_tariffs.c.decision_id)
)


def published(row: Row[Any]) -> PublishedTariff:
    """A tariff from its row."""
    ceiling: SecondCeiling = row.max_max_tariff_cents
    if row.max_max_surcharge is not None:
        ceiling = MaxMax(Fraction(row.max_max_surcharge), Fraction(int(row.max_max_on_housing)))
    tariff = DecidedTariff(
        {c: Fraction(row.components[c.value]) for c in Component},
        row.maximum_tariff_cents,
        row.housing_cents,
        ceiling,
        row.max_max_tariff_cents,
        row.illustrative,
    )
    return PublishedTariff(row.tariff_id, row.prestatie, row.decision_id, row.number, tariff, row.replaced_tariff_id)


def period(found: Range[date]) -> Period:
    """The days of a range."""
    assert found.lower is not None, "a tariff has a first day"
    return Period(found.lower, found.upper)


def days(wanted: Period) -> Range[date]:
    """The range of the days."""
    return Range(wanted.start, wanted.until)
