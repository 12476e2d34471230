"""The roles of a service: one owns its schema and never logs in, one runs the service and changes no schema."""

from psycopg import sql
from sqlalchemy import Connection, text


def prepare(connection: Connection, service: str, password: str | None) -> None:
    """Make the service's schema and roles where they are missing; safe to repeat.

    Args:
        connection: as a role that may create roles and schemas.
        service: name of the service and of its schema.
        password: of the service's role; None leaves it as it is (a local socket that trusts its user needs none).
    """
    owner, runner = f"{service}_owner", f"{service}_service"
    # Two services may be prepared at once; creating a role is not safe to do side by side.
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('prepare roles'))"))
    for role, may_log_in in ((owner, "NOLOGIN"), (runner, "LOGIN")):
        if not connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).first():
            _run(connection, "CREATE ROLE {} " + may_log_in + " NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS", role)
    database = connection.execute(text("SELECT current_database()")).scalar_one()
    me = connection.execute(text("SELECT current_user")).scalar_one()
    _run(connection, "GRANT {} TO {}", owner, me)
    _run(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)
    _run(connection, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
    _run(connection, "GRANT CONNECT ON DATABASE {} TO {}", database, runner)
    _run(connection, "CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}", service, owner)
    _run(connection, "GRANT USAGE ON SCHEMA {} TO {}", service, runner)
    _run(connection, "ALTER ROLE {} SET search_path = {}", runner, service)
    if password is not None:
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(runner), sql.Literal(password))
        _execute(connection, statement)


def _run(connection: Connection, statement: str, *names: str) -> None:
    _execute(connection, sql.SQL(statement).format(*map(sql.Identifier, names)))


def _execute(connection: Connection, statement: sql.Composed) -> None:
    # The driver reads a percent sign as the start of a parameter, also in a password.
    connection.exec_driver_sql(statement.as_string(None).replace("%", "%%"))
