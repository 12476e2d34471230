"""Manifests of declared production, as named questions to the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, text
from sqlalchemy.orm import Session

from services.tariffs.tables.production import production_files, production_parts, settlement_parts


@dataclass(frozen=True, slots=True)
class Part:
    """The lines of one provider in one file, and with what knowledge and in which run they were last settled."""

    part_id: int
    production_file_id: UUID
    agb_code: str
    lines: int
    path: str
    sha256: str
    received_at: datetime
    settled_at: datetime | None
    runs: int


class ProductionStore:
    """Manifests on one session. Nothing is committed here."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def one_at_a_time(self, agb_codes: Sequence[str]) -> datetime:
        """Wait until nobody else adds production of these providers, until the end of the transaction."""
        for agb_code in sorted(agb_codes):
            self._session.execute(
                text("SELECT pg_advisory_xact_lock(hashtext('tariffs: production'), hashtext(:agb))"), {"agb": agb_code}
            )
        moment: datetime = self._session.execute(select(func.clock_timestamp())).scalar_one()
        return moment

    def file_with(self, sha256: str) -> Row[Any] | None:
        """The file with this content, if the caller may see it."""
        return self._session.execute(select(production_files).where(production_files.c.sha256 == sha256)).first()

    def file(self, production_file_id: UUID) -> Row[Any] | None:
        """A file that the caller may see."""
        table = production_files
        return self._session.execute(select(table).where(table.c.production_file_id == production_file_id)).first()

    def add_file(self, **values: Any) -> None:
        """A received file."""
        self._session.execute(insert(production_files).values(**values))

    def add_part(self, **values: Any) -> None:
        """The lines of one provider in a received file."""
        self._session.execute(insert(production_parts).values(**values))

    def parts(self, *, files: Sequence[UUID] | None = None, ids: Sequence[int] | None = None) -> list[Part]:
        """The parts that the caller may see, in the order in which they were received."""
        last = (
            select(
                settlement_parts.c.part_id,
                func.max(settlement_parts.c.known_at).label("settled_at"),
                func.max(settlement_parts.c.run).label("runs"),
            )
            .group_by(settlement_parts.c.part_id)
            .subquery()
        )
        query = (
            select(
                production_parts,
                production_files.c.sha256,
                production_files.c.received_at,
                last.c.settled_at,
                func.coalesce(last.c.runs, 0).label("runs"),
            )
            .join(production_files)
            .outerjoin(last, last.c.part_id == production_parts.c.part_id)
            .order_by(production_parts.c.part_id)
        )
        if files is not None:
            query = query.where(production_parts.c.production_file_id.in_(files))
        if ids is not None:
            query = query.where(production_parts.c.part_id.in_(ids))
        return [Part(**row._mapping) for row in self._session.execute(query)]

    def paths_of(self, agb_code: str) -> dict[str, UUID]:
        """Every object with lines of a provider, and the file each came in."""
        rows = self._session.execute(
            select(production_parts.c.path, production_parts.c.production_file_id).where(
                production_parts.c.agb_code == agb_code
            )
        )
        return {row.path: row.production_file_id for row in rows}
