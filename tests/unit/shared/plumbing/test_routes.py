"""shared.plumbing.routes: who may call comes first, then what was sent, and every answer names what to do."""

import asyncio
from fractions import Fraction
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from shared.kernel.numbers import plain
from shared.plumbing.identity import Principal, allow, public
from shared.plumbing.routes import JSON, ContractRoute, preferred, produced_by, query_keys_of, rules_of, upload_rule_of
from shared.plumbing.uploads import MAX_JSON_BYTES, accepts


def codes(answer: httpx.Response) -> list[tuple[str, str]]:
    """Place and code of every fault in a 400."""
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return [(fault["location"], fault["code"]) for fault in answer.json()["errors"]]


def route(endpoint: Any) -> ContractRoute:
    return ContractRoute("/x", endpoint, methods=["GET"])


def test_a_route_cannot_be_made_without_a_rule() -> None:
    def open_to_all() -> None: ...

    with pytest.raises(TypeError, match="route /x needs exactly one authorisation rule"):
        route(open_to_all)
    with pytest.raises(TypeError, match="exactly one"):
        APIRouter(route_class=ContractRoute).get("/x")(open_to_all)


def test_a_route_cannot_be_made_with_two_rules() -> None:
    def inner(_caller: Principal = Depends(public())) -> None: ...

    def guarded(_caller: Principal = Depends(allow("seller")), _inner: None = Depends(inner)) -> None: ...

    with pytest.raises(TypeError, match="exactly one"):
        route(guarded)


def test_a_route_tells_its_rule_its_keys_and_its_files() -> None:
    class Filters(BaseModel):
        on: str
        known_at: str = Query(alias="knownAt")

    def inner(after: str = "") -> None: ...

    def endpoint(
        filters: Filters = Query(),
        _inner: None = Depends(inner),
        _caller: Principal = Depends(allow("seller")),
        _upload: Any = Depends(accepts("text/csv", max_bytes=1)),
    ) -> None: ...

    made = route(endpoint)
    assert [rule.roles for rule in rules_of(made)] == [{"seller"}]
    assert query_keys_of(made) == {"on", "knownAt", "after"}
    assert produced_by(made) == (JSON,)
    upload = upload_rule_of(made)
    assert upload is not None
    assert upload.media_types == ("text/csv",)


def test_the_caller_is_refused_before_anything_is_read(shop_app: Any) -> None:
    # Everything about these requests is wrong; what is told is that the caller is unknown, and no byte is taken in.
    read = []

    async def receive() -> dict[str, Any]:
        read.append(1)
        return {"type": "http.request", "body": b"{", "more_body": True}

    for path in ("/books", "/catalogues"):
        sent: list[Any] = []

        async def send(message: Any, sent: list[Any] = sent) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"unknown=1&unknown=2",
            "headers": [(b"content-type", b"image/png"), (b"accept", b"text/plain")],
            "scheme": "http",
            "server": ("test", 80),
        }
        asyncio.run(shop_app(scope, receive, send))
        assert sent[0]["status"] == 401
    assert read == []


def test_the_order_of_answers(shop: httpx.Client, seller: httpx.Client, issuer: Any) -> None:
    wrong = {"Accept": "text/plain", "Content-Type": "image/png"}
    assert shop.post("/books?x=1", content=b"{", headers=wrong).status_code == 401
    buyer = issuer.headers("buyer")
    assert shop.post("/books?x=1", content=b"{", headers=wrong | buyer).status_code == 403
    assert codes(seller.post("/books?x=1", content=b"{", headers=wrong)) == [("query.x", "unknown_query_key")]
    assert seller.post("/books", content=b"{", headers=wrong).status_code == 406
    assert seller.post("/books", content=b"{", headers={"Content-Type": "image/png"}).status_code == 415
    assert codes(seller.post("/books", content=b"{", headers={"Content-Type": JSON})) == [("/", "json_invalid")]
    assert codes(seller.post("/books", json={"pages": "many", "x": 1})) == [
        ("/title", "missing"),
        ("/pages", "int_parsing"),
        ("/x", "extra_forbidden"),
    ]


def test_a_token_that_is_sent_must_hold_on_a_public_route_too(shop: httpx.Client) -> None:
    assert shop.get("/reports").status_code == 200
    refused = shop.get("/reports", headers={"Authorization": "Bearer nonsense"})
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer realm="zorgtarief"')


def test_every_unknown_and_doubled_key_is_named(seller: httpx.Client) -> None:
    assert codes(seller.get("/books?title=a&title=b&x=1&y=2&x=3&knownat=1")) == [
        ("query.x", "unknown_query_key"),
        ("query.y", "unknown_query_key"),
        ("query.knownat", "unknown_query_key"),
        ("query.title", "query_key_twice"),
    ]
    message = seller.get("/books?x=1").json()["errors"][0]["message"]
    assert "knownAt, title" in message
    assert "none" in seller.get(f"/books/{'0' * 32}?x=1").json()["errors"][0]["message"]


def test_unknown_keys_and_wrong_values_are_named_together(seller: httpx.Client) -> None:
    assert codes(seller.get("/books?x=1&knownAt=1&title=" + "x" * 61)) == [
        ("query.x", "unknown_query_key"),
        ("query.title", "string_too_long"),
        ("query.knownAt", "instant_format"),
    ]
    assert codes(seller.get("/books/1?x=1")) == [("query.x", "unknown_query_key"), ("path.bookId", "uuid_parsing")]
    assert codes(seller.get("/books?title=%00&knownAt=1")) == [
        ("query.title", "text_not_storable"),
        ("query.knownAt", "instant_format"),
    ]


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("nl", "deze sleutel is hier onbekend; laat haar weg of kies uit: knownAt, title"),
        ("en", "this key is unknown here; leave it out or choose from: knownAt, title"),
    ],
)
def test_a_fault_is_told_in_the_readers_language(seller: httpx.Client, language: str, message: str) -> None:
    answer = seller.get("/books?x=1", headers={"Accept-Language": language})
    assert (answer.headers["content-language"], answer.json()["errors"][0]["message"]) == (language, message)


@pytest.mark.parametrize(
    "query",
    [
        "knownAt=2026-01-01T00:00:00",
        "knownAt=",
        "knownAt=0001-01-01T00:00:00%2B14:00",
        "knownAt=1",
        "title=" + "x" * 61,
    ],
)
def test_a_query_value_that_is_wrong_is_named(seller: httpx.Client, query: str) -> None:
    assert [place for place, _ in codes(seller.get(f"/books?{query}"))] == [f"query.{query.partition('=')[0]}"]


@pytest.mark.parametrize("query", ["title=%00", "title=a%00b", "%00=1"])
def test_nul_in_a_query_is_refused(seller: httpx.Client, query: str) -> None:
    assert [code for _, code in codes(seller.get(f"/books?{query}"))] == ["text_not_storable"]


@pytest.mark.parametrize("query", ["title=%ff", "title=%", "title=%zz", "title=%ed%a0%80", "title=%F0%9F%98%80"])
def test_odd_encodings_in_a_query_find_nothing(seller: httpx.Client, query: str) -> None:
    answer = seller.get(f"/books?{query}")
    assert (answer.status_code, answer.json()) == (200, [])


@pytest.mark.parametrize(
    ("path", "status"),
    [("%00", 400), ("a%00b", 400), ("%ff", 200), ("%ed%a0%80", 200), ("%zz", 200), ("%F0%9F%98%80", 200), ("'--", 200)],
)
def test_odd_characters_in_a_path_are_no_failure(shop: httpx.Client, path: str, status: int) -> None:
    answer = shop.get(httpx.URL(f"{shop.base_url}shelves/{path}"))
    assert answer.status_code == status
    if status == 400:
        assert codes(answer) == [("path.name", "text_not_storable")]


@pytest.mark.parametrize("book_id", ["1", "not-a-uuid", quote("💶"), "0" * 31, "0" * 5000])
def test_a_path_parameter_that_is_no_uuid_is_named(shop: httpx.Client, book_id: str) -> None:
    assert [place for place, _ in codes(shop.get(f"/books/{book_id}"))] == ["path.bookId"]


@pytest.mark.parametrize(
    "body", [rb'{"title": "\u0000", "pages": 1}', rb'{"title": "a\ud800b"}', rb'{"title": "\udfff", "pages": 1}']
)
def test_text_that_cannot_be_stored_is_named(seller: httpx.Client, body: bytes) -> None:
    answer = seller.post("/books", content=body, headers={"Content-Type": JSON})
    assert codes(answer) == [("/title", "text_not_storable")]


@pytest.mark.parametrize("price", ["0.1", "1.10", "123456789012345678.12345678901234567891", "-7"])
def test_numbers_are_read_exactly(seller: httpx.Client, price: str) -> None:
    body = b'{"title": "costs %s", "price": %s}' % (price[:20].encode(), price.encode())
    answer = seller.post("/books", content=body, headers={"Content-Type": JSON})
    assert (answer.status_code, answer.json()["price"]) == (201, plain(Fraction(price)))


def test_a_number_without_end_or_measure_is_named(shop: httpx.Client) -> None:
    body = b'{"a": NaN, "b": 1e400, "c": %s, "d": -Infinity}' % (b"9" * 5000)
    answer = shop.post("/echo", content=body, headers={"Content-Type": JSON})
    assert sorted(codes(answer)) == [
        ("/a", "number_not_finite"),
        ("/b", "number_not_plain"),
        ("/c", "number_too_long"),
        ("/d", "number_not_finite"),
    ]


@pytest.mark.parametrize("depth", [65, 500, 100_000])
def test_a_deep_document_is_refused(shop: httpx.Client, depth: int) -> None:
    body = b'{"a":' * depth + b"1" + b"}" * depth
    answer = shop.post("/echo", content=body, headers={"Content-Type": JSON})
    assert [code for _, code in codes(answer)] == ["json_too_deep"]


@pytest.mark.parametrize("media_type", ["application/json", "Application/JSON; charset=utf-8", "application/json;"])
def test_json_is_json_whatever_its_parameters(shop: httpx.Client, media_type: str) -> None:
    answer = shop.post("/echo", content=b'{"a": 1}', headers={"Content-Type": media_type})
    assert (answer.status_code, answer.json()) == (200, {"a": 1})


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/problem+json", "", "application/x-www-form-urlencoded"]
)
def test_what_is_not_json_is_415(shop: httpx.Client, media_type: str) -> None:
    answer = shop.post("/echo", content=b'{"a": 1}', headers={"Content-Type": media_type})
    assert answer.status_code == 415
    assert "application/json" in answer.json()["detail"]


def test_an_empty_body_is_not_json(shop: httpx.Client) -> None:
    assert shop.post("/echo").status_code == 415
    assert codes(shop.post("/echo", content=b"", headers={"Content-Type": JSON})) == [("/", "json_invalid")]


def test_a_body_that_may_be_absent_may_be_absent(shop: httpx.Client) -> None:
    assert shop.post("/notes").json() == {"text": "absent"}
    assert shop.post("/notes", headers={"Content-Type": JSON}).json() == {"text": "absent"}
    # What `curl -d ''` sends: a form of nothing is nothing.
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert shop.post("/notes", headers=form).json() == {"text": "absent"}
    assert shop.post("/notes", headers=form, content=b"x").status_code == 415
    assert shop.post("/notes", json={"text": "here"}).json() == {"text": "here"}
    assert shop.post("/notes", content=b"here").status_code == 415
    assert shop.post("/notes", content=b"here", headers={"Content-Type": "text/plain"}).status_code == 415
    assert codes(shop.post("/notes", content=b"here", headers={"Content-Type": JSON})) == [("/", "json_invalid")]


def test_a_body_has_a_largest_size(shop: httpx.Client) -> None:
    largest = b'{"a": "%s"}' % (b"x" * (MAX_JSON_BYTES - 9))
    assert shop.post("/echo", content=largest, headers={"Content-Type": JSON}).status_code == 200
    refused = shop.post("/echo", content=largest + b" ", headers={"Content-Type": JSON})
    assert (refused.status_code, refused.json()["detail"]) == (413, "Send at most 8 MiB.")


def test_a_body_that_no_one_asked_for_has_a_largest_size_too(seller: httpx.Client) -> None:
    answer = seller.request("DELETE", f"/books/{'0' * 32}", content=b"x" * (MAX_JSON_BYTES + 1))
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("accept", "found"),
    [
        ("", "text/html"),
        ("*/*", "text/html"),
        ("text/csv", "text/csv"),
        ("text/*", "text/html"),
        ("TEXT/CSV;Q=0.5", "text/csv"),
        ("text/html;q=0.5, text/csv", "text/csv"),
        ("text/html;q=0, */*", "text/csv"),
        ("text/html;q=0.1, */*;q=0.9", "text/csv"),
        ("text/csv;q=0.9, text/html;q=0.9", "text/html"),
        ("application/json", None),
        ("application/json,", None),
        ("text/html;q=0", None),
        ("text/html;q=0, text/csv;q=0, */*", None),
        ("text/html;q=none", None),
        ("text/html;q=nan", None),
        ("text/html;level=1;q=0.4, text/csv;q=0.3", "text/html"),
        (", ,", "text/html"),
        ("text", None),
        ("*/csv", None),
    ],
)
def test_the_representation_is_what_the_caller_prefers(accept: str, found: str | None) -> None:
    assert preferred(accept, ("text/html", "text/csv")) == found


def test_a_route_answers_with_what_the_caller_accepts(shop: httpx.Client) -> None:
    assert shop.get("/reports", headers={"Accept": "text/csv"}).headers["content-type"].startswith("text/csv")
    assert shop.get("/reports").text == "<p>text/html</p>"
    refused = shop.get("/reports", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()["detail"]) == (406, "This address gives: text/html, text/csv.")
    assert shop.get("/caller", headers={"Accept": "text/html"}).status_code == 406


def test_a_header_that_is_not_text_is_no_failure(shop: httpx.Client) -> None:
    for name in ("Accept", "Accept-Language", "Content-Type", "If-Match", "Authorization", "X-Request-Id"):
        answer = shop.get("/reports", headers={name: b"\xff\xfe\x80"})
        assert answer.status_code == {"Accept": 406, "Authorization": 401}.get(name, 200), name


def test_a_file_is_received_before_anything_else(seller: httpx.Client) -> None:
    answer = seller.post("/catalogues", content=b"a,b\r\n", headers={"Content-Type": "text/csv; header=present"})
    assert answer.status_code == 201
    assert (answer.json()["size"], answer.json()["again"], answer.json()["mediaType"]) == (5, 5, "text/csv")
