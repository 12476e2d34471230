"""Decisions and tariffs as the contract shows them."""

from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.tariffs.errors.decisions import NoTariffInForce
from services.tariffs.operations.decisions import decision, replacements
from services.tariffs.roles import AUTHORITY
from services.tariffs.rules.components import Component, Prestatie
from services.tariffs.rules.decision_steps import decision_steps
from services.tariffs.rules.decisions import DecidedTariff
from services.tariffs.schemas.decisions import (
    NAMES,
    DecidedTariffOut,
    DecisionLineOut,
    DecisionOut,
    DecisionRef,
    MaximumTariffOut,
    RectangleOut,
    ReplacedTariff,
)
from services.tariffs.store.decisions import DecisionStore
from shared import __version__
from shared.kernel.numbers import plain
from shared.kernel.receipts import Receipt, canonical_hash
from shared.plumbing.schemas import Page, ReceiptOut, StepOut, utc_text
from shared.plumbing.work import Work


def show_decision(work: Work, decision_id: UUID) -> DecisionOut:
    """A decision with what it sets and replaces.

    Raises:
        DecisionNotFound: there is none that the caller may see.
    """
    return _shown(work, decision(work, decision_id))


def list_decisions(
    work: Work, standing: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> Page[DecisionOut]:
    """Decisions that the caller may see, the last drafted first."""
    rows = DecisionStore(work.session).decisions(standing, after, limit + 1)
    more = rows[limit - 1] if len(rows) > limit else None
    cursor = None if more is None else f"{utc_text(more.drafted_at)}~{more.decision_id}"
    return Page[DecisionOut](items=[_shown(work, row) for row in rows[:limit]], next=cursor)


def maximum_tariff(work: Work, prestatie: Prestatie, on: date, known_at: datetime | None) -> MaximumTariffOut:
    """The tariff in force on a day as known at a moment; a moment to come is not known yet, and counts as now.

    Raises:
        NoTariffInForce: there was none.
    """
    moment = min(known_at, work.now()) if known_at is not None else work.now()
    found = DecisionStore(work.session).rectangles(prestatie, on=on, known_at=moment)
    if not found:
        raise NoTariffInForce(prestatie, on, moment)
    (rectangle,) = found
    published = rectangle.tariff
    known_until = rectangle.known_until
    receipt = Receipt(
        code_version=__version__,
        parameter_hashes={published.number: canonical_hash(_components(published.tariff))},
        input_hash=canonical_hash({"prestatie": prestatie, "on": on.isoformat()}),
        known_at=moment,
    )
    return MaximumTariffOut(
        prestatie=prestatie,
        on=on,
        in_force_from=rectangle.in_force.start,
        in_force_until=rectangle.in_force.until,
        known_from=rectangle.known_from,
        known_until=known_until,
        decision=DecisionRef(decision_id=published.decision_id, number=published.number),
        steps=StepOut.all(decision_steps(published.tariff, published.number)),
        receipt=ReceiptOut.of(receipt),
        **_amounts(published.tariff),
    )


def history(work: Work, prestatie: Prestatie) -> Page[RectangleOut]:
    """Every rectangle of (in force × known) of a prestatie, by day and then by moment."""
    return Page[RectangleOut](
        items=[
            RectangleOut(
                prestatie=prestatie,
                in_force_from=rectangle.in_force.start,
                in_force_until=rectangle.in_force.until,
                known_from=rectangle.known_from,
                known_until=rectangle.known_until,
                decision=DecisionRef(decision_id=rectangle.tariff.decision_id, number=rectangle.tariff.number),
                **_amounts(rectangle.tariff.tariff),
            )
            for rectangle in DecisionStore(work.session).rectangles(prestatie)
        ]
    )


def _shown(work: Work, row: Row[Any]) -> DecisionOut:
    inside = work.principal.has(*AUTHORITY)
    parts = replacements(DecisionStore(work.session), row)
    return DecisionOut(
        decision_id=row.decision_id,
        number=row.number,
        title=row.title,
        reasons=row.reasons,
        status=row.standing,
        in_force_from=row.in_force_from,
        in_force_until=row.in_force_until,
        replaces=row.replaces,
        replaced_components=row.replaced_components,
        lines=[_line(line) for line in row.lines],
        tariffs=[
            DecidedTariffOut(
                prestatie=piece.tariff.prestatie,
                in_force_from=piece.in_force.start,
                in_force_until=piece.in_force.until,
                replaces=None
                if old is None
                else ReplacedTariff(
                    decision=DecisionRef(decision_id=old.decision_id, number=old.number), **_amounts(old.tariff)
                ),
                **_amounts(piece.tariff.tariff),
            )
            for piece, old in parts
        ],
        illustrative=row.illustrative or any(piece.tariff.tariff.illustrative for piece, _ in parts),
        version=row.version,
        drafted_by=list(row.drafters) if inside else [],
        drafted_at=row.drafted_at,
        adopted_by=row.adopted_by if inside else None,
        adopted_at=row.adopted_at,
        published_at=row.published_at,
        withdrawn_at=row.withdrawn_at,
        withdrawal_reason=row.withdrawal_reason,
    )


def _line(line: dict[str, Any]) -> DecisionLineOut:
    request = line["request"]
    return DecisionLineOut(
        prestatie=request["prestatie"],
        calculation_id=request.get("calculationId"),
        components={NAMES[Component(name)]: Fraction(value) for name, value in line["components"].items()},
        max_max_tariff_cents=request.get("maxMaxTariffCents"),
        source=request.get("source"),
        illustrative=line["illustrative"],
    )


def _amounts(tariff: DecidedTariff) -> dict[str, Any]:
    return {
        "components": {NAMES[component]: tariff.components[component] for component in Component},
        "maximum_tariff_cents": tariff.maximum_cents,
        "housing_cents": tariff.housing_cents,
        "max_max_tariff_cents": tariff.max_max_cents,
        "illustrative": tariff.illustrative,
    }


def _components(tariff: DecidedTariff) -> dict[str, str]:
    return {component.value: plain(tariff.components[component]) for component in Component}
