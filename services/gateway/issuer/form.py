"""Client credentials as they are sent: in the form or in the Authorization header (RFC 6749, 2.3.1 and 4.4.2)."""

import base64
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

from services.gateway.issuer.tokens import Refusal


@dataclass(frozen=True, slots=True)
class Credentials:
    """A client's id and secret, and whether they came in the Authorization header."""

    client_id: str
    secret: str
    basic: bool

    def __repr__(self) -> str:
        return f"Credentials({self.client_id!r})"


def credentials_in(body: bytes, authorization: str | None) -> Credentials:
    """The credentials in a request for a token.

    Raises:
        Refusal: the form is malformed, asks for another grant, or the client names itself not at all or twice.
    """
    fields = fields_in(body)
    grant = fields.get("grant_type")
    if grant is None:
        raise Refusal("invalid_request", "grant_type is missing; send grant_type=client_credentials")
    if grant != "client_credentials":
        raise Refusal("unsupported_grant_type", "this issuer gives tokens for grant_type=client_credentials only")
    if authorization is not None:
        if "client_secret" in fields:
            raise Refusal("invalid_request", "send the client's secret in the form or in Authorization, not in both")
        found = basic_credentials(authorization)
        if fields.get("client_id", found.client_id) != found.client_id:
            raise Refusal("invalid_request", "the form and the Authorization header name different clients")
        return found
    if "client_id" not in fields or "client_secret" not in fields:
        raise Refusal("invalid_client", "client_id or client_secret is missing", 401)
    return Credentials(fields["client_id"], fields["client_secret"], basic=False)


def fields_in(body: bytes) -> dict[str, str]:
    """The fields of a form, each at most once; an empty one counts as absent (RFC 6749, 3.2)."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body), errors="strict", max_num_fields=20
        )
    except ValueError:
        raise Refusal("invalid_request", "the body is not a form: name=value&name=value") from None
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Refusal("invalid_request", f"given more than once: {', '.join(twice)}")
    return {name: value for name, value in pairs if value}


def basic_credentials(authorization: str) -> Credentials:
    """The credentials in a Basic Authorization header."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError("another scheme")
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
        if not colon:
            raise ValueError("no colon")
    except ValueError:
        raise Refusal("invalid_client", "the Authorization header is not Basic client_id:client_secret", 401) from None
    return Credentials(unquote_plus(client_id), unquote_plus(secret), basic=True)
