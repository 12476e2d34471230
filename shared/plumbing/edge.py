"""The outermost layer of every service: headers on every response, HEAD, request numbers, and no stack trace, ever."""

import uuid

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.plumbing.problems import render_plain, wants_dutch

log = structlog.get_logger("edge")

SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)


class Edge:
    """ASGI middleware around a whole application.

    Args:
        app: the application.
        api_version: full version, for the header API-Version.
        base_path: where the versioned API starts; paths behind it and paths from the root lead to the same routes.
    """

    def __init__(self, app: ASGIApp, api_version: str, base_path: str = "") -> None:
        self._app, self._base_path = app, base_path
        self._headers = (*SECURITY_HEADERS, (b"api-version", api_version.encode()), (b"cache-control", b"no-store"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_headers = {
            name: value for name, value in scope["headers"] if name in {b"x-request-id", b"accept-language"}
        }
        request_id = _request_id(request_headers.get(b"x-request-id", b""))
        head = scope["method"] == "HEAD"
        scope = {**scope, "root_path": self._base_path, "method": "GET" if head else scope["method"]}
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                present = {name.lower() for name, _ in message["headers"]}
                extra = [pair for pair in self._headers if pair[0] not in present]
                if b"x-request-id" not in present:
                    extra.append((b"x-request-id", request_id))
                message = {**message, "headers": [*message["headers"], *extra]}
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id.decode()):
            try:
                await self._app(scope, receive, send_with_headers)
            except ClientDisconnect:
                log.info("the client went away", method=scope["method"], path=scope["path"])
            except Exception:
                log.exception("unhandled error", method=scope["method"], path=scope["path"])
                if started:
                    raise
                dutch = wants_dutch(request_headers.get(b"accept-language", b"").decode("latin-1"))
                response = render_plain(500, scope["path"], dutch)
                await response(scope, receive, send_with_headers)


def _request_id(given: bytes) -> bytes:
    """The caller's request number if it is a plain UUID, else a new one; nothing else may reach the log."""
    try:
        return str(uuid.UUID(given.decode("ascii"))).encode()
    except ValueError:
        return str(uuid.uuid4()).encode()
