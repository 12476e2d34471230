"""The only place that constructs and wires the cost-price study."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request

from services.costprice.api import calculators, cost_bases, studies, submissions
from services.costprice.operations.freezing import QUEUE
from services.costprice.operations.studies import BASE_PATH
from services.costprice.parameters import published_parameters
from services.costprice.roles import ROW_CLAIMS, Role
from services.costprice.settings import Settings
from services.costprice.tables import SERVICE, idempotency_keys
from shared.plumbing.database import Database, migration_of
from shared.plumbing.database_problems import DATABASE_ERROR_HANDLERS
from shared.plumbing.health import health_router
from shared.plumbing.identity import IssuerKeys, TokenVerifier
from shared.plumbing.jobs import run_worker, worker_seen_within
from shared.plumbing.web import service_app

VERSION = "1.0.0"

DESCRIPTION = """\
The cost-price study (Nederlands: het kostprijsonderzoek): an analyst opens a study and asks providers to take part; a
provider fetches its Excel form, sends it in, answers findings and signs; the analyst accepts and freezes a cost base.

JSON of the same content is taken too: see `SubmissionContentDocument`. Amounts are euros as decimal text, exact; what
is null was not filled in, which is not zero. Sequence: `POST /studies` → `PUT …/providers/{agbCode}` → `GET …/form` →
`POST …/submissions` → findings, explanations, board statement → acceptance → `POST …/cost-bases` → job → cost base.
"""

TAGS = [
    {"name": "studies", "description": "Studies, the providers in them, and their forms."},
    {"name": "submissions", "description": "What providers send in, and what becomes of it."},
    {"name": "cost bases", "description": "The frozen sector cost price, with how sure it is."},
    {"name": "calculators", "description": "Stateless: allocation of cost, counting of production."},
    {"name": "health", "description": "Whether the service can work."},
    {"name": "document", "description": "This document."},
]


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application of the cost-price study.

    Args:
        settings: read from the environment where absent.
    """
    settings = settings or loaded_settings()
    published_parameters()
    database = Database(settings.database_url, SERVICE, row_claims=ROW_CLAIMS, pool_size=settings.pool_size)
    verifier = TokenVerifier(
        settings.issuer,
        settings.audience,
        IssuerKeys(settings.jwks_url),
        roles=frozenset(Role),
        row_claims=ROW_CLAIMS,
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            database.close()

    def migration_at(_request: Request) -> str | None:
        return migration_of(database, SERVICE)

    app = service_app(
        title="Zorgtarief costprice",
        version=VERSION,
        base_path=BASE_PATH,
        description=DESCRIPTION,
        routers=[
            studies.router,
            submissions.router,
            cost_bases.router,
            calculators.router,
            health_router(SERVICE, migration_at),
        ],
        verifier=verifier,
        lifespan=lifespan,
        error_handlers=DATABASE_ERROR_HANDLERS,
        tags=TAGS,
    )
    app.state.database = database
    app.state.idempotency_keys = idempotency_keys
    return app


def loaded_settings() -> Settings:
    """The settings in the environment."""
    settings = Settings.load()
    assert isinstance(settings, Settings)
    return settings


def work() -> None:
    """Work through the job queue."""
    run_worker(QUEUE, loaded_settings().database_url, SERVICE, f"{SERVICE}-worker")


def worker_alive() -> bool:
    """Whether a worker was seen lately."""
    settings = loaded_settings()
    database = Database(settings.database_url, SERVICE, row_claims=ROW_CLAIMS, pool_size=1)
    try:
        return worker_seen_within(database)
    finally:
        database.close()
