"""The services behind the gateway, and small requests to them; what is large goes by the hop."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from services.gateway.errors import ServiceUnavailable
from services.gateway.settings import Settings

HANDED_ON = ("authorization", "accept-language")
"""Headers of the caller that go along with a request that the gateway makes for it."""


@dataclass(frozen=True, slots=True)
class Backend:
    """One service: its name, where its API starts, and where it listens."""

    name: str
    base_path: str
    origin: str

    def address(self, path: str) -> str:
        """The full address of a path of the service's API."""
        return f"{self.origin}{self.base_path}{path}"


def backends_of(settings: Settings) -> tuple[Backend, ...]:
    """The services that these settings name."""
    return (
        Backend("costprice", "/costprice/v1", settings.costprice_url),
        Backend("tariffs", "/tariffs/v1", settings.tariffs_url),
    )


class Backends:
    """Small requests to the services: composing, health and documents."""

    def __init__(self, settings: Settings) -> None:
        self._all = {backend.name: backend for backend in backends_of(settings)}
        self._timeout = httpx.Timeout(settings.read_timeout_seconds, connect=settings.connect_timeout_seconds)
        self._health_timeout = settings.health_timeout_seconds
        self._client: httpx.AsyncClient | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the services."""
        return tuple(self._all)

    def base_path(self, service: str) -> str:
        """Where the API of a service starts."""
        return self._all[service].base_path

    def open(self) -> None:
        """Start."""
        # Nothing from the environment: a proxy that is set for the outside world must not see what services say.
        self._client = httpx.AsyncClient(timeout=self._timeout, trust_env=False, follow_redirects=False)

    async def close(self) -> None:
        """Close all connections."""
        if self._client is not None:
            await self._client.aclose()

    async def get(
        self, service: str, path: str, headers: Mapping[str, str] | None = None, timeout: float | None = None
    ) -> httpx.Response:
        """Fetch a path of a service.

        Raises:
            ServiceUnavailable: the service does not answer in time.
        """
        assert self._client is not None, "open() comes first"
        try:
            return await self._client.get(
                self._all[service].address(path), headers=headers, timeout=timeout or self._timeout
            )
        except httpx.TransportError as error:
            raise ServiceUnavailable(service) from error

    async def health(self, service: str, path: str) -> httpx.Response:
        """Fetch the health of a service, within the short time that a health check may take."""
        return await self.get(service, path, timeout=self._health_timeout)

    async def post(self, service: str, path: str, content: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """Send JSON to a path of a service.

        Raises:
            ServiceUnavailable: the service does not answer in time.
        """
        assert self._client is not None, "open() comes first"
        try:
            return await self._client.post(
                self._all[service].address(path),
                content=content,
                headers={**headers, "content-type": "application/json"},
            )
        except httpx.TransportError as error:
            raise ServiceUnavailable(service) from error
