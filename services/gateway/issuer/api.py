"""Addresses of the demo issuer; an application without it has none of them."""

import ipaddress
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from services.gateway.issuer.clients import KINDS
from services.gateway.issuer.form import credentials_in
from services.gateway.issuer.tokens import DemoIssuer, Refusal
from services.gateway.schemas import DemoClient, DemoClients, TokenOut
from shared.plumbing.identity import Principal, public
from shared.plumbing.routes import ContractRoute
from shared.plumbing.uploads import Upload, accepts

log = structlog.get_logger("gateway.issuer")

FORM = "application/x-www-form-urlencoded"
NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
MAX_FORM_BYTES = 1 << 20

SECRET_IN_EXAMPLE = "the-secret-of-this-run"  # noqa: S105 (a placeholder)
"""Stands in the document for the secret, which only callers on this very machine get to see in its place."""

TOKEN_REQUEST = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"type": "string", "const": "client_credentials"},
                        "client_id": {"type": "string", "description": "analyst, provider-<agb>, …"},
                        "client_secret": {"type": "string", "format": "password"},
                    },
                },
                "examples": {
                    "analyst": {
                        "summary": "A token for the analyst",
                        "description": "Each run of the demo draws another `client_secret`; on the machine itself it "
                        "is filled in here and told by `GET /demo-clients`.",
                        "value": {
                            "grant_type": "client_credentials",
                            "client_id": "analyst",
                            "client_secret": SECRET_IN_EXAMPLE,
                        },
                    }
                },
            }
        },
    }
}

OAUTH_ERROR = {
    "schema": {
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {"enum": ["invalid_request", "invalid_client", "unsupported_grant_type"]},
            "error_description": {"type": "string"},
        },
    }
}
"""An error of RFC 6749, 5.2."""


class ClientRoute(ContractRoute):
    """A route at which a client proves itself: its Authorization header holds credentials and no bearer token."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The usual handler, which does not see the header; the endpoint finds it in the request's state."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            request.state.client_authorization = request.headers.get("authorization")
            rest = [pair for pair in request.scope["headers"] if pair[0] != b"authorization"]
            return await inner(Request({**request.scope, "headers": rest}, request.receive))

        return handle


def issuer_router(issuer: DemoIssuer) -> APIRouter:
    """The routes of a demo issuer."""
    router = APIRouter(route_class=ContractRoute, tags=["demo issuer"])

    async def token(
        request: Request,
        form: Upload = Depends(accepts(FORM, max_bytes=MAX_FORM_BYTES)),
        _caller: Principal = Depends(public()),
    ) -> Response:
        """Demo only. Client credentials in the form or as Basic authorization; the answer is a token of RFC 9068 that
        holds for every service. Errors are those of RFC 6749, as JSON.
        """
        authorization = request.state.client_authorization
        try:
            given = credentials_in(form.content(), authorization)
            client = issuer.client(given.client_id, given.secret)
        except Refusal as refusal:
            log.info("no token given", error=refusal.error)
            return refused(refusal, authorization is not None)
        answer = TokenOut(access_token=issuer.token(client), expires_in=issuer.lifetime_seconds)
        return JSONResponse(answer.model_dump(), headers=NOT_KEPT)

    router.add_api_route(
        "/oauth2/token",
        token,
        methods=["POST"],
        route_class_override=ClientRoute,
        operation_id="get_token",
        summary="A token for a demo client",
        response_model=None,
        responses={200: {"model": TokenOut, "description": "An access token."}},
        openapi_extra=TOKEN_REQUEST,
    )

    @router.get("/oauth2/jwks", operation_id="get_key_set", summary="The public key of the demo issuer")
    async def jwks(_caller: Principal = Depends(public())) -> dict[str, Any]:
        """A JSON Web Key Set."""
        return issuer.key_set()

    @router.get(
        "/.well-known/openid-configuration", operation_id="get_openid_configuration", summary="What this issuer offers"
    )
    @router.get(
        "/.well-known/oauth-authorization-server", operation_id="get_issuer_metadata", summary="What this issuer offers"
    )
    async def metadata(_caller: Principal = Depends(public())) -> dict[str, Any]:
        """Where to get a token and the public key (RFC 8414)."""
        return issuer.metadata()

    @router.get("/demo-clients", operation_id="list_demo_clients", summary="The clients of the demo")
    async def demo_clients(request: Request, _caller: Principal = Depends(public())) -> DemoClients:
        """Demo only. An example of each kind of client; their secret too, for a caller on this very machine."""
        kinds = [
            DemoClient(client_id=name, roles=[role], explanation={"nl": text.nl, "en": text.en})
            for name, role, text in KINDS
        ]
        return DemoClients(items=kinds, client_secret=issuer.secret if on_this_machine(request) else None)

    return router


def refused(refusal: Refusal, basic: bool) -> JSONResponse:
    """The answer to a request that gets no token."""
    headers = dict(NOT_KEPT)
    if refusal.status == 401 and basic:
        headers["WWW-Authenticate"] = 'Basic realm="zorgtarief"'
    return JSONResponse({"error": refusal.error, "error_description": refusal.description}, refusal.status, headers)


def on_this_machine(request: Request) -> bool:
    """Whether the caller is on this very machine and asked for this machine by its own name.

    A page elsewhere that has its name point here would send another Host; a proxy would add a forwarding header.
    """
    forwarded = any(name in request.headers for name in ("forwarded", "x-forwarded-for"))
    caller = request.client.host if request.client else ""
    asked = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    return not forwarded and is_loopback(caller) and (asked == "localhost" or is_loopback(asked))


def is_loopback(host: str) -> bool:
    """Whether this is an address of the machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def describe(document: dict[str, Any]) -> None:
    """Say in the gateway's document what is particular about asking for a token."""
    document["components"]["securitySchemes"]["client"] = {
        "type": "http",
        "scheme": "basic",
        "description": "Demo only: a client's id and secret; they may stand in the form instead.",
    }
    operation = document["paths"]["/oauth2/token"]["post"]
    operation["security"] = [{"client": []}, {}]
    for status in ("400", "401"):
        operation["responses"][status]["content"]["application/json"] = OAUTH_ERROR
    operation["responses"]["401"]["description"] = "Unknown client or wrong secret."
