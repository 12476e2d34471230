"""A dying service is an inconvenience: the others go on, and whoever asks for it is told to try again."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from services.runner.whole_set import RunningSet, running_set


@pytest.fixture(scope="module")
def without_costprice() -> Iterator[RunningSet]:
    """A set of its own, whose costprice was killed."""
    with (
        tempfile.TemporaryDirectory(prefix="zorgtarief-e2e-", ignore_cleanup_errors=True) as folder,
        running_set(Path(folder), lambda _text: None) as (running, _processes),
    ):
        before = httpx.get(f"{running.gateway}/costprice/v1/check-rules")
        assert before.status_code == 200
        for child in psutil.Process().children():
            if "services.costprice" in child.cmdline() and "serve" in child.cmdline():
                child.kill()
                child.wait(10)
        yield running


def test_the_gateway_says_so_and_when_to_try_again(without_costprice: RunningSet):
    for path in ("/costprice/v1/check-rules", "/openapi.json"):
        answer = httpx.get(without_costprice.gateway + path, headers={"Accept-Language": "nl"})
        assert answer.status_code == 503, path
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["retry-after"]) > 0
        assert answer.json()["title"] == "Tijdelijk niet beschikbaar"


def test_the_gateway_is_not_ready_but_lives(without_costprice: RunningSet):
    assert httpx.get(f"{without_costprice.gateway}/readyz").status_code == 503
    assert httpx.get(f"{without_costprice.gateway}/livez").status_code == 200


def test_the_other_service_goes_on(without_costprice: RunningSet):
    answer = httpx.post(f"{without_costprice.gateway}/tariffs/v1/housing-components", json={})
    assert answer.status_code == 200
