"""shared.plumbing.database_problems: what a client is told when the database refuses, collides or is away."""

import time
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from psycopg.errors import CheckViolation, ExclusionViolation
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DataError, IntegrityError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionInTime
from structlog.testing import capture_logs

from shared.plumbing.database_problems import DATABASE_ERROR_HANDLERS
from shared.plumbing.identity import IssuerKeys, Principal, TokenVerifier, public
from shared.plumbing.problems import MEDIA_TYPE
from shared.plumbing.routes import ContractRoute
from shared.plumbing.web import service_app
from tests.unit.shared.plumbing import bookshop


def is_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The answer is a whole problem document of this status and code; gives it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    document = dict(answer.json())
    assert set(document) >= {"type", "title", "status", "detail", "instance"}
    assert (document["type"], document["status"]) == (f"urn:zorgtarief:problem:{code}", status)
    assert document["instance"] == answer.request.url.path
    return document


def app_raising(issuer: Any, error: Exception) -> FastAPI:
    """An application with one route that raises this."""
    router = APIRouter(route_class=ContractRoute)

    @router.get("/x")
    def raising(_caller: Principal = Depends(public())) -> None:
        raise error

    verifier = TokenVerifier("i", "a", IssuerKeys(issuer.jwks_url), roles=frozenset())
    return service_app(
        title="X",
        version="1.0.0",
        base_path="/x/v1",
        description="",
        routers=[router],
        verifier=verifier,
        error_handlers=DATABASE_ERROR_HANDLERS,
    )


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OperationalError("secret sql", None, Exception("secret")), 503, "unavailable"),
        (NoConnectionInTime("secret pool"), 503, "unavailable"),
        (DataError("secret sql", None, Exception("secret")), 400, "invalid-input"),
        (IntegrityError("secret sql", None, ExclusionViolation("secret")), 409, "conflict"),
        (IntegrityError("secret sql", None, CheckViolation("secret")), 500, "internal-error"),
        (InternalError("secret sql", None, Exception("secret")), 500, "internal-error"),
        (RecursionError("secret"), 500, "internal-error"),
    ],
)
def test_an_error_of_the_database_is_told_by_what_it_means(
    issuer: Any, error: Exception, status: int, code: str
) -> None:
    with bookshop.serving(app_raising(issuer, error)) as address:
        answer = httpx.get(f"{address}/x")
    assert "secret" not in str(is_problem(answer, status, code))
    assert ("retry-after" in answer.headers) == (status == 503)


@pytest.mark.parametrize(
    "body", [{"title": "x" * 51}, {"title": "fits", "pages": 2**63}, {"title": "fits", "pages": -(10**30)}]
)
def test_a_value_that_does_not_fit_the_database_is_a_fault_of_the_input(
    seller: httpx.Client, body: dict[str, Any]
) -> None:
    # No check at the door catches these in the bookshop; the net does.
    with capture_logs() as logs:
        document = is_problem(seller.post("/books", json=body), 400, "invalid-input")
    assert "does not fit" in document["detail"]
    assert [log["event"] for log in logs] == ["the database refused a value"]


def test_two_that_want_the_same_name_collide_politely(seller: httpx.Client) -> None:
    title = f"same {uuid.uuid4()}"[:40]
    assert seller.post("/books", json={"title": title}).status_code == 201
    is_problem(seller.post("/books", json={"title": title}), 409, "conflict")


def test_without_a_database_the_answer_is_503_and_soon(issuer: Any, tmp_path: Path) -> None:
    url = f"postgresql+psycopg://nobody@/nothing?host={tmp_path}"
    with (
        bookshop.serving(bookshop.create_app(url, issuer.issuer, issuer.audience, issuer.jwks_url)) as address,
        httpx.Client(base_url=address, headers=issuer.headers("seller")) as client,
    ):
        start = time.monotonic()
        for answer in (
            client.get("/books"),
            client.post("/books", json={"title": "x"}, headers={"Idempotency-Key": "k"}),
        ):
            is_problem(answer, 503, "unavailable")
            assert answer.headers["retry-after"] == "2"
        is_problem(client.get("/readyz"), 503, "unavailable")
        assert client.get("/livez").status_code == 200
        assert time.monotonic() - start < 20


def test_a_database_that_comes_back_is_used_again(bookshop_url: str, bookshop_admin: Any, issuer: Any) -> None:
    app = bookshop.create_app(bookshop_url, issuer.issuer, issuer.audience, issuer.jwks_url)
    with bookshop.serving(app) as address, httpx.Client(base_url=address, headers=issuer.headers("seller")) as client:
        assert client.get("/books").status_code == 200
        engine = create_engine(bookshop_admin)
        with engine.begin() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bookshop_service'")
            )
        engine.dispose()
        assert client.get("/books").status_code == 200
