"""A proposal: the cost base goes by value from costprice to tariffs, and their answers come back as they are."""

import json
from typing import Any

import httpx
import pytest

from services.gateway.operations.proposals import derived_key
from tests.unit.gateway.servers import Service

# Written by hand with odd spacing and a long number: what is passed on must be these bytes.
COST_BASE = (
    b'{"costBaseId": "cb-1",  "prestaties":{"verblijf":{"unitCost":"812.123456789012345678"},"dagopvang":{}},'
    b'"confidence":"0.950","replicates":10000,"share":0.10000000000000000001}'
)
ASKED = {
    "costBaseId": "cb-1",
    "prestaties": ["verblijf", "dagopvang"],
    "tariffYear": 2028,
    "priceStatus": "provisional",
}
CALCULATION = b'{"calculationId":"tc-1","components":{"labour":"31.918742000000000001"},"maximumTariffCents":81212}'


@pytest.fixture
def ready(costprice: Service, tariffs: Service) -> None:
    costprice.will_answer("GET", "/cost-bases/cb-1", COST_BASE)
    tariffs.will_answer(
        "POST", "/tariff-calculations", CALCULATION, 201, location="/tariffs/v1/tariff-calculations/tc-1"
    )


def propose(client: httpx.Client, issuer: Any, body: Any = None, **headers: str) -> httpx.Response:
    return client.post("/v1/tariff-proposals", json=body or ASKED, headers=issuer.headers("analyst") | headers)


@pytest.mark.usefixtures("ready")
def test_each_prestatie_is_calculated_from_the_very_bytes_of_the_cost_base(
    client: httpx.Client, issuer: Any, costprice: Service, tariffs: Service
) -> None:
    answer = propose(client, issuer)

    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.text == f'{{"costBaseId":"cb-1","items":[{CALCULATION.decode()},{CALCULATION.decode()}]}}'
    assert [r["target"] for r in costprice.requests] == ["/costprice/v1/cost-bases/cb-1"]
    for request, prestatie in zip(tariffs.requests, ["verblijf", "dagopvang"], strict=True):
        assert (request["method"], request["target"]) == ("POST", "/tariffs/v1/tariff-calculations")
        assert COST_BASE.decode() in request["body"]
        sent = json.loads(request["body"])
        assert {**sent, "costBase": None} == {
            "prestatie": prestatie, "tariffYear": 2028, "priceStatus": "provisional", "costBase": None,
        }  # fmt: skip


@pytest.mark.usefixtures("ready")
def test_the_services_see_the_callers_own_token_and_request_number(
    client: httpx.Client, issuer: Any, costprice: Service, tariffs: Service
) -> None:
    headers = issuer.headers("analyst")
    answer = client.post("/v1/tariff-proposals", json=ASKED, headers=headers | {"Accept-Language": "nl"})

    for request in [*costprice.requests, *tariffs.requests]:
        seen = dict(request["headers"])
        assert seen["authorization"] == headers["Authorization"]
        assert seen["accept-language"] == "nl"
        assert seen["x-request-id"] == answer.headers["X-Request-Id"]
        assert "idempotency-key" not in seen


@pytest.mark.usefixtures("ready")
def test_repeating_sends_the_same_key_per_calculation(client: httpx.Client, issuer: Any, tariffs: Service) -> None:
    for key in ("one", "one", "two"):
        assert propose(client, issuer, **{"Idempotency-Key": key}).status_code == 201

    keys = [dict(r["headers"])["idempotency-key"] for r in tariffs.requests]
    assert keys[0:2] == keys[2:4]
    assert len(set(keys)) == 4
    assert all(len(key) <= 128 for key in keys)


def test_the_same_key_with_another_list_meets_the_refusal_of_tariffs() -> None:
    # tariffs remembers the body under the key: another prestatie at the same place is another body, so a 409.
    assert derived_key("k", 0) == derived_key("k", 0)
    assert len({derived_key("k", 0), derived_key("k", 1), derived_key("1:k", 0), derived_key("0:k", 1)}) == 4


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("key", ["with space", "x" * 129, ""])
def test_a_key_that_cannot_be_used_is_refused(client: httpx.Client, issuer: Any, tariffs: Service, key: str) -> None:
    answer = propose(client, issuer, **{"Idempotency-Key": key})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["location"] == "header.Idempotency-Key"
    assert tariffs.requests == []


def test_every_fault_of_the_input_is_named_at_once(client: httpx.Client, issuer: Any, costprice: Service) -> None:
    body = {"costBaseId": "../secret", "prestaties": ["a", "a"], "tariffYear": 2028.5, "extra": 1}

    answer = propose(client, issuer, body)

    assert answer.status_code == 400
    assert {fault["location"] for fault in answer.json()["errors"]} == {
        "/costBaseId", "/prestaties", "/tariffYear", "/priceStatus", "/extra",
    }  # fmt: skip
    assert costprice.requests == []


@pytest.mark.parametrize("bad", ["..", ".", "a/b", "a?b", "a%2fb", "", "x" * 101, 5, None])
def test_a_cost_base_number_cannot_lead_to_another_address(
    client: httpx.Client, issuer: Any, costprice: Service, bad: Any
) -> None:
    assert propose(client, issuer, ASKED | {"costBaseId": bad}).status_code == 400
    assert costprice.requests == []


@pytest.mark.usefixtures("ready")
def test_nothing_is_calculated_when_the_cost_base_lacks_a_prestatie(
    client: httpx.Client, issuer: Any, tariffs: Service
) -> None:
    answer = propose(client, issuer, ASKED | {"prestaties": ["verblijf", "logeren", "onbekend"]})

    assert answer.status_code == 400
    assert [fault["location"] for fault in answer.json()["errors"]] == ["/prestaties/1", "/prestaties/2"]
    assert "dagopvang, verblijf" in answer.json()["detail"]
    assert tariffs.requests == []


@pytest.mark.parametrize("status", [401, 403, 404, 409, 503])
def test_a_problem_of_costprice_is_the_answer(
    client: httpx.Client, issuer: Any, costprice: Service, tariffs: Service, status: int
) -> None:
    problem = {
        "type": "urn:x",
        "title": "t",
        "status": status,
        "detail": "d",
        "instance": "/costprice/v1/cost-bases/cb-1",
    }
    costprice.will_answer(
        "GET", "/cost-bases/cb-1", problem, status, "application/problem+json", retry_after="7", content_language="nl"
    )
    answer = propose(client, issuer)

    assert answer.status_code == status
    assert answer.json() == problem
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "7"
    assert answer.headers["Content-Language"] == "nl"
    assert tariffs.requests == []


@pytest.mark.usefixtures("ready")
def test_a_problem_of_tariffs_is_the_answer_and_ends_the_work(
    client: httpx.Client, issuer: Any, tariffs: Service
) -> None:
    problem = {"type": "urn:x", "status": 400, "errors": [{"location": "/priceStatus", "code": "c", "message": "m"}]}
    tariffs.will_answer("POST", "/tariff-calculations", problem, 400, "application/problem+json")

    answer = propose(client, issuer)

    assert (answer.status_code, answer.json()) == (400, problem)
    assert len(tariffs.requests) == 1


@pytest.mark.parametrize(
    ("content", "status", "media_type"),
    [
        (b"<html>", 200, "text/html"),
        (b"[]", 200, "application/json"),
        (b"{}", 502, "application/json"),
        (b"", 302, "a/b"),
    ],
)
def test_what_is_no_answer_of_a_service_is_a_503(
    client: httpx.Client, issuer: Any, costprice: Service, content: bytes, status: int, media_type: str
) -> None:
    costprice.will_answer("GET", "/cost-bases/cb-1", content, status, media_type)

    answer = propose(client, issuer)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "costprice" in answer.json()["detail"]


def test_a_service_that_stays_silent_is_a_503(client: httpx.Client, issuer: Any, costprice: Service) -> None:
    # The cost base's number is chosen so that the service falls silent on it.
    answer = propose(client, issuer, ASKED | {"costBaseId": "silent"})

    assert answer.status_code == 503
    assert costprice.left.wait(10)


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"{broken", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b'{"tariffYear": NaN}', "application/json", 400),
    ],
)
def test_a_body_that_is_no_json_is_refused(
    client: httpx.Client, issuer: Any, content: bytes, media_type: str, status: int
) -> None:
    headers = issuer.headers("analyst") | {"Content-Type": media_type}

    answer = client.post("/v1/tariff-proposals", content=content, headers=headers)

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
