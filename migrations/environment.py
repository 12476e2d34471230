"""What every service's Alembic environment does: migrate as the schema's owner, in that schema, in one transaction."""

from typing import Any

from alembic import context
from sqlalchemy import Connection, text


def run(service: str) -> None:
    """Carry out what Alembic was asked, on the connection that ``python -m migrations`` or a test hands over."""
    connection: Connection = context.config.attributes["connection"]
    connection.execute(text(f"SET LOCAL ROLE {service}_owner"))
    connection.execute(text(f"SET LOCAL search_path = {service}"))
    # The default schema is read when the dialect first connects; here the service's schema is the default.
    connection.dialect.default_schema_name = service
    context.configure(
        connection=connection,
        target_metadata=context.config.attributes.get("target_metadata"),
        version_table_schema=service,
        include_schemas=True,
        include_name=lambda name, type_, parents: in_service(service, name, type_, parents),
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    # Readiness tells which migration the database is at.
    connection.execute(text(f"GRANT SELECT ON {service}.alembic_version TO {service}_service"))


def in_service(service: str, name: str | None, type_: str, _parents: Any) -> bool:
    """Whether drift of this thing is ours to see: the service's own schema, but not the tables of the queue."""
    if type_ == "schema":
        return name in {service, None}
    if type_ == "table":
        return name is not None and not name.startswith("procrastinate_")
    return True
