"""shared.plumbing.server: one way to start every service."""

import os
import socket
import sys
from typing import Any

import pytest
import uvicorn

import shared.plumbing.server as module
from shared.plumbing.server import GRACE_SECONDS, main


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the server was asked to run, and the level of the log."""
    found: dict[str, Any] = {}

    def run(server: uvicorn.Server, sockets: list[socket.socket] | None = None) -> None:
        found.update(vars(server.config), sockets=sockets)

    monkeypatch.setattr(uvicorn.Server, "run", run)
    monkeypatch.setattr(module, "configure", lambda service, level: found.update(service=service, level=level))
    return found


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, **options: Any) -> None:
    monkeypatch.setattr(sys, "argv", ["bookshop", *arguments])
    main("bookshop", lambda: "the app", **options)  # type: ignore[arg-type, return-value]


def test_serve_answers_on_this_machine_only_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, started: dict[str, Any]
) -> None:
    run(monkeypatch, "serve")
    assert (started["host"], started["port"], started["sockets"], started["app"]) == (
        "127.0.0.1",
        8000,
        None,
        "the app",
    )
    assert started["server_header"] is False
    assert started["access_log"] is False
    assert started["timeout_graceful_shutdown"] == GRACE_SECONDS
    run(monkeypatch, "serve", "--host", "0.0.0.0", "--port", "81")
    assert (started["host"], started["port"]) == ("0.0.0.0", 81)


def test_the_log_has_the_level_of_the_settings(monkeypatch: pytest.MonkeyPatch, started: dict[str, Any]) -> None:
    run(monkeypatch, "serve")
    assert (started["service"], started["level"]) == ("bookshop", "INFO")
    monkeypatch.setenv("BOOKSHOP_LOG_LEVEL", "debug")
    run(monkeypatch, "serve")
    assert started["level"] == "DEBUG"


def test_a_worker_works(monkeypatch: pytest.MonkeyPatch, started: dict[str, Any]) -> None:
    worked: list[bool] = []
    run(monkeypatch, "worker", work=lambda: worked.append(True))
    assert worked == [True]
    assert "app" not in started


@pytest.mark.parametrize(("alive", "code"), [(True, 0), (False, "no worker of bookshop is alive")])
@pytest.mark.usefixtures("started")
def test_a_worker_can_be_asked_whether_it_lives(monkeypatch: pytest.MonkeyPatch, alive: bool, code: Any) -> None:
    def never() -> None:
        pytest.fail("only asked")

    with pytest.raises(SystemExit) as caught:
        run(monkeypatch, "worker", "--check", work=never, worker_alive=lambda: alive)
    assert caught.value.code == code


@pytest.mark.parametrize("arguments", [(), ("worker",), ("fly",), ("serve", "--port", "http")])
@pytest.mark.usefixtures("started")
def test_what_a_service_cannot_do_is_refused(monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as caught:
        run(monkeypatch, *arguments)
    assert caught.value.code == 2


def test_a_service_takes_over_an_open_socket(monkeypatch: pytest.MonkeyPatch, started: dict[str, Any]) -> None:
    # As a socket of the network: taken for one of the file system, small answers would wait for acknowledgements.
    with socket.create_server(("127.0.0.1", 0)) as held:
        run(monkeypatch, "serve", "--fd", str(os.dup(held.fileno())))
        (taken,) = started["sockets"]
        with taken:
            assert (taken.family, taken.getsockname()) == (socket.AF_INET, held.getsockname())
