"""Real servers on free ports, and a small service to stand behind the gateway that tells what it got."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from services.gateway.settings import Settings

SECRET = "a-secret-that-only-this-test-run-knows"


def listening() -> socket.socket:
    """A socket on a free port of this machine."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    held.listen(128)
    return held


def address_of(held: socket.socket) -> str:
    return f"http://127.0.0.1:{held.getsockname()[1]}"


@contextmanager
def serving(app: Any, held: socket.socket) -> Iterator[str]:
    """A real server in a thread; yields its address."""
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [held]}, daemon=True)
    thread.start()
    try:
        until(lambda: server.started)
        yield address_of(held)
    finally:
        server.should_exit = True
        thread.join(10)
        held.close()
        assert not thread.is_alive()


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something is true; fail when it takes too long."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.005)


@dataclass
class Service:
    """A service behind the gateway: answers by path, and remembers what came in."""

    name: str
    answers: dict[tuple[str, str], tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)
    received: int = 0
    sent: int = 0
    left: threading.Event = field(default_factory=threading.Event)

    @property
    def base(self) -> str:
        return f"/{self.name}/v1"

    def will_answer(
        self,
        method: str,
        path: str,
        answer: Any,
        status: int = 200,
        media_type: str = "application/json",
        **headers: str,
    ) -> None:
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        pairs = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[(method, self.base + path)] = (status, {"content-type": media_type, **pairs}, content)

    def last(self) -> dict[str, Any]:
        return self.requests[-1]

    def forget(self) -> None:
        self.answers.clear()
        self.requests.clear()
        self.go_on.clear()
        self.left.clear()
        self.received = self.sent = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        special = getattr(self, "do_" + scope["path"].rpartition("/")[2].replace("-", "_"), None)
        if special is not None:
            await special(scope, receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        told = {
            "method": scope["method"],
            "target": (scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")).decode(),
            "headers": [[name.decode(), value.decode("latin-1")] for name, value in scope["headers"]],
            "body": body.decode("latin-1"),
        }
        self.requests.append(told)
        default = (200, {"content-type": "application/json", "api-version": "7.8.9"}, json.dumps(told).encode())
        status, headers, content = self.answers.get((scope["method"], scope["path"]), default)
        pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": content})

    async def start(self, send: Any, *headers: tuple[bytes, bytes], status: int = 200) -> None:
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})

    async def do_first_then_last(self, _scope: Any, _receive: Any, send: Any) -> None:
        await self.start(send)
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        while not self.go_on.is_set():
            await asyncio.sleep(0.005)
        await send({"type": "http.response.body", "body": b"last"})

    async def do_count_upload(self, _scope: Any, receive: Any, send: Any) -> None:
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.left.set()
                return
            self.received += len(message.get("body", b""))
            more = message.get("more_body", False)
        await self.start(send)
        await send({"type": "http.response.body", "body": str(self.received).encode()})

    async def do_refuse_unread(self, _scope: Any, _receive: Any, send: Any) -> None:
        await self.start(send, (b"content-type", b"application/problem+json"), status=403)
        await send({"type": "http.response.body", "body": b'{"status":403}'})

    async def do_endless(self, _scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await self.start(send)
        watch = asyncio.ensure_future(receive())
        while not watch.done():
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
            self.sent += 65536
            await asyncio.sleep(0)
        self.left.set()

    async def do_silent(self, _scope: Any, receive: Any, _send: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.left.set()

    async def do_break_off(self, _scope: Any, _receive: Any, send: Any) -> None:
        await self.start(send, (b"content-length", b"10"))
        await send({"type": "http.response.body", "body": b"half ", "more_body": True})
        await asyncio.sleep(0.05)
        # Coming back without having sent the rest makes the server drop the connection.

    async def do_fall_silent(self, _scope: Any, receive: Any, send: Any) -> None:
        await self.start(send)
        await send({"type": "http.response.body", "body": b"half ", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass


def settings_for(issuer: Any, costprice_url: str, tariffs_url: str, **more: Any) -> Settings:
    """Settings of a gateway that believes the issuer of the tests."""
    values = {"public_url": "http://127.0.0.1:8000", "document_cache_seconds": 0} | more
    return Settings(
        costprice_url=costprice_url,
        tariffs_url=tariffs_url,
        issuer=issuer.issuer,
        jwks_url=issuer.jwks_url,
        audience=issuer.audience,
        **values,
    )
