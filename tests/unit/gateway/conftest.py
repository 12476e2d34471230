"""The gateway as it runs: a real server, with real servers behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from services.gateway.app import create_app
from services.gateway.settings import Settings
from tests.unit.gateway.servers import SECRET, Service, address_of, listening, serving, settings_for


@dataclass(frozen=True)
class Servers:
    """A gateway and the services behind it."""

    gateway: str
    costprice: Service
    tariffs: Service
    costprice_url: str
    tariffs_url: str


@pytest.fixture(scope="session")
def servers(issuer: Any) -> Iterator[Servers]:
    """A gateway with two services behind it, all for the whole run."""
    costprice, tariffs = Service("costprice"), Service("tariffs")
    held = listening()
    with serving(costprice, listening()) as costprice_url, serving(tariffs, listening()) as tariffs_url:
        app = create_app(
            settings_for(issuer, costprice_url, tariffs_url, public_url=address_of(held), read_timeout_seconds=0.5)
        )
        with serving(app, held) as gateway:
            yield Servers(gateway, costprice, tariffs, costprice_url, tariffs_url)


@pytest.fixture
def costprice(servers: Servers) -> Service:
    servers.costprice.forget()
    return servers.costprice


@pytest.fixture
def tariffs(servers: Servers) -> Service:
    servers.tariffs.forget()
    return servers.tariffs


@pytest.fixture
def gateway_address(servers: Servers) -> str:
    return servers.gateway


@pytest.fixture
def client(servers: Servers) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=servers.gateway, trust_env=False, timeout=10) as client:
        yield client


@pytest.fixture(scope="session")
def demo_key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("demo-issuer") / "key.pem"
    file.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    file.chmod(0o600)
    return file


@pytest.fixture(scope="session")
def demo(demo_key_file: Path) -> Iterator[str]:
    """The address of a gateway that gives out tokens itself, with no service behind it."""
    held = listening()
    closed = listening()
    nowhere = address_of(closed)
    closed.close()
    settings = Settings(
        costprice_url=nowhere,
        tariffs_url=nowhere,
        public_url=address_of(held),
        issuer=address_of(held),
        jwks_url=address_of(held) + "/oauth2/jwks",
        demo_issuer_key_file=demo_key_file,
        demo_client_secret=SECRET,
    )
    with serving(create_app(settings), held) as address:
        yield address


@pytest.fixture
def demo_client(demo: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=demo, trust_env=False, timeout=10) as client:
        yield client
