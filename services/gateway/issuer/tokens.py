"""Access tokens of the demo issuer (RFC 9068), signed with a key that only this machine holds."""

import hmac
import json
import time
import uuid
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from services.gateway.errors import WrongSettings
from services.gateway.issuer.clients import Client, client_named
from services.gateway.settings import Settings
from shared.plumbing.identity import IssuerKeys

ALGORITHM = "ES256"
SHORTEST_SECRET = 16


class Refusal(Exception):
    """Why no token is given, as an error code of RFC 6749, 5.2."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.description, self.status = error, description, status


class DemoIssuer:
    """Gives tokens to the demo clients.

    Args:
        issuer: the gateway's own address, claim ``iss``.
        audience: claim ``aud``.
        key: private key, P-256.
        secret: the secret that all demo clients share.
        lifetime_seconds: how long a token is valid.
    """

    def __init__(self, issuer: str, audience: str, key: ECKey, secret: str, lifetime_seconds: int) -> None:
        self.issuer, self.secret, self.lifetime_seconds = issuer, secret, lifetime_seconds
        self._audience, self._key = audience, key

    def client(self, client_id: str, secret: str) -> Client:
        """The client that proved to know the secret.

        Raises:
            Refusal: the client or its secret is wrong; which of the two is not told.
        """
        # Compared first and in constant time, also for a client that does not exist.
        knows = hmac.compare_digest(secret.encode(), self.secret.encode())
        client = client_named(client_id)
        if client is None or not knows:
            raise Refusal("invalid_client", "unknown client or wrong secret", 401)
        return client

    def token(self, client: Client) -> str:
        """A new access token for the client."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": self._audience,
            "sub": client.client_id,
            "client_id": client.client_id,
            "iat": now,
            "exp": now + self.lifetime_seconds,
            "jti": str(uuid.uuid4()),
            "roles": [str(client.role)],
            **client.claims,
        }
        return jwt.encode({"alg": ALGORITHM, "typ": "at+jwt", "kid": self._key.kid}, claims, self._key)

    def key_set(self) -> dict[str, Any]:
        """The public key, as a key set."""
        return {"keys": [{**self._key.as_dict(private=False), "use": "sig", "alg": ALGORITHM, "kid": self._key.kid}]}

    def metadata(self) -> dict[str, Any]:
        """What a client must know of this issuer (RFC 8414)."""
        return {
            "issuer": self.issuer,
            "token_endpoint": f"{self.issuer}/oauth2/token",
            "jwks_uri": f"{self.issuer}/oauth2/jwks",
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }


class OwnKeys(IssuerKeys):
    """The demo issuer's own public key, at hand without asking anyone."""

    def __init__(self, address: str, issuer: DemoIssuer) -> None:
        super().__init__(address)
        self._own = KeySet.import_key_set(issuer.key_set())  # type: ignore[arg-type]

    async def holding(self, kid: str | None) -> KeySet:
        """The key set; it never changes while the process runs."""
        return self._own


def demo_issuer_of(settings: Settings) -> DemoIssuer | None:
    """The demo issuer, if these settings ask for one; None where a real issuer is configured.

    Raises:
        WrongSettings: a real and the demo issuer at once, neither, or a demo issuer without key or secret.
    """
    own = settings.issuer.rstrip("/") == settings.public_url
    wanted = settings.demo_issuer_key_file is not None or settings.demo_client_secret is not None
    if not wanted:
        if own:
            raise WrongSettings(
                "there is no issuer: GATEWAY_ISSUER is the gateway itself, but GATEWAY_DEMO_ISSUER_KEY_FILE and "
                "GATEWAY_DEMO_CLIENT_SECRET are not set. Name a real issuer, or set both for a demo"
            )
        return None
    if not own:
        raise WrongSettings(
            f"the demo issuer does not run beside a real one: GATEWAY_ISSUER is {settings.issuer}. Remove "
            f"GATEWAY_DEMO_ISSUER_KEY_FILE and GATEWAY_DEMO_CLIENT_SECRET, or set GATEWAY_ISSUER to "
            f"{settings.public_url} for a demo"
        )
    if settings.demo_issuer_key_file is None or settings.demo_client_secret is None:
        raise WrongSettings(
            "the demo issuer takes both GATEWAY_DEMO_ISSUER_KEY_FILE and GATEWAY_DEMO_CLIENT_SECRET; one is not set"
        )
    secret = settings.demo_client_secret.get_secret_value()
    if len(secret) < SHORTEST_SECRET:
        raise WrongSettings(
            f"GATEWAY_DEMO_CLIENT_SECRET has fewer than {SHORTEST_SECRET} characters; draw a random one"
        )
    try:
        content = settings.demo_issuer_key_file.read_bytes()
    except OSError as error:
        raise WrongSettings(f"GATEWAY_DEMO_ISSUER_KEY_FILE cannot be read: {error.strerror}") from error
    key = signing_key(content)
    return DemoIssuer(settings.issuer, settings.audience, key, secret, settings.demo_token_minutes * 60)


def signing_key(content: bytes) -> ECKey:
    """The private key in a PEM or JWK file.

    Raises:
        WrongSettings: it is not a private P-256 key. The content is not repeated.
    """
    try:
        key = ECKey.import_key(json.loads(content) if content.lstrip().startswith(b"{") else content)
        if not key.is_private or key.curve_name != "P-256":
            raise ValueError("another kind of key")
    except (JoseError, ValueError, TypeError, KeyError):
        raise WrongSettings("GATEWAY_DEMO_ISSUER_KEY_FILE holds no private P-256 key as PEM or JWK") from None
    key.ensure_kid()
    return key
