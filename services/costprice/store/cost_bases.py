"""Frozen cost bases."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.orm import Session

from services.costprice.tables import cost_base_views, cost_bases


class CostBaseStore:
    """Cost bases. The whole document is the analyst's; others see the view after disclosure control."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, cost_base_id: str, document: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        """Freeze a cost base: its document, and the row with what others may see."""
        self._session.execute(insert(cost_bases).values(cost_base_id=cost_base_id, document=document))
        self._session.execute(insert(cost_base_views).values(cost_base_id=cost_base_id, **view))

    def document(self, cost_base_id: str) -> dict[str, Any] | None:
        """The whole document; None where there is none, or where the caller may not see it."""
        query = select(cost_bases.c.document).where(cost_bases.c.cost_base_id == cost_base_id)
        return self._session.execute(query).scalar_one_or_none()

    def latest(self) -> str | None:
        """The number of the cost base that was frozen last; None before the first."""
        query = select(cost_base_views.c.cost_base_id).order_by(cost_base_views.c.number.desc()).limit(1)
        return self._session.execute(query).scalar_one_or_none()

    def view(self, cost_base_id: str) -> dict[str, Any] | None:
        """The document after disclosure control."""
        query = select(cost_base_views.c.document).where(cost_base_views.c.cost_base_id == cost_base_id)
        return self._session.execute(query).scalar_one_or_none()

    def page(self, study_id: str, after: int, limit: int) -> Sequence[RowMapping]:
        """Cost bases of a study in the order in which they were frozen."""
        table = cost_base_views
        query = (
            select(
                table.c.number,
                table.c.cost_base_id,
                table.c.study_id,
                table.c.estimator,
                table.c.hash,
                table.c.frozen_at,
            )
            .where(table.c.study_id == study_id, table.c.number > after)
            .order_by(table.c.number)
            .limit(limit)
        )
        return self._session.execute(query).mappings().all()
