"""Alembic environment of the schema tariffs."""

from migrations.environment import run

run("tariffs")
