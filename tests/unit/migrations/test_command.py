"""migrations as a command: ``python -m migrations costprice tariffs``."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import URL, create_engine, text

from migrations.__main__ import SERVICES, MigrationSettings, configuration, migrate
from services.runner.embedded import as_service, make_database

ROOT = Path(__file__).parents[3]


def run(*services: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MIGRATIONS_")}
    return subprocess.run(
        [sys.executable, "-m", "migrations", *services],
        cwd=ROOT,
        env=environment | {f"MIGRATIONS_{name}": value for name, value in settings.items()},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_command_migrates_what_it_is_told_to(cluster: URL) -> None:
    url = make_database(cluster, "migrated_by_command")
    for attempt in range(2):
        done = run(*SERVICES, ADMIN_URL=url.render_as_string(hide_password=False), SERVICE_PASSWORD="hush")
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == [f"{service}: up to date" for service in SERVICES], attempt
        assert "hush" not in done.stdout + done.stderr
    for service in SERVICES:
        engine = create_engine(as_service(url, service))
        with engine.connect() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        engine.dispose()


@pytest.mark.parametrize("services", [(), ("absent",), ("costprice", "absent")])
def test_a_service_that_does_not_exist_is_refused(services: tuple[str, ...]) -> None:
    done = run(*services, ADMIN_URL="postgresql+psycopg://nobody@/nothing")
    assert done.returncode == 2
    assert "usage: python -m migrations" in done.stderr


def test_without_an_address_the_setting_is_named() -> None:
    done = run("costprice", SERVICE_PASSWORD="hush")
    assert done.returncode == 1
    assert "admin_url" in done.stderr
    assert "hush" not in done.stderr


def test_a_secret_is_not_told_by_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIGRATIONS_ADMIN_URL", raising=False)
    monkeypatch.setenv("MIGRATIONS_SERVICE_PASSWORD", "hush")
    with pytest.raises(ValidationError) as caught:
        MigrationSettings()
    assert "hush" not in str(caught.value)


def test_a_migration_that_fails_leaves_nothing(cluster: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    url = make_database(cluster, "migration_that_fails")
    service = SERVICES[0]
    monkeypatch.setattr("migrations.building_blocks.SchemaManager.get_schema", lambda: "SELECT 1 / 0")
    with pytest.raises(Exception, match="division by zero"):
        migrate(url.render_as_string(hide_password=False), service)
    engine = create_engine(url)
    with engine.connect() as connection:
        tables = connection.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname = :s"), {"s": service})
        assert tables.scalar_one() == 0
    engine.dispose()
    monkeypatch.undo()
    migrate(url.render_as_string(hide_password=False), service)


def test_each_service_has_its_own_migrations(cluster: URL) -> None:
    engine = create_engine(cluster)
    with engine.connect() as connection:
        for service in SERVICES:
            location = configuration(service, connection).get_section_option(service, "script_location")
            assert location is not None
            assert Path(location) == ROOT / "migrations" / service
    engine.dispose()
