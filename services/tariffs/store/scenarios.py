"""Scenarios as they were computed."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.tariffs.tables.scenarios import scenarios


class ScenarioStore:
    """The scenarios; nothing is changed or removed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, scenario_id: uuid.UUID) -> dict[str, Any] | None:
        """The answer that was given, or None where there is no scenario that the caller may see."""
        row = self._session.execute(select(scenarios.c.answer).where(scenarios.c.scenario_id == scenario_id)).first()
        return None if row is None else dict(row.answer)

    def add(
        self,
        scenario_id: uuid.UUID,
        baseline: uuid.UUID,
        request: dict[str, Any],
        answer: dict[str, Any],
        made_by: str,
        made_at: datetime,
    ) -> None:
        """Keep a scenario."""
        self._session.execute(
            insert(scenarios).values(
                scenario_id=scenario_id,
                baseline=baseline,
                request=request,
                answer=answer,
                made_by=made_by,
                made_at=made_at,
            )
        )
