"""The only place that constructs and wires the gateway."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from services.gateway.api import explorer, health, proposals
from services.gateway.api.documents import add_root_routes
from services.gateway.backends import Backends, backends_of
from services.gateway.explorer import Pages, assets
from services.gateway.hop import HopRoute, MethodAsSent, Outbound
from services.gateway.issuer.api import describe, issuer_router
from services.gateway.issuer.tokens import OwnKeys, demo_issuer_of
from services.gateway.operations.documents import own_document
from services.gateway.operations.library import Library
from services.gateway.roles import ROW_CLAIMS, Role
from services.gateway.settings import Settings
from shared.plumbing.identity import IssuerKeys, TokenVerifier, public
from shared.plumbing.openapi import document_of
from shared.plumbing.web import service_app

VERSION = "1.0.0"
BASE_PATH = "/v1"
VERSIONED = frozenset({"/tariff-proposals", "/openapi.json"})
"""The paths of the versioned API; all others are documented at the root."""

DESCRIPTION = """\
One address for clients (Nederlands: de toegangspoort). The gateway passes `/costprice/v1/**` and `/tariffs/v1/**` on to
the services, streamed both ways, composes proposals for tariffs, tells the health of the set, and shows this explorer.
A bearer token is verified here and again by each service; without one a caller sees what is public.
"""

TAGS = [
    {"name": "proposals", "description": "Tariffs proposed from a frozen cost base."},
    {"name": "health", "description": "Whether the gateway and the services can work."},
    {"name": "document", "description": "OpenAPI documents."},
    {"name": "explorer", "description": "Pages to read about the API and to try it."},
]
ISSUER_TAG = {
    "name": "demo issuer",
    "description": "Demo only: tokens for the demo clients. Absent with a real issuer.",
}


def create_app(settings: Settings | None = None) -> FastAPI:
    """The gateway's application.

    Args:
        settings: read from the environment where absent.

    Raises:
        WrongSettings: a real and the demo issuer at once, or no issuer at all.
    """
    if settings is None:
        loaded = Settings.load()
        assert isinstance(loaded, Settings)
        settings = loaded
    issuer = demo_issuer_of(settings)
    keys = IssuerKeys(settings.jwks_url) if issuer is None else OwnKeys(settings.jwks_url, issuer)
    verifier = TokenVerifier(settings.issuer, settings.audience, keys, roles=frozenset(Role), row_claims=ROW_CLAIMS)
    outbound = Outbound(settings.connect_timeout_seconds, settings.read_timeout_seconds, settings.max_connections)
    backends = Backends(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await outbound.open()
        backends.open()
        try:
            yield
        finally:
            await outbound.close()
            await backends.close()

    routers = [proposals.router, health.router, explorer.router]
    tags = list(TAGS)
    if issuer is not None:
        routers.append(issuer_router(issuer))
        tags.append(ISSUER_TAG)
    app = service_app(
        title="Zorgtarief gateway",
        version=VERSION,
        base_path=BASE_PATH,
        description=DESCRIPTION,
        routers=routers,
        verifier=verifier,
        lifespan=lifespan,
        tags=tags,
    )
    for backend in backends_of(settings):
        # First in line, so that a request on its way to a service meets no other route.
        app.router.routes.insert(
            0, HopRoute(backend.name, backend.base_path, backend.origin, outbound, verifier, public())
        )
    add_root_routes(app)
    app.add_middleware(MethodAsSent)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    app.state.settings = settings
    app.state.backends = backends
    app.state.demo_issuer = issuer
    app.state.library = Library(backends, app.openapi, settings.document_cache_seconds)
    app.state.pages = Pages.load()
    app.state.assets = assets()
    return app


def document(app: FastAPI) -> dict[str, Any]:
    """The gateway's own document."""
    made = document_of(app)
    paths = frozenset(made["paths"]) - VERSIONED
    own = own_document(made, paths)
    if app.state.demo_issuer is not None:
        describe(own)
    return own
