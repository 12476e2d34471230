"""shared.plumbing.openapi: the document tells what the service does, and nothing that it does not."""

import json
from typing import Any

import httpx
import pytest
from openapi_spec_validator import validate

from shared.plumbing.openapi import DESCRIPTIONS, PROBLEM, document_of

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document(shop_app: Any) -> dict[str, Any]:
    return document_of(shop_app)


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in METHODS
    }


def test_the_document_is_valid_and_made_once(document: dict[str, Any], shop_app: Any) -> None:
    validate(json.loads(json.dumps(document)))
    assert document_of(shop_app) is document
    assert document["openapi"].startswith("3.1")


def test_the_document_is_public_for_every_site(shop: httpx.Client, document: dict[str, Any]) -> None:
    answer = shop.get("/openapi.json", headers={"Origin": "https://elsewhere.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json() == document


def test_it_says_who_to_turn_to_and_where_the_api_starts(document: dict[str, Any]) -> None:
    assert document["info"]["version"] == "1.2.3"
    assert document["info"]["contact"].keys() == {"name", "url", "email"}
    assert document["info"]["license"] == {"name": "EUPL-1.2", "identifier": "EUPL-1.2"}
    assert document["servers"] == [{"url": "/bookshop/v1"}]
    assert not any("/v1" in path for path in document["paths"])


def test_nothing_speaks_of_422(document: dict[str, Any]) -> None:
    assert all("422" not in operation["responses"] for operation in operations(document).values())
    assert not {"HTTPValidationError", "ValidationError"} & set(document["components"]["schemas"])
    assert "422" not in DESCRIPTIONS


def test_every_failure_is_a_problem_and_every_answer_has_its_version(document: dict[str, Any]) -> None:
    assert document["components"]["schemas"]["Problem"] == PROBLEM
    for name, operation in operations(document).items():
        assert {"400", "401", "406", "500", "503"} <= set(operation["responses"]), name
        for status, response in operation["responses"].items():
            assert "API-Version" in response["headers"], (name, status)
            assert response["description"], (name, status)
            if status[0] in "45":
                assert response["content"] == {
                    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                }


def test_only_what_can_happen_is_promised(document: dict[str, Any]) -> None:
    found = operations(document)
    assert "403" in found["add_book"]["responses"]
    assert "403" not in found["get_book"]["responses"]
    assert "404" in found["get_book"]["responses"]
    assert "404" not in found["list_books"]["responses"]
    assert {"409", "413", "415"} <= set(found["add_book"]["responses"])
    assert not {"409", "413", "415"} & set(found["list_books"]["responses"])
    assert {"413", "415"} <= set(found["send_catalogue"]["responses"])


def test_roles_are_told(document: dict[str, Any]) -> None:
    found = operations(document)
    assert found["list_books"]["security"] == [{"bearer": []}]
    assert "Roles: buyer, seller." in found["list_books"]["description"]
    assert found["get_report"]["security"] == [{}, {"bearer": []}]
    assert "Roles" not in found["get_report"]["description"]
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_files_and_representations_are_told(document: dict[str, Any]) -> None:
    found = operations(document)
    assert set(found["send_catalogue"]["requestBody"]["content"]) == {"text/csv"}
    assert set(found["get_report"]["responses"]["200"]["content"]) == {"text/html", "text/csv"}
    assert set(found["list_books"]["responses"]["200"]["content"]) == {"application/json"}


def test_a_key_is_offered_where_it_is_honoured(document: dict[str, Any]) -> None:
    offered = {
        name
        for name, operation in operations(document).items()
        if any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", []))
    }
    assert offered == {"add_book", "count_books"}


def test_numbers_go_out_as_text_and_come_in_as_either(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    into = schemas["BookIn"]["properties"]["price"]["anyOf"][0]
    out = schemas["BookOut"]["properties"]["price"]["anyOf"][0]
    assert {kind["type"] for kind in into["anyOf"]} == {"string", "number"}
    assert out["type"] == "string"
    assert into["examples"] == out["examples"] == ["31.918742"]
    assert schemas["BookIn"]["additionalProperties"] is False
