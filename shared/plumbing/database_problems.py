"""What a client is told when the database refuses, collides or is away; for services that have one."""

from collections.abc import Mapping

import structlog
from fastapi import Request, Response
from fastapi.responses import JSONResponse
from psycopg.errors import ExclusionViolation, UniqueViolation
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionInTime

from shared.kernel.sources import Text
from shared.plumbing.problems import BadRequest, Conflict, Unavailable, render_for
from shared.plumbing.web import ErrorHandler
from shared.plumbing.work import AnsweredBefore

log = structlog.get_logger("database")


async def on_answered_before(_request: Request, error: Exception) -> Response:
    """The same request was answered before: the same answer, and a header that says so."""
    assert isinstance(error, AnsweredBefore)
    return JSONResponse(error.answer, error.status, {**error.headers, "Idempotent-Replayed": "true"})


async def on_database_down(request: Request, _error: Exception) -> Response:
    """No connection, or none in time: try again."""
    return render_for(request, Unavailable(Text("De database antwoordt niet.", "The database does not answer.")))


async def on_unstorable_value(request: Request, error: Exception) -> Response:
    """A value that the database cannot hold."""
    # Checks at the door name field and remedy; this is the net for what they let through.
    log.warning("the database refused a value", path=request.scope["path"], error=type(_cause(error)).__name__)
    problem = BadRequest(
        Text(
            "Een waarde past niet: te groot, te lang, of met een teken dat niet bewaard kan worden.",
            "A value does not fit: too large, too long, or with a character that cannot be stored.",
        )
    )
    return render_for(request, problem)


async def on_collision(request: Request, error: Exception) -> Response:
    """Two requests wanted the same thing at once, and the database let one through."""
    if not isinstance(_cause(error), UniqueViolation | ExclusionViolation):
        raise error
    log.warning("two requests collided", path=request.scope["path"], error=type(_cause(error)).__name__)
    problem = Conflict(
        Text(
            "Een ander verzoek was eerder. Haal de huidige stand op en probeer het opnieuw.",
            "Another request was first. Fetch the present state and try again.",
        )
    )
    return render_for(request, problem)


def _cause(error: Exception) -> object:
    return getattr(error, "orig", None)


DATABASE_ERROR_HANDLERS: Mapping[type[Exception], ErrorHandler] = {
    AnsweredBefore: on_answered_before,
    OperationalError: on_database_down,
    NoConnectionInTime: on_database_down,
    DataError: on_unstorable_value,
    IntegrityError: on_collision,
}
"""For ``service_app(error_handlers=…)``."""
