"""The health of the set as each service tells it, and what the gateway says when one does not."""

import time
from typing import Any

import httpx

from tests.unit.gateway.servers import Service

WELL = {"status": "ok", "version": "1.4.0", "migration": "0002_more", "latencyMs": 1.25}


def well(*services: Service) -> None:
    for service in services:
        for path in ("/health", "/readyz"):
            service.will_answer("GET", path, WELL | {"service": service.name})


def test_each_service_is_named_with_version_migration_and_latency(
    client: httpx.Client, costprice: Service, tariffs: Service
) -> None:
    well(costprice, tariffs)

    told = client.get("/health").json()

    assert (told["service"], told["status"]) == ("gateway", "ok")
    for name in ("costprice", "tariffs"):
        found = told["services"][name]
        assert (found["status"], found["version"], found["migration"]) == ("ok", "1.4.0", "0002_more")
        assert found["ownLatencyMs"] == 1.25
        assert 0 < found["latencyMs"] < 5000


def test_a_service_that_is_not_well_makes_the_set_degraded_and_not_ready(
    client: httpx.Client, costprice: Service, tariffs: Service
) -> None:
    well(costprice)
    for path in ("/health", "/readyz"):
        tariffs.will_answer("GET", path, {"status": 503}, 503, "application/problem+json")

    told = client.get("/health")
    assert (told.status_code, told.json()["status"]) == (200, "degraded")
    assert told.json()["services"]["costprice"]["status"] == "ok"
    assert told.json()["services"]["tariffs"]["status"] == "unavailable"
    assert told.json()["services"]["tariffs"]["migration"] is None

    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.headers["Retry-After"]
    assert "tariffs" in ready.json()["detail"]


def test_an_answer_that_is_no_health_counts_as_unavailable(
    client: httpx.Client, costprice: Service, tariffs: Service
) -> None:
    well(tariffs)
    costprice.will_answer("GET", "/health", ["ok"])

    assert client.get("/health").json()["services"]["costprice"]["status"] == "unavailable"


def test_when_all_are_ready_so_is_the_set(client: httpx.Client, costprice: Service, tariffs: Service) -> None:
    well(costprice, tariffs)

    assert client.get("/readyz").json() == {"status": "ok", "services": ["costprice", "tariffs"]}
    assert client.get("/v1/readyz").status_code == 200


def test_without_services_the_gateway_lives_but_is_not_ready(demo_client: httpx.Client) -> None:
    start = time.monotonic()

    assert demo_client.get("/livez").json() == {"status": "ok"}
    assert demo_client.get("/readyz").status_code == 503
    assert demo_client.get("/health").json()["status"] == "degraded"
    assert time.monotonic() - start < 10


def test_no_token_is_needed_and_head_works(client: httpx.Client, costprice: Service, tariffs: Service) -> None:
    well(costprice, tariffs)
    for path in ("/health", "/livez", "/readyz"):
        answer: Any = client.head(path)
        assert (answer.status_code, answer.content) == (200, b"")
