"""What holds for every route of the service, its document and its schema."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fastapi.routing import APIRoute, iter_route_contexts
from openapi_spec_validator import validate
from sqlalchemy import create_engine

from services.costprice.app import create_app
from services.costprice.parameters import published_parameters
from services.costprice.settings import Settings
from services.costprice.tables import METADATA
from shared.plumbing.routes import rules_of
from tests.unit.costprice.conftest import Service

PUBLIC = {"/allocations", "/production-counts", "/check-rules", "/livez", "/readyz", "/health", "/openapi.json"}


@pytest.fixture(scope="module")
def document(service: Service) -> dict:
    with service.by() as anyone:
        return anyone.get("/openapi.json").json()


def test_the_document_is_valid_and_holds_the_contract(document):
    validate(document)
    assert {
        "/studies",
        "/studies/{studyId}",
        "/studies/{studyId}/providers/{agbCode}",
        "/studies/{studyId}/form",
        "/studies/{studyId}/submissions",
        "/submissions/{submissionId}",
        "/submissions/{submissionId}/findings",
        "/submissions/{submissionId}/explanations",
        "/submissions/{submissionId}/board-statement",
        "/submissions/{submissionId}/acceptance",
        "/submissions/{submissionId}/rejection",
        "/submissions/{submissionId}/cost-prices",
        "/studies/{studyId}/cost-bases",
        "/cost-bases/{costBaseId}",
        "/jobs/{jobId}",
        "/allocations",
        "/production-counts",
    } <= set(document["paths"])
    assert document["components"]["schemas"]["SubmissionContentDocument"]["properties"]["costCentres"]


def test_only_what_needs_no_secret_is_public(service_url, issuer):
    app = create_app(Settings(database_url=service_url("costprice"), issuer=issuer.issuer, jwks_url=issuer.jwks_url))
    free = set()
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute) and not rules_of(context.original_route)[0].roles:
            free.add(context.path_format)
    app.state.database.close()
    assert free == PUBLIC


def examples(document: dict) -> list:
    """Every example of a JSON body that needs nothing else to exist."""
    found = []
    for path in ("/studies", "/allocations", "/production-counts"):
        schema = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        name = schema["$ref"].rpartition("/")[2]
        found += [(path, example) for example in document["components"]["schemas"][name]["examples"]]
    return found


def test_the_examples_run_as_they_stand(service: Service, document):
    tried = examples(document)
    assert {path for path, _ in tried} == {"/studies", "/allocations", "/production-counts"}
    with service.by("analyst") as analyst:
        for path, example in tried:
            assert analyst.post(path, json=example).status_code in {200, 201}


def test_every_json_body_has_an_example(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            body = (
                operation.get("requestBody", {}).get("content", {}).get("application/json")
                if method != "parameters"
                else None
            )
            if body and not path.endswith("/submissions"):
                name = body["schema"]["$ref"].rpartition("/")[2]
                assert document["components"]["schemas"][name].get("examples"), (method, path)


def test_the_tables_are_those_of_the_migrations(admin_url):
    def ours(name: str | None, kind: str, _parents) -> bool:
        if kind == "schema":
            return name == "costprice"
        return kind != "table" or not (name.startswith("procrastinate_") or name == "alembic_version")

    engine = create_engine(admin_url)
    try:
        with engine.connect() as connection:
            options = {"include_schemas": True, "include_name": ours, "compare_server_default": True}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, METADATA) == []
    finally:
        engine.dispose()


def test_the_parameter_files_are_sound():
    parameters = published_parameters()

    assert set(parameters.hashes) == {"index_percentages.toml", "disclosure.toml"}
    assert {"labour_index", "material_index", "housing_index", "disclosure_p"} <= parameters.names
    assert all(value.illustrative for value in parameters.values if value.name.startswith("disclosure_"))


def test_health_tells_the_migration(service: Service):
    with service.by() as anyone:
        health = anyone.get("/health").json()

    assert (health["service"], health["status"]) == ("costprice", "ok")
    assert health["migration"].startswith("0001")
