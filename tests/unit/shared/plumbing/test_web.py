"""shared.plumbing.web: how an application is put together, and what it answers when something is amiss."""

import socket
from typing import Any

import httpx
import pytest

from shared.plumbing.problems import MEDIA_TYPE

PLACES = ["/books", "/books/00000000-0000-4000-8000-000000000000", "/echo", "/reports", "/openapi.json", "/health"]


def is_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The answer is a whole problem document of this status and code; gives it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    document = dict(answer.json())
    assert set(document) >= {"type", "title", "status", "detail", "instance"}
    assert (document["type"], document["status"]) == (f"urn:zorgtarief:problem:{code}", status)
    assert document["instance"] == answer.request.url.path
    return document


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/books", "GET, HEAD, POST"),
        ("/books/00000000-0000-4000-8000-000000000000", "DELETE, GET, HEAD"),
        ("/books/not-a-uuid", "DELETE, GET, HEAD"),
        ("/echo", "POST"),
        ("/reports", "GET, HEAD"),
        ("/openapi.json", "GET, HEAD"),
        ("/livez", "GET, HEAD"),
    ],
)
def test_another_method_is_told_which_there_are(shop: httpx.Client, path: str, allowed: str) -> None:
    answer = shop.request("PATCH", path)
    is_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize(
    "path", [*(f"{place}/" for place in PLACES), "", "/", "//books", "/Books", "/absent", "/books/a/b"]
)
def test_another_address_is_not_found_and_not_redirected(seller: httpx.Client, path: str) -> None:
    answer = seller.get(httpx.URL(str(seller.base_url).rstrip("/") + path))
    assert answer.status_code == 404, answer.text
    assert answer.json()["type"] == "urn:zorgtarief:problem:not-found"
    assert "location" not in answer.headers


def test_the_same_routes_answer_behind_the_base_path_and_from_the_root(shop_address: str) -> None:
    for path in ("/livez", "/bookshop/v1/livez"):
        assert httpx.get(shop_address + path).json() == {"status": "ok"}
    assert httpx.get(shop_address + "/bookshop/v2/livez").status_code == 404


@pytest.mark.parametrize(
    ("language", "title"), [("nl", "Niet gevonden"), ("en, nl;q=0.9", "Not found"), ("", "Not found")]
)
def test_a_problem_speaks_the_readers_language(shop: httpx.Client, language: str, title: str) -> None:
    answer = shop.get("/absent", headers={"Accept-Language": language})
    assert answer.json()["title"] == title
    assert answer.headers["content-language"] == ("nl" if title == "Niet gevonden" else "en")


def test_the_documents_of_the_framework_are_not_served(shop: httpx.Client) -> None:
    for path in ("/docs", "/redoc", "/docs/oauth2-redirect"):
        assert shop.get(path).status_code == 404


@pytest.mark.parametrize("host", ["[", "a b", "x:99999", "\\", "a/../b", "[::1"])
def test_a_host_that_makes_no_sense_is_no_failure(shop_address: str, host: str) -> None:
    for path, status in (("/absent", 404), ("/reports", 200), ("/books", 401)):
        assert httpx.get(shop_address + path, headers={"Host": host}).status_code == status


def test_bytes_that_are_not_utf8_in_an_address_are_no_failure(shop_address: str) -> None:
    address = httpx.URL(shop_address)
    for target in (b"/absent?\xff\xfe", b"/reports?\xff", b"/shelves/\xff"):
        with socket.create_connection((address.host, address.port or 80), 10) as raw:
            raw.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            status = int(raw.makefile("rb").readline().split()[1])
        assert 200 <= status < 500, target
