"""How every service's application is put together, so that all keep the same promises at their edge."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import Match

from shared.plumbing.edge import Edge
from shared.plumbing.identity import Principal, TokenVerifier, public
from shared.plumbing.openapi import document_of
from shared.plumbing.problems import (
    Problem,
    faults_of,
    invalid_input,
    render_for,
    render_plain,
    wants_dutch,
)
from shared.plumbing.routes import ContractRoute

CONTACT = {
    "name": "Zorgtarief maintainers",
    "url": "https://zorgtarief.example/contact",
    "email": "maintainers@zorgtarief.example",
}
LICENCE = {"name": "EUPL-1.2", "identifier": "EUPL-1.2"}

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
ErrorHandler = Callable[[Request, Exception], Awaitable[Response]]


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
    error_handlers: Mapping[type[Exception], ErrorHandler] = MappingProxyType({}),
) -> FastAPI:
    """A FastAPI application that keeps the HTTP contract.

    Args:
        version: full version of the API, in every response.
        base_path: where the versioned API starts, for example ``/books/v1``; documented paths come after it.
        routers: made with ``route_class=ContractRoute``.
        verifier: checks every bearer token.
        lifespan: what to open at the start and close at the end.
        error_handlers: how errors of a kind are answered, such as those of the database.
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
    for kind, handler in error_handlers.items():
        app.add_exception_handler(kind, handler)
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
    return render_for(request, invalid_input(faults_of(error)))
