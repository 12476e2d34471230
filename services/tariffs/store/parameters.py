"""Values of parameters that analysts added."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.tariffs.tables.parameters import parameter_values
from shared.kernel.dated import DatedValue, Status
from shared.kernel.numbers import exact, plain
from shared.kernel.sources import Source


class ParameterStore:
    """The added values; nothing is changed or removed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def known_at(self, moment: datetime) -> dict[DatedValue, str]:
        """Every value known at the moment, in the order in which they became known, with its note."""
        table = parameter_values
        rows = self._session.execute(select(table).where(table.c.known_from <= moment).order_by(table.c.value_id))
        return {
            DatedValue(
                name=row.name,
                value=exact(row.value),
                unit=row.unit,
                in_force_from=row.in_force_from,
                in_force_until=row.in_force_until,
                known_from=row.known_from,
                status=Status(row.status),
                source=Source(document=row.document, article=row.article, url=row.url),
                illustrative=row.illustrative,
            ): row.note
            for row in rows
        }

    def add(self, value: DatedValue, note: str, added_by: str) -> None:
        """Add a value; it is known from the moment it carries."""
        self._session.execute(
            insert(parameter_values).values(
                name=value.name,
                value=plain(value.value),
                unit=value.unit,
                in_force_from=value.in_force_from,
                in_force_until=value.in_force_until,
                known_from=value.known_from,
                status=value.status.value,
                document=value.source.document,
                article=value.source.article,
                url=value.source.url,
                illustrative=value.illustrative,
                note=note,
                added_by=added_by,
            )
        )
