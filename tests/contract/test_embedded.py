"""The embedded PostgreSQL: a real one, for this user only, that leaves nothing running."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import URL, create_engine, text

from services.runner.embedded import DATABASE, address, as_service, make_database, postgres, runtime_folder


def version_and_place(url: URL) -> tuple[int, str]:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            version = connection.execute(text("SELECT current_setting('server_version_num')::int")).scalar_one()
            listens = connection.execute(text("SELECT current_setting('listen_addresses')")).scalar_one()
            return int(version), str(listens)
    finally:
        engine.dispose()


def servers_of(folder: Path) -> list[psutil.Process]:
    """The processes that serve this data folder."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(folder) in " ".join(process.info["cmdline"] or [])
    ]


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder of its own: pytest narrows the folder that its runs share while a server may be starting in it."""
    with tempfile.TemporaryDirectory(prefix="zorgtarief-test-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "data"


def test_it_is_a_real_postgresql_that_no_network_reaches(cluster: URL) -> None:
    version, listens = version_and_place(cluster)
    assert version >= 180000
    assert listens == ""


def test_it_starts_stops_and_keeps_its_data(data: Path) -> None:
    for round_ in range(2):
        with postgres(data) as admin:
            kept = make_database(admin, DATABASE)
            assert servers_of(data)
            engine = create_engine(kept)
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE IF NOT EXISTS visits (visit int)"))
                connection.execute(text(f"INSERT INTO visits VALUES ({round_})"))
                visits = connection.execute(text("SELECT count(*) FROM visits")).scalar_one()
            engine.dispose()
            assert visits == round_ + 1
        assert servers_of(data) == []


def test_it_stops_when_something_goes_wrong(data: Path) -> None:
    with pytest.raises(ZeroDivisionError), postgres(data):
        raise ZeroDivisionError
    assert servers_of(data) == []


def test_its_sockets_are_for_this_user_only() -> None:
    folder = runtime_folder()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder.stat().st_uid == os.getuid()


def test_a_database_is_made_once_from_a_template(cluster: URL) -> None:
    first = make_database(cluster, "made_once")
    engine = create_engine(first)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE here (x int)"))
    engine.dispose()
    assert make_database(cluster, "made_once") == first
    copy = create_engine(make_database(cluster, "made_twice", "made_once"))
    with copy.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM here")).scalar_one() == 0
    copy.dispose()


def test_an_address_names_user_database_and_socket() -> None:
    url = address(Path("/tmp/s"), "postgres", "zorgtarief")
    assert url.render_as_string() == "postgresql+psycopg://postgres@/zorgtarief?host=%2Ftmp%2Fs"
    assert as_service(url, "tariffs").username == "tariffs_service"
