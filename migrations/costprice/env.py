"""Alembic environment of the schema costprice."""

from migrations.environment import run

run("costprice")
