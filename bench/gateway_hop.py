"""What the gateway's hop costs: CPU per request and latency, beside bare proxies, all measured in one run.

Every part is a process of its own on this machine: a small service, the gateway, a bare proxy on aiohttp and one on
httpx that only copy a request. The service behind them is the same, and so is the client. CPU is what the operating
system counts for the process of the proxy; latency is the median that the client sees, against the service itself.
"""

import asyncio
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import psutil
import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey

ROOT = Path(__file__).parents[1]
ISSUER = "https://issuer.bench"
PATH = "/tariffs/v1/maximum-tariffs?prestatie=verblijf&on=2026-07-01"
ANSWER = json.dumps({"prestatie": "verblijf", "padding": "x" * 900}).encode()
REQUESTS = 800
WARM_UP = 100
ROUNDS = 3
CONNECTIONS = (1, 8)


async def service(scope: Any, receive: Any, send: Any) -> None:
    """A service that answers one kilobyte of JSON."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": ANSWER})


class Bare:
    """A proxy that copies one request and its answer, and does nothing else."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.client: Any = None

    async def answer(self, method: str, url: str, headers: Any) -> tuple[int, Any, bytes]:
        raise NotImplementedError

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        url = f"{self.origin}{scope['raw_path'].decode()}?{scope['query_string'].decode()}"
        headers = [(n.decode(), v.decode()) for n, v in scope["headers"] if n not in {b"host", b"connection"}]
        status, raw, body = await self.answer(scope["method"], url, headers)
        kept = [(n.lower(), v) for n, v in raw if n.lower() not in {b"date", b"server", b"connection"}]
        await send({"type": "http.response.start", "status": status, "headers": kept})
        await send({"type": "http.response.body", "body": body})


class BareAiohttp(Bare):
    async def answer(self, method: str, url: str, headers: Any) -> tuple[int, Any, bytes]:
        if self.client is None:
            self.client = aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar())
        async with self.client.request(method, url, headers=headers) as answer:
            return answer.status, answer.raw_headers, await answer.read()


class BareHttpx(Bare):
    async def answer(self, method: str, url: str, headers: Any) -> tuple[int, Any, bytes]:
        if self.client is None:
            self.client = httpx.AsyncClient(trust_env=False)
        answer = await self.client.request(method, url, headers=headers)
        return answer.status_code, answer.headers.raw, answer.content


PARTS = {"service": lambda _origin: service, "aiohttp": BareAiohttp, "httpx": BareHttpx}


@contextlib.contextmanager
def process(command: list[str], environment: dict[str, str] | None = None) -> Iterator[tuple[str, psutil.Process]]:
    """A server in a process of its own; yields its address and the process."""
    with socket.socket() as held:
        # Accepted connections inherit it; without it a server on an open socket waits for acknowledgements.
        held.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        held.bind(("127.0.0.1", 0))
        held.listen(128)
        address = f"http://127.0.0.1:{held.getsockname()[1]}"
        started = subprocess.Popen(
            [sys.executable, *command, "--fd", str(held.fileno())],
            env=os.environ | (environment or {}), cwd=ROOT, pass_fds=[held.fileno()], stderr=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        urllib.request.urlopen(address + PATH, timeout=30).read()
        yield address, psutil.Process(started.pid)
    finally:
        started.terminate()
        started.wait(15)


async def load(address: str, headers: dict[str, str], connections: int, requests: int) -> list[float]:
    """Seconds per request, with so many at one time on as many connections that stay open."""
    left = iter(range(requests))
    taken: list[float] = []
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def one_after_another() -> None:
            for _ in left:
                start = time.perf_counter()
                async with session.get(address + PATH) as answer:
                    content = await answer.read()
                    if answer.status != 200 or content != ANSWER:
                        raise RuntimeError(f"{address} answered {answer.status}")
                taken.append(time.perf_counter() - start)

        await asyncio.gather(*(one_after_another() for _ in range(connections)))
    return taken


def cpu_seconds(measured: psutil.Process) -> float:
    times = measured.cpu_times()
    return float(times.user + times.system)


def measure(address: str, measured: psutil.Process, headers: dict[str, str], connections: int) -> dict[str, float]:
    asyncio.run(load(address, headers, connections, WARM_UP))
    before, start = cpu_seconds(measured), time.perf_counter()
    taken = asyncio.run(load(address, headers, connections, REQUESTS))
    return {
        "cpu_ms": (cpu_seconds(measured) - before) / REQUESTS * 1000,
        "latency_ms": statistics.median(taken) * 1000,
        "per_second": REQUESTS / (time.perf_counter() - start),
    }


def token_and_keys(folder: Path) -> tuple[str, str]:
    """A token, and the address of the key set that verifies it."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    file = folder / "jwks.json"
    file.write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    now = int(time.time())
    claims = {
        "iss": ISSUER, "aud": "zorgtarief", "sub": "bench", "iat": now, "exp": now + 3600, "roles": ["analyst"],
    }  # fmt: skip
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": key.kid}, claims, key), file.as_uri()


def run() -> dict[str, Any]:
    """CPU and latency of each way, per number of connections: the middle one of the rounds, and ratios of those.

    ``gateway`` is without a token, ``gateway_with_token`` with one whose signature is verified at every request.
    """
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        token, keys = token_and_keys(Path(folder))
        bearer = {"Authorization": f"Bearer {token}"}
        origin, direct = stack.enter_context(process([__file__, "service"]))
        settings = {
            "COSTPRICE_URL": origin, "TARIFFS_URL": origin, "PUBLIC_URL": "http://127.0.0.1:8000",
            "ISSUER": ISSUER, "JWKS_URL": keys,
        }  # fmt: skip
        environment = {f"GATEWAY_{name}": value for name, value in settings.items()}
        gateway = stack.enter_context(process(["-m", "services.gateway", "serve"], environment))
        ways = {
            "service": (origin, direct, {}),
            "gateway": (*gateway, {}),
            "gateway_with_token": (*gateway, bearer),
            "aiohttp": (*stack.enter_context(process([__file__, "aiohttp", "--origin", origin])), {}),
            "httpx": (*stack.enter_context(process([__file__, "httpx", "--origin", origin])), {}),
        }
        results: dict[str, Any] = {}
        for connections in CONNECTIONS:
            rounds = [
                {name: measure(*way, connections) for name, way in ways.items()}  # type: ignore[arg-type]
                for _ in range(ROUNDS)
            ]
            middle = {
                name: {key: statistics.median(found[name][key] for found in rounds) for key in rounds[0][name]}
                for name in ways
            }
            results[f"connections_{connections}"] = {
                name: {
                    **{key: round(value, 3) for key, value in found.items()},
                    "latency_ratio_to_service": round(found["latency_ms"] / middle["service"]["latency_ms"], 2),
                    "cpu_ratio_to_aiohttp": round(found["cpu_ms"] / middle["aiohttp"]["cpu_ms"], 2),
                }
                for name, found in middle.items()
            }
        return {
            "what": "gateway hop against the service itself and bare proxies",
            "requests": REQUESTS,
            "rounds": ROUNDS,
            "aim": "below 1 ms CPU per request",
            "gateway_cpu_ms": results["connections_8"]["gateway"]["cpu_ms"],
            "gateway_with_token_cpu_ms": results["connections_8"]["gateway_with_token"]["cpu_ms"],
            **results,
        }


def serve(arguments: list[str]) -> None:
    """Be one of the parts: ``<part> [--origin ADDRESS] --fd N``."""
    options = dict(zip(arguments[1::2], arguments[2::2], strict=True))
    app: Any = PARTS[arguments[0]](options.get("--origin", ""))
    uvicorn.run(app, fd=int(options["--fd"]), log_level="error", access_log=False, server_header=False, lifespan="off")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(sys.argv[1:])
    else:
        print(json.dumps(run(), indent=2))
