"""Migrations build each schema from nothing, exactly as the code expects it, and hold no number of policy."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Engine, MetaData, create_engine, inspect, text

from migrations.__main__ import SERVICES, configuration, migrate
from migrations.environment import in_service
from services.runner.embedded import as_service, make_database

ROOT = Path(__file__).parents[2]
WITH_TABLES = [
    service
    for service in SERVICES
    if (ROOT / "services" / service / "tables").exists() or (ROOT / "services" / service / "tables.py").exists()
]
FILES = sorted((ROOT / "migrations").glob("*/versions/*.py"))
ID = re.compile(r"\d{4}_[a-z0-9_]+")


@pytest.fixture(scope="module")
def admin(cluster: URL) -> Iterator[Engine]:
    """A database that was empty, with every service migrated in it."""
    url = make_database(cluster, "migrated_from_nothing")
    for service in SERVICES:
        migrate(url.render_as_string(hide_password=False), service)
    engine = create_engine(url)
    yield engine
    engine.dispose()


def tables_of(service: str) -> MetaData:
    """The tables as the code knows them."""
    package = importlib.import_module(f"services.{service}.tables")
    for module in sorted((ROOT / "services" / service / "tables").glob("*.py")):
        if module.stem != "__init__":
            importlib.import_module(f"services.{service}.tables.{module.stem}")
    found = getattr(package, "METADATA", None)
    if found is None:
        found = importlib.import_module(f"services.{service}.tables.metadata").METADATA
    assert isinstance(found, MetaData)
    return found


def test_every_service_with_tables_has_migrations() -> None:
    assert [service for service in WITH_TABLES if not list((ROOT / "migrations" / service).glob("versions/*.py"))] == []
    assert set(WITH_TABLES) == set(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_there_is_one_line_of_migrations_with_readable_names(service: str, admin: Engine) -> None:
    with admin.connect() as connection:
        scripts = ScriptDirectory.from_config(configuration(service, connection))
        assert len(scripts.get_heads()) == 1
        revisions = list(scripts.walk_revisions())
    for number, revision in enumerate(reversed(revisions), start=1):
        assert ID.fullmatch(revision.revision), revision.revision
        assert revision.revision.startswith(f"{number:04d}_")
        assert Path(revision.path).stem == revision.revision
        assert len(revision.revision) <= 32, "the version table holds 32 characters"
        assert (revision.doc or "").strip()


@pytest.mark.parametrize("service", SERVICES)
def test_from_nothing_to_the_newest(service: str, admin: Engine) -> None:
    with admin.connect() as connection:
        head = ScriptDirectory.from_config(configuration(service, connection)).get_current_head()
        at = connection.execute(text(f"SELECT version_num FROM {service}.alembic_version")).scalar_one()
    assert at == head
    expected = {table.name for table in tables_of(service).tables.values()} | {"alembic_version"}
    found = {name for name in inspect(admin).get_table_names(service) if not name.startswith("procrastinate_")}
    assert found == expected


@pytest.mark.parametrize("service", SERVICES)
def test_migrating_again_changes_nothing(service: str, admin: Engine) -> None:
    before = inspect(admin).get_table_names(service)
    migrate(admin.url.render_as_string(hide_password=False), service)
    assert inspect(admin).get_table_names(service) == before


@pytest.mark.parametrize("service", SERVICES)
def test_the_database_is_what_the_code_expects(service: str, admin: Engine) -> None:
    with admin.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": lambda name, type_, parents: in_service(service, name, type_, parents),
                "version_table_schema": service,
                "compare_server_default": True,
                "compare_type": True,
            },
        )
        drift = compare_metadata(context, tables_of(service))
    assert drift == []


def test_drift_would_be_found(admin: Engine) -> None:
    service = SERVICES[0]
    with admin.connect() as connection:
        opts = {"include_schemas": True, "include_name": lambda n, t, p: in_service(service, n, t, p)}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, MetaData(schema=service))


@pytest.mark.parametrize("service", SERVICES)
def test_every_check_of_the_code_is_in_the_database(service: str, admin: Engine) -> None:
    # Autogenerate does not compare check and exclusion constraints.
    with admin.connect() as connection:
        found = set(
            connection.execute(
                text(
                    "SELECT c.conrelid::regclass::text, c.conname FROM pg_constraint c "
                    "JOIN pg_namespace n ON n.oid = c.connamespace WHERE n.nspname = :s AND c.contype IN ('c', 'x')"
                ),
                {"s": service},
            ).all()
        )
    named = {(table.replace('"', ""), name) for table, name in found}
    missing = {
        (table.fullname, constraint.name)
        for table in tables_of(service).tables.values()
        for constraint in table.constraints
        if constraint.__class__.__name__ in {"CheckConstraint", "ExcludeConstraint"}
    } - {(table if "." in table else f"{service}.{table}", name) for table, name in named}
    assert missing == set()


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parts[-3]}/{file.stem}")
def test_no_number_of_policy_stands_in_a_migration(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    numbers = [
        f"line {node.lineno}: {node.value!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex)
    ]
    decimals = [
        f"line {node.lineno}: {match}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for match in re.findall(r"(?<![\w.])\d+\.\d+(?![\w.])", node.value)
    ]
    called = [
        f"line {node.lineno}: {name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for name in [getattr(node.func, "id", getattr(node.func, "attr", ""))]
        if name in {"Decimal", "Fraction"}
    ]
    assert numbers + decimals + called == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_services_role_runs_the_service_and_changes_no_schema(service: str, admin: Engine) -> None:
    engine = create_engine(as_service(admin.url, service), connect_args={"options": f"-csearch_path={service}"})
    other = next(name for name in SERVICES if name != service)
    refused = [
        f"CREATE TABLE {service}.mine (x int)",
        "CREATE TABLE public.mine (x int)",
        "CREATE SCHEMA mine",
        f"DROP TABLE {service}.jobs",
        f"ALTER TABLE {service}.jobs ADD COLUMN mine int",
        f"TRUNCATE {service}.jobs",
        f"SELECT * FROM {other}.jobs",
        f"SELECT * FROM {other}.alembic_version",
        f"UPDATE {service}.alembic_version SET version_num = 'x'",
        f"SET ROLE {service}_owner",
        f"SET ROLE {other}_service",
        "CREATE ROLE mine",
        "CREATE TEMPORARY TABLE mine (x int)",
    ]
    for statement in refused:
        with engine.connect() as connection, pytest.raises(Exception, match=r"permission denied|must be owner"):
            connection.execute(text(statement))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM jobs")).scalar_one() == 0
    engine.dispose()


@pytest.mark.parametrize("service", SERVICES)
def test_guarded_rows_are_guarded_for_the_services_role(service: str, admin: Engine) -> None:
    with admin.connect() as connection:
        tables = connection.execute(
            text(
                "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, count(p.polname) "
                "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                "LEFT JOIN pg_policy p ON p.polrelid = c.oid "
                "WHERE n.nspname = :s AND c.relkind = 'r' GROUP BY 1, 2, 3"
            ),
            {"s": service},
        ).all()
        bypass = connection.execute(
            text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = :r"), {"r": f"{service}_service"}
        ).scalar_one()
    assert bypass is False
    for name, enabled, forced, policies in tables:
        assert enabled == forced == (policies > 0), name
    assert any(enabled for _, enabled, _, _ in tables)
