"""Merging documents: full paths, names that stay unique, and nothing said twice that is the same."""

from typing import Any

import httpx
import pytest
from openapi_spec_validator import validate

from services.gateway.operations.documents import component_names, merged, own_document, references
from tests.unit.gateway.servers import Service

INFO = {"title": "Whole", "version": "1"}
PROBLEM = {"type": "object", "properties": {"status": {"type": "integer"}}}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def document(base: str, schemas: dict[str, Any], operation_id: str = "list_items", **more: Any) -> dict[str, Any]:
    """A small document with one path, `/items`, that answers with the first schema."""
    first = next(iter(schemas), "Problem")
    operation = {
        "operationId": operation_id,
        "tags": ["items"],
        "security": [{"bearer": []}],
        "responses": {"200": {"description": "x", "content": {"application/json": {"schema": ref(first)}}}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": base, "version": "1"},
        "servers": [{"url": base}],
        "tags": [{"name": "items", "description": f"of {base}"}],
        "paths": {"/items": {"get": operation | more}},
        "components": {
            "schemas": {"Problem": PROBLEM} | schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def two(books: dict[str, Any], cars: dict[str, Any]) -> dict[str, Any]:
    return merged({"books": document("/books/v1", books), "cars": document("/cars/v1", cars)}, INFO)


def schema_of(whole: dict[str, Any], path: str) -> str:
    answer = whole["paths"][path]["get"]["responses"]["200"]
    return str(answer["content"]["application/json"]["schema"]["$ref"])


def test_paths_start_at_the_root() -> None:
    whole = two({"Item": {"type": "string"}}, {"Item": {"type": "string"}})

    assert list(whole["paths"]) == ["/books/v1/items", "/cars/v1/items"]
    assert whole["servers"] == [{"url": "/"}]
    validate(whole)


def test_the_same_component_stays_one() -> None:
    whole = two({"Item": {"type": "string"}}, {"Item": {"type": "string"}})

    assert set(whole["components"]["schemas"]) == {"Problem", "Item"}
    assert schema_of(whole, "/cars/v1/items") == "#/components/schemas/Item"


def test_components_that_differ_get_the_name_of_their_service() -> None:
    whole = two({"Item": {"type": "string"}}, {"Item": {"type": "integer"}})

    assert whole["components"]["schemas"]["BooksItem"] == {"type": "string"}
    assert whole["components"]["schemas"]["CarsItem"] == {"type": "integer"}
    assert "Item" not in whole["components"]["schemas"]
    assert schema_of(whole, "/books/v1/items") == "#/components/schemas/BooksItem"
    assert schema_of(whole, "/cars/v1/items") == "#/components/schemas/CarsItem"


def test_a_component_that_refers_to_one_that_differs_differs_too() -> None:
    page = {"type": "array", "items": ref("Middle")}
    middle = {"type": "array", "items": ref("Item")}
    whole = two(
        {"Page": page, "Middle": middle, "Item": {"type": "string"}},
        {"Page": page, "Middle": middle, "Item": {"type": "integer"}},
    )

    assert whole["components"]["schemas"]["BooksPage"]["items"] == ref("BooksMiddle")
    assert whole["components"]["schemas"]["CarsMiddle"]["items"] == ref("CarsItem")
    assert set(whole["components"]["schemas"]) == {
        "Problem", "BooksPage", "BooksMiddle", "BooksItem", "CarsPage", "CarsMiddle", "CarsItem",
    }  # fmt: skip


def test_a_new_name_never_takes_the_place_of_another() -> None:
    names = component_names(
        {
            "books": document("/books/v1", {"Item": {"type": "string"}, "BooksItem": {"type": "null"}}),
            "cars": document("/cars/v1", {"Item": {"type": "integer"}}),
        }
    )

    assert names["books"][("schemas", "Item")] == "BooksItem_"


def test_discriminators_follow_the_new_names() -> None:
    choice = {"oneOf": [ref("Item")], "discriminator": {"propertyName": "k", "mapping": {"i": ref("Item")["$ref"]}}}
    whole = two({"Choice": choice, "Item": {"type": "string"}}, {"Item": {"type": "integer"}})

    mapping = whole["components"]["schemas"]["Choice"]["discriminator"]["mapping"]
    assert mapping == {"i": "#/components/schemas/BooksItem"}


def test_security_follows_the_new_names() -> None:
    cars = document("/cars/v1", {})
    cars["components"]["securitySchemes"]["bearer"]["description"] = "another"
    whole = merged({"books": document("/books/v1", {}), "cars": cars}, INFO)

    assert whole["paths"]["/books/v1/items"]["get"]["security"] == [{"BooksBearer": []}]
    assert set(whole["components"]["securitySchemes"]) == {"BooksBearer", "CarsBearer"}


def test_operation_ids_are_unique_and_those_that_were_stay() -> None:
    whole = merged(
        {
            "books": document("/books/v1", {}),
            "cars": document("/cars/v1", {}),
            "boats": document("/boats/v1", {}, "list_boats"),
        },
        INFO,
    )
    ids = [item["get"]["operationId"] for item in whole["paths"].values()]

    assert ids == ["books_list_items", "cars_list_items", "list_boats"]


def test_tags_tell_the_service_and_keep_their_description() -> None:
    whole = two({}, {})

    assert whole["tags"] == [
        {"name": "books: items", "description": "of /books/v1"},
        {"name": "cars: items", "description": "of /cars/v1"},
    ]
    assert whole["paths"]["/cars/v1/items"]["get"]["tags"] == ["cars: items"]
    assert whole["x-tagGroups"][1] == {"name": "cars", "tags": ["cars: items"]}


def test_an_operation_without_a_tag_or_with_one_that_is_not_listed_gets_one() -> None:
    whole = merged({"books": document("/books/v1", {}, tags=["more"]), "cars": document("/cars/v1", {}, tags=[])}, INFO)

    assert [tag["name"] for tag in whole["tags"]] == ["books: items", "books: more", "cars: items", "cars: other"]


def test_a_path_with_a_server_of_its_own_starts_there() -> None:
    own = own_document(document("/v1", {}), frozenset({"/items"}))
    assert own["paths"]["/items"]["servers"] == [{"url": "/"}]

    whole = merged({"gateway": own}, INFO)
    assert list(whole["paths"]) == ["/items"]
    assert "servers" not in whole["paths"]["/items"]


def test_what_is_merged_is_left_as_it_was() -> None:
    books = document("/books/v1", {"Item": {"type": "string"}})
    merged({"books": books, "cars": document("/cars/v1", {"Item": {"type": "integer"}})}, INFO)

    assert books == document("/books/v1", {"Item": {"type": "string"}})


def test_references_are_found_at_any_depth() -> None:
    found = set(references({"a": [{"b": ref("X")}, {"c": {"d": ref("Y")}}], "text": "#/elsewhere"}))

    assert found == {("schemas", "X"), ("schemas", "Y")}


def served(costprice: Service, tariffs: Service) -> None:
    costprice.will_answer("GET", "/openapi.json", document("/costprice/v1", {"Health": {"type": "string"}}))
    tariffs.will_answer("GET", "/openapi.json", document("/tariffs/v1", {"Health": {"type": "integer"}}))


def test_the_merged_document_is_fetched_from_the_services(
    client: httpx.Client, costprice: Service, tariffs: Service
) -> None:
    served(costprice, tariffs)

    answer = client.get("/openapi.json")

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Content-Type"] == "application/json"
    whole = answer.json()
    validate(whole)
    assert {
        "/costprice/v1/items", "/tariffs/v1/items", "/v1/tariff-proposals", "/v1/openapi.json",
        "/openapi.json", "/health",
    } <= set(whole["paths"])  # fmt: skip
    assert "/v1/health" not in whole["paths"]
    ids = [operation["operationId"] for item in whole["paths"].values() for operation in item.values()]
    assert len(ids) == len(set(ids))
    assert {"CostpriceHealth", "TariffsHealth"} <= set(whole["components"]["schemas"])


def test_changes_in_a_service_are_seen(client: httpx.Client, costprice: Service, tariffs: Service) -> None:
    served(costprice, tariffs)
    client.get("/openapi.json")
    tariffs.will_answer("GET", "/openapi.json", document("/tariffs/v1", {}, "new_name"))

    assert client.get("/openapi.json").json()["paths"]["/tariffs/v1/items"]["get"]["operationId"] == "new_name"


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b"{}"])
def test_without_a_services_document_the_merged_one_is_a_503(
    client: httpx.Client, costprice: Service, tariffs: Service, answer: bytes
) -> None:
    served(costprice, tariffs)
    tariffs.will_answer("GET", "/openapi.json", answer)

    told = client.get("/openapi.json")

    assert told.status_code == 503
    assert told.headers["Content-Type"] == "application/problem+json"
    assert "tariffs" in told.json()["detail"]


def test_the_gateways_own_document_needs_no_service(demo_client: httpx.Client) -> None:
    own = demo_client.get("/v1/openapi.json")

    validate(own.json())
    assert own.headers["Access-Control-Allow-Origin"] == "*"
    assert own.json()["servers"] == [{"url": "/v1"}]
    assert "servers" not in own.json()["paths"]["/tariff-proposals"]
    assert own.json()["paths"]["/oauth2/token"]["servers"] == [{"url": "/"}]
    assert demo_client.get("/openapi.json").status_code == 503
