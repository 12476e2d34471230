"""The way through the gateway to a service: streamed both ways, nothing kept, nothing changed that is not ours.

It stands outside the framework's dependency machinery for speed, as a plain ASGI route. Its authorisation rule is as
explicit as that of any other route: a token that is sent must hold; what it allows is for the service to decide.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import aiohttp
import structlog
from fastapi.dependencies.models import Dependant
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send
from yarl import URL

from services.gateway.errors import HeaderNotPassedOn, PathNotPassedOn, ServiceUnavailable
from shared.plumbing.identity import Allow, TokenVerifier

log = structlog.get_logger("gateway.hop")

ONE_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding"
    b" upgrade expect".split()
)
"""Headers that concern one connection only (RFC 9110, 7.6.1); ``expect`` was answered by our own server."""

SET_HERE = frozenset(
    [b"host", b"forwarded", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-request-id"]
)
"""Request headers whose value the gateway knows better than the client."""

CLIENT_ADDS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""Headers that the HTTP client would invent where the caller sent none."""

Pairs = Iterable[tuple[bytes, bytes]]


class Outbound:
    """Connections to the services, shared by all requests.

    Args:
        connect_timeout: seconds to wait for a connection.
        read_timeout: seconds a service may be silent while it is answering.
        max_connections: connections at one time; a request waits for one no longer than ``connect_timeout``.
    """

    def __init__(self, connect_timeout: float, read_timeout: float, max_connections: int) -> None:
        self._timeout = aiohttp.ClientTimeout(
            total=None, connect=connect_timeout, sock_connect=connect_timeout, sock_read=read_timeout
        )
        self._max_connections = max_connections
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Start; inside the event loop that serves the requests."""
        self._session = aiohttp.ClientSession(
            # Shorter than the five seconds after which a service closes an idle connection: reusing a connection that
            # is being closed would make a POST fail that was never handled.
            connector=aiohttp.TCPConnector(limit=self._max_connections, keepalive_timeout=3, force_close=False),
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=CLIENT_ADDS,
            trust_env=False,
        )

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    async def send(self, method: str, url: URL, headers: list[tuple[str, str]], body: Any) -> aiohttp.ClientResponse:
        """Send a request and come back with the head of the answer; its content is still to be read."""
        assert self._session is not None, "open() comes first"
        return await self._session.request(method, url, headers=headers, data=body, allow_redirects=False)


class MethodAsSent:
    """Remembers the method as the client sent it: behind the edge of the application a HEAD looks like a GET."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on."""
        if scope["type"] == "http":
            scope["method_as_sent"] = scope["method"]
        await self._app(scope, receive, send)


class HopRoute(BaseRoute):
    """All paths of one service, every method.

    Args:
        service: its name, for the reader of a problem.
        base_path: where its API starts, such as ``/books/v1``.
        origin: scheme, host and port where it listens.
        outbound: the connections to use.
        verifier: checks a token that is sent.
        rule: who may pass.
    """

    def __init__(
        self, service: str, base_path: str, origin: str, outbound: Outbound, verifier: TokenVerifier, rule: Allow
    ) -> None:
        self.service, self.base_path, self.rule = service, base_path, rule
        self.path = f"{base_path}/{{path:path}}"
        self.dependant = Dependant(dependencies=[Dependant(call=rule)], path=self.path)
        self._origin, self._outbound, self._verifier = origin, outbound, verifier
        self._prefix = base_path.encode() + b"/"

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the path, as it was sent, lies under the service's base path."""
        if scope["type"] == "http" and raw_path(scope).startswith(self._prefix):
            return Match.FULL, {}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Verify the caller and pass the request on."""
        refuse_dot_segments(scope["path"])
        self.rule.check(await self._verifier.principal(header(scope, b"authorization")))
        exchange = Exchange(self.service, receive, send)
        address = self._origin + raw_path(scope).decode("ascii")
        if scope["query_string"]:
            address += "?" + scope["query_string"].decode("latin-1")
        method = scope.get("method_as_sent", scope["method"])
        body = await exchange.request_body(scope["headers"])
        try:
            answer = await self._outbound.send(method, URL(address, encoded=True), request_headers(scope), body)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if exchange.client_left:
                return
            log.warning("service does not answer", to=self.service, reason=type(error).__name__)
            raise ServiceUnavailable(self.service) from error
        await exchange.hand_back(answer)


class Exchange:
    """One request under way: what comes from the client goes to the service, and back."""

    def __init__(self, service: str, receive: Receive, send: Send) -> None:
        self._service, self._receive, self._send = service, receive, send
        self._all_received = False
        self.client_left = False

    async def request_body(self, headers: Pairs) -> bytes | AsyncIterator[bytes] | None:
        """What to send as the body: bytes when the whole of it came in one piece, else a stream; None without one."""
        if not any(
            name == b"transfer-encoding" or (name == b"content-length" and value != b"0") for name, value in headers
        ):
            self._all_received = True
            return None
        first = await self._receive()
        if first["type"] == "http.request" and not first.get("more_body", False):
            self._all_received = True
            return bytes(first.get("body", b""))
        return self._pieces(first)

    async def _pieces(self, message: Any) -> AsyncIterator[bytes]:
        while True:
            if message["type"] == "http.disconnect":
                self.client_left = True
                raise ConnectionResetError("the client left before the whole body was sent")
            if message.get("body"):
                yield message["body"]
            if not message.get("more_body", False):
                self._all_received = True
                return
            message = await self._receive()

    async def hand_back(self, answer: aiohttp.ClientResponse) -> None:
        """Send the answer to the client as it comes in. An answer that breaks off is cut there."""
        watch: asyncio.Task[Any] | None = None
        try:
            await self._send(
                {
                    "type": "http.response.start",
                    "status": answer.status,
                    "headers": response_headers(answer.raw_headers),
                }
            )
            content = answer.content
            while True:
                piece = await content.readany()
                last = content.at_eof()
                if piece or last:
                    await self._send({"type": "http.response.body", "body": piece, "more_body": not last})
                if last:
                    break
                if watch is None and self._all_received:
                    # The server swallows what is sent to a client that left; without this we would fetch all of it.
                    watch = asyncio.create_task(self._until_client_leaves(answer))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # The status is on its way: an answer without its end is the only honest way left to say that it failed.
            if not self.client_left:
                log.warning("answer broke off", to=self._service, reason=type(error).__name__)
        finally:
            if watch is not None:
                watch.cancel()
            if self._all_received:
                answer.release()
            else:
                answer.close()

    async def _until_client_leaves(self, answer: aiohttp.ClientResponse) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.client_left = True
        answer.close()


def raw_path(scope: Scope) -> bytes:
    """The path byte for byte as it was sent, without the query."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode("ascii")
    return raw.partition(b"?")[0]


def header(scope: Scope, name: bytes) -> str | None:
    """The first value of a request header."""
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return None


def refuse_dot_segments(path: str) -> None:
    """Refuse a decoded path that could lead elsewhere than it seems to.

    Raises:
        PathNotPassedOn: a part is ``.`` or ``..``, also when it was written with percent signs or between backslashes.
    """
    if "." in path and not {".", ".."}.isdisjoint(path.replace("\\", "/").split("/")):
        raise PathNotPassedOn


def request_headers(scope: Scope) -> list[tuple[str, str]]:
    """The caller's headers for the service, with where the request came from and its number.

    Raises:
        HeaderNotPassedOn: a value cannot be passed on byte for byte.
    """
    dropped = ONE_HOP | SET_HERE | named_in_connection(scope["headers"])
    headers = []
    for name, value in scope["headers"]:
        if name not in dropped:
            try:
                headers.append((name.decode("ascii"), value.decode("utf-8")))
            except UnicodeDecodeError as error:
                raise HeaderNotPassedOn(name.decode("ascii", "replace")) from error
    client = scope.get("client")
    if client:
        headers.append(("X-Forwarded-For", client[0]))
    headers.append(("X-Forwarded-Proto", scope.get("scheme", "http")))
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    if request_id:
        headers.append(("X-Request-Id", request_id))
    return headers


def response_headers(headers: Pairs) -> list[tuple[bytes, bytes]]:
    """The service's headers for the caller; our own server adds the date."""
    pairs = [(name.lower(), value) for name, value in headers]
    dropped = ONE_HOP | {b"date", b"server"} | named_in_connection(pairs)
    return [pair for pair in pairs if pair[0] not in dropped]


def named_in_connection(headers: Pairs) -> frozenset[bytes]:
    """The headers that the Connection header declares to be for one connection only."""
    return frozenset(
        token.strip().lower() for name, value in headers if name == b"connection" for token in value.split(b",")
    )
