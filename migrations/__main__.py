"""Prepare roles and bring the schema of one or more services up to date: ``python -m migrations costprice tariffs``."""

import argparse
import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import IntegrityError, InternalError

from migrations.roles import prepare

SERVICES = ("costprice", "tariffs")
ATTEMPTS = 10
INI = Path(__file__).with_name("alembic.ini")


class MigrationSettings(BaseSettings):
    """Settings of a migration job, read from ``MIGRATIONS_…`` or from secret files of that name."""

    model_config = SettingsConfigDict(env_prefix="MIGRATIONS_", extra="ignore", hide_input_in_errors=True)

    admin_url: str = Field(description="PostgreSQL as a role that may create roles: postgresql+psycopg://…")
    service_password: str | None = Field(default=None, description="Password to give to the service's own role.")


def configuration(service: str, connection: Connection) -> Config:
    """Alembic's configuration for one service on an open connection."""
    config = Config(INI, ini_section=service)
    config.set_section_option(service, "script_location", str(INI.parent / service))
    config.attributes["connection"] = connection
    return config


def prepare_roles(engine: Engine, service: str, password: str | None) -> None:
    """Prepare the roles of a service, also while another database of the same server is being prepared."""
    # Roles belong to the whole server, but a lock to one database: of two that collide, one starts again.
    for _ in range(ATTEMPTS - 1):
        try:
            with engine.begin() as connection:
                prepare(connection, service, password)
        except (IntegrityError, InternalError):
            time.sleep(0.1)
        else:
            return
    with engine.begin() as connection:
        prepare(connection, service, password)


def migrate(admin_url: str, service: str, password: str | None = None) -> None:
    """Prepare the roles of a service and bring its schema up to the newest migration, wholly or not at all."""
    engine = create_engine(admin_url)
    try:
        prepare_roles(engine, service, password)
        with engine.begin() as connection:
            command.upgrade(configuration(service, connection), "head")
    finally:
        engine.dispose()


def main() -> None:
    """Read the command line and migrate."""
    parser = argparse.ArgumentParser(prog="python -m migrations", description=__doc__)
    parser.add_argument("services", nargs="+", choices=SERVICES)
    secrets = Path("/run/secrets")
    settings = MigrationSettings(_secrets_dir=secrets if secrets.is_dir() else None)
    for service in parser.parse_args().services:
        migrate(settings.admin_url, service, settings.service_password)
        print(f"{service}: up to date")  # noqa: T201


if __name__ == "__main__":
    main()
