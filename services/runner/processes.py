"""Services as child processes: started together, watched, and stopped together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Self

import httpx

PROJECT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 15


class ServiceStopped(RuntimeError):
    """A service of the set ended by itself."""


class Processes:
    """A set of child processes; leaving the ``with`` block stops them all."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._logs.mkdir(parents=True, exist_ok=True)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._files: list[IO[bytes]] = []
        self._told: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def start(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str], sockets: Sequence[int] = ()
    ) -> None:
        """Start ``python -m …`` as a child with its own log; it inherits the sockets by number."""
        log = (self._logs / f"{name}.log").open("ab")
        self._files.append(log)
        self._running[name] = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=tuple(sockets),
            # Ctrl-C reaches this process only, so that the set is stopped in order and not all at once.
            start_new_session=True,
        )

    def newly_ended(self) -> list[str]:
        """What to tell of each service that ended by itself since the last time: exit code and the end of its log."""
        told = []
        for name, process in self._running.items():
            if process.poll() is not None and name not in self._told:
                self._told.add(name)
                log = self._logs / f"{name}.log"
                tail = b"\n".join(log.read_bytes().splitlines()[-15:]).decode(errors="replace")
                told.append(f"{name} stopped with exit code {process.returncode}; the end of {log}:\n{tail}")
        return told

    def any_alive(self) -> bool:
        """Whether at least one process still runs."""
        return any(process.poll() is None for process in self._running.values())

    def check(self) -> None:
        """Raise if a service ended by itself, with the end of its log."""
        ended = self.newly_ended()
        if ended:
            raise ServiceStopped("\n".join(ended))

    def wait_until_ready(self, addresses: Sequence[str], seconds: float = 90) -> None:
        """Wait until every address answers that it can work.

        Raises:
            ServiceStopped: a service ended, or not all were ready in time.
        """
        deadline = time.monotonic() + seconds
        waiting = list(addresses)
        # Straight to this machine, whatever proxy the environment names.
        with httpx.Client(timeout=5, trust_env=False) as client:
            while waiting:
                self.check()
                if time.monotonic() > deadline:
                    raise ServiceStopped(f"not ready after {seconds:.0f} seconds: {', '.join(waiting)}")
                waiting = [address for address in waiting if not _ready(client, address)]
                if waiting:
                    time.sleep(0.1)

    def stop(self) -> None:
        """Ask every process to finish, last started first; kill what does not."""
        for process in reversed(self._running.values()):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                # With whatever it started itself: each service leads a session of its own.
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._running.clear()
        for file in self._files:
            file.close()
        self._files.clear()


def _ready(client: httpx.Client, address: str) -> bool:
    try:
        return client.get(f"{address}/readyz").status_code == 200
    except httpx.TransportError:
        return False
