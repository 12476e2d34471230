"""A token that is sent must hold, also where none is needed; the gateway is the first of two that check it."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from tests.unit.gateway.servers import Service

PLACES = ["/tariffs/v1/parameters", "/health", "/v1/openapi.json"]


def claims(issuer: Any, **other: Any) -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": issuer.issuer, "aud": issuer.audience, "sub": "x", "iat": now, "exp": now + 600, "roles": ["analyst"],
    } | other  # fmt: skip


def signed(issuer: Any, content: dict[str, Any], key: Any = None, **header: Any) -> str:
    key = key or issuer.key
    wanted = {"alg": "ES256", "typ": "at+jwt", "kid": issuer.key.kid} | header
    return jwt.encode(wanted, content, key, algorithms=[wanted["alg"]])


def part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def unsigned(issuer: Any) -> str:
    return f"{part({'alg': 'none', 'typ': 'at+jwt', 'kid': issuer.key.kid})}.{part(claims(issuer))}."


def signed_with_public_key_as_secret(issuer: Any) -> str:
    signed_part = f"{part({'alg': 'HS256', 'typ': 'at+jwt', 'kid': issuer.key.kid})}.{part(claims(issuer))}"
    code = hmac.digest(issuer.key.as_pem(private=False), signed_part.encode(), "sha256")
    return f"{signed_part}.{base64.urlsafe_b64encode(code).decode().rstrip('=')}"


def altered(issuer: Any) -> str:
    head, _, signature = signed(issuer, claims(issuer, roles=["provider"])).split(".")
    return f"{head}.{part(claims(issuer, roles=['decider']))}.{signature}"


def other_key(issuer: Any) -> str:
    return signed(issuer, claims(issuer), ECKey.generate_key("P-256"))


def own_key_in_header(issuer: Any) -> str:
    mine = ECKey.generate_key("P-256")
    return signed(issuer, claims(issuer), mine, jwk=mine.as_dict(private=False))


def rsa(issuer: Any) -> str:
    return signed(issuer, claims(issuer), RSAKey.generate_key(2048), alg="RS256")


BAD: dict[str, Callable[[Any], str]] = {
    "alg none": unsigned,
    "public key as HMAC secret": signed_with_public_key_as_secret,
    "altered roles": altered,
    "another key under the same id": other_key,
    "a key of its own in the header": own_key_in_header,
    "an algorithm that is not taken": rsa,
    "another audience": lambda issuer: signed(issuer, claims(issuer, aud="elsewhere")),
    "no audience": lambda issuer: signed(issuer, {k: v for k, v in claims(issuer).items() if k != "aud"}),
    "another issuer": lambda issuer: signed(issuer, claims(issuer, iss="https://issuer.elsewhere")),
    "expired": lambda issuer: signed(issuer, claims(issuer, exp=int(time.time()) - 120)),
    "without expiry": lambda issuer: signed(issuer, {k: v for k, v in claims(issuer).items() if k != "exp"}),
    "not valid yet": lambda issuer: signed(issuer, claims(issuer, nbf=int(time.time()) + 600)),
    "an identity token": lambda issuer: signed(issuer, claims(issuer), typ="JWT"),
    "without type": lambda issuer: jwt.encode({"alg": "ES256", "kid": issuer.key.kid}, claims(issuer), issuer.key),
    "not a token": lambda _issuer: "abc",
    "not even text": lambda _issuer: "\u00ff.\u00ff.\u00ff",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", BAD)
def test_a_token_that_does_not_hold_is_refused_before_anything_else(
    client: httpx.Client, tariffs: Service, issuer: Any, kind: str, place: str
) -> None:
    answer = client.get(place, headers={"Authorization": b"Bearer " + BAD[kind](issuer).encode("latin-1")})

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert tariffs.requests == []


@pytest.mark.parametrize("header", ["Basic eDp5", "Bearer", "analyst"])
def test_another_kind_of_authorization_is_refused(client: httpx.Client, tariffs: Service, header: str) -> None:
    assert client.get("/tariffs/v1/x", headers={"Authorization": header}).status_code == 401
    assert tariffs.requests == []


def test_without_a_token_the_service_decides(client: httpx.Client, tariffs: Service) -> None:
    assert client.get("/tariffs/v1/x").status_code == 200
    assert len(tariffs.requests) == 1


@pytest.mark.parametrize("role", ["analyst", "decider", "provider", "insurer", "operator", "unheard-of"])
def test_with_any_token_that_holds_the_service_decides(
    client: httpx.Client, tariffs: Service, issuer: Any, role: str
) -> None:
    headers = issuer.headers(role)

    assert client.get("/tariffs/v1/x", headers=headers).status_code == 200
    assert ["authorization", headers["Authorization"]] in tariffs.last()["headers"]


def test_a_token_of_a_moment_ago_is_still_taken(client: httpx.Client, issuer: Any) -> None:
    token = signed(issuer, claims(issuer, exp=int(time.time()) - 5))

    assert client.get("/health", headers={"Authorization": f"bearer {token}"}).status_code == 200


@pytest.mark.parametrize(
    ("roles", "status"),
    [
        ((), 401),
        (("provider",), 403),
        (("insurer",), 403),
        (("decider",), 403),
        (("operator",), 403),
        (("system",), 403),
    ],
)
def test_only_an_analyst_proposes_tariffs(
    client: httpx.Client, costprice: Service, issuer: Any, roles: tuple[str, ...], status: int
) -> None:
    headers = issuer.headers(*roles) if roles else {}
    body = {"costBaseId": "c", "prestaties": ["verblijf"], "tariffYear": 2028, "priceStatus": "provisional"}

    answer = client.post("/v1/tariff-proposals", json=body, headers=headers)

    assert answer.status_code == status
    assert costprice.requests == []


def test_who_may_not_is_told_so_whatever_the_body(client: httpx.Client, issuer: Any) -> None:
    answer = client.post("/v1/tariff-proposals", content=b"{broken", headers=issuer.headers("provider"))

    assert answer.status_code == 403
