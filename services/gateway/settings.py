"""Settings of the gateway, from the environment under ``GATEWAY_``; no secret has a default."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, AnyHttpUrl, Field, SecretStr, TypeAdapter

from shared.plumbing.settings import IdentitySettings, prefixed

_HTTP = TypeAdapter(AnyHttpUrl)


def _without_path(address: str) -> str:
    url = _HTTP.validate_python(address)
    if url.path not in {None, "", "/"} or url.query or url.fragment or url.username or url.password:
        raise ValueError("give scheme, host and port only, such as http://127.0.0.1:8001")
    return address.rstrip("/")


Origin = Annotated[str, AfterValidator(_without_path)]
"""Scheme, host and port of an address; the paths behind it are part of the contract."""


class Settings(IdentitySettings):
    """What the gateway must be told."""

    model_config = prefixed("GATEWAY")

    costprice_url: Origin = Field(description="Where costprice listens: scheme, host and port.")
    tariffs_url: Origin = Field(description="Where tariffs listens: scheme, host and port.")
    public_url: Origin = Field(description="The address at which clients reach the gateway.")
    connect_timeout_seconds: float = Field(default=2, gt=0, description="Longest wait for a connection to a service.")
    read_timeout_seconds: float = Field(default=60, gt=0, description="Longest silence of a service that is answering.")
    health_timeout_seconds: float = Field(default=2, gt=0, description="Longest wait for a service's health.")
    max_connections: int = Field(default=256, ge=1, description="Connections to the services at one time.")
    document_cache_seconds: float = Field(default=10, ge=0, description="How long the merged document is kept.")
    demo_issuer_key_file: Path | None = Field(
        default=None, description="Demo only: the private key (P-256; PEM or JWK) of the embedded issuer of tokens."
    )
    demo_client_secret: SecretStr | None = Field(
        default=None, description="Demo only: the secret that all demo clients share; random for each run."
    )
    demo_token_minutes: int = Field(default=30, ge=10, le=60, description="Demo only: how long a token is valid.")
