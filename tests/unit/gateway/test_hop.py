"""What passes through the gateway comes out unchanged at the other end, both ways."""

import http.client
import uuid
from typing import Any
from urllib.parse import urlsplit

import pytest


def raw(
    address: str, method: str, target: str, headers: dict[str, str] | None = None, body: bytes | None = None
) -> Any:
    """A request whose target is sent as it stands; the answer with its content read."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    connection._validate_path = lambda _path: None  # type: ignore[method-assign]
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        answer.content = answer.read()  # type: ignore[attr-defined]
        return answer
    finally:
        connection.close()


def seen(service: Any, name: str) -> list[str]:
    """The values of a header as the service saw it."""
    return [value for key, value in service.last()["headers"] if key == name]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_method_reaches_the_service_with_its_body(client: Any, tariffs: Any, method: str) -> None:
    answer = client.request(method, "/tariffs/v1/anything", content=b"\x00body\xff")

    assert answer.status_code == 200
    assert tariffs.last()["method"] == method
    assert tariffs.last()["body"] == "\x00body\xff"


def test_each_service_gets_its_own_requests(client: Any, costprice: Any, tariffs: Any) -> None:
    client.get("/costprice/v1/studies")
    client.get("/tariffs/v1/parameters")

    assert [r["target"] for r in costprice.requests] == ["/costprice/v1/studies"]
    assert [r["target"] for r in tariffs.requests] == ["/tariffs/v1/parameters"]


@pytest.mark.parametrize(
    "target",
    [
        "/costprice/v1/a%2Fb",
        "/costprice/v1/a%2fb%20c/%C3%A9?x=%2F&x=1+1&y=a%26b&z=",
        "/costprice/v1//double//slash",
        "/costprice/v1/a;b=c,d/~user/!$&'()*",
        "/costprice/v1/%252e%252e/x",
        "/costprice/v1/.well-known/...",
        "/costprice/v1/?only=query&empty",
        "/costprice/v1/studies/",
    ],
)
def test_path_and_query_pass_byte_for_byte(gateway_address: str, costprice: Any, target: str) -> None:
    assert raw(gateway_address, "GET", target).status == 200

    assert costprice.last()["target"] == target


@pytest.mark.parametrize(
    "target",
    [
        "/costprice/v1/../v1/x",
        "/costprice/v1/..",
        "/costprice/v1/%2e%2e/x",
        "/costprice/v1/a/.%2E/b",
        "/costprice/v1/a%2F..%2Fb",
        "/costprice/v1/./x",
        "/costprice/v1/a\\..\\b",
        "/costprice/v1/a%5C..%5Cb",
        "/costprice/v1/../../tariffs/v1/x",
    ],
)
def test_a_path_that_could_leave_the_service_is_refused(gateway_address: str, costprice: Any, target: str) -> None:
    answer = raw(gateway_address, "GET", target)

    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert b"dot_segment" in answer.content
    assert costprice.requests == []


@pytest.mark.parametrize(
    "target",
    ["/costprice/v2/x", "/costprice", "/costprice/v1", "/costprice%2Fv1/x", "/v1/costprice/v1/x", "/Costprice/v1/x"],
)
def test_what_is_not_under_a_base_path_is_not_passed_on(gateway_address: str, costprice: Any, target: str) -> None:
    answer = raw(gateway_address, "GET", target)

    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert costprice.requests == []


def test_headers_of_the_contract_pass_to_the_service(client: Any, tariffs: Any, issuer: Any) -> None:
    sent = issuer.headers("analyst") | {
        "Idempotency-Key": "k-1",
        "If-Match": '"v1"',
        "If-None-Match": 'W/"v0"',
        "Accept-Language": "nl",
        "Accept": "text/csv",
        "Content-Type": "text/csv; charset=utf-8",
        "User-Agent": "somebody/1",
        "Cookie": "a=b",
        "X-Naam": "caf\u00e9",
    }
    client.post("/tariffs/v1/x", headers=sent | {"X-Naam": "caf\u00e9".encode()}, content=b"a,b")

    for name, value in sent.items():
        wanted = value if name != "X-Naam" else "caf\u00e9".encode().decode("latin-1")
        assert seen(tariffs, name.lower()) == [wanted], name


def test_nothing_is_invented_for_a_caller_that_sends_little(gateway_address: str, tariffs: Any) -> None:
    raw(gateway_address, "GET", "/tariffs/v1/x")

    names = {name for name, _ in tariffs.last()["headers"]}
    assert names == {"host", "x-forwarded-for", "x-forwarded-proto", "x-request-id"}


def test_a_body_of_no_bytes_is_still_a_body(gateway_address: str, tariffs: Any) -> None:
    assert raw(gateway_address, "POST", "/tariffs/v1/x", body=b"").status == 200

    assert seen(tariffs, "content-length") == ["0"]


def test_headers_of_one_connection_end_at_the_gateway(gateway_address: str, tariffs: Any) -> None:
    sent = {
        "Connection": "close, X-Only-Here",
        "X-Only-Here": "1",
        "Keep-Alive": "timeout=5",
        "TE": "trailers",
        "Proxy-Authorization": "Basic eDp5",
        "Proxy-Connection": "close",
        "Upgrade": "h2c",
    }
    raw(gateway_address, "GET", "/tariffs/v1/x", sent)

    for name in sent:
        assert seen(tariffs, name.lower()) == [], name


def test_where_the_caller_is_is_told_by_the_gateway_and_not_by_the_caller(gateway_address: str, tariffs: Any) -> None:
    raw(gateway_address, "GET", "/tariffs/v1/x", {"Forwarded": "for=6.6.6.6", "X-Forwarded-Host": "elsewhere"})

    assert seen(tariffs, "x-forwarded-for") == ["127.0.0.1"]
    assert seen(tariffs, "forwarded") == []
    assert seen(tariffs, "x-forwarded-host") == []


def test_a_header_that_cannot_be_passed_on_is_named(gateway_address: str, tariffs: Any) -> None:
    answer = raw(gateway_address, "GET", "/tariffs/v1/x", {"X-Naam": "caf\u00e9"})

    assert answer.status == 400
    assert b"header.x-naam" in answer.content
    assert tariffs.requests == []


def test_the_request_number_is_the_same_on_both_sides(client: Any, tariffs: Any) -> None:
    mine = str(uuid.uuid4())

    kept = client.get("/tariffs/v1/x", headers={"X-Request-Id": mine})
    assert seen(tariffs, "x-request-id") == [mine]
    assert kept.headers["X-Request-Id"] == mine

    made = client.get("/tariffs/v1/x", headers={"X-Request-Id": "no uuid\t<script>"})
    assert seen(tariffs, "x-request-id") == [made.headers["X-Request-Id"]]
    assert uuid.UUID(made.headers["X-Request-Id"])


def test_answers_come_back_with_their_headers_once(client: Any, tariffs: Any) -> None:
    tariffs.will_answer(
        "POST", "/x", b"answer", 201, "text/csv",
        location="/tariffs/v1/x/1?a=%2F", etag='"v2"', api_version="1.2.3", retry_after="7",
        content_language="nl", set_cookie="a=b", x_frame_options="SAMEORIGIN", content_encoding="identity",
    )  # fmt: skip
    answer = client.post("/tariffs/v1/x")

    assert (answer.status_code, answer.content) == (201, b"answer")
    assert answer.headers["Location"] == "/tariffs/v1/x/1?a=%2F"
    assert answer.headers["ETag"] == '"v2"'
    # The service's own version and security headers stand; the gateway adds only what is absent.
    assert answer.headers.get_list("API-Version") == ["1.2.3"]
    assert answer.headers.get_list("X-Frame-Options") == ["SAMEORIGIN"]
    assert answer.headers.get_list("X-Content-Type-Options") == ["nosniff"]
    assert answer.headers.get_list("Date") == [answer.headers["Date"]]
    for name in ("Retry-After", "Content-Language", "Set-Cookie", "Content-Type"):
        assert len(answer.headers.get_list(name)) == 1, name


def test_a_compressed_answer_stays_compressed(client: Any, tariffs: Any) -> None:
    tariffs.will_answer("GET", "/x", b"\x1f\x8bnot really gzip", content_encoding="gzip")

    with client.stream("GET", "/tariffs/v1/x") as answer:
        assert b"".join(answer.iter_raw()) == b"\x1f\x8bnot really gzip"
        assert answer.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("status", [204, 301, 304, 307, 404, 409, 500])
def test_any_status_is_handed_on_and_no_redirect_is_followed(client: Any, tariffs: Any, status: int) -> None:
    content = b"" if status in {204, 304} else b"{}"
    tariffs.will_answer("GET", "/x", content, status, location="/tariffs/v1/elsewhere")

    answer = client.get("/tariffs/v1/x", follow_redirects=False)

    assert answer.status_code == status
    assert answer.headers["Location"] == "/tariffs/v1/elsewhere"
    assert len(tariffs.requests) == 1


def test_head_reaches_the_service_as_head_and_has_no_body(client: Any, tariffs: Any) -> None:
    tariffs.will_answer("HEAD", "/x", b"", content_length="1234", etag='"v"')

    answer = client.head("/tariffs/v1/x")

    assert tariffs.last()["method"] == "HEAD"
    assert answer.content == b""
    assert answer.headers["ETag"] == '"v"'


def test_a_problem_of_the_service_is_handed_on_as_it_is(client: Any, tariffs: Any) -> None:
    problem = {"type": "urn:x", "status": 409, "errors": [{"location": "/lines/3", "code": "c", "message": "m"}]}
    tariffs.will_answer("POST", "/x", problem, 409, "application/problem+json")

    answer = client.post("/tariffs/v1/x")

    assert answer.status_code == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == problem
