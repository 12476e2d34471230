"""Settlements, as named questions to the database."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, text
from sqlalchemy.orm import Session

from services.tariffs.tables.plumbing import jobs
from services.tariffs.tables.production import (
    production_parts,
    settlement_findings,
    settlement_parts,
    settlement_totals,
    settlements,
)


class SettlementStore:
    """Settlements on one session. Nothing is committed here."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, **values: Any) -> None:
        """A settlement that was asked for."""
        self._session.execute(insert(settlements).values(**values))

    def settlement(self, settlement_id: UUID) -> Row[Any] | None:
        """A settlement that concerns the caller, with the state of its job."""
        query = _WITH_JOB.where(settlements.c.settlement_id == settlement_id)
        return self._session.execute(query).first()

    def newest(self, limit: int) -> Sequence[Row[Any]]:
        """The settlements that concern the caller, the newest first."""
        query = _WITH_JOB.order_by(settlements.c.requested_at.desc(), settlements.c.settlement_id).limit(limit)
        return self._session.execute(query).all()

    def hold_part(self, part_id: int) -> None:
        """Wait until nobody else settles this part, until the end of the transaction."""
        self._session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended('tariffs: settle part ' || :part, 0))"),
            {"part": str(part_id)},
        )

    def add_part(self, **values: Any) -> None:
        """That a part was settled."""
        self._session.execute(insert(settlement_parts).values(**values))

    def add_totals(self, rows: Sequence[dict[str, Any]]) -> None:
        """The totals of a part."""
        if rows:
            self._session.execute(insert(settlement_totals), list(rows))

    def add_findings(self, rows: Sequence[dict[str, Any]]) -> None:
        """What is to be told about lines of a part."""
        if rows:
            self._session.execute(insert(settlement_findings), list(rows))

    def totals(self, settlement_id: UUID) -> Sequence[Row[Any]]:
        """Totals that concern the caller, per provider, insurer, prestatie and month."""
        table = settlement_totals
        keys = (table.c.agb_code, table.c.uzovi, table.c.prestatie, table.c.month)
        summed = ("lines", "correction_lines", "old_cents", "new_cents")
        sums = (func.sum(table.c[name]).label(name) for name in summed)
        query = select(*keys, *sums).where(table.c.settlement_id == settlement_id).group_by(*keys).order_by(*keys)
        return self._session.execute(query).all()

    def parts(self, settlement_id: UUID) -> Sequence[Row[Any]]:
        """The settled parts that concern the caller, with the file each came in."""
        return self._session.execute(
            select(settlement_parts, production_parts.c.production_file_id)
            .outerjoin(production_parts, production_parts.c.part_id == settlement_parts.c.part_id)
            .where(settlement_parts.c.settlement_id == settlement_id)
            .order_by(settlement_parts.c.part_id)
        ).all()

    def findings(self, settlement_id: UUID) -> Sequence[Row[Any]]:
        """What is to be told about lines that concern the caller."""
        table = settlement_findings
        return self._session.execute(
            select(table).where(table.c.settlement_id == settlement_id).order_by(table.c.finding_id)
        ).all()


_WITH_JOB = select(settlements, jobs.c.status).join(jobs, jobs.c.job_id == settlements.c.job_id)
