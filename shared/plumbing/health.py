"""Whether a service lives and can work: its version, its migration, and how long its database takes to answer."""

import time
from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter, Depends, Request

from shared.plumbing.identity import Principal, public
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


def health_router(service: str, migration_at: Callable[[Request], str | None]) -> APIRouter:
    """Routes ``/livez``, ``/readyz`` and ``/health`` of a service.

    Args:
        service: its name.
        migration_at: the migration its database is at; raises ``Unavailable`` where that does not answer.
    """
    router = APIRouter(route_class=ContractRoute, tags=["health"])

    @router.get("/livez", operation_id=f"is_{service}_alive", summary="Does the process answer?")
    async def livez(_caller: Principal = Depends(public())) -> Alive:
        return Alive(status="ok")

    @router.get("/readyz", operation_id=f"is_{service}_ready", summary="Can the service do its work now?")
    @router.get("/health", operation_id=f"get_{service}_health", summary="Version, migration and latency")
    def health(request: Request, _caller: Principal = Depends(public())) -> Health:
        start = time.perf_counter()
        migration = migration_at(request)
        latency = (time.perf_counter() - start) * 1000
        return Health(
            service=service, status="ok", version=request.app.version, migration=migration, latency_ms=latency
        )

    return router
