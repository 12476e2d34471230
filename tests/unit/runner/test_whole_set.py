"""services.runner.whole_set: everything starts, says where it is, and is gone when it is told to stop."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from joserfc.jwk import ECKey

import services.runner.whole_set as module
from services.runner.whole_set import RunningSet, announced, signing_key, write_private

ROOT = Path(__file__).parents[3]
SET = RunningSet("http://g", "http://c", "http://t", "http://g/docs", {"analyst": "hush"})


def mode(file: Path) -> int:
    return file.stat().st_mode & 0o777


@pytest.fixture(autouse=True)
def current(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that tells of the set that was started last, somewhere else."""
    file = tmp_path / "current.json"
    monkeypatch.setattr(module, "CURRENT", file)
    return file


def test_a_ready_file_tells_everything_and_only_to_its_user(tmp_path: Path, current: Path) -> None:
    ready = tmp_path / "ready.json"
    with announced(SET, ready):
        for file in (ready, current):
            assert mode(file) == 0o600
            assert RunningSet.read(file) == SET
        assert json.loads(ready.read_text()) == {
            "gateway": "http://g",
            "costprice": "http://c",
            "tariffs": "http://t",
            "docs": "http://g/docs",
            "demoClients": {"analyst": "hush"},
        }
    assert not ready.exists()
    assert not current.exists()


def test_a_ready_file_may_stay_after_a_job_that_ran_once(tmp_path: Path, current: Path) -> None:
    with announced(SET, tmp_path / "ready.json", keep=True):
        pass
    assert RunningSet.read(tmp_path / "ready.json") == SET
    assert not current.exists()


def test_a_ready_file_goes_after_an_error_too(tmp_path: Path, current: Path) -> None:
    with pytest.raises(ZeroDivisionError), announced(SET, tmp_path / "ready.json"):
        raise ZeroDivisionError
    assert not (tmp_path / "ready.json").exists()
    assert not current.exists()


def test_the_file_of_a_later_set_is_left_alone(current: Path) -> None:
    with announced(SET, None):
        current.write_text("of a later set")
    assert current.read_text() == "of a later set"


def test_where_the_projects_folder_cannot_be_written_the_set_runs_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CURRENT", tmp_path / "absent" / "current.json")
    with announced(SET, tmp_path / "ready.json"):
        assert (tmp_path / "ready.json").exists()
    with pytest.raises(FileNotFoundError), announced(SET, tmp_path / "absent" / "ready.json"):
        pass


def test_a_private_file_was_never_open_to_others(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("old")
    file.chmod(0o644)
    half = tmp_path / f".secret.{os.getpid()}"
    half.write_text("left over")
    half.chmod(0o666)
    write_private(file, "new")
    assert (file.read_text(), mode(file)) == ("new", 0o600)
    assert not half.exists()


def test_the_demo_issuers_key_is_made_once_and_private(tmp_path: Path) -> None:
    file = signing_key(tmp_path / "key.pem")
    content = file.read_bytes()
    assert mode(file) == 0o600
    assert ECKey.import_key(content).curve_name == "P-256"
    assert signing_key(file).read_bytes() == content


START = """
import pathlib, sys
import services.runner.folders as folders
folders.DATA = pathlib.Path(sys.argv.pop(1))
folders.CURRENT = folders.DATA / "current.json"
from services.__main__ import main
sys.exit(main())
"""


@pytest.fixture
def apart() -> Iterator[Path]:
    """A folder of its own: pytest narrows the folder that its runs share while a server may be starting in it."""
    with tempfile.TemporaryDirectory(prefix="zorgtarief-test-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """``python -m services …`` with its data in this folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", START, str(folder / "data"), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
        assert process.stdout is not None
        process.stdout.close()


def family(process: subprocess.Popen[str], folder: Path) -> list[psutil.Process]:
    """Everything a set runs: its services and workers, and the PostgreSQL on its folder."""
    servers = [p for p in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(p.info["cmdline"] or [])]
    return [*psutil.Process(process.pid).children(recursive=True), *(p for p in servers if p.pid != process.pid)]


def left(started_processes: list[psutil.Process], folder: Path) -> list[str]:
    """The command lines of what still runs, of these processes or on this folder."""
    alive = [p for p in started_processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
    on_folder = [p for p in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(p.info["cmdline"] or [])]
    return [" ".join(p.cmdline()) for p in {*alive, *on_folder}]


def wait_for(file: Path, process: subprocess.Popen[str], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not file.exists():
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.slow
def test_a_set_starts_beside_another_and_leaves_nothing(apart: Path) -> None:
    ready = apart / "ready.json"
    held = []
    for port in module.PORTS.values():
        taken = socket.socket()
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", port))
            taken.listen()
        except OSError:
            taken.close()  # someone else has it, which is just as well
        else:
            held.append(taken)
    try:
        with started(apart, "serve", "--ready-file", str(ready)) as process:
            wait_for(ready, process)
            assert mode(ready) == 0o600
            told = RunningSet.read(ready)
            assert not {told.gateway, told.costprice, told.tariffs} & {
                f"http://127.0.0.1:{p}" for p in (8000, 8001, 8002)
            }
            for address in (told.gateway, told.costprice, told.tariffs):
                answer = httpx.get(f"{address}/readyz", trust_env=False)
                assert answer.status_code == 200, answer.text
            token = subprocess.run(
                [sys.executable, "-m", "services", "token", "analyst", "--ready-file", str(ready)],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=True,
            )
            headers = {"Authorization": f"Bearer {token.stdout.strip()}"}
            assert (
                httpx.get(f"{told.gateway}/costprice/v1/studies", headers=headers, trust_env=False).status_code == 200
            )
            everything = family(process, apart)
            commands = " | ".join(" ".join(p.cmdline()) for p in everything)
            for part in ("gateway serve", "costprice serve", "costprice worker", "tariffs serve", "tariffs worker"):
                assert f"services.{part}" in commands
            assert "postgres" in commands
            # A second signal while it stops must not break the stopping off.
            process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said
        for name, port in module.PORTS.items():
            assert f"Port {port} is taken; {name} uses http://127.0.0.1:" in said
        assert "Ready. API" in said
        assert "Stopped." in said
        assert not ready.exists()
        assert not (apart / "data" / "current.json").exists()
        assert left(everything, apart) == []
    finally:
        for taken in held:
            taken.close()


@pytest.mark.slow
def test_a_set_that_is_stopped_while_it_starts_leaves_nothing(apart: Path) -> None:
    for pause in (1.0, 5.0):
        with started(apart, "serve", "--ready-file", str(apart / "ready.json")) as process:
            time.sleep(pause)
            everything = family(process, apart)
            process.send_signal(signal.SIGHUP)
            said, _ = process.communicate(timeout=60)
        assert process.returncode in {0, -signal.SIGHUP}, said
        assert left(everything, apart) == []
        assert not (apart / "ready.json").exists()
