"""migrations.roles: two roles per service, made once, and each no stronger than its task."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import URL, Engine, create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from migrations.__main__ import prepare_roles
from migrations.roles import prepare
from services.runner.embedded import as_service, make_database

Query = Callable[..., Any]


@pytest.fixture(scope="module")
def url(cluster: URL) -> URL:
    return make_database(cluster, "roles_under_test")


@pytest.fixture(scope="module")
def admin(url: URL) -> Iterator[Engine]:
    engine = create_engine(url)
    with engine.begin() as connection:
        prepare(connection, "library", None)
        prepare(connection, "archive", None)
    with engine.begin() as connection:
        for service in ("library", "archive"):
            connection.execute(text(f"SET LOCAL ROLE {service}_owner"))
            connection.execute(text(f"CREATE TABLE {service}.loans (reader text)"))
            connection.execute(text(f"INSERT INTO {service}.loans VALUES ('nina'), ('otto')"))
            connection.execute(text(f"GRANT SELECT, INSERT ON {service}.loans TO {service}_service"))
            connection.execute(text("RESET ROLE"))
    yield engine
    engine.dispose()


@pytest.fixture
def as_runner(admin: Engine, url: URL) -> Iterator[Query]:
    """Run SQL as the role that runs the library."""
    assert admin
    engine = create_engine(as_service(url, "library"))

    def query(statement: str) -> Any:
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            return result.all() if result.returns_rows else None

    yield query
    engine.dispose()


def test_roles_are_made_with_no_more_than_they_need(admin: Engine) -> None:
    with admin.connect() as connection:
        found = connection.execute(
            text(
                "SELECT rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolreplication "
                "FROM pg_roles WHERE rolname LIKE 'library%' ORDER BY 1"
            )
        ).all()
    assert [tuple(row) for row in found] == [
        ("library_owner", False, *[False] * 5),
        ("library_service", True, *[False] * 5),
    ]


def test_preparing_again_changes_nothing(admin: Engine, as_runner: Query) -> None:
    for _ in range(3):
        with admin.begin() as connection:
            prepare(connection, "library", None)
    assert len(as_runner("SELECT * FROM loans")) == 2


def test_two_services_are_prepared_side_by_side(cluster: URL) -> None:
    urls = [make_database(cluster, f"side_by_side_{number}") for number in range(2)]
    errors: list[Exception] = []

    def run(url: URL, service: str) -> None:
        engine = create_engine(url)
        try:
            prepare_roles(engine, service, "secret")
        except Exception as error:
            errors.append(error)
        finally:
            engine.dispose()

    # The same roles for two databases of one cluster, and two services for each.
    threads = [
        threading.Thread(target=run, args=(url, service)) for url in urls * 3 for service in ("museum", "theatre")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_the_runner_finds_its_own_schema_without_naming_it(as_runner: Query) -> None:
    assert as_runner("SHOW search_path") == [("library",)]
    assert len(as_runner("SELECT * FROM loans")) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (x int)",
        "CREATE TABLE library.mine (x int)",
        "CREATE TABLE public.mine (x int)",
        "CREATE TEMPORARY TABLE mine (x int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION library.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE EXTENSION vector",
        "CREATE ROLE mine",
        "ALTER TABLE library.loans ADD COLUMN mine int",
        "ALTER TABLE library.loans DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE library.loans OWNER TO library_service",
        "CREATE POLICY mine ON library.loans USING (true)",
        "DROP TABLE library.loans",
        "TRUNCATE library.loans",
        "DELETE FROM library.loans",
        "SET ROLE library_owner",
        "SET ROLE archive_service",
        "SET SESSION AUTHORIZATION archive_service",
        "ALTER ROLE library_service BYPASSRLS",
        "ALTER ROLE library_service SUPERUSER",
        "SELECT * FROM archive.loans",
        "INSERT INTO archive.loans VALUES ('x')",
        "COPY library.loans TO '/tmp/loans'",
        "COPY library.loans FROM PROGRAM 'id'",
    ],
)
def test_the_runner_runs_and_does_no_more(as_runner: Query, statement: str) -> None:
    with pytest.raises((ProgrammingError, OperationalError), match=r"permission denied|must be owner|must have"):
        as_runner(statement)


def test_the_runner_cannot_look_past_row_level_security(admin: Engine, as_runner: Query) -> None:
    with admin.begin() as connection:
        connection.execute(text("SET LOCAL ROLE library_owner"))
        connection.execute(text("CREATE TABLE library.cards (reader text)"))
        connection.execute(text("INSERT INTO library.cards VALUES ('nina'), ('otto')"))
        connection.execute(text("ALTER TABLE library.cards ENABLE ROW LEVEL SECURITY"))
        connection.execute(text("CREATE POLICY nina ON library.cards USING (reader = 'nina')"))
        connection.execute(text("GRANT SELECT ON library.cards TO library_service"))
    assert as_runner("SELECT reader FROM cards") == [("nina",)]
    with pytest.raises(ProgrammingError, match="row-level security"):
        as_runner("SET LOCAL row_security = off; SELECT reader FROM cards")


def test_others_may_not_even_connect(admin: Engine, url: URL) -> None:
    with admin.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS passer_by"))
        connection.execute(text("CREATE ROLE passer_by LOGIN"))
    for role, match in (("passer_by", "permission denied for database"), ("library_owner", "not permitted to log in")):
        engine = create_engine(url.set(username=role))
        with pytest.raises(OperationalError, match=match):
            engine.connect()
        engine.dispose()


def test_a_password_is_set_and_changed_and_may_hold_anything(admin: Engine) -> None:
    def hashed() -> str | None:
        with admin.connect() as connection:
            found = text("SELECT rolpassword FROM pg_authid WHERE rolname = 'library_service'")
            password = connection.execute(found).scalar_one()
            return None if password is None else str(password)

    seen = [hashed()]
    for password in ("first", 'it\'s "odd" \\ % :name', "first"):
        with admin.begin() as connection:
            prepare(connection, "library", password)
        seen.append(hashed())
    assert seen[0] is None
    assert all(found is not None and found.startswith("SCRAM-SHA-256$") for found in seen[1:])
    assert len(set(seen)) == 4
    with admin.begin() as connection:
        prepare(connection, "library", None)
    assert hashed() == seen[-1]


def test_a_service_with_an_odd_name_is_quoted(cluster: URL) -> None:
    engine = create_engine(make_database(cluster, "odd_name"))
    with engine.begin() as connection:
        prepare(connection, "Odd name; DROP", None)
        assert (
            connection.execute(text("SELECT count(*) FROM pg_namespace WHERE nspname = 'Odd name; DROP'")).scalar_one()
            == 1
        )
    engine.dispose()
