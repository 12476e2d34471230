"""The gateway keeps nothing: what comes in goes on at once, however large; what fails, fails in a way that is told."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from services.gateway.app import create_app
from tests.unit.gateway.servers import Service, address_of, listening, serving, settings_for, until

MEGABYTE = 1 << 20


def connected(address: str) -> socket.socket:
    parts = urlsplit(address)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10)


def test_the_first_bytes_arrive_before_the_last_are_made(client: Any, tariffs: Service) -> None:
    with client.stream("GET", "/tariffs/v1/first-then-last") as answer:
        pieces = answer.iter_raw()
        assert next(pieces) == b"first"
        tariffs.go_on.set()
        assert b"".join(pieces) == b"last"


@pytest.mark.parametrize("chunked", [True, False])
def test_the_first_bytes_sent_reach_the_service_before_the_last_are_sent(
    gateway_address: str, tariffs: Service, chunked: bool
) -> None:
    with connected(gateway_address) as line:
        kind = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: 8"
        line.sendall(b"POST /tariffs/v1/count-upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + kind + b"\r\n\r\n")
        line.sendall(b"4\r\nhalf\r\n" if chunked else b"half")
        until(lambda: tariffs.received == 4)
        line.sendall(b"4\r\nrest\r\n0\r\n\r\n" if chunked else b"rest")
        answer = http.client.HTTPResponse(line)
        answer.begin()
        assert (answer.status, answer.read()) == (200, b"8")


def test_a_refusal_comes_back_although_the_body_was_not_read(client: Any, tariffs: Service) -> None:
    def body() -> Iterator[bytes]:
        for _ in range(32):
            yield bytes(MEGABYTE)

    answer = client.post("/tariffs/v1/refuse-unread", content=body())

    assert answer.status_code == 403
    assert answer.json() == {"status": 403}
    assert client.get("/tariffs/v1/x").status_code == 200


def test_a_service_is_not_kept_busy_for_a_client_that_left(gateway_address: str, tariffs: Service) -> None:
    with connected(gateway_address) as line:
        line.sendall(b"GET /tariffs/v1/endless HTTP/1.1\r\nHost: x\r\n\r\n")
        assert line.recv(1000).startswith(b"HTTP/1.1 200")
        assert not tariffs.left.is_set()

    assert tariffs.left.wait(10)


def test_a_client_that_leaves_while_sending_ends_the_request(gateway_address: str, tariffs: Service) -> None:
    with connected(gateway_address) as line:
        line.sendall(b"POST /tariffs/v1/count-upload HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nsome")
        until(lambda: tariffs.received == 4)

    assert tariffs.left.wait(10)


def test_a_service_that_breaks_off_gives_an_answer_that_is_seen_to_be_cut(client: Any, tariffs: Service) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/tariffs/v1/break-off")

    assert client.get("/tariffs/v1/x").status_code == 200


def test_a_service_that_falls_silent_gives_an_answer_that_is_seen_to_be_cut(client: Any, tariffs: Service) -> None:
    start = time.monotonic()
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/tariffs/v1/fall-silent")

    assert time.monotonic() - start < 5


def test_a_service_that_says_nothing_is_a_503_within_the_time_set(client: Any, tariffs: Service) -> None:
    start = time.monotonic()
    answer = client.post("/tariffs/v1/silent", content=b"{}")

    assert 0.4 < time.monotonic() - start < 5
    assert_unavailable(answer, "tariffs")
    assert tariffs.left.wait(10)


def assert_unavailable(answer: httpx.Response, service: str) -> None:
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.headers["API-Version"]
    assert service in answer.json()["detail"]


def test_a_service_that_is_down_is_a_503_in_the_readers_language(issuer: Any) -> None:
    closed, held = listening(), listening()
    nowhere = address_of(closed)
    closed.close()
    app = create_app(settings_for(issuer, nowhere, nowhere, public_url=address_of(held)))
    with serving(app, held) as address, httpx.Client(base_url=address, trust_env=False) as client:
        for method in ("GET", "POST", "DELETE"):
            assert_unavailable(client.request(method, "/costprice/v1/studies", content=b"x"), "costprice")
        dutch = client.get("/tariffs/v1/parameters", headers={"Accept-Language": "nl-NL,nl;q=0.9"})
        assert dutch.json()["title"] == "Tijdelijk niet beschikbaar"
        assert dutch.headers["Content-Language"] == "nl"
        head = client.head("/costprice/v1/studies")
        assert (head.status_code, head.content) == (503, b"")


def test_a_service_that_accepts_no_connection_is_a_503(issuer: Any) -> None:
    # A queue of connections that is full and that nobody empties: the next connection is never made.
    with socket.socket() as full, socket.socket() as filler, socket.socket() as more:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for waiting in (filler, more):
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        held = listening()
        settings = settings_for(
            issuer, address_of(full), address_of(full), public_url=address_of(held),
            connect_timeout_seconds=0.3, read_timeout_seconds=0.3,
        )  # fmt: skip
        with serving(create_app(settings), held) as address, httpx.Client(base_url=address, trust_env=False) as client:
            start = time.monotonic()
            assert_unavailable(client.get("/tariffs/v1/x"), "tariffs")
            assert time.monotonic() - start < 5


def test_what_is_no_http_is_a_503(issuer: Any) -> None:
    with listening() as nonsense:

        def talk() -> None:
            line, _ = nonsense.accept()
            with line:
                line.recv(1000)
                line.sendall(b"SSH-2.0-nonsense\r\n\r\n")

        thread = threading.Thread(target=talk)
        thread.start()
        held = listening()
        settings = settings_for(issuer, address_of(nonsense), address_of(nonsense), public_url=address_of(held))
        with serving(create_app(settings), held) as address, httpx.Client(base_url=address, trust_env=False) as client:
            assert_unavailable(client.get("/tariffs/v1/x"), "tariffs")
        thread.join(5)


def test_large_bodies_pass_in_little_memory(issuer: Any, servers: Any, tariffs: Service) -> None:
    """A gateway in a process of its own, as it is started in earnest, while 64 MB go up and 64 MB come down."""
    held = listening()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")} | {
        "GATEWAY_COSTPRICE_URL": servers.costprice_url,
        "GATEWAY_TARIFFS_URL": servers.tariffs_url,
        "GATEWAY_PUBLIC_URL": address_of(held),
        "GATEWAY_ISSUER": issuer.issuer,
        "GATEWAY_JWKS_URL": issuer.jwks_url,
    }
    command = [sys.executable, "-m", "services.gateway", "serve", "--fd", str(held.fileno())]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, env=environment, cwd=root, pass_fds=[held.fileno()]) as process:
        try:
            with httpx.Client(base_url=address_of(held), trust_env=False, timeout=30) as client:
                assert client.get("/livez").status_code == 200
                before = psutil.Process(process.pid).memory_info().rss
                highest = before

                def body() -> Iterator[bytes]:
                    nonlocal highest
                    for _ in range(64):
                        yield bytes(MEGABYTE)
                        highest = max(highest, psutil.Process(process.pid).memory_info().rss)

                assert client.post("/tariffs/v1/count-upload", content=body()).text == str(64 * MEGABYTE)

                taken = 0
                with client.stream("GET", "/tariffs/v1/endless") as answer:
                    for piece in answer.iter_raw():
                        taken += len(piece)
                        highest = max(highest, psutil.Process(process.pid).memory_info().rss)
                        if taken >= 64 * MEGABYTE:
                            break
        finally:
            process.terminate()
            stopped = process.wait(15)
            held.close()
    assert taken >= 64 * MEGABYTE
    assert stopped in {0, -signal.SIGTERM}
    assert highest - before < 24 * MEGABYTE
