"""What the gateway takes and gives: the public contract of its own addresses."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, field_validator

from shared.plumbing.schemas import RequestModel, ResponseModel
from shared.plumbing.wording import refused

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")]


class TariffProposalIn(RequestModel):
    """Which tariffs to calculate from a frozen cost base."""

    cost_base_id: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,99}$",
        description="The cost base, as frozen in costprice; `latest` stands for the last one.",
    )
    prestaties: list[Name] = Field(
        min_length=1,
        max_length=50,
        json_schema_extra={"uniqueItems": True},
        description="The prestaties to calculate a tariff for, each once.",
    )
    tariff_year: int = Field(strict=True, ge=2000, le=2100, description="The year the tariffs are meant for.")
    price_status: Name = Field(
        description="Status of the index values of the tariff year, such as provisional; tariffs knows which there are."
    )

    @field_validator("prestaties")
    @classmethod
    def each_once(cls, names: list[str]) -> list[str]:
        """A prestatie named twice is a slip, and would make two calculations."""
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            named = ", ".join(twice)
            raise refused(
                "prestatie_twice",
                f"noem elke prestatie één keer; vaker: {named}",
                f"name each prestatie once; more often: {named}",
            )
        return names


class TariffProposalOut(ResponseModel):
    """One calculation per prestatie, in the order asked for."""

    cost_base_id: str
    items: list[dict[str, Any]] = Field(description="Calculations, as `POST /tariffs/v1/tariff-calculations` answers.")


class ServiceHealth(ResponseModel):
    """The state of one service, seen from the gateway."""

    service: str
    status: Literal["ok", "unavailable"]
    version: str | None
    migration: str | None = Field(description="The migration its database is at.")
    latency_ms: float = Field(description="The round trip from the gateway, in milliseconds.")
    own_latency_ms: float | None = Field(description="What the service says its database took, in milliseconds.")


class SetHealth(ResponseModel):
    """The state of the whole set."""

    service: Literal["gateway"]
    status: Literal["ok", "degraded"]
    version: str
    services: dict[str, ServiceHealth]


class Live(ResponseModel):
    """The process answers."""

    status: Literal["ok"]


class Ready(ResponseModel):
    """Every service can do its work."""

    status: Literal["ok"]
    services: list[str]


class DemoClient(ResponseModel):
    """A client that the demo issuer knows, or a kind of them."""

    client_id: str = Field(description="The name to ask a token with.")
    roles: list[str]
    explanation: dict[str, str] = Field(description="What it is for, in Dutch (nl) and English (en).")


class DemoClients(ResponseModel):
    """The clients of the demo issuer."""

    items: list[DemoClient]
    client_secret: str | None = Field(
        description="The secret of all demo clients, told only to callers on this very machine."
    )


class TokenOut(BaseModel):
    """An access token (RFC 6749, 5.1, which names the fields)."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: int = Field(description="Seconds that the token is valid.")
