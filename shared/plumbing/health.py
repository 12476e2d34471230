"""Whether a service lives and can work: its version, its migration, and how long its database takes to answer."""

import time
from typing import Literal

from fastapi import APIRouter, Depends, Request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared.kernel.sources import Text
from shared.plumbing.database import Database
from shared.plumbing.identity import Principal, public
from shared.plumbing.problems import Unavailable
from shared.plumbing.routes import ContractRoute
from shared.plumbing.schemas import ResponseModel


class Health(ResponseModel):
    """The state of one service."""

    service: str
    status: Literal["ok"]
    version: str
    migration: str | None
    latency_ms: float


class Alive(ResponseModel):
    """The process answers."""

    status: Literal["ok"]


def health_router(service: str, schema: str | None) -> APIRouter:
    """Routes ``/livez``, ``/readyz`` and ``/health`` of a service; ``schema`` None for one without a database."""
    router = APIRouter(route_class=ContractRoute, tags=["health"])

    @router.get("/livez", operation_id=f"is_{service}_alive", summary="Does the process answer?")
    async def livez(_caller: Principal = Depends(public())) -> Alive:
        return Alive(status="ok")

    @router.get("/readyz", operation_id=f"is_{service}_ready", summary="Can the service do its work now?")
    @router.get("/health", operation_id=f"get_{service}_health", summary="Version, migration and latency")
    def health(request: Request, _caller: Principal = Depends(public())) -> Health:
        start = time.perf_counter()
        migration = None if schema is None else migration_of(request.app.state.database, schema)
        latency = (time.perf_counter() - start) * 1000
        return Health(
            service=service, status="ok", version=request.app.version, migration=migration, latency_ms=latency
        )

    return router


def migration_of(database: Database, schema: str) -> str | None:
    """The migration the database is at.

    Raises:
        Unavailable: the database does not answer or was never migrated.
    """
    try:
        with database.engine.connect() as connection:
            row = connection.execute(text(f'SELECT version_num FROM "{schema}".alembic_version')).first()  # noqa: S608
    except SQLAlchemyError as error:
        raise Unavailable(Text("De database antwoordt niet.", "The database does not answer.")) from error
    return None if row is None else str(row[0])
