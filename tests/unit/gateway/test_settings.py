"""What the gateway must be told, and how it says what is wrong."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.gateway.settings import Settings

GOOD = {
    "costprice_url": "http://127.0.0.1:8001",
    "tariffs_url": "http://tariffs:8000",
    "public_url": "https://api.example",
    "issuer": "https://id.example",
    "jwks_url": "https://id.example/keys",
}


def test_a_slash_at_the_end_of_an_address_makes_no_difference() -> None:
    assert Settings(**(GOOD | {"costprice_url": "http://127.0.0.1:8001/"})).costprice_url == "http://127.0.0.1:8001"


@pytest.mark.parametrize("name", ["costprice_url", "tariffs_url", "public_url"])
@pytest.mark.parametrize(
    "value", ["", "127.0.0.1:8001", "ftp://x", "http://x/costprice", "http://x?y=1", "http://x#y", "http://u:p@x"]
)
def test_an_address_is_scheme_host_and_port_only(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings(**(GOOD | {name: value}))


@pytest.mark.parametrize("name", GOOD)
def test_what_has_no_default_must_be_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(f"GATEWAY_{name.upper()}", raising=False)
    with pytest.raises(ValidationError, match=name):
        Settings(**{key: value for key, value in GOOD.items() if key != name})


def test_everything_comes_from_the_environment_under_one_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    values: dict[str, Any] = GOOD | {"connect_timeout_seconds": "0.25", "max_connections": "7"}
    for name, value in values.items():
        monkeypatch.setenv(f"GATEWAY_{name.upper()}", value)

    settings = Settings.load()

    assert isinstance(settings, Settings)
    assert (settings.connect_timeout_seconds, settings.max_connections) == (0.25, 7)


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_a_gateway_that_cannot_start_says_why_in_one_line() -> None:
    own = {"GATEWAY_PUBLIC_URL": "https://api.example", "GATEWAY_ISSUER": "https://api.example"}
    environment = os.environ | {f"GATEWAY_{name.upper()}": value for name, value in GOOD.items()} | own

    done = subprocess.run(
        [sys.executable, "-m", "services.gateway", "serve", "--port", "0"],
        check=False, env=environment, cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert done.returncode == 1
    assert done.stderr.startswith("gateway: there is no issuer")
    assert "Traceback" not in done.stderr
