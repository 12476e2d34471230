"""The OpenAPI document of a service, completed with what the conventions promise for every route."""

import json
import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from shared.plumbing.problems import MEDIA_TYPE
from shared.plumbing.routes import JSON, produced_by, rules_of, turn_of, upload_rule_of

PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong and how to mend it (RFC 9457); `errors` names every fault at once.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri", "examples": ["urn:zorgtarief:problem:invalid-input"]},
        "title": {"type": "string", "examples": ["The input is not valid"]},
        "status": {"type": "integer", "minimum": 400, "maximum": 599, "examples": [400]},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["location", "code", "message"],
                "properties": {
                    "location": {"type": "string", "examples": ["/costYears/0"]},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}

DESCRIPTIONS = {
    "400": "The input is malformed or invalid; every fault is named.",
    "401": "No valid token.",
    "403": "The role of the caller may not do this.",
    "404": "There is nothing here that the caller may see.",
    "406": "No representation of the wanted media type.",
    "409": "A rule of the domain forbids this in the present state.",
    "412": "The resource changed since it was read.",
    "413": "The body is too large.",
    "415": "The body is of another media type.",
    "500": "An error of ours; recorded under the request number.",
    "503": "Try again after the seconds in Retry-After.",
}

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and request have one effect and get the same answer; another request: 409.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128},
}

VERSION_HEADER = {"API-Version": {"description": "Full version of this API.", "schema": {"type": "string"}}}


def document_of(app: FastAPI) -> dict[str, Any]:
    """The document, made once per application."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
            servers=[{"url": app.state.base_path or "/"}],
            contact=app.contact,
            license_info=app.license_info,
        )
        components = document.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        schemas.pop("HTTPValidationError", None)
        schemas.pop("ValidationError", None)
        schemas["Problem"] = PROBLEM
        components["securitySchemes"] = {
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT (at+jwt)",
                "description": "See Identity.",
            }
        }
        for context in iter_route_contexts(app.routes):
            route = context.original_route
            if isinstance(route, APIRoute) and route.include_in_schema:
                for method in context.methods or ():
                    complete(document["paths"][context.path_format][method.lower()], method, route)
        app.openapi_schema = with_plain_names(document)
    return app.openapi_schema


def with_plain_names(document: dict[str, Any]) -> dict[str, Any]:
    """The document with names for generic schemas that a generated client can bear: a page of books is a BookPage."""
    renamed: dict[str, Any] = json.loads(re.sub(r'Page_(\w+)_"', r'\1Page"', json.dumps(document)))
    return renamed


def complete(operation: dict[str, Any], method: str, route: APIRoute) -> None:
    """Add to an operation what holds for every route of its kind: files, roles, problems and the version header."""
    responses: dict[str, Any] = operation["responses"]
    responses.pop("422", None)
    upload = upload_rule_of(route)
    if upload is not None:
        given = operation.setdefault("requestBody", {"required": True, "content": {}})
        for kind in upload.media_types:
            given["content"].setdefault(kind, {"schema": {"type": "string", "format": "binary"}})
    if method == "POST" and turn_of(route) is not None:
        operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
    roles = sorted(rules_of(route)[0].roles)
    operation["security"] = [{"bearer": []}] if roles else [{}, {"bearer": []}]
    if roles:
        operation["description"] = f"{operation.get('description', '')}\n\nRoles: {', '.join(roles)}.".strip()
    for code in possible_problems(operation, method, bool(roles), "{" in route.path):
        responses.setdefault(code, {"description": DESCRIPTIONS[code]})
    kinds = produced_by(route)
    for code, response in responses.items():
        response.setdefault("headers", {}).update(VERSION_HEADER)
        if code[0] in "45":
            response["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        elif code[0] == "2" and kinds != (JSON,):
            response["content"] = {kind: response.get("content", {}).get(kind, {"schema": {}}) for kind in kinds}
    operation["responses"] = dict(sorted(responses.items()))


def possible_problems(operation: dict[str, Any], method: str, guarded: bool, addressed: bool) -> set[str]:
    """The problem statuses that a route of this kind can answer with."""
    possible = {"400", "401", "406", "500", "503"}
    if guarded:
        possible.add("403")
    if addressed:
        possible.add("404")
    if method in {"POST", "PUT", "PATCH"}:
        possible.add("409")
    if "requestBody" in operation:
        possible |= {"413", "415"}
    return possible
