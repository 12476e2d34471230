"""Submissions, their findings and everything that hangs on them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, func, insert, select, text, update
from sqlalchemy.orm import Session

from services.costprice.tables import board_statements, events, explanations, findings, submissions

HEAVY = ("file", "content", "places")
LIGHT = [column for column in submissions.c if column.name not in HEAVY]


class SubmissionStore:
    """Submissions. The database shows a provider only its own rows."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def one_at_a_time(self, study_id: str, agb_code: str, cost_year: int) -> None:
        """Wait until nobody else adds or decides a version of this submission, until the end of the transaction."""
        name = f"costprice: {study_id} {agb_code} {cost_year}"
        self._session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})

    def next_version(self, study_id: str, agb_code: str, cost_year: int) -> int:
        """The number of the next version."""
        query = select(func.coalesce(func.max(submissions.c.version), 0) + 1).where(
            submissions.c.study_id == study_id,
            submissions.c.agb_code == agb_code,
            submissions.c.cost_year == cost_year,
        )
        return int(self._session.execute(query).scalar_one())

    def add(self, values: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> None:
        """A new submission with its findings."""
        self._session.execute(insert(submissions).values(**values))
        if found:
            self._session.execute(insert(findings), [dict(row) for row in found])

    def submission(self, submission_id: str) -> RowMapping | None:
        """A submission without its file and content."""
        query = select(*LIGHT).where(submissions.c.submission_id == submission_id)
        return self._session.execute(query).mappings().first()

    def whole(self, submission_id: str) -> RowMapping | None:
        """A submission with its content and places."""
        query = select(*LIGHT, submissions.c.content, submissions.c.places).where(
            submissions.c.submission_id == submission_id
        )
        return self._session.execute(query).mappings().first()

    def page(self, study_id: str, filters: Mapping[str, Any], after: int, limit: int) -> Sequence[RowMapping]:
        """Submissions of a study in the order in which they came."""
        query = select(*LIGHT).where(submissions.c.study_id == study_id, submissions.c.number > after)
        for name, value in filters.items():
            if value is not None:
                query = query.where(submissions.c[name] == value)
        return self._session.execute(query.order_by(submissions.c.number).limit(limit)).mappings().all()

    def best_other_year(self, study_id: str, agb_code: str, cost_year: int) -> RowMapping | None:
        """The provider's newest sound submission over the nearest other cost year."""
        query = (
            select(submissions.c.cost_year, submissions.c.content)
            .where(
                submissions.c.study_id == study_id,
                submissions.c.agb_code == agb_code,
                submissions.c.cost_year != cost_year,
                submissions.c.status.in_(("submitted", "accepted")),
            )
            .order_by(func.abs(submissions.c.cost_year - cost_year), submissions.c.version.desc())
            .limit(1)
        )
        return self._session.execute(query).mappings().first()

    def accepted(self, study_id: str) -> Sequence[RowMapping]:
        """The accepted submission of each provider and year, with its content, in a fixed order."""
        query = (
            select(*LIGHT, submissions.c.content, submissions.c.places)
            .where(submissions.c.study_id == study_id, submissions.c.status == "accepted")
            .order_by(submissions.c.agb_code, submissions.c.cost_year)
        )
        return self._session.execute(query).mappings().all()

    def any_accepted(self, study_id: str) -> bool:
        """Whether any submission of the study is accepted."""
        query = select(submissions.c.number).where(
            submissions.c.study_id == study_id, submissions.c.status == "accepted"
        )
        return self._session.execute(query.limit(1)).first() is not None

    def newer_exists(self, row: RowMapping) -> bool:
        """Whether a newer version without errors waits for the analyst or was accepted."""
        query = select(submissions.c.number).where(
            submissions.c.study_id == row["study_id"],
            submissions.c.agb_code == row["agb_code"],
            submissions.c.cost_year == row["cost_year"],
            submissions.c.version > row["version"],
            submissions.c.status.in_(("submitted", "accepted")),
        )
        return self._session.execute(query.limit(1)).first() is not None

    def move(self, submission_id: str, values: Mapping[str, Any]) -> None:
        """Change where a submission stands."""
        self._session.execute(update(submissions).where(submissions.c.submission_id == submission_id).values(**values))

    def supersede_accepted(self, row: RowMapping) -> None:
        """What was accepted before of this provider and year no longer counts."""
        self._session.execute(
            update(submissions)
            .where(
                submissions.c.study_id == row["study_id"],
                submissions.c.agb_code == row["agb_code"],
                submissions.c.cost_year == row["cost_year"],
                submissions.c.status == "accepted",
            )
            .values(status="superseded")
        )

    def findings(
        self, submission_id: str, severity: str | None = None, after: int = 0, limit: int | None = None
    ) -> Sequence[RowMapping]:
        """Findings of a submission in their order."""
        query = select(findings).where(findings.c.submission_id == submission_id, findings.c.number > after)
        if severity is not None:
            query = query.where(findings.c.severity == severity)
        return self._session.execute(query.order_by(findings.c.number).limit(limit)).mappings().all()

    def warned_rules(self, submission_id: str) -> list[str]:
        """Rules that warn about a submission."""
        query = (
            select(findings.c.rule_id)
            .distinct()
            .where(findings.c.submission_id == submission_id, findings.c.severity == "warning")
            .order_by(findings.c.rule_id)
        )
        return list(self._session.execute(query).scalars())

    def explanations(self, submission_id: str) -> dict[str, str]:
        """Per rule the explanation that counts."""
        query = (
            select(explanations.c.rule_id, explanations.c.text)
            .where(explanations.c.submission_id == submission_id)
            .order_by(explanations.c.explanation_id)
        )
        return {row.rule_id: row.text for row in self._session.execute(query)}

    def explain(self, values: Mapping[str, Any]) -> None:
        """A new explanation."""
        self._session.execute(insert(explanations).values(**values))

    def board_statement(self, submission_id: str) -> RowMapping | None:
        """The signed board statement of a submission."""
        query = select(board_statements).where(board_statements.c.submission_id == submission_id)
        return self._session.execute(query).mappings().first()

    def sign(self, values: Mapping[str, Any]) -> None:
        """A signed board statement."""
        self._session.execute(insert(board_statements).values(**values))

    def note(self, values: Mapping[str, Any]) -> None:
        """Who did what when."""
        self._session.execute(insert(events).values(**values))

    def events(self, submission_id: str, after: int, limit: int) -> Sequence[RowMapping]:
        """What happened to a submission, in order."""
        query = select(events).where(events.c.submission_id == submission_id, events.c.event_id > after)
        return self._session.execute(query.order_by(events.c.event_id).limit(limit)).mappings().all()
