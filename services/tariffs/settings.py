"""Settings of the tariffs, read from ``TARIFFS_…``."""

from pathlib import Path

from pydantic import Field

from shared.plumbing.settings import ServiceSettings, prefixed

DEFAULT_STORAGE = Path.cwd() / "data" / "tariffs"


class Settings(ServiceSettings):
    """Settings of the tariffs."""

    model_config = prefixed("TARIFFS")

    storage_url: str = Field(
        default=DEFAULT_STORAGE.as_uri(),
        description="Where production and settlement lines are kept: file:// or any address that fsspec knows.",
    )
    allow_illustrative: bool = Field(
        default=False,
        description="Whether a decision that rests on values without a public source may be adopted; only for a demo.",
    )
