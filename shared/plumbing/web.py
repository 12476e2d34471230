"""How every service's application is put together, so that all keep the same promises at their edge."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from psycopg.errors import ExclusionViolation, UniqueViolation
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionInTime
from starlette.exceptions import HTTPException
from starlette.routing import Match

from shared.kernel.sources import Text
from shared.plumbing.edge import Edge
from shared.plumbing.identity import Principal, TokenVerifier, public
from shared.plumbing.openapi import document_of
from shared.plumbing.problems import (
    BadRequest,
    Conflict,
    Problem,
    Unavailable,
    faults_of,
    render_for,
    render_plain,
    wants_dutch,
)
from shared.plumbing.routes import ContractRoute
from shared.plumbing.work import AnsweredBefore

log = structlog.get_logger("web")

CONTACT = {
    "name": "Zorgtarief maintainers",
    "url": "https://zorgtarief.example/contact",
    "email": "maintainers@zorgtarief.example",
}
LICENCE = {"name": "EUPL-1.2", "identifier": "EUPL-1.2"}

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def service_app(
    *,
    title: str,
    version: str,
    base_path: str,
    description: str,
    routers: Sequence[APIRouter],
    verifier: TokenVerifier,
    lifespan: Lifespan | None = None,
    tags: Sequence[dict[str, Any]] = (),
) -> FastAPI:
    """A FastAPI application that keeps the HTTP contract.

    Args:
        version: full version of the API, in every response.
        base_path: where the versioned API starts, for example ``/books/v1``; documented paths come after it.
        routers: made with ``route_class=ContractRoute``.
        verifier: checks every bearer token.
        lifespan: what to open at the start and close at the end.
    """
    app = FastAPI(
        title=title,
        version=version,
        description=description,
        contact=CONTACT,
        license_info=LICENCE,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan or _nothing,
        openapi_tags=list(tags),
        max_body_size=None,
    )
    app.state.verifier = verifier
    app.state.base_path = base_path
    for router in [*routers, _document_router(title)]:
        app.include_router(router)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_input)
    app.add_exception_handler(AnsweredBefore, _on_answered_before)
    app.add_exception_handler(OperationalError, _on_database_down)
    app.add_exception_handler(NoConnectionInTime, _on_database_down)
    app.add_exception_handler(DataError, _on_unstorable_value)
    app.add_exception_handler(IntegrityError, _on_collision)
    app.add_middleware(Edge, api_version=version, base_path=base_path)
    app.openapi = lambda: document_of(app)  # type: ignore[method-assign]
    return app


@asynccontextmanager
async def _nothing(_app: FastAPI) -> AsyncIterator[None]:
    yield


def _document_router(title: str) -> APIRouter:
    router = APIRouter(route_class=ContractRoute, tags=["document"])

    @router.get("/openapi.json", operation_id="get_openapi_document", summary=f"The OpenAPI document of {title}")
    async def openapi_json(
        request: Request, response: Response, _caller: Principal = Depends(public())
    ) -> dict[str, Any]:
        response.headers["Access-Control-Allow-Origin"] = "*"
        return request.app.openapi()  # type: ignore[no-any-return]

    return router


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error, Problem):
        return render_for(request, error)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(methods_at(request))
    dutch = wants_dutch(request.headers.get("accept-language", ""))
    return render_plain(error.status_code, request.scope["path"], dutch, headers)


def methods_at(request: Request) -> list[str]:
    """Every method that an address takes, HEAD beside GET."""
    found: set[str] = set()
    for context in iter_route_contexts(request.app.routes):
        for method in context.methods or ():
            match, _ = context.original_route.matches({**request.scope, "method": method})
            if match is Match.FULL:
                found.add(method)
    if "GET" in found:
        found.add("HEAD")
    return sorted(found)


async def _on_invalid_input(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problem = BadRequest(
        Text("De invoer klopt niet; elke fout staat in errors.", "The input is not valid; errors names every fault."),
        errors=faults_of(error),
    )
    return render_for(request, problem)


async def _on_answered_before(_request: Request, error: Exception) -> Response:
    assert isinstance(error, AnsweredBefore)
    return JSONResponse(error.answer, error.status, {**error.headers, "Idempotent-Replayed": "true"})


async def _on_database_down(request: Request, _error: Exception) -> Response:
    return render_for(request, Unavailable(Text("De database antwoordt niet.", "The database does not answer.")))


async def _on_unstorable_value(request: Request, error: Exception) -> Response:
    # Checks at the door name field and remedy; this is the net for what they let through.
    log.warning("the database refused a value", path=request.scope["path"], error=type(_cause(error)).__name__)
    problem = BadRequest(
        Text(
            "Een waarde past niet: te groot, te lang, of met een teken dat niet bewaard kan worden.",
            "A value does not fit: too large, too long, or with a character that cannot be stored.",
        )
    )
    return render_for(request, problem)


async def _on_collision(request: Request, error: Exception) -> Response:
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
