"""services.runner.tokens: a token for who tries things out, or the reason why not."""

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from services.runner.tokens import NoToken, running_set_in, token
from services.runner.whole_set import RunningSet

CLIENTS = {"analyst": "s1", "provider-65650001": "s2"}


def running(address: str) -> RunningSet:
    return RunningSet(address, address, address, f"{address}/docs", CLIENTS)


@pytest.fixture
def issuer_at() -> Iterator[tuple[str, list[Any]]]:
    """An issuer that knows one client, and what it was asked."""
    asked: list[Any] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            asked.append((self.path, {name: values[0] for name, values in form.items()}))
            known = form["client_id"] != ["stranger"]
            content = json.dumps({"access_token": "a.b.c"} if known else {"error": "invalid_client"}).encode()
            self.send_response(200 if known else 401)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None: ...

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def test_a_client_gets_a_token_with_its_own_secret(issuer_at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    address, asked = issuer_at
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert token(running(address), "provider-65650001") == "a.b.c"
    assert asked == [
        (
            "/oauth2/token",
            {"grant_type": "client_credentials", "client_id": "provider-65650001", "client_secret": "s2"},
        )
    ]


def test_a_client_that_is_not_listed_is_for_the_issuer_to_judge(issuer_at: Any) -> None:
    address, asked = issuer_at
    assert token(running(address), "insurer-3311") == "a.b.c"
    assert asked[0][1]["client_secret"] == "s1"
    with pytest.raises(NoToken, match=r"'stranger'.*invalid_client"):
        token(running(address), "stranger")


def test_an_issuer_that_is_away_is_told() -> None:
    with pytest.raises(NoToken, match=r"http://127\.0\.0\.1:1 does not answer; is the set running\?"):
        token(running("http://127.0.0.1:1"), "analyst")


def test_without_a_running_set_the_remedy_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoToken, match=r"no set is running \(there is no current\.json\).*make demo"):
        running_set_in(tmp_path / "current.json")
    made = running("http://127.0.0.1:1")
    (tmp_path / "ready.json").write_text(json.dumps(made.document()))
    assert running_set_in(tmp_path / "ready.json") == made
