"""shared.plumbing.health: alive is not ready, and ready says with what."""

from typing import Any

import httpx
import pytest
from sqlalchemy import URL

from services.runner.embedded import as_service, make_database
from shared.plumbing.database import Database, migration_of
from shared.plumbing.problems import Unavailable
from tests.unit.shared.plumbing import bookshop


def test_alive_needs_no_token_and_no_database(shop: httpx.Client) -> None:
    answer = shop.get("/livez")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/readyz", "/health"])
def test_ready_tells_version_migration_and_latency(shop: httpx.Client, path: str) -> None:
    body = shop.get(path).json()
    assert 0 < body.pop("latencyMs") < 10_000
    assert body == {"service": "bookshop", "status": "ok", "version": "1.2.3", "migration": "0001_books"}


def test_a_database_that_was_never_migrated_is_not_ready(cluster: URL, issuer: Any, bookshop_url: str) -> None:
    assert bookshop_url  # the role exists
    empty = make_database(cluster, "bookshop_never_migrated")
    url = as_service(empty, "bookshop").render_as_string(hide_password=False)
    with (
        bookshop.serving(bookshop.create_app(url, issuer.issuer, issuer.audience, issuer.jwks_url)) as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        assert client.get("/readyz").status_code == 503
        assert client.get("/readyz").headers["retry-after"] == "2"
        assert client.get("/livez").status_code == 200


def test_a_database_between_migrations_is_told_as_such(bookshop_admin: URL, bookshop_url: str) -> None:
    from sqlalchemy import create_engine, text

    engine, database = create_engine(bookshop_admin), Database(bookshop_url, "bookshop")
    assert migration_of(database, "bookshop") == "0001_books"
    with pytest.raises(Unavailable):
        migration_of(database, "absent")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM bookshop.alembic_version"))
    assert migration_of(database, "bookshop") is None
    engine.dispose()
    database.close()
