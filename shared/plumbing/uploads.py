"""Bodies that are files: spooled to disk as they arrive, counted, hashed, and limited before anyone parses them."""

import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import IO

from fastapi import Request

from shared.kernel.sources import Text
from shared.plumbing.problems import TooLarge, UnsupportedMediaType

IN_MEMORY_BYTES = 1 << 20
MAX_JSON_BYTES = 8 << 20
"""Size of a body that is not a file."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A received file: its media type, size in bytes, SHA-256, and the file itself, read from its start."""

    media_type: str
    size: int
    sha256: str
    file: IO[bytes]

    def content(self) -> bytes:
        """The whole content, for a file that is known to be small."""
        self.file.seek(0)
        return self.file.read()


class Accepts:
    """Marks a route that takes a file: the media types and the largest size; yields the :class:`Upload`."""

    def __init__(self, media_types: tuple[str, ...], max_bytes: int) -> None:
        self.media_types, self.max_bytes = media_types, max_bytes

    def __call__(self, request: Request) -> Upload:
        """The upload, which the route has received before anything else of the request was handled."""
        upload: Upload = request.state.upload
        return upload


def accepts(*media_types: str, max_bytes: int) -> Accepts:
    """A route that takes a file of one of these media types, at most so large."""
    return Accepts(media_types, max_bytes)


def media_type_of(request: Request) -> str:
    """The media type of the body, without parameters, in lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def refuse_media_type(found: str, wanted: tuple[str, ...]) -> UnsupportedMediaType:
    """The problem for a body of another media type."""
    names = ", ".join(wanted)
    return UnsupportedMediaType(
        Text(
            f"Stuur de inhoud als {names}; dit was {found or 'zonder Content-Type'}.",
            f"Send the body as {names}; this was {found or 'without Content-Type'}.",
        )
    )


async def body_of(request: Request) -> bytes:
    """The body of a request that takes no file, for us and for the framework after us.

    Raises:
        TooLarge: more than such a body may hold, by its own count.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        refuse_if_larger(len(body), MAX_JSON_BYTES)
    request._body = bytes(body)
    return request._body


def refuse_if_larger(size: int, limit: int) -> None:
    """Say how much may be sent as soon as it is more."""
    if size > limit:
        most = f"{limit // (1 << 20)} MiB" if limit >= 1 << 20 else f"{limit} bytes"
        raise TooLarge(Text(f"Stuur ten hoogste {most}.", f"Send at most {most}."))


@asynccontextmanager
async def receive(request: Request, rule: Accepts) -> AsyncIterator[Upload]:
    """Receive the body into a temporary file that is gone when the request is over.

    Raises:
        UnsupportedMediaType: the Content-Type is not one of the route's.
        TooLarge: more bytes than the route takes, by its own count and not by what the client says.
    """
    found = media_type_of(request)
    if found not in rule.media_types:
        raise refuse_media_type(found, rule.media_types)
    digest, size = hashlib.sha256(), 0
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as file:
        async for chunk in request.stream():
            size += len(chunk)
            refuse_if_larger(size, rule.max_bytes)
            digest.update(chunk)
            file.write(chunk)
        file.seek(0)
        yield Upload(found, size, digest.hexdigest(), file)
