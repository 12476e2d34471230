"""Every route of every service says who may call it, and who may call it changes only on purpose."""

import json

import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from tests.contract.applications import APPLICATIONS, MATRIX, RENEW, ROOT, Door, applications, doors, doors_of, matrix


def test_every_service_is_looked_at() -> None:
    packages = {folder.name for folder in (ROOT / "services").iterdir() if (folder / "roles.py").exists()}
    assert packages <= set(APPLICATIONS), "a service with roles has no app.py"
    assert {door.application for door in doors()} == set(APPLICATIONS)


@pytest.mark.parametrize("door", doors(), ids=str)
def test_a_route_has_exactly_one_rule(door: Door) -> None:
    assert len(door.rules) == 1, f"{door} has {len(door.rules)} authorisation rules"


@pytest.mark.parametrize("name", APPLICATIONS)
def test_no_two_routes_have_the_same_operation_id(name: str) -> None:
    document = applications()[name].openapi()
    found = [
        operation["operationId"]
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in {"get", "put", "post", "patch", "delete"}
    ]
    assert len(set(found)) == len(found)
    assert all(name.replace("_", "").isalnum() and name == name.lower() for name in found)


def test_the_authorisation_matrix_is_the_one_that_was_agreed() -> None:
    agreed = json.loads(MATRIX.read_text())
    assert matrix() == agreed, f"if each change is meant, run: {RENEW}"


def test_no_route_lets_in_everyone_but_to_read_or_to_calculate() -> None:
    # What everyone may call must not change anything: reading, stateless calculation, and asking for a token.
    open_posts = {f"{door.application} {door.path}" for door in doors() if not door.guarded and door.method == "POST"}
    assert open_posts == {
        "costprice /allocations",
        "costprice /production-counts",
        "gateway with its demo issuer /oauth2/token",
        "tariffs /housing-components",
        "tariffs /indexations",
        "tariffs /settlement-previews",
    }
    methods = {door.method for door in doors() if not door.guarded}
    assert methods <= {"GET", "POST", "any method"}
    assert [door.application for door in doors() if door.method == "any method"] == ["gateway", "gateway"]


def test_a_route_without_a_rule_would_be_found() -> None:
    app = FastAPI(openapi_url=None)
    app.router.routes.append(Route("/plain", PlainTextResponse("x")))
    app.mount("/mounted", PlainTextResponse("x"))
    app.add_api_route("/framework", lambda: None)
    found = {door.path: len(door.rules) for door in doors_of("x", app)}
    assert found["/plain"] == found["/mounted"] == found["/framework"] == 0
    assert isinstance(app.router.routes[-2], Mount)
