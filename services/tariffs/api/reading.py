"""A transaction for a request that changes nothing, so that no Idempotency-Key belongs to it."""

from collections.abc import Iterator

from fastapi import Request

from shared.plumbing.database import Database
from shared.plumbing.work import Work


def reading(request: Request) -> Iterator[Work]:
    """The caller's transaction, for ``Depends``; it is rolled back at the end."""
    database: Database = request.app.state.database
    with database.transaction(request.state.principal) as session:
        yield Work(session, request.state.principal)
