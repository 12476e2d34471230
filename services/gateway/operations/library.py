"""The documents of the services, fetched from them and kept for a short while."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from services.gateway.backends import Backends
from services.gateway.errors import ServiceUnavailable
from services.gateway.operations.documents import OWN_NAME, Document, merged

DESCRIPTION = (
    "Everything that Zorgtarief offers, with full paths from the root, for tools and tests. "
    "Each service has its own document at its versioned base, which is the reference."
)


class Library:
    """The merged document.

    Args:
        own: gives the gateway's own document.
        keep_seconds: how long a merged document is kept before the services are asked again.
    """

    def __init__(self, backends: Backends, own: Callable[[], Document], keep_seconds: float) -> None:
        self._backends, self._own, self._keep_seconds = backends, own, keep_seconds
        self._content = b""
        self._made_at = float("-inf")
        self._making = asyncio.Lock()

    async def merged(self) -> bytes:
        """The merged document as JSON.

        Raises:
            ServiceUnavailable: the document of a service cannot be had.
        """
        async with self._making:
            if time.monotonic() - self._made_at > self._keep_seconds:
                fetched = await asyncio.gather(*(self._document(name) for name in self._backends.names))
                documents = dict(zip(self._backends.names, fetched, strict=True)) | {OWN_NAME: self._own()}
                info = {**documents[OWN_NAME]["info"], "title": "Zorgtarief", "description": DESCRIPTION}
                self._content = json.dumps(merged(documents, info), ensure_ascii=False).encode()
                self._made_at = time.monotonic()
            return self._content

    async def _document(self, service: str) -> Document:
        answer = await self._backends.get(service, "/openapi.json")
        try:
            found: Any = answer.json()
        except ValueError as error:
            raise ServiceUnavailable(service) from error
        if answer.status_code != 200 or not isinstance(found, dict) or "paths" not in found:
            raise ServiceUnavailable(service)
        return found
