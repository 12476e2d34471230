"""What stands at the root only: the merged OpenAPI document, and the way to the explorer.

The gateway's own document stands under its versioned base.
"""

import json

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from starlette.routing import Match
from starlette.types import Scope

from services.gateway.issuer.api import SECRET_IN_EXAMPLE, on_this_machine
from shared.plumbing.identity import Principal, public
from shared.plumbing.routes import JSON, ContractRoute, produces

HTML = "text/html"


class RootRoute(ContractRoute):
    """A route that stands at the root only; under the base path the same address means something else."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the path is the route's own, from the root."""
        return super().matches(scope) if scope.get("path") == self.path else (Match.NONE, {})


async def merged_document(request: Request, _caller: Principal = Depends(public())) -> Response:
    """All services and the gateway, fetched from them and kept for a short while."""
    return document_response(request, await request.app.state.library.merged())


async def own_document(request: Request, _caller: Principal = Depends(public())) -> Response:
    """The gateway's own document."""
    return document_response(request, json.dumps(request.app.openapi(), ensure_ascii=False).encode())


def document_response(request: Request, content: bytes) -> Response:
    """A document for anyone, whose example of asking for a token runs as it stands for whoever may know the secret."""
    issuer = request.app.state.demo_issuer
    if issuer is not None and on_this_machine(request):
        content = content.replace(SECRET_IN_EXAMPLE.encode(), issuer.secret.encode())
    return Response(content, headers={"Access-Control-Allow-Origin": "*"}, media_type=JSON)


async def to_the_explorer(_caller: Principal = Depends(public()), _kind: str = Depends(produces(HTML))) -> Response:
    """Who opens the bare address in a browser wants the explorer."""
    return RedirectResponse("/docs", 307)


def add_root_routes(app: FastAPI) -> None:
    """Put these before the routes that the framework would find first."""
    # The document of the gateway cannot show two meanings of one path; the merged document shows this one itself.
    hidden = {"methods": ["GET"], "response_model": None, "include_in_schema": False}
    app.router.routes[:0] = [
        RootRoute("/", to_the_explorer, **hidden),
        RootRoute("/openapi.json", merged_document, **hidden),
        ContractRoute("/openapi.json", own_document, **hidden),
    ]
