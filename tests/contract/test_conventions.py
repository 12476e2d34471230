"""Every route of every service keeps the conventions of the HTTP contract, whatever it does."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from shared.plumbing.edge import SECURITY_HEADERS
from shared.plumbing.problems import MEDIA_TYPE
from shared.plumbing.routes import JSON, produced_by, upload_rule_of
from tests.contract.applications import (
    ABSENT_ID,
    APPLICATIONS,
    WITH_DEMO_ISSUER,
    Door,
    application,
    doors,
    methods_at,
)
from tests.unit.shared.plumbing.bookshop import serving

HOPS = [door for door in doors() if door.method == "any method"]
DOORS = [door for door in doors() if door.method != "any method"]
PLACES = list({(door.application, door.path): door for door in DOORS}.values())


@pytest.fixture(scope="module")
def addresses(issuer: Any, service_url: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Where each application listens."""
    with ExitStack() as stack:
        found = {}
        for name in APPLICATIONS:
            url = service_url(name) if name in {"costprice", "tariffs"} else ""
            folder = tmp_path_factory.mktemp(name.partition(" ")[0])
            app = application(name, url, issuer.issuer, issuer.jwks_url, Path(folder))
            found[name] = stack.enter_context(serving(app))
        yield found


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture
def ask(addresses: dict[str, str], client: httpx.Client, issuer: Any) -> Any:
    """Ask at a door, by default as someone who may; every answer has the headers that every answer must have."""

    def ask(
        door: Door, method: str = "", more: str = "", *, at: str = "", known: bool = True, **options: Any
    ) -> httpx.Response:
        headers = options.pop("headers", {})
        if known and door.guarded:
            headers = headers | issuer.headers(door.roles[0], agbCode="65650001", uzovi="3311")
        url = addresses[door.application] + (at or door.address) + more
        answer = client.request(method or door.method, url, headers=headers, **options)
        assert answer.status_code < 500 or answer.status_code == 503, answer.text
        for name, _ in SECURITY_HEADERS:
            assert answer.headers.get(name.decode()), f"{name.decode()} is absent"
        assert answer.headers["api-version"].count(".") == 2
        assert answer.headers["x-request-id"]
        return answer

    return ask


def is_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    document = dict(answer.json())
    assert set(document) >= {"type", "title", "status", "detail", "instance"}
    assert document["status"] == status
    return document


def takes_a_body(door: Door) -> bool:
    return isinstance(door.route, APIRoute) and bool(door.route.body_field or upload_rule_of(door.route))


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_an_unknown_query_key_is_named(ask: Any, door: Door) -> None:
    problem = is_problem(ask(door, more="?unknownKey=1"), 400)
    assert ("query.unknownKey", "unknown_query_key") in [(f["location"], f["code"]) for f in problem["errors"]]


@pytest.mark.parametrize("door", [door for door in DOORS if door.guarded], ids=str)
def test_without_a_token_a_guarded_route_tells_nothing(ask: Any, door: Door) -> None:
    answer = ask(door, more="?unknownKey=1", known=False, content=b"{", headers={"Content-Type": "image/png"})
    is_problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("door", [door for door in DOORS if door.guarded], ids=str)
def test_with_another_role_a_guarded_route_tells_nothing(ask: Any, door: Door, issuer: Any) -> None:
    answer = ask(door, more="?unknownKey=1", known=False, headers=issuer.headers("nobody"))
    is_problem(answer, 403)


@pytest.mark.parametrize("door", PLACES, ids=str)
def test_another_method_is_told_which_there_are(ask: Any, door: Door) -> None:
    allowed = methods_at(door.application, door.address)
    other = next(method for method in ("PATCH", "DELETE", "PUT", "POST", "GET") if method not in allowed)
    answer = ask(door, other)
    is_problem(answer, 405)
    assert answer.headers["allow"] == ", ".join(sorted(allowed))


@pytest.mark.parametrize("door", PLACES, ids=str)
def test_a_trailing_slash_leads_nowhere(ask: Any, door: Door) -> None:
    for method in (door.method, "GET"):
        answer = ask(door, method, more="/")
        is_problem(answer, 404)
        assert "location" not in answer.headers


@pytest.mark.parametrize("door", [door for door in DOORS if door.method == "GET"], ids=str)
def test_head_answers_as_get_without_the_body(ask: Any, door: Door) -> None:
    got, head = ask(door), ask(door, "HEAD")
    assert head.status_code == got.status_code
    assert head.content == b""
    assert head.headers.get("content-type") == got.headers.get("content-type")


@pytest.mark.parametrize("door", [door for door in DOORS if takes_a_body(door)], ids=str)
def test_another_content_type_is_refused(ask: Any, door: Door) -> None:
    is_problem(ask(door, content=b"GIF89a", headers={"Content-Type": "image/gif"}), 415)
    is_problem(ask(door, content=b"{}", headers={"Content-Type": "application/problem+json"}), 415)


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_a_representation_that_does_not_exist_is_refused(ask: Any, door: Door) -> None:
    assert isinstance(door.route, APIRoute)
    assert "image/x-absent" not in produced_by(door.route)
    is_problem(ask(door, headers={"Accept": "image/x-absent"}), 406)


@pytest.mark.parametrize(
    "door", [d for d in DOORS if isinstance(d.route, APIRoute) and d.route.body_field is not None], ids=str
)
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "json_invalid"),
        (b'{"a": NaN}', "number_not_finite"),
        (b'{"a": 1e5}', "number_not_plain"),
        (b'{"a": 1, "a": 1}', "field_twice"),
        (rb'{"a": "\u0000"}', "text_not_storable"),
        (rb'{"a": "\ud800"}', "text_not_storable"),
        (b"[" * 100_000, "json_too_deep"),
        (b"\xff", "json_not_utf8"),
        (b'{"a": %s}' % (b"9" * 5000), "number_too_long"),
    ],
    ids=["cut off", "NaN", "exponent", "doubled", "NUL", "half a character", "deep", "not UTF-8", "huge"],
)
def test_json_that_cannot_be_used_is_refused(ask: Any, door: Door, body: bytes, code: str) -> None:
    problem = is_problem(ask(door, content=body, headers={"Content-Type": JSON}), 400)
    assert [fault["code"] for fault in problem["errors"]] == [code]


@pytest.mark.parametrize(
    "door", [d for d in DOORS if isinstance(d.route, APIRoute) and d.route.body_field is not None], ids=str
)
@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"7", b'{"unknownField": 1}'])
def test_a_document_of_another_shape_is_refused(ask: Any, door: Door, body: bytes) -> None:
    answer = ask(door, content=body, headers={"Content-Type": JSON})
    if body == b"null" and not door.route.body_field.field_info.is_required():  # type: ignore[attr-defined]
        assert answer.status_code != 500
        return
    problem = is_problem(answer, 400)
    assert problem["errors"]
    for fault in problem["errors"]:
        assert fault["location"]
        assert fault["code"]
        assert fault["message"]


@pytest.mark.parametrize("door", [door for door in DOORS if "{" in door.path], ids=str)
@pytest.mark.parametrize("value", ["%00", "%ff", "%ed%a0%80", "..", "%2e%2e", "'", "%F0%9F%92%B6", "a" * 5000])
def test_odd_path_values_are_no_failure(ask: Any, door: Door, value: str) -> None:
    answer = ask(door, at=door.address.replace(ABSENT_ID, value))
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == MEDIA_TYPE


@pytest.mark.parametrize("name", [name for name in APPLICATIONS if name != WITH_DEMO_ISSUER])
def test_the_document_is_public_for_every_site(client: httpx.Client, addresses: dict[str, str], name: str) -> None:
    base = "/v1" if name == "gateway" else f"/{name}/v1"
    answer = client.get(f"{addresses[name]}{base}/openapi.json", headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    document = answer.json()
    assert document["openapi"].startswith("3.")
    assert document["info"]["contact"]["email"]
    assert all("/v1" not in path for path in document["paths"])
    assert not any(
        "422" in str(operation.get("responses"))
        for path in document["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict)
    )


@pytest.mark.parametrize("door", HOPS, ids=str)
def test_a_hop_to_a_service_that_is_away_is_told(ask: Any, door: Door) -> None:
    problem = is_problem(ask(door, "GET"), 503)
    assert problem["instance"]


@pytest.mark.parametrize("name", APPLICATIONS)
def test_an_address_that_does_not_exist_is_a_problem(
    client: httpx.Client, addresses: dict[str, str], name: str
) -> None:
    for path in ("/absent", "/absent/deeper", "/Openapi.json", "/docs/absent/deeper"):
        is_problem(client.get(addresses[name] + path), 404)
