"""The application of the tariffs: the only place that constructs and wires."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request

from services.tariffs.api import (
    calculations,
    decisions,
    housing_components,
    indexations,
    maximum_tariffs,
    parameters,
    policy_rules,
    production_files,
    scenarios,
    settlement_previews,
    settlements,
)
from services.tariffs.parameters import published_parameters
from services.tariffs.roles import ROW_CLAIMS, Role
from services.tariffs.settings import Settings
from services.tariffs.tables.metadata import SERVICE
from services.tariffs.tables.plumbing import idempotency_keys
from shared.plumbing.database import Database, migration_of
from shared.plumbing.database_problems import DATABASE_ERROR_HANDLERS
from shared.plumbing.health import health_router
from shared.plumbing.identity import IssuerKeys, TokenVerifier
from shared.plumbing.web import service_app

API_VERSION = "1.0.0"

DESCRIPTION = """From a cost base to a maximum tariff that explains itself, decided in two times, settled to the cent.

Values without a public source are marked `illustrative`, and so is every result that rests on one."""

ROUTERS = (
    policy_rules.router,
    parameters.router,
    indexations.router,
    housing_components.router,
    calculations.router,
    scenarios.router,
    decisions.router,
    maximum_tariffs.router,
    production_files.router,
    settlement_previews.router,
    settlements.router,
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application, from given settings or those of the environment; parameter files are checked first."""
    settings = settings or Settings.load()
    published_parameters()
    database = Database(settings.database_url, SERVICE, row_claims=ROW_CLAIMS, pool_size=settings.pool_size)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        database.close()

    verifier = TokenVerifier(
        settings.issuer,
        settings.audience,
        IssuerKeys(settings.jwks_url),
        roles=frozenset(Role),
        row_claims=ROW_CLAIMS,
    )

    def migration_at(_request: Request) -> str | None:
        return migration_of(database, SERVICE)

    app = service_app(
        title="Tariffs",
        version=API_VERSION,
        base_path=f"/{SERVICE}/v1",
        description=DESCRIPTION,
        routers=[health_router(SERVICE, migration_at), *ROUTERS],
        verifier=verifier,
        lifespan=lifespan,
        error_handlers=DATABASE_ERROR_HANDLERS,
    )
    app.state.database = database
    app.state.settings = settings
    app.state.idempotency_keys = idempotency_keys
    return app
