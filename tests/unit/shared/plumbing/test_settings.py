"""shared.plumbing.settings: from the environment or from secret files, and never told by an error."""

from pathlib import Path

import pytest
from pydantic import ValidationError

import shared.plumbing.settings as module
from shared.plumbing.settings import IdentitySettings, ServiceSettings, prefixed


class Settings(ServiceSettings):
    """Settings of a service for tests."""

    model_config = prefixed("BOOKSHOP")


NAMES = {"ISSUER": "https://issuer.test", "JWKS_URL": "file:///keys", "DATABASE_URL": "postgresql+psycopg://x:hush@h/d"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in NAMES.items():
        monkeypatch.setenv(f"BOOKSHOP_{name}", value)
    return monkeypatch


def test_settings_come_from_the_environment_under_their_prefix(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ISSUER", "https://elsewhere.test")
    environment.setenv("BOOKSHOP_UNKNOWN", "ignored")
    settings = Settings.load()
    assert isinstance(settings, Settings)
    assert (settings.issuer, settings.jwks_url) == ("https://issuer.test", "file:///keys")
    assert (settings.audience, settings.pool_size, settings.log_level) == ("zorgtarief", 10, "INFO")


def test_what_is_given_wins(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("BOOKSHOP_POOL_SIZE", "3")
    assert Settings.load().pool_size == 3
    assert Settings.load(pool_size=4).pool_size == 4


def test_a_secret_may_come_from_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setattr(module, "SECRETS_FOLDER", tmp_path)
    environment.delenv("BOOKSHOP_DATABASE_URL")
    (tmp_path / "BOOKSHOP_DATABASE_URL").write_text("postgresql+psycopg://from/file\n")
    (tmp_path / "BOOKSHOP_AUDIENCE").write_text("books")
    settings = Settings.load()
    assert settings.database_url == "postgresql+psycopg://from/file"
    assert settings.audience == "books"


def test_the_environment_wins_over_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setattr(module, "SECRETS_FOLDER", tmp_path)
    (tmp_path / "BOOKSHOP_ISSUER").write_text("https://from.file")
    assert Settings.load().issuer == "https://issuer.test"


def test_without_the_folder_nothing_is_amiss(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setattr(module, "SECRETS_FOLDER", tmp_path / "absent")
    assert Settings.load().issuer == "https://issuer.test"


@pytest.mark.parametrize("missing", NAMES)
def test_what_is_missing_is_named_and_no_secret_is_told(environment: pytest.MonkeyPatch, missing: str) -> None:
    environment.delenv(f"BOOKSHOP_{missing}")
    with pytest.raises(ValidationError) as caught:
        Settings.load()
    assert missing.lower() in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("size", ["0", "-1", "many", "1.5"])
def test_a_pool_has_at_least_one_connection(environment: pytest.MonkeyPatch, size: str) -> None:
    environment.setenv("BOOKSHOP_POOL_SIZE", size)
    with pytest.raises(ValidationError):
        Settings.load()


def test_settings_do_not_change_while_a_service_runs(environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError):
        Settings.load().issuer = "https://elsewhere.test"


def test_every_setting_says_what_it_is() -> None:
    for kind in (IdentitySettings, ServiceSettings):
        for name, field in kind.model_fields.items():
            assert field.description, name
