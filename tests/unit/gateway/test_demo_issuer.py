"""The embedded issuer: tokens for the demo clients, and never beside a real issuer."""

import asyncio
import base64
import json
import logging
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from services.gateway.app import create_app
from services.gateway.errors import WrongSettings
from services.gateway.settings import Settings
from shared.plumbing.identity import IssuerKeys, TokenVerifier
from tests.unit.gateway.servers import SECRET, address_of, listening, serving

GRANT = {"grant_type": "client_credentials"}


def ask(client: httpx.Client, client_id: str = "analyst", secret: str = SECRET, **more: str) -> httpx.Response:
    return client.post("/oauth2/token", data=GRANT | {"client_id": client_id, "client_secret": secret} | more)


@pytest.mark.parametrize(
    ("name", "role", "bound"),
    [
        ("analyst", "analyst", {}),
        ("decider", "decider", {}),
        ("decider-2", "decider", {}),
        ("operator", "operator", {}),
        ("provider-01000001", "provider", {"agbCode": "01000001"}),
        ("provider-99123456", "provider", {"agbCode": "99123456"}),
        ("insurer-0001", "insurer", {"uzovi": "0001"}),
    ],
)
def test_a_demo_client_gets_a_token_for_its_role_and_its_own_rows(
    demo_client: httpx.Client, demo: str, name: str, role: str, bound: dict[str, str]
) -> None:
    answer = ask(demo_client, name)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json()
    assert set(told) == {"access_token", "token_type", "expires_in"}
    assert told["token_type"] == "Bearer"
    token = jwt.decode(
        told["access_token"], KeySet.import_key_set(demo_client.get("/oauth2/jwks").json()), algorithms=["ES256"]
    )
    assert token.header["typ"] == "at+jwt"
    claims = dict(token.claims)
    assert claims.pop("exp") - claims.pop("iat") == told["expires_in"]
    assert 600 <= told["expires_in"] <= 3600
    assert claims.pop("jti")
    assert claims == {"iss": demo, "aud": "zorgtarief", "sub": name, "client_id": name, "roles": [role]} | bound


def test_the_services_verifier_takes_the_token(demo_client: httpx.Client, demo: str) -> None:
    verifier = TokenVerifier(
        demo, "zorgtarief", IssuerKeys(f"{demo}/oauth2/jwks"), roles=frozenset({"provider"}), row_claims=("agbCode",)
    )
    token = ask(demo_client, "provider-01000001").json()["access_token"]

    caller = asyncio.run(verifier.principal(f"Bearer {token}"))

    assert (caller.subject, caller.roles, caller.claims) == (
        "provider-01000001", frozenset({"provider"}), {"agbCode": "01000001"},
    )  # fmt: skip


def test_the_gateway_takes_its_own_token(demo_client: httpx.Client) -> None:
    token = ask(demo_client).json()["access_token"]

    assert demo_client.get("/livez", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert demo_client.get("/livez", headers={"Authorization": f"Bearer {token}x"}).status_code == 401


def test_every_token_has_a_number_of_its_own(demo_client: httpx.Client) -> None:
    assert ask(demo_client).json()["access_token"] != ask(demo_client).json()["access_token"]


@pytest.mark.parametrize(
    "name",
    [
        "provider-00123456", "provider-1234567", "provider-123456789", "provider-0100000a", "provider-", "provider",
        "insurer-123", "insurer-12345", "insurer-12a4", "analyst ", "Analyst", "decider-3", "system", "",
        "provider-\u0660\u0661000001", "provider-01000001\n",
    ],
)  # fmt: skip
def test_there_are_no_other_clients(demo_client: httpx.Client, name: str) -> None:
    answer = ask(demo_client, name)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_wrong_secret_is_told_apart_from_an_unknown_client_by_nobody(demo_client: httpx.Client) -> None:
    wrong, unknown = ask(demo_client, secret=SECRET + "x"), ask(demo_client, "nobody")

    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())
    assert "WWW-Authenticate" not in wrong.headers


def basic(client_id: str, secret: str, scheme: str = "Basic") -> dict[str, str]:
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return {"Authorization": f"{scheme} {base64.b64encode(pair.encode()).decode()}"}


def test_credentials_may_stand_in_the_authorization_header(demo_client: httpx.Client) -> None:
    assert demo_client.post("/oauth2/token", data=GRANT, headers=basic("analyst", SECRET)).status_code == 200
    assert demo_client.post("/oauth2/token", data=GRANT, headers=basic("analyst", SECRET, "basic")).status_code == 200

    wrong = demo_client.post("/oauth2/token", data=GRANT, headers=basic("analyst", "wrong"))
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert wrong.headers["WWW-Authenticate"] == 'Basic realm="zorgtarief"'


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic YWJj", "Bearer abc", "Basic /////w=="])
def test_a_header_that_holds_no_credentials_is_an_invalid_client(demo_client: httpx.Client, header: str) -> None:
    answer = demo_client.post("/oauth2/token", data=GRANT, headers={"Authorization": header})

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "error", "status"),
    [
        (b"", "invalid_request", 400),
        (b"client_id=analyst", "invalid_request", 400),
        (b"grant_type=", "invalid_request", 400),
        (b"grant_type=password&client_id=analyst", "unsupported_grant_type", 400),
        (b"grant_type=client_credentials", "invalid_client", 401),
        (b"grant_type=client_credentials&client_id=analyst", "invalid_client", 401),
        (b"grant_type=client_credentials&client_id=a&client_id=b", "invalid_request", 400),
        (b"grant_type=client_credentials&client_secret=%ff", "invalid_request", 400),
        (b"\xff\xfe", "invalid_request", 400),
        (b"{}", "invalid_request", 400),
        (b"&".join(b"f%d=1" % n for n in range(50)), "invalid_request", 400),
    ],
)
def test_what_is_wrong_with_the_form_is_told_as_rfc_6749_has_it(
    demo_client: httpx.Client, body: bytes, error: str, status: int
) -> None:
    answer = demo_client.post("/oauth2/token", content=body, headers={"Content-Type": FORM})

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("more", [{"client_secret": SECRET}, {"client_id": "decider"}])
def test_a_client_names_itself_once(demo_client: httpx.Client, more: dict[str, str]) -> None:
    answer = demo_client.post("/oauth2/token", data=GRANT | more, headers=basic("analyst", SECRET))

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_another_kind_of_content_or_method_is_a_problem(demo_client: httpx.Client) -> None:
    json_body = demo_client.post("/oauth2/token", json=GRANT)
    assert (json_body.status_code, json_body.headers["Content-Type"]) == (415, "application/problem+json")

    got = demo_client.get("/oauth2/token")
    assert (got.status_code, got.headers["Content-Type"], got.headers["Allow"]) == (
        405, "application/problem+json", "POST",
    )  # fmt: skip

    large = demo_client.post("/oauth2/token", content=b"a" * (1 << 21), headers={"Content-Type": FORM})
    assert large.status_code == 413


def test_secrets_and_tokens_never_reach_the_log(demo_client: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = ask(demo_client).json()["access_token"]
    ask(demo_client, secret="a-wrong-secret")
    demo_client.post("/oauth2/token", data=GRANT, headers=basic("analyst", "another-wrong-secret"))

    for secret in (SECRET, token, "a-wrong-secret", "another-wrong-secret"):
        assert secret not in caplog.text


def test_only_the_public_key_is_published(demo_client: httpx.Client) -> None:
    (key,) = demo_client.get("/oauth2/jwks").json()["keys"]

    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


@pytest.mark.parametrize("name", ["openid-configuration", "oauth-authorization-server"])
def test_clients_find_the_issuer_by_its_metadata(demo_client: httpx.Client, demo: str, name: str) -> None:
    told = demo_client.get(f"/.well-known/{name}").json()

    assert told["issuer"] == demo
    assert told["token_endpoint"] == f"{demo}/oauth2/token"
    assert demo_client.get(told["jwks_uri"]).status_code == 200
    assert told["grant_types_supported"] == ["client_credentials"]


def test_the_explorer_learns_the_clients_and_on_this_machine_their_secret(demo_client: httpx.Client) -> None:
    told = demo_client.get("/demo-clients").json()

    assert told["clientSecret"] == SECRET
    for client in told["items"]:
        assert ask(demo_client, client["clientId"]).status_code == 200
        assert client["explanation"]["nl"]
        assert client["explanation"]["en"]


@pytest.mark.parametrize(
    "headers",
    [{"Host": "attacker.example"}, {"Host": "10.0.0.5:8000"}, {"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=x"}],
)
def test_the_secret_is_not_told_to_a_caller_that_may_be_elsewhere(
    demo_client: httpx.Client, headers: dict[str, str]
) -> None:
    told = demo_client.get("/demo-clients", headers=headers)

    assert told.json()["clientSecret"] is None
    assert SECRET not in told.text
    assert "Access-Control-Allow-Origin" not in told.headers


def test_beside_a_real_issuer_there_is_nothing_of_the_demo(client: httpx.Client) -> None:
    for path in ("/oauth2/jwks", "/demo-clients", "/.well-known/openid-configuration"):
        assert client.get(path).status_code == 404
    assert client.post("/oauth2/token", data=GRANT).status_code == 404
    assert not any("oauth2" in path for path in client.get("/v1/openapi.json").json()["paths"])


def settings(**values: Any) -> Settings:
    own = "http://127.0.0.1:8000"
    defaults = {
        "costprice_url": "http://127.0.0.1:8001",
        "tariffs_url": "http://127.0.0.1:8002",
        "public_url": own,
        "issuer": own,
        "jwks_url": f"{own}/oauth2/jwks",
    }
    return Settings(**(defaults | values))


def test_the_demo_issuer_refuses_to_start_beside_a_real_one(demo_key_file: Path) -> None:
    with pytest.raises(WrongSettings, match=r"does not run beside a real one: GATEWAY_ISSUER is https://id\.example"):
        create_app(settings(issuer="https://id.example", demo_issuer_key_file=demo_key_file, demo_client_secret=SECRET))


@pytest.mark.parametrize("only", ["demo_issuer_key_file", "demo_client_secret"])
def test_half_a_demo_issuer_beside_a_real_one_is_refused_too(demo_key_file: Path, only: str) -> None:
    value = {"demo_issuer_key_file": demo_key_file, "demo_client_secret": SECRET}[only]

    with pytest.raises(WrongSettings, match="beside a real one"):
        create_app(settings(issuer="https://id.example", **{only: value}))
    with pytest.raises(WrongSettings, match="one is not set"):
        create_app(settings(**{only: value}))


def test_without_any_issuer_the_gateway_refuses_to_start() -> None:
    with pytest.raises(WrongSettings, match="there is no issuer"):
        create_app(settings())


def test_a_short_secret_is_refused(demo_key_file: Path) -> None:
    with pytest.raises(WrongSettings, match="fewer than 16"):
        create_app(settings(demo_issuer_key_file=demo_key_file, demo_client_secret="demo"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a key",
        ECKey.generate_key("P-384").as_pem(private=True),
        ECKey.generate_key("P-256").as_pem(private=False),
        RSAKey.generate_key(2048).as_pem(private=True),
        OKPKey.generate_key("Ed25519").as_pem(private=True),
        json.dumps({"keys": []}).encode(),
    ],
)
def test_a_file_without_the_right_key_is_refused_and_not_repeated(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "key"
    file.write_bytes(content)

    with pytest.raises(WrongSettings, match="no private P-256 key as PEM or JWK") as refusal:
        create_app(settings(demo_issuer_key_file=file, demo_client_secret=SECRET))
    assert refusal.value.__cause__ is None


def test_a_file_that_is_not_there_is_named_by_its_setting(tmp_path: Path) -> None:
    with pytest.raises(WrongSettings, match="GATEWAY_DEMO_ISSUER_KEY_FILE cannot be read"):
        create_app(settings(demo_issuer_key_file=tmp_path / "none", demo_client_secret=SECRET))


def test_the_key_may_be_a_jwk(tmp_path: Path) -> None:
    file, held = tmp_path / "key.json", listening()
    file.write_text(json.dumps(ECKey.generate_key("P-256").as_dict(private=True)))
    own = address_of(held)
    app = create_app(
        settings(
            public_url=own, issuer=own, demo_issuer_key_file=file, demo_client_secret=SECRET, demo_token_minutes=10
        )
    )
    with serving(app, held) as address, httpx.Client(base_url=address, trust_env=False) as client:
        start = int(time.time())
        told = ask(client, "operator").json()
        assert told["expires_in"] == 600
        token = jwt.decode(told["access_token"], KeySet.import_key_set(client.get("/oauth2/jwks").json()))
        assert start + 600 <= token.claims["exp"] <= start + 605


def test_a_token_lives_ten_to_sixty_minutes() -> None:
    for minutes in (9, 61):
        with pytest.raises(ValueError, match="demo_token_minutes"):
            settings(demo_token_minutes=minutes)


def test_no_secret_has_a_default_and_none_is_shown() -> None:
    assert settings().demo_client_secret is None
    assert SECRET not in repr(settings(demo_client_secret=SECRET))
