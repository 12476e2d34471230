"""Settings that every service has; each adds its own prefix. A secret has no default, and may come from a file."""

from pathlib import Path
from typing import Any, Self

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS_FOLDER = Path("/run/secrets")
"""Where container platforms put secrets: a file named after the setting, for example ``COSTPRICE_DATABASE_URL``."""


class IdentitySettings(BaseSettings):
    """Whom a service believes."""

    issuer: str = Field(description="The only accepted issuer of tokens (claim iss).")
    jwks_url: str = Field(description="Where the issuer's public keys are: an http, https or file address.")
    audience: str = Field(default="zorgtarief", description="The audience a token must name (claim aud).")
    log_level: str = Field(default="INFO", description="The least important events that are logged.")

    @classmethod
    def load(cls, **values: Any) -> Self:
        """From the environment and secret files; values given here win."""
        folder = SECRETS_FOLDER if SECRETS_FOLDER.is_dir() else None
        return cls(_secrets_dir=folder, **values)


class ServiceSettings(IdentitySettings):
    """Settings of a service with a database."""

    database_url: str = Field(description="PostgreSQL 15 or later as the service's own role: postgresql+psycopg://…")
    pool_size: int = Field(default=10, ge=1, description="Database connections kept open.")


def prefixed(prefix: str) -> SettingsConfigDict:
    """Settings are read from the environment under this prefix, ``PREFIX_NAME``; unknown ones are none of ours."""
    return SettingsConfigDict(env_prefix=f"{prefix}_", extra="ignore", frozen=True, hide_input_in_errors=True)
