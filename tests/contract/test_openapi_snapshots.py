"""The contract as clients read it changes only on purpose, and every document is valid OpenAPI."""

from typing import Any

import pytest
from openapi_spec_validator import validate

from tests.contract.applications import APPLICATIONS, applications
from tests.contract.openapi_documents import FOLDER, RENEW, file_of, written


@pytest.fixture(params=APPLICATIONS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def document(name: str) -> dict[str, Any]:
    return applications()[name].openapi()


def test_the_document_is_the_one_that_was_agreed(name: str, document: dict[str, Any]) -> None:
    agreed = (FOLDER / file_of(name)).read_text("utf-8")
    assert written(document) == agreed, f"read the difference; if each change is meant, run: {RENEW}"


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    validate(document)


def test_every_operation_tells_what_it_does_and_how_it_fails(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method not in {"get", "post", "put", "patch", "delete"}:
                continue
            assert operation.get("summary"), (method, path)
            assert "422" not in operation["responses"], (method, path)
            assert {"400", "401", "500"} <= operation["responses"].keys(), (method, path)
