"""One PostgreSQL schema and one role per service; every transaction says who asks, so that the rows can be guarded."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared.kernel.sources import Text
from shared.plumbing.identity import Principal
from shared.plumbing.problems import Unavailable

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

SETTING_PREFIX = "zorgtarief."
"""Prefix of the settings a transaction carries: ``.subject``, ``.roles`` (comma-separated) and one per row claim."""


LOCK_SECONDS = 30
"""How long a statement waits for what another transaction holds, before the caller is told to try again."""


def metadata(schema: str) -> MetaData:
    """The tables of one service, in its own schema, with constraint names that migrations can rely on."""
    return MetaData(schema=schema, naming_convention=NAMING)


def setting_name(claim: str) -> str:
    """The transaction setting that holds a row claim: ``agbCode`` becomes ``zorgtarief.agb_code``."""
    return SETTING_PREFIX + re.sub(r"(?<!^)([A-Z])", r"_\1", claim).lower()


class Database:
    """Connections of one service.

    Args:
        url: SQLAlchemy address with driver ``postgresql+psycopg``.
        schema: the service's schema, also its search path.
        row_claims: claims of the caller that every transaction carries as settings.
        pool_size: connections kept open; under load twice as many, the ``capacity``.
    """

    def __init__(self, url: str, schema: str, *, row_claims: tuple[str, ...] = (), pool_size: int = 10) -> None:
        self._row_claims = row_claims
        self.capacity = 2 * pool_size
        self.engine: Engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            # A statement's values may be somebody's figures; an error names the statement only.
            hide_parameters=True,
            connect_args={
                "options": f"-csearch_path={schema} -clock_timeout={LOCK_SECONDS}s",
                "connect_timeout": 5,
            },
        )

    @contextmanager
    def transaction(self, principal: Principal) -> Iterator[Session]:
        """A session on behalf of a caller. What is not committed inside is rolled back at the end."""
        settings = {SETTING_PREFIX + "subject": principal.subject, SETTING_PREFIX + "roles": ",".join(principal.roles)}
        for claim in self._row_claims:
            settings[setting_name(claim)] = principal.claims.get(claim, "")

        session = Session(self.engine, expire_on_commit=False)

        def identify(_session: Session, _transaction: Any, connection: Connection) -> None:
            # Local to the transaction: a pooled connection never carries one caller's identity to the next.
            names = ", ".join(f"set_config(:n{i}, :v{i}, true)" for i in range(len(settings)))
            values = {f"n{i}": n for i, n in enumerate(settings)} | {
                f"v{i}": v for i, v in enumerate(settings.values())
            }
            connection.execute(text(f"SELECT {names}"), values)

        event.listen(session, "after_begin", identify)
        try:
            yield session
        finally:
            session.rollback()
            session.close()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def migration_of(database: Database, schema: str) -> str | None:
    """The migration the database is at.

    Raises:
        Unavailable: the database does not answer or was never migrated.
    """
    try:
        with database.engine.connect() as connection:
            row = connection.execute(text(f'SELECT version_num FROM "{schema}".alembic_version')).first()  # noqa: S608
    except SQLAlchemyError as error:
        raise Unavailable(Text("De database antwoordt niet.", "The database does not answer.")) from error
    return None if row is None else str(row[0])
