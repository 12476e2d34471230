"""The embedded PostgreSQL: what was half made is made anew, what was kept stays."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, text

from services.runner.embedded import make_database, postgres


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not in pytest's own folder: that is closed to the user under which the server runs when root runs the tests.
    with tempfile.TemporaryDirectory(prefix="zorgtarief-test-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def run(url: URL, statement: str) -> list[object]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            result = connection.execute(text(statement))
            return list(result.scalars()) if result.returns_rows else []
    finally:
        engine.dispose()


def test_a_start_that_was_broken_off_halfway_is_done_over(folder: Path) -> None:
    half = folder / "data"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with postgres(half) as admin:
        assert run(make_database(admin, "books"), "SELECT current_database()") == ["books"]


def test_what_was_written_is_there_the_next_time(folder: Path) -> None:
    with postgres(folder / "data") as admin:
        run(admin, "CREATE TABLE kept AS SELECT 7 AS n")
    with postgres(folder / "data") as admin:
        assert run(admin, "SELECT n FROM kept") == [7]
