"""What tests share: a real PostgreSQL, a fresh migrated database per module, and an issuer of tokens."""

import itertools
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import URL

from migrations.__main__ import SERVICES, migrate
from services.runner.embedded import as_service, make_database, postgres

ISSUER = "https://issuer.test"
AUDIENCE = "zorgtarief"
numbers = itertools.count(1)


@dataclass(frozen=True)
class Issuer:
    """An issuer of tokens for tests, with its key set in a file."""

    key: ECKey
    jwks_url: str
    issuer: str = ISSUER
    audience: str = AUDIENCE

    def token(self, *roles: str, subject: str | None = None, lifetime: int = 600, **claims: Any) -> str:
        """A valid access token for these roles; give other claims to change or add them."""
        now = int(time.time())
        content = {
            "iss": self.issuer,
            "aud": [self.audience],
            "sub": subject or "-".join(["test", *roles]),
            "iat": now,
            "exp": now + lifetime,
            "roles": list(roles),
        } | claims
        return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": self.key.kid}, content, self.key)

    def headers(self, *roles: str, **claims: Any) -> dict[str, str]:
        """The Authorization header for these roles."""
        return {"Authorization": f"Bearer {self.token(*roles, **claims)}"}


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    file = tmp_path_factory.mktemp("issuer") / "jwks.json"
    file.write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    return Issuer(key, file.as_uri())


@pytest.fixture(scope="session")
def cluster() -> Iterator[URL]:
    """A running PostgreSQL, as its administrator; each test process has one of its own."""
    # Not in pytest's own folder: that is closed to the user under which the server runs when root runs the tests.
    with (
        tempfile.TemporaryDirectory(prefix="zorgtarief-test-", ignore_cleanup_errors=True) as folder,
        postgres(Path(folder) / "data") as admin,
    ):
        yield admin


@pytest.fixture(scope="session")
def template(cluster: URL) -> str:
    """The name of a database in which every service is migrated and nothing else happened."""
    name = "template_migrated"
    admin = make_database(cluster, name)
    for service in SERVICES:
        migrate(admin.render_as_string(hide_password=False), service)
    return name


@pytest.fixture(scope="module")
def admin_url(cluster: URL, template: str) -> URL:
    """A fresh migrated database for this module, as the administrator."""
    return make_database(cluster, f"test_{os.getpid()}_{next(numbers)}", template)


@pytest.fixture(scope="module")
def service_url(admin_url: URL) -> Callable[[str], str]:
    """The module's database as the role that runs a service: ``service_url("costprice")``."""
    return lambda service: as_service(admin_url, service).render_as_string(hide_password=False)
