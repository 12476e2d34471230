"""migrations.building_blocks: who sees which rows is written once, and means what it says."""

import itertools
from collections.abc import Callable, Iterator

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import URL, create_engine, text

from migrations.building_blocks import claim_is, grant, guard_rows, has_role, install_job_queue
from migrations.environment import in_service
from migrations.roles import prepare
from services.runner.embedded import as_service, make_database

numbers = itertools.count(1)
Seen = Callable[..., list[str]]


@pytest.fixture(scope="module")
def url(cluster: URL) -> URL:
    """A database with a table of loans: a librarian sees all, a reader its own, the worker all."""
    url = make_database(cluster, "building_blocks")
    engine = create_engine(url)
    with engine.begin() as connection:
        prepare(connection, "reading", None)
        connection.execute(text("SET LOCAL ROLE reading_owner"))
        connection.execute(text("SET LOCAL search_path = reading"))
        with Operations.context(MigrationContext.configure(connection)):
            connection.execute(text("CREATE TABLE loans (card_number text, book text)"))
            connection.execute(text("INSERT INTO loans VALUES ('7', 'a'), ('8', 'b'), (NULL, 'c'), ('', 'd')"))
            grant("reading", "loans", "SELECT, INSERT, UPDATE")
            guard_rows(
                "reading",
                "loans",
                f"({has_role('librarian', 'system')}) OR ({has_role('reader')} AND {claim_is('card', 'card_number')})",
            )
            install_job_queue("reading")
    engine.dispose()
    return url


@pytest.fixture
def seen(url: URL) -> Iterator[Seen]:
    """The books that a caller with these roles and this card sees."""
    engine = create_engine(as_service(url, "reading"))

    def books(roles: str | None, card: str | None = None, statement: str = "SELECT book FROM loans") -> list[str]:
        with engine.begin() as connection:
            for name, value in (("roles", roles), ("card", card)):
                if value is not None:
                    connection.execute(
                        text("SELECT set_config(:name, :value, true)"), {"name": f"zorgtarief.{name}", "value": value}
                    )
            result = connection.execute(text(statement))
            return sorted(result.scalars()) if result.returns_rows else []

    yield books
    engine.dispose()


@pytest.mark.parametrize("roles", ["librarian", "system", "reader,librarian", "librarian,other"])
def test_a_role_sees_every_row(seen: Seen, roles: str) -> None:
    assert seen(roles) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(("card", "books"), [("7", ["a"]), ("8", ["b"]), ("9", []), ("", []), (None, [])])
def test_a_claim_sees_its_own_rows_and_an_absent_claim_none(seen: Seen, card: str | None, books: list[str]) -> None:
    assert seen("reader", card) == books


@pytest.mark.parametrize("roles", [None, "", "librarians", "Librarian", "other", " librarian", "librarian reader"])
def test_another_role_sees_nothing(seen: Seen, roles: str | None) -> None:
    assert seen(roles, "7") == []


def test_nobody_writes_what_it_may_not_see(seen: Seen) -> None:
    seen("reader", "7", "INSERT INTO loans VALUES ('7', 'e')")
    for statement in ("INSERT INTO loans VALUES ('8', 'x')", "UPDATE loans SET card_number = '8'"):
        with pytest.raises(Exception, match="row-level security"):
            seen("reader", "7", statement)
    with pytest.raises(Exception, match="permission denied"):
        seen("librarian", None, "DELETE FROM loans")
    assert seen("reader", "7") == ["a", "e"]


def test_the_queue_is_in_the_services_schema_and_usable(seen: Seen, url: URL) -> None:
    seen(None, None, "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('q', 'reading.x')")
    assert seen(None, None, "SELECT type::text FROM procrastinate_events") == ["deferred"]
    seen(None, None, "DELETE FROM procrastinate_jobs")
    engine = create_engine(url)
    with engine.connect() as connection:
        schemas = connection.execute(
            text(
                "SELECT DISTINCT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE c.relname LIKE 'procrastinate%'"
            )
        )
        assert schemas.scalars().all() == ["reading"]
    engine.dispose()


@pytest.mark.parametrize(
    ("name", "kind", "ours"),
    [
        ("reading", "schema", True),
        (None, "schema", True),
        ("other", "schema", False),
        ("loans", "table", True),
        ("procrastinate_jobs", "table", False),
        ("procrastinate_jobs_pkey", "index", True),
        ("title", "column", True),
    ],
)
def test_drift_is_looked_for_in_the_services_own_tables(name: str | None, kind: str, ours: bool) -> None:
    assert in_service("reading", name, kind, {}) is ours
