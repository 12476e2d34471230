"""Who is asking: bearer tokens (RFC 9068), verified here whatever stood before us, and one rule per route.

Roles and claims are opaque words to this module; each service names its own.
"""

import http.client
import json
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.to_thread
import structlog
from fastapi import Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact
from pydantic import AnyUrl

from shared.kernel.sources import Text
from shared.plumbing.problems import Forbidden, Unauthenticated, Unavailable

log = structlog.get_logger("identity")

ALGORITHMS = ["ES256", "PS256"]
LEEWAY_SECONDS = 30
REFRESH_SECONDS = 300
RETRY_SECONDS = 5
MAX_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller: a subject, its roles, and the claims that tie it to its own rows. Without a token: anonymous."""

    subject: str
    roles: frozenset[str] = frozenset()
    claims: Mapping[str, str] = field(default_factory=dict)

    def has(self, *roles: str) -> bool:
        """Whether the caller has at least one of the roles."""
        return not self.roles.isdisjoint(roles)

    @property
    def anonymous(self) -> bool:
        """Whether nobody is known to ask."""
        return not self.roles and self.subject == ANONYMOUS.subject


ANONYMOUS = Principal("anonymous")
SYSTEM = Principal("system", frozenset({"system"}))
"""The service itself, for work that no request waits for. No token can carry this role: see ``TokenVerifier``."""


class IssuerKeys:
    """The issuer's public keys from its JWKS address (http, https or file), fetched again when a key is new."""

    def __init__(self, address: str) -> None:
        if AnyUrl(address).scheme not in {"http", "https", "file"}:
            raise ValueError("the address of the key set must start with http, https or file")
        self._address = address
        self._keys: KeySet | None = None
        self._ids: set[str | None] = set()
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching = anyio.Lock()

    def _fetch(self) -> None:
        self._tried_at = time.monotonic()
        with urllib.request.urlopen(self._address, timeout=5) as answer:  # noqa: S310 (schemes are checked above)
            document = json.load(answer)
        self._keys = KeySet.import_key_set(document)
        self._ids = {key.get("kid") for key in document["keys"]}
        self._fetched_at = self._tried_at

    async def holding(self, kid: str | None) -> KeySet:
        """The key set, fetched again when it is old or does not hold the key; at most once in five seconds."""
        if self._stale(kid):
            # Whoever comes while the keys are being fetched waits for them and does not fetch again.
            async with self._fetching:
                if self._stale(kid) and time.monotonic() - self._tried_at > RETRY_SECONDS:
                    await self._try_to_fetch()
        if self._keys is None:
            raise Unavailable(
                Text("De sleutels van de uitgever zijn niet bereikbaar.", "The issuer's keys are out of reach.")
            )
        return self._keys

    def _stale(self, kid: str | None) -> bool:
        return kid not in self._ids or time.monotonic() - self._fetched_at > REFRESH_SECONDS

    async def _try_to_fetch(self) -> None:
        try:
            await anyio.to_thread.run_sync(self._fetch)
        except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError, AttributeError, JoseError):
            # Keys that were fetched before stay good; without any, nobody can be let in.
            log.warning("the issuer's keys cannot be fetched", address=self._address, exc_info=True)


class TokenVerifier:
    """Checks a bearer token and says who the caller is.

    Args:
        issuer: the only accepted ``iss``.
        audience: must be among ``aud``.
        keys: the issuer's public keys.
        row_claims: names of claims that tie a caller to its own rows; each must be text.
        roles: the roles that exist; others in a token are ignored.
    """

    def __init__(
        self, issuer: str, audience: str, keys: IssuerKeys, *, roles: frozenset[str], row_claims: tuple[str, ...] = ()
    ) -> None:
        self._keys, self._roles, self._row_claims = keys, roles - SYSTEM.roles, row_claims
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )

    async def principal(self, authorization: str | None) -> Principal:
        """The caller behind an Authorization header; anonymous without one.

        Raises:
            Unauthenticated: the header is not a bearer token of this issuer, for this audience, valid now.
            Unavailable: the issuer's keys cannot be fetched.
        """
        if authorization is None:
            return ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated(Text("Stuur een bearer-token mee.", "Send a bearer token."))
        try:
            claims = await self._verified(token.strip())
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise Unauthenticated(
                Text(
                    "Het token is niet geldig, niet van deze uitgever, of verlopen. Vraag een nieuw token aan.",
                    "The token is not valid, not of this issuer, or expired. Ask for a new token.",
                )
            ) from error
        roles = claims.get("roles", [])
        if not isinstance(roles, list):
            roles = []
        bound = {name: claims[name] for name in self._row_claims if isinstance(claims.get(name), str)}
        known = self._roles.intersection(role for role in roles if isinstance(role, str))
        return Principal(claims["sub"], frozenset(known), bound)

    async def _verified(self, token: str) -> dict[str, Any]:
        header = _unverified_header(token)
        if str(header.get("typ", "")).lower() not in {"at+jwt", "application/at+jwt"}:
            raise ValueError("not an access token")
        keys = await self._keys.holding(header.get("kid"))
        verified = jwt.decode(token, keys, algorithms=ALGORITHMS)
        self._claims.validate(verified.claims)
        if len(verified.claims["sub"]) > MAX_SUBJECT:
            raise ValueError("the subject is too long to be recorded")
        return dict(verified.claims)


def _unverified_header(token: str) -> dict[str, Any]:
    return dict(extract_compact(token.encode("ascii")).headers())


class Allow:
    """The authorisation rule of a route: who may call it. Use :func:`allow` or :func:`public`."""

    def __init__(self, roles: frozenset[str]) -> None:
        self.roles = roles

    def __call__(self, request: Request) -> Principal:
        """The caller, whom the route has let in before anything of the request was read."""
        principal: Principal = request.state.principal
        return principal

    def check(self, principal: Principal) -> None:
        """Let the caller in, or say why not."""
        if not self.roles or principal.has(*self.roles):
            return
        if principal.anonymous:
            raise Unauthenticated(Text("Meld u aan: stuur een bearer-token mee.", "Sign in: send a bearer token."))
        names = ", ".join(sorted(self.roles))
        raise Forbidden(Text(f"Dit kan met de rol: {names}.", f"This takes the role: {names}."))


def allow(*roles: str) -> Allow:
    """Only callers with at least one of these roles."""
    if not roles:
        raise ValueError("name at least one role, or use public()")
    return Allow(frozenset(str(role) for role in roles))


def public() -> Allow:
    """Anyone, also without a token. A token that is sent must still be valid."""
    return Allow(frozenset())
