"""The bookshop, running on a database of its own, with sellers and buyers."""

import itertools
import os
from collections.abc import Iterator, MutableMapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import URL
from structlog.testing import capture_logs

from services.runner.embedded import make_database
from tests.unit.shared.plumbing import bookshop

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def bookshop_admin(cluster: URL) -> URL:
    """A fresh database, as its administrator."""
    return make_database(cluster, f"bookshop_{os.getpid()}_{next(numbers)}")


@pytest.fixture(scope="module")
def bookshop_url(bookshop_admin: URL) -> str:
    """The bookshop's database, as the role that runs the service."""
    return bookshop.install(bookshop_admin)


@pytest.fixture(scope="module")
def shop_app(bookshop_url: str, issuer) -> FastAPI:  # type: ignore[no-untyped-def]
    return bookshop.create_app(bookshop_url, issuer.issuer, issuer.audience, issuer.jwks_url)


@pytest.fixture(scope="module")
def shop_address(shop_app: FastAPI) -> Iterator[str]:
    with bookshop.serving(shop_app) as address:
        yield address


@pytest.fixture(scope="module")
def shop(shop_address: str) -> Iterator[httpx.Client]:
    """A client of the running bookshop, without a token."""
    with httpx.Client(base_url=f"{shop_address}/bookshop/v1", timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def seller(shop_address: str, issuer) -> Iterator[httpx.Client]:  # type: ignore[no-untyped-def]
    """A client of the running bookshop with the role of seller."""
    headers = issuer.headers("seller", lifetime=3600)
    with httpx.Client(base_url=f"{shop_address}/bookshop/v1", headers=headers, timeout=60) as client:
        yield client


@pytest.fixture(autouse=True)
def quiet() -> Iterator[list[MutableMapping[str, Any]]]:
    """What is logged while a test runs; without it every error is drawn in full, which takes seconds."""
    with capture_logs() as logs:
        yield logs
