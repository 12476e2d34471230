"""The state of the whole set: every service asked at once, each within a short time."""

import asyncio
import time

from services.gateway.backends import Backends
from services.gateway.errors import ServiceUnavailable
from services.gateway.schemas import ServiceHealth, SetHealth


async def health_of_set(backends: Backends, version: str) -> SetHealth:
    """The health of every service, as each tells it itself."""
    found = await asyncio.gather(*(health_of(backends, name) for name in backends.names))
    ok = all(service.status == "ok" for service in found)
    return SetHealth(
        service="gateway",
        status="ok" if ok else "degraded",
        version=version,
        services={service.service: service for service in found},
    )


async def health_of(backends: Backends, service: str) -> ServiceHealth:
    """The health of one service; one that does not answer, or answers anything else, is unavailable."""
    start = time.perf_counter()
    try:
        answer = await backends.health(service, "/health")
        told = answer.json() if answer.status_code == 200 else {}
    except (ServiceUnavailable, ValueError):
        told = {}
    latency = round_trip(start)
    if not isinstance(told, dict) or told.get("status") != "ok":
        return ServiceHealth(
            service=service, status="unavailable", version=None, migration=None, latency_ms=latency, own_latency_ms=None
        )
    own = told.get("latencyMs")
    return ServiceHealth(
        service=service,
        status="ok",
        version=text_or_none(told.get("version")),
        migration=text_or_none(told.get("migration")),
        latency_ms=latency,
        own_latency_ms=float(own) if isinstance(own, int | float) else None,
    )


async def require_ready(backends: Backends) -> None:
    """Come back only if every service says that it can work.

    Raises:
        ServiceUnavailable: naming the first that does not.
    """

    async def ready(service: str) -> bool:
        try:
            return (await backends.health(service, "/readyz")).status_code == 200
        except ServiceUnavailable:
            return False

    answers = await asyncio.gather(*(ready(name) for name in backends.names))
    for name, is_ready in zip(backends.names, answers, strict=True):
        if not is_ready:
            raise ServiceUnavailable(name)


def round_trip(start: float) -> float:
    """Milliseconds since the start, to the microsecond."""
    return round((time.perf_counter() - start) * 1000, 3)


def text_or_none(value: object) -> str | None:
    """The value if it is text."""
    return value if isinstance(value, str) else None
