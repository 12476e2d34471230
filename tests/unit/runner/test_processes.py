"""services.runner.processes: services start together, are watched, and leave nothing behind."""

import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import services.runner.processes as module
from services.runner.ports import address_of, listen
from services.runner.processes import Processes, ServiceStopped

OBEDIENT = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])
print('up', child.pid, flush=True)
time.sleep(600)
"""
SERVER = """
import http.server, os, socket, sys, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ready = self.path == '/readyz' and time.time() > float(os.environ['READY_AT'])
        self.send_response(200 if ready else 503)
        self.end_headers()
server = http.server.HTTPServer(('127.0.0.1', 0), Handler, bind_and_activate=False)
server.socket = socket.socket(fileno=int(os.environ['FD']))
server.serve_forever()
"""


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Small programs that stand for services."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name, code in {"obedient": OBEDIENT, "stubborn": STUBBORN, "server": SERVER, "broken": "1 / 0"}.items():
        (folder / f"{name}.py").write_text(code)
    monkeypatch.setattr(module, "PROJECT", folder)
    return folder


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    with Processes(tmp_path / "logs") as processes:
        yield processes


def said(tmp_path: Path, name: str) -> list[str]:
    """What a program said first."""
    log = tmp_path / "logs" / f"{name}.log"
    deadline = time.monotonic() + 20
    while not (words := log.read_text().split()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return words


def test_leaving_the_block_stops_them_all(tmp_path: Path) -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    with Processes(tmp_path / "logs") as processes:
        for name in ("one", "two"):
            processes.start(name, ["obedient"], {})
            said(tmp_path, name)
        started = {child.pid for child in psutil.Process().children(recursive=True)} - before
        assert len(started) == 2
        processes.check()
    assert not any(psutil.pid_exists(pid) for pid in started)


def test_an_error_inside_the_block_stops_them_too(tmp_path: Path) -> None:
    def go_wrong() -> None:
        with Processes(tmp_path / "logs") as processes:
            processes.start("one", ["obedient"], {})
            said(tmp_path, "one")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        go_wrong()
    assert not any("obedient" in child.cmdline() for child in psutil.Process().children())


def test_who_does_not_listen_is_killed_with_all_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STOP_SECONDS", 0.5)
    with Processes(tmp_path / "logs") as processes:
        processes.start("stubborn", ["stubborn"], {})
        child = int(said(tmp_path, "stubborn")[1])
        assert psutil.pid_exists(child)
    deadline = time.monotonic() + 10
    while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_service_that_ends_by_itself_is_told_with_the_end_of_its_log(processes: Processes) -> None:
    processes.start("broken", ["broken"], {})
    with pytest.raises(ServiceStopped, match=r"(?s)broken stopped with exit code 1; the end of .*ZeroDivisionError"):
        processes.wait_until_ready(["http://127.0.0.1:1"], 20)


def test_a_service_is_ready_when_it_says_so(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    # A proxy in the environment has nothing to do with what runs on this machine.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    ready_at = time.time() + 1
    with listen(0) as held:
        environment = {"READY_AT": str(ready_at), "FD": str(held.fileno())}
        processes.start("server", ["server"], environment, [held.fileno()])
        processes.wait_until_ready([address_of(held)], 20)
    assert time.time() >= ready_at


def test_waiting_has_an_end_that_names_who_was_waited_for(processes: Processes) -> None:
    processes.start("obedient", ["obedient"], {})
    with pytest.raises(ServiceStopped, match=r"not ready after 0 seconds: http://127\.0\.0\.1:9"):
        processes.wait_until_ready(["http://127.0.0.1:9"], 0.3)


def test_a_service_gets_its_settings_and_no_input(processes: Processes, tmp_path: Path, programs: Path) -> None:
    (programs / "tell.py").write_text(
        "import os, sys; print(os.environ['X'], os.environ['HOME'], repr(sys.stdin.read()))"
    )
    processes.start("tell", ["tell"], {"X": "given"})
    assert said(tmp_path, "tell") == ["given", os.environ["HOME"], "''"]


def test_a_service_inherits_only_the_sockets_it_is_given(processes: Processes, tmp_path: Path, programs: Path) -> None:
    (programs / "count.py").write_text("import os; print(len(os.listdir('/proc/self/fd')))")
    with socket.create_server(("127.0.0.1", 0)) as given, socket.create_server(("127.0.0.1", 0)):
        processes.start("none", ["count"], {})
        processes.start("one", ["count"], {}, [given.fileno()])
        assert int(said(tmp_path, "one")[0]) == int(said(tmp_path, "none")[0]) + 1
    assert sys.executable


def test_one_that_ends_by_itself_is_told_of_once_and_the_others_go_on(tmp_path: Path, processes: Processes) -> None:
    processes.start("good", ["obedient"], {})
    said(tmp_path, "good")
    assert processes.newly_ended() == []
    processes.start("bad", ["broken"], {})
    deadline = time.monotonic() + 20
    while not (told := processes.newly_ended()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert len(told) == 1
    assert "bad stopped with exit code 1" in told[0]
    assert "ZeroDivisionError" in told[0]
    assert processes.newly_ended() == []
    assert processes.any_alive()
    processes.stop()
    assert not processes.any_alive()
