"""Calls on the tariffs service in process, for tests: one client per role, over a real PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio.from_thread
import httpx
from fastapi import FastAPI

from services.tariffs.app import create_app
from services.tariffs.settings import Settings

BASE = "/tariffs/v1"


def application(url: str, issuer: Any, storage: Path, *, allow_illustrative: bool = True) -> FastAPI:
    settings = Settings(
        database_url=url,
        issuer=issuer.issuer,
        jwks_url=issuer.jwks_url,
        audience=issuer.audience,
        storage_url=storage.as_uri(),
        allow_illustrative=allow_illustrative,
    )
    return create_app(settings)


class Client:
    """Calls as one caller; answers are plain httpx responses."""

    def __init__(self, call: Callable[..., httpx.Response], headers: dict[str, str]) -> None:
        self._call, self._headers = call, headers

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = self._headers | dict(options.pop("headers", {}))
        return self._call(method, path, headers=headers, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return self.request("POST", path, **(options if json is None else options | {"json": json}))

    def patch(self, path: str, json: Any, **options: Any) -> httpx.Response:
        return self.request("PATCH", path, json=json, **options)


class Service:
    """The running service, and its callers by role."""

    def __init__(self, call: Callable[..., httpx.Response], issuer: Any, app: FastAPI) -> None:
        self._call, self._issuer, self.app = call, issuer, app

    def by(self, *roles: str, **claims: Any) -> Client:
        return Client(self._call, self._issuer.headers(*roles, **claims) if roles else {})

    @property
    def public(self) -> Client:
        return self.by()


@contextmanager
def running(app: FastAPI, issuer: Any) -> Iterator[Service]:
    """The application, called from this thread (and others) while it runs in a portal of its own."""
    with (
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(app.router.lifespan_context(app)),
    ):
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://tariffs{BASE}")

        def call(method: str, path: str, **options: Any) -> httpx.Response:
            async def send() -> httpx.Response:
                return await client.request(method, path, **options)

            return portal.call(send)

        yield Service(call, issuer, app)
        portal.call(client.aclose)
