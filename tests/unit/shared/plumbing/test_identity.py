"""shared.plumbing.identity: who holds a good token is who it says; everyone else is nobody or refused."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

import shared.plumbing.identity as module
from shared.plumbing.identity import (
    ANONYMOUS,
    SYSTEM,
    IssuerKeys,
    Principal,
    TokenVerifier,
    allow,
    public,
)
from shared.plumbing.problems import Forbidden, Unauthenticated, Unavailable
from tests.unit.shared.plumbing import bookshop

ROLES = frozenset({"seller", "buyer"})


@pytest.fixture
def verifier(issuer: Any) -> TokenVerifier:
    keys = IssuerKeys(issuer.jwks_url)
    return TokenVerifier(issuer.issuer, issuer.audience, keys, roles=ROLES | SYSTEM.roles, row_claims=("shopNumber",))


def who(verifier: TokenVerifier, token: str | None) -> Principal:
    """Who the verifier says sends this token."""
    return asyncio.run(verifier.principal(None if token is None else f"Bearer {token}"))


def signed(issuer: Any, key: Any = None, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A token like the issuer's, with another key, header or claims; a claim None is left out."""
    now = int(time.time())
    content = {
        "iss": issuer.issuer,
        "aud": [issuer.audience],
        "sub": "nina",
        "iat": now,
        "exp": now + 60,
        "roles": ["seller"],
    }
    content = {name: value for name, value in (content | claims).items() if value is not None}
    full = {"alg": "ES256", "typ": "at+jwt", "kid": issuer.key.kid} | (header or {})
    full = {name: value for name, value in full.items() if value is not None}
    algorithm = [full["alg"]]
    return str(jwt.encode(full, content, key or issuer.key, algorithms=algorithm, default_type=None))


def unsigned(header: Any, claims: Any, signature: bytes = b"") -> str:
    """A token whose parts are exactly these."""
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def keyed_with(issuer: Any, secret: bytes) -> str:
    """A token signed with HMAC, the secret being what everybody knows."""
    content = signed(issuer).split(".")[1]
    header = unsigned({"alg": "HS256", "typ": "at+jwt", "kid": issuer.key.kid}, {}).split(".")[0]
    digest = hmac.digest(secret, f"{header}.{content}".encode(), "sha256")
    return f"{header}.{content}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def test_a_good_token_says_who_asks(verifier: TokenVerifier, issuer: Any) -> None:
    found = who(verifier, issuer.token("seller", subject="nina", shopNumber="7", other="x"))
    assert found == Principal("nina", frozenset({"seller"}), {"shopNumber": "7"})
    assert not found.anonymous
    assert found.has("buyer", "seller")
    assert not found.has("buyer")


def test_without_a_token_nobody_is_known(verifier: TokenVerifier) -> None:
    assert who(verifier, None) is ANONYMOUS
    assert ANONYMOUS.anonymous


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
def test_an_access_token_says_that_it_is_one(verifier: TokenVerifier, issuer: Any, typ: str) -> None:
    assert who(verifier, signed(issuer, header={"typ": typ})).subject == "nina"


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_name_of_the_scheme_may_be_written_in_any_case(verifier: TokenVerifier, issuer: Any, scheme: str) -> None:
    assert asyncio.run(verifier.principal(f"{scheme} {signed(issuer)}")).subject == "nina"


def test_a_clock_may_differ_a_little(verifier: TokenVerifier, issuer: Any) -> None:
    now = int(time.time())
    assert who(verifier, signed(issuer, iat=now + 20, nbf=now + 20)).subject == "nina"
    assert who(verifier, signed(issuer, exp=now - 20)).subject == "nina"


def test_a_role_nobody_knows_and_the_systems_own_role_are_ignored(verifier: TokenVerifier, issuer: Any) -> None:
    assert who(verifier, signed(issuer, roles=["seller", "system", "king", 7, None])).roles == {"seller"}
    for roles in ("seller", {"seller": True}, None, 7):
        found = who(verifier, signed(issuer, roles=roles))
        assert found.roles == frozenset()
        assert not found.anonymous


@pytest.mark.parametrize("value", [7, 7.5, True, ["7"], {"a": "7"}])
def test_a_row_claim_that_is_not_text_ties_to_nothing(verifier: TokenVerifier, issuer: Any, value: Any) -> None:
    assert who(verifier, signed(issuer, shopNumber=value)).claims == {}


BAD_CLAIMS: dict[str, dict[str, Any]] = {
    "another audience": {"aud": ["another"]},
    "no audience": {"aud": None},
    "audiences that are not text": {"aud": [7]},
    "another issuer": {"iss": "https://issuer.test/"},
    "no issuer": {"iss": None},
    "expired": {"exp": int(time.time()) - 60},
    "never expires": {"exp": None},
    "expires on text": {"exp": "2999999999"},
    "not yet valid": {"nbf": int(time.time()) + 3600},
    "issued in the future": {"iat": int(time.time()) + 3600},
    "never issued": {"iat": None},
    "nobody": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is not text": {"sub": 7},
    "a subject too long to be recorded": {"sub": "n" * 201},
}


@pytest.mark.parametrize("claims", BAD_CLAIMS.values(), ids=BAD_CLAIMS.keys())
def test_claims_that_do_not_hold_are_refused(verifier: TokenVerifier, issuer: Any, claims: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        who(verifier, signed(issuer, **claims))


BAD_TOKENS: dict[str, Callable[[Any], str]] = {
    "algorithm none": lambda i: unsigned({"alg": "none", "typ": "at+jwt", "kid": i.key.kid}, {"sub": "x"}),
    "the public key as a secret": lambda i: keyed_with(i, i.key.as_pem(private=False)),
    "another key under the same id": lambda i: signed(i, ECKey.generate_key("P-256")),
    "another kind of key": lambda i: signed(i, RSAKey.generate_key(2048), {"alg": "RS256"}),
    "a key of the sender's own": lambda i: signed(
        i, key := ECKey.generate_key("P-256"), {"jwk": key.as_dict(private=False), "kid": None}
    ),
    "an unknown key id": lambda i: signed(i, header={"kid": "unknown"}),
    "no type": lambda i: signed(i, header={"typ": None}),
    "an identity token": lambda i: signed(i, header={"typ": "JWT"}),
    "stripped signature": lambda i: signed(i).rpartition(".")[0] + ".",
    "no signature": lambda i: signed(i).rpartition(".")[0],
    "changed claims": lambda i: ".".join(
        [signed(i).split(".")[0], unsigned({}, {"sub": "boss"}).split(".")[1], signed(i).split(".")[2]]
    ),
    "an encrypted token": lambda i: signed(i) + ".x.y",
    "no token at all": lambda _: "hello",
    "not ASCII": lambda i: signed(i) + "é",
    "a header that is a list": lambda _: unsigned(["alg"], {}),
    "a header that is not JSON": lambda _: "e30x.e30.e30",
    "a key id that is a list": lambda i: unsigned({"alg": "ES256", "typ": "at+jwt", "kid": ["x"]}, {}, b"x" * 64),
    "a key id that is an object": lambda i: unsigned({"alg": "ES256", "typ": "at+jwt", "kid": {}}, {}, b"x" * 64),
    "a header nested without end": lambda _: base64.urlsafe_b64encode(b"[" * 20_000).rstrip(b"=").decode() + ".e30.e30",
    "an extension we do not know": lambda i: unsigned(
        {"alg": "ES256", "typ": "at+jwt", "crit": ["exp"], "kid": i.key.kid}, {}, b"x" * 64
    ),
    "claims that are a list": lambda i: unsigned({"alg": "ES256", "typ": "at+jwt", "kid": i.key.kid}, [], b"x" * 64),
}


@pytest.mark.parametrize("make", BAD_TOKENS.values(), ids=BAD_TOKENS.keys())
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_a_token_that_does_not_hold_is_refused(
    verifier: TokenVerifier, issuer: Any, make: Callable[[Any], str]
) -> None:
    assert who(verifier, signed(issuer)).subject == "nina"  # the way the token is made is good
    with pytest.raises(Unauthenticated) as caught:
        who(verifier, make(issuer))
    assert caught.value.headers == {"WWW-Authenticate": 'Bearer realm="zorgtarief"'}


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic bmluYTpw", "nina"])
def test_another_scheme_is_refused(verifier: TokenVerifier, header: str) -> None:
    with pytest.raises(Unauthenticated, match="Send a bearer token"):
        asyncio.run(verifier.principal(header))


def test_a_rule_lets_in_who_has_one_of_its_roles() -> None:
    rule = allow("seller", "buyer")
    rule.check(Principal("nina", frozenset({"buyer"})))
    with pytest.raises(Unauthenticated):
        rule.check(ANONYMOUS)
    with pytest.raises(Forbidden, match="buyer, seller"):
        rule.check(Principal("nina", frozenset({"clerk"})))
    with pytest.raises(Forbidden):
        rule.check(Principal("nina"))  # known, but without any role
    public().check(ANONYMOUS)
    with pytest.raises(ValueError, match="at least one role"):
        allow()


class KeysOnDisk:
    """A key set in a file, and how often it was fetched."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.file = folder / "jwks.json"
        self.fetches = 0
        self.now = 1000.0
        self.pause = 0.0
        original = IssuerKeys._fetch

        def counted(keys: IssuerKeys) -> None:
            self.fetches += 1
            time.sleep(self.pause)
            original(keys)

        monkeypatch.setattr(IssuerKeys, "_fetch", counted)
        monkeypatch.setattr(module.time, "monotonic", lambda: self.now)
        self.keys = IssuerKeys(self.file.as_uri())

    def publish(self, *kids: str) -> None:
        made = [ECKey.generate_key("P-256", {"kid": kid}).as_dict(private=False) for kid in kids]
        self.file.write_text(json.dumps({"keys": made}))

    def holding(self, kid: str | None) -> list[str | None]:
        return [key.kid for key in asyncio.run(self.keys.holding(kid)).keys]


@pytest.fixture
def on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeysOnDisk]:
    with monkeypatch.context() as patch:
        yield KeysOnDisk(tmp_path, patch)


def test_keys_are_fetched_once_and_kept(on_disk: KeysOnDisk) -> None:
    on_disk.publish("a")
    for _ in range(3):
        assert on_disk.holding("a") == ["a"]
    assert on_disk.fetches == 1
    on_disk.now += 301
    assert on_disk.holding("a") == ["a"]
    assert on_disk.fetches == 2


def test_a_new_key_is_found_at_once_but_not_looked_for_all_the_time(on_disk: KeysOnDisk) -> None:
    on_disk.publish("a")
    assert on_disk.holding("a") == ["a"]
    on_disk.now += 6
    on_disk.publish("a", "b")
    assert on_disk.holding("b") == ["a", "b"]
    assert on_disk.fetches == 2
    for _ in range(20):
        on_disk.now += 0.2
        assert on_disk.holding("forged") == ["a", "b"]
    assert on_disk.fetches == 2
    on_disk.now += 5
    on_disk.holding("forged")
    assert on_disk.fetches == 3


def test_a_crowd_at_the_start_waits_for_one_fetch(on_disk: KeysOnDisk) -> None:
    on_disk.publish("a")
    on_disk.pause = 0.1

    async def crowd() -> list[Any]:
        return await asyncio.gather(*(on_disk.keys.holding("a") for _ in range(20)))

    assert len(asyncio.run(crowd())) == 20
    assert on_disk.fetches == 1


def test_keys_out_of_reach_are_told_and_sought_again(on_disk: KeysOnDisk) -> None:
    for _ in range(3):
        with pytest.raises(Unavailable) as caught:
            on_disk.holding("a")
        assert caught.value.headers == {"Retry-After": "2"}
    assert on_disk.fetches == 1
    on_disk.publish("a")
    on_disk.now += 6
    assert on_disk.holding("a") == ["a"]


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", '{"keys": []}', '{"keys": [7]}', '{"keys": 7}', "\xff"])
def test_a_key_set_that_makes_no_sense_is_no_key_set(on_disk: KeysOnDisk, content: str) -> None:
    on_disk.file.write_text(content, encoding="latin-1")
    with pytest.raises(Unavailable):
        on_disk.holding("a")


def test_keys_once_fetched_stay_good_while_the_issuer_is_away(on_disk: KeysOnDisk) -> None:
    on_disk.publish("a")
    on_disk.holding("a")
    on_disk.file.unlink()
    on_disk.now += 3600
    assert on_disk.holding("a") == ["a"]
    assert on_disk.fetches == 2


@pytest.mark.parametrize("address", ["ftp://example.org/keys", "data:,x"])
def test_keys_come_from_http_or_a_file(address: str) -> None:
    with pytest.raises(ValueError, match="http, https or file"):
        IssuerKeys(address)


def test_a_service_whose_issuer_is_away_answers_503(bookshop_url: str, issuer: Any, tmp_path: Path) -> None:
    app: FastAPI = bookshop.create_app(
        bookshop_url, issuer.issuer, issuer.audience, (tmp_path / "absent.json").as_uri()
    )
    with bookshop.serving(app) as address:
        refused = httpx.get(f"{address}/books", headers=issuer.headers("seller"))
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
        assert httpx.get(f"{address}/reports").status_code == 200  # without a token no key is needed
        assert httpx.get(f"{address}/books").status_code == 401


def test_the_service_sees_the_caller_of_the_request(shop: httpx.Client, issuer: Any) -> None:
    headers = issuer.headers("seller", subject="nina", shopNumber="7")
    assert shop.get("/caller", headers=headers).json() == {
        "subject": "nina",
        "roles": ["seller"],
        "claims": {"shopNumber": "7"},
        "anonymous": False,
        "inDatabase": {"subject": "nina", "roles": "seller", "shop_number": "7"},
    }
    assert shop.get("/caller").json()["anonymous"] is True
