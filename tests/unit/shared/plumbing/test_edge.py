"""shared.plumbing.edge: every answer has its headers, every HEAD its lengths, and no error shows its inside."""

import asyncio
import json
import uuid
from typing import Any

import httpx
import pytest
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, StreamingResponse
from structlog.testing import capture_logs

from shared.plumbing.edge import SECURITY_HEADERS, Edge
from shared.plumbing.problems import MEDIA_TYPE

EVERYWHERE = {name.decode(): value.decode() for name, value in SECURITY_HEADERS} | {
    "api-version": "1.2.3",
    "cache-control": "no-store",
}


def answer_of(app: Any, method: str = "GET", headers: dict[str, str] | None = None) -> tuple[int, Any, bytes]:
    """Status, headers and body of what the application answers behind the edge."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    messages = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Any:
        if (message := next(messages, None)) is None:
            await asyncio.Event().wait()
        return message

    scope = {
        "type": "http",
        "method": method,
        "path": "/x",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()],
    }
    asyncio.run(Edge(app, "1.2.3", "/x/v1")(scope, receive, send))
    assert sent[0]["type"] == "http.response.start"
    found = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    assert len(found) == len(sent[0]["headers"]), "a header stands twice"
    return sent[0]["status"], found, b"".join(message["body"] for message in sent[1:])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/reports", 200),
        ("GET", "/absent", 404),
        ("GET", "/reports/", 404),
        ("PUT", "/reports", 405),
        ("POST", "/books", 401),
        ("GET", "/reports?x=1", 400),
        ("POST", "/echo", 415),
        ("OPTIONS", "/reports", 405),
        ("TRACE", "/reports", 405),
        ("HEAD", "/reports", 200),
        ("HEAD", "/absent", 404),
    ],
)
def test_every_answer_has_the_headers(shop: httpx.Client, method: str, path: str, status: int) -> None:
    answer = shop.request(method, path)
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in EVERYWHERE} == EVERYWHERE
    assert uuid.UUID(answer.headers["x-request-id"])
    assert "server" not in answer.headers


def test_a_failure_has_the_headers_too_and_no_inside(seller: httpx.Client) -> None:
    with capture_logs() as logs:
        answer = seller.post("/books", json={"title": f"broken {uuid.uuid4()}"[:40]})
    assert answer.status_code == 500
    assert {name: answer.headers[name] for name in EVERYWHERE} == EVERYWHERE
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.json()["type"] == "urn:zorgtarief:problem:internal-error"
    assert answer.json()["instance"] == "/bookshop/v1/books"
    for inside in ("Traceback", "ZeroDivisionError", "secret", "bookshop.py"):
        assert inside not in answer.text
    unhandled = [log for log in logs if log["event"] == "unhandled error"]
    assert [(log["method"], log["path"]) for log in unhandled] == [("POST", "/bookshop/v1/books")]


def test_a_failure_is_told_in_the_readers_language(seller: httpx.Client) -> None:
    headers = {"Accept-Language": "nl-NL"}
    answer = seller.post("/books", json={"title": f"broken {uuid.uuid4()}"[:40]}, headers=headers)
    assert (answer.json()["title"], answer.headers["content-language"]) == ("Er ging iets mis", "nl")


def test_a_request_keeps_its_number_only_if_it_is_a_uuid(shop: httpx.Client) -> None:
    number = str(uuid.uuid4())
    assert shop.get("/reports", headers={"X-Request-Id": number}).headers["x-request-id"] == number
    assert shop.get("/absent", headers={"X-Request-Id": number.upper()}).headers["x-request-id"] == number
    for odd in ("1", "", "x" * 36, number + "\t<script>", "\u00e9" * 36):
        found = shop.get("/reports", headers={"X-Request-Id": odd.encode("latin-1")}).headers["x-request-id"]
        assert str(uuid.UUID(found)) == found
        assert found != number


def test_head_is_get_without_its_body(shop: httpx.Client) -> None:
    for path in ("/reports", "/caller", "/openapi.json", "/absent"):
        got, head = shop.get(path), shop.head(path)
        assert head.status_code == got.status_code
        assert head.content == b""
        for name in ("content-type", "content-length", *EVERYWHERE):
            assert head.headers[name] == got.headers[name]


def test_head_of_what_has_no_get_is_405(seller: httpx.Client) -> None:
    answer = seller.head("/echo")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_head_sends_nothing_of_a_stream() -> None:
    status, headers, body = answer_of(StreamingResponse(iter([b"a", b"b"])), "HEAD")
    assert (status, body) == (200, b"")
    assert headers["api-version"] == "1.2.3"


def test_the_applications_own_headers_win() -> None:
    own = {"Cache-Control": "public", "X-Request-Id": "own", "X-Frame-Options": "SAMEORIGIN"}
    _, headers, body = answer_of(PlainTextResponse("x", headers=own))
    assert body == b"x"
    assert (headers["cache-control"], headers["x-request-id"], headers["x-frame-options"]) == (
        "public",
        "own",
        "SAMEORIGIN",
    )


def test_an_error_before_the_answer_becomes_the_answer() -> None:
    async def broken(_scope: Any, _receive: Any, _send: Any) -> None:
        raise RuntimeError("a secret")

    status, headers, body = answer_of(broken)
    assert (status, headers["content-type"]) == (500, MEDIA_TYPE)
    assert json.loads(body)["status"] == 500
    assert b"secret" not in body


def test_an_error_within_the_answer_breaks_it_off() -> None:
    # A half answer must not look like a whole one.
    async def broken(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("too late")

    with pytest.raises(RuntimeError, match="too late"):
        answer_of(broken)


def test_a_client_that_leaves_is_no_error_of_ours() -> None:
    async def left(_scope: Any, _receive: Any, _send: Any) -> None:
        raise ClientDisconnect

    async def run() -> list[Any]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        await Edge(left, "1")({"type": "http", "method": "POST", "path": "/", "headers": []}, None, send)  # type: ignore[arg-type]
        return sent

    with capture_logs() as logs:
        assert asyncio.run(run()) == []
    assert [(log["event"], log["log_level"]) for log in logs] == [("the client went away", "info")]


def test_what_is_not_http_passes_through() -> None:
    seen = []

    async def inner(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope)

    scope = {"type": "lifespan"}
    asyncio.run(Edge(inner, "1")(scope, None, None))  # type: ignore[arg-type]
    assert seen == [scope]
