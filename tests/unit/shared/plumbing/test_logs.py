"""shared.plumbing.logs: one JSON object a line, without what was sent."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from shared.plumbing.logs import configure


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:  # type: ignore[override]
    """Here the log itself is under test: as it was before, afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    before = structlog.get_config()
    yield
    root.handlers[:], root.level = handlers, level
    structlog.configure(**before)
    for noisy in ("uvicorn.access", "procrastinate", "alembic"):
        logging.getLogger(noisy).setLevel(logging.NOTSET)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.splitlines()]


def test_own_events_are_json_with_the_service(capsys: pytest.CaptureFixture[str]) -> None:
    configure("bookshop")
    structlog.get_logger("orders").info("order taken", pages=7)
    (line,) = lines(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"service": "bookshop", "event": "order taken", "level": "info", "logger": "orders", "pages": 7}


def test_events_of_libraries_are_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    configure("bookshop")
    logging.getLogger("some.library").warning("slow %s", "query")
    (line,) = lines(capsys)
    assert (line["event"], line["logger"], line["level"]) == ("slow query", "some.library", "warning")
    assert line["service"] == "bookshop"


def test_the_level_counts_and_noise_is_kept_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure("bookshop", "WARNING")
    structlog.get_logger("orders").info("unimportant")
    logging.getLogger("uvicorn.access").info("GET /")
    assert lines(capsys) == []
    configure("bookshop", "DEBUG")
    logging.getLogger("uvicorn.access").info("GET /")
    logging.getLogger("orders").debug("detail")
    assert [line["event"] for line in lines(capsys)] == ["detail"]


def test_the_request_number_goes_with_every_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure("bookshop")
    with structlog.contextvars.bound_contextvars(request_id="abc"):
        structlog.get_logger("orders").info("one")
        logging.getLogger("some.library").warning("two")
    assert [line["request_id"] for line in lines(capsys)] == ["abc", "abc"]


def test_an_error_is_told_with_its_trace_but_without_what_was_sent(capsys: pytest.CaptureFixture[str]) -> None:
    configure("bookshop")

    def handler(token: str) -> None:
        body = {"price": f"{token} in a variable"}
        raise ZeroDivisionError(f"no price: {len(body)}")

    for logger in (structlog.get_logger("orders"), logging.getLogger("some.library")):
        try:
            handler("Bearer hush")
        except ZeroDivisionError:
            logger.exception("it went wrong")
    text = capsys.readouterr().err
    assert "hush" not in text
    for line in map(json.loads, text.splitlines()):
        assert line["event"] == "it went wrong"
        assert line["exception"][0]["exc_type"] == "ZeroDivisionError"
        assert line["exception"][0]["exc_value"] == "no price: 1"
        assert [frame["name"] for frame in line["exception"][0]["frames"]][-1] == "handler"
