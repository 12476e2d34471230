"""Everything merged in one OpenAPI document at the root; the gateway's own stands under its versioned base."""

from fastapi import Depends, FastAPI, Request, Response
from starlette.routing import Match
from starlette.types import Scope

from shared.plumbing.identity import Principal, public
from shared.plumbing.routes import JSON, ContractRoute


class RootRoute(ContractRoute):
    """A route that stands at the root only; under the base path the same address means something else."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the path is the route's own, from the root."""
        return super().matches(scope) if scope.get("path") == self.path else (Match.NONE, {})


async def merged_document(request: Request, _caller: Principal = Depends(public())) -> Response:
    """All services and the gateway, fetched from them and kept for a short while."""
    content = await request.app.state.library.merged()
    return Response(content, headers={"Access-Control-Allow-Origin": "*"}, media_type=JSON)


def add_merged_document(app: FastAPI) -> None:
    """Put the merged document before the gateway's own, which the framework would find first."""
    # The document of the gateway cannot show two meanings of one path; the merged document shows this one itself.
    route = RootRoute("/openapi.json", merged_document, methods=["GET"], response_model=None, include_in_schema=False)
    app.router.routes.insert(0, route)
