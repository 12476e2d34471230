"""What migrations of both services have in common: grants to the service's role, and the tables of the job queue."""

from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy import text


def grant(service: str, table: str, rights: str) -> None:
    """Give the role that runs the service these rights on a table, and no more."""
    op.execute(f'GRANT {rights} ON "{service}"."{table}" TO {service}_service')


def guard_rows(service: str, table: str, condition: str) -> None:
    """Row-level security: whoever works as the service's role sees and writes only rows that meet the condition.

    Args:
        condition: SQL over the row; ``zorgtarief.roles``, ``.subject`` and row claims are settings of the transaction.
    """
    op.execute(f'ALTER TABLE "{service}"."{table}" ENABLE ROW LEVEL SECURITY')
    op.execute(f'ALTER TABLE "{service}"."{table}" FORCE ROW LEVEL SECURITY')
    op.execute(
        f'CREATE POLICY {table}_rows ON "{service}"."{table}" TO {service}_service '
        f"USING ({condition}) WITH CHECK ({condition})"
    )


def has_role(*roles: str) -> str:
    """SQL: the caller of the transaction has one of these roles."""
    names = ", ".join(f"'{role}'" for role in roles)
    return f"string_to_array(current_setting('zorgtarief.roles', true), ',') && ARRAY[{names}]"


def claim_is(setting: str, column: str) -> str:
    """SQL: the caller's claim equals the column; an absent claim equals nothing."""
    return f"{column} = nullif(current_setting('zorgtarief.{setting}', true), '')"


def install_job_queue(service: str) -> None:
    """The tables and functions of procrastinate, in the service's schema, usable by the service's role."""
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    rights = {"r": "SELECT, INSERT, UPDATE, DELETE", "S": "USAGE, SELECT"}
    listed = op.get_bind().execute(
        text(
            "SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relkind::text AS kind "
            "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = :service AND c.relname LIKE 'procrastinate%' AND c.relkind IN ('r', 'S')"
        ),
        {"service": service},
    )
    for name, kind in listed.all():
        op.execute(f"GRANT {rights[kind]} ON {name} TO {service}_service")
