"""Where a set keeps its data: in the project's ``.data`` folder, or in a temporary one where that is taken."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from services.runner.processes import PROJECT

DATA = PROJECT / ".data"
CURRENT = DATA / "current.json"
"""Addresses and demo secrets of the set that was started last; readable by its user only."""


@contextmanager
def data_folder(name: str, *, keep: bool) -> Iterator[tuple[Path, bool]]:
    """A data folder for one set and whether it is the usual one.

    Args:
        name: of the folder under ``.data``.
        keep: the data stays for the next time; otherwise every run starts empty and leaves nothing.
    """
    folder = DATA / name
    lock = _lock(name)
    if lock is None:
        with tempfile.TemporaryDirectory(prefix=f"zorgtarief-{name}-", ignore_cleanup_errors=True) as temporary:
            yield Path(temporary), False
        return
    with lock:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(exist_ok=True)
        try:
            yield folder, True
        finally:
            if not keep:
                shutil.rmtree(folder, ignore_errors=True)


def _lock(name: str) -> IO[str] | None:
    """Hold the usual folder for this process; None where another process or another user has it."""
    try:
        DATA.mkdir(exist_ok=True)
        lock = (DATA / f"{name}.lock").open("w")
    except OSError:
        # Of another user, or on a disk that cannot be written.
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock
