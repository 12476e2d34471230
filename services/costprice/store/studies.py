"""Studies and providers."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from services.costprice.tables import providers, studies


class StudyStore:
    """Studies and the providers in them. The database shows a provider only its own row."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, values: Mapping[str, Any]) -> None:
        """A new study."""
        self._session.execute(insert(studies).values(**values))

    def study(self, study_id: str) -> RowMapping | None:
        """A study."""
        return self._session.execute(select(studies).where(studies.c.study_id == study_id)).mappings().first()

    def page(self, after: int, limit: int) -> Sequence[RowMapping]:
        """Studies in the order in which they were opened."""
        query = select(studies).where(studies.c.number > after).order_by(studies.c.number).limit(limit)
        return self._session.execute(query).mappings().all()

    def put_provider(self, values: Mapping[str, Any]) -> None:
        """Add a provider to a study, or change what is known of it."""
        statement = upsert(providers).values(**values)
        changes = {name: statement.excluded[name] for name in values if name not in {"study_id", "agb_code"}}
        self._session.execute(
            statement.on_conflict_do_update(index_elements=[providers.c.study_id, providers.c.agb_code], set_=changes)
        )

    def provider(self, study_id: str, agb_code: str) -> RowMapping | None:
        """A provider in a study."""
        query = select(providers).where(providers.c.study_id == study_id, providers.c.agb_code == agb_code)
        return self._session.execute(query).mappings().first()

    def providers(self, study_id: str, after: str = "", limit: int | None = None) -> Sequence[RowMapping]:
        """Providers of a study in the order of their AGB codes."""
        query = (
            select(providers)
            .where(providers.c.study_id == study_id, providers.c.agb_code > after)
            .order_by(providers.c.agb_code)
            .limit(limit)
        )
        return self._session.execute(query).mappings().all()
