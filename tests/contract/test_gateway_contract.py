"""The gateway keeps the HTTP contract: problems, headers, methods, one authorisation rule per route, its document."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from joserfc.jwk import ECKey
from openapi_spec_validator import validate

from services.gateway.app import create_app
from services.gateway.hop import HopRoute
from services.gateway.settings import Settings
from shared.plumbing.routes import rules_of

SECRET = "a-secret-for-the-contract-tests"
ADDRESS = "http://127.0.0.1:8000"


class Client:
    """Calls the application without a server; nothing listens where the services should be."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def __call__(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with (
                self.app.router.lifespan_context(self.app),
                httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client,
            ):
                return await client.request(method, path, **options)

        return asyncio.run(call())


@contextmanager
def made(key_file: Path) -> Iterator[FastAPI]:
    yield create_app(
        Settings(
            costprice_url="http://127.0.0.1:1",
            tariffs_url="http://127.0.0.1:1",
            public_url=ADDRESS,
            issuer=ADDRESS,
            jwks_url=f"{ADDRESS}/oauth2/jwks",
            demo_issuer_key_file=key_file,
            demo_client_secret=SECRET,
        )
    )


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("key") / "key.pem"
    file.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    return file


@pytest.fixture
def app(key_file: Path) -> Iterator[FastAPI]:
    with made(key_file) as app:
        yield app


@pytest.fixture
def call(app: FastAPI) -> Client:
    return Client(app)


def test_every_route_has_exactly_one_authorisation_rule(app: FastAPI) -> None:
    routes = [context.original_route for context in iter_route_contexts(app.routes)]

    assert {route.service for route in routes if isinstance(route, HopRoute)} == {"costprice", "tariffs"}
    assert len(routes) > 12
    for route in routes:
        assert len(rules_of(route)) == 1, route  # type: ignore[arg-type]


def test_only_proposals_ask_for_a_role(app: FastAPI) -> None:
    asked = {
        route.path: sorted(rules_of(route)[0].roles)
        for context in iter_route_contexts(app.routes)
        if rules_of(route := context.original_route)[0].roles  # type: ignore[arg-type]
    }
    assert asked == {"/tariff-proposals": ["analyst"]}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/health/", 404),
        ("GET", "/v1/tariff-proposals/", 404),
        ("GET", "/costprice/v2/studies", 404),
        ("GET", "/costprice/v1/studies", 503),
        ("GET", "/openapi.json", 503),
        ("GET", "/readyz", 503),
        ("PUT", "/v1/tariff-proposals", 405),
        ("POST", "/health", 405),
        ("DELETE", "/openapi.json", 405),
        ("POST", "/v1/tariff-proposals", 401),
        ("POST", "/oauth2/token", 415),
        ("GET", "/health?verbose=1", 400),
        ("GET", "/tariffs/v1/../x%2e", 404),
        ("GET", "/tariffs/v1/a%2F..%2Fb", 400),
    ],
)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_errors_are_problems_in_the_readers_language(
    call: Client, method: str, path: str, status: int, language: str
) -> None:
    answer = call(method, path, headers={"Accept-Language": language})

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Content-Language"] == language
    problem = answer.json()
    assert {"type", "title", "status", "detail", "instance"} <= set(problem)
    assert problem["status"] == status
    if status == 503:
        assert int(answer.headers["Retry-After"]) > 0
    if status == 405:
        assert answer.headers["Allow"]


@pytest.mark.parametrize(
    "path", ["/health", "/livez", "/docs", "/static/try.js", "/v1/openapi.json", "/nothing", "/oauth2/jwks"]
)
def test_every_answer_carries_version_and_security_headers_and_head_works(call: Client, path: str) -> None:
    got, head = call("GET", path), call("HEAD", path)

    for answer in (got, head):
        for name in ("API-Version", "X-Content-Type-Options", "Content-Security-Policy", "X-Request-Id"):
            assert len(answer.headers.get_list(name)) == 1, name
    assert head.status_code == got.status_code
    assert head.content == b""


def document(call: Client) -> dict[str, Any]:
    told = call("GET", "/v1/openapi.json")
    assert told.headers["Access-Control-Allow-Origin"] == "*"
    found: dict[str, Any] = told.json()
    return found


def test_the_document_is_valid_and_complete(call: Client) -> None:
    found = document(call)

    validate(found)
    assert found["servers"] == [{"url": "/v1"}]
    assert found["info"]["contact"]["email"]
    for path, item in found["paths"].items():
        for method, operation in item.items():
            if method != "servers":
                assert operation["summary"], path
                assert operation["operationId"], path
                assert "422" not in operation["responses"], path
                assert "503" in operation["responses"], path


def test_every_example_fits_its_schema(call: Client) -> None:
    found = document(call)
    tried = 0
    for item in found["paths"].values():
        for method, operation in item.items():
            for body in operation.get("requestBody", {}).get("content", {}).values() if method != "servers" else ():
                assert body["examples"]
                for example in body["examples"].values():
                    jsonschema.validate(example["value"], {**body["schema"], "components": found["components"]})
                    tried += 1
    assert tried == 2


def test_the_examples_run_as_they_stand(call: Client) -> None:
    paths = document(call)["paths"]
    form = paths["/oauth2/token"]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]
    example = form["examples"]["analyst"]["value"]
    token = call("POST", "/oauth2/token", data=example)
    assert token.status_code == 200

    body = paths["/tariff-proposals"]["post"]["requestBody"]["content"]["application/json"]["examples"]["proposal"]
    answer = call(
        "POST", "/v1/tariff-proposals", json=body["value"],
        headers={"Authorization": f"Bearer {token.json()['access_token']}"},
    )  # fmt: skip
    # The input is in order: what is missing is the service, which does not run here.
    assert answer.status_code == 503


@pytest.mark.parametrize("path", ["/v1/openapi.json", "/openapi.json"])
def test_the_secret_of_the_run_is_for_callers_on_this_machine_only(call: Client, path: str) -> None:
    told = call("GET", path, headers={"X-Forwarded-For": "203.0.113.9"})
    assert SECRET not in told.text


def test_the_bare_address_leads_to_the_explorer_and_the_base_path_to_nothing(call: Client) -> None:
    bare = call("GET", "/")
    assert (bare.status_code, bare.headers["Location"]) == (307, "/docs")
    for path in ("/v1/", "/v1"):
        assert call("GET", path).status_code == 404
