"""One OpenAPI document out of several: full paths, unique names, tags per service. Pure: documents in, document out."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Document = dict[str, Any]
Names = Mapping[tuple[str, str], str]
"""New name of a component, by its section and old name."""

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
OWN_NAME = "gateway"
OWN_BASE = "/v1"
MERGED_PATH = "/openapi.json"


def own_document(document: Document, root_paths: frozenset[str]) -> Document:
    """The gateway's document: addresses outside its versioned base path say at which server they stand."""
    document = copy.deepcopy(document)
    for path, item in document["paths"].items():
        if path in root_paths:
            item["servers"] = [{"url": "/"}]
    return document


def merged(documents: Mapping[str, Document], info: Document) -> Document:
    """All documents in one, with full paths from the root.

    Args:
        documents: per service, in the order in which they are shown.
        info: title, version and description of the whole.
    """
    renames = component_names(documents)
    operation_ids = repeated_operation_ids(documents)
    whole: Document = {
        "openapi": max((str(d.get("openapi", "3.1.0")) for d in documents.values()), default="3.1.0"),
        "info": info,
        "servers": [{"url": "/"}],
        "paths": {},
        "components": {},
        "tags": [],
        "x-tagGroups": [],
    }
    for service, original in documents.items():
        document = renamed(copy.deepcopy(original), renames[service])
        base = base_path_of(document)
        tags: dict[str, Document] = {
            tag["name"]: {**tag, "name": f"{service}: {tag['name']}"} for tag in document.get("tags", [])
        }
        for path, item in document.get("paths", {}).items():
            for operation in operations_in(item):
                names = operation.get("tags") or ["other"]
                for name in names:
                    tags.setdefault(name, {"name": f"{service}: {name}"})
                operation["tags"] = [tags[name]["name"] for name in names]
                if operation.get("operationId") in operation_ids:
                    operation["operationId"] = f"{service}_{operation['operationId']}"
            whole["paths"][full_path(base, path, item)] = item
        for section, entries in document.get("components", {}).items():
            whole["components"].setdefault(section, {}).update(entries)
        whole["tags"] += tags.values()
        whole["x-tagGroups"].append({"name": service, "tags": [tag["name"] for tag in tags.values()]})
    describe_itself(whole)
    return whole


def base_path_of(document: Document) -> str:
    """The path of the server that the document names first, without a slash at the end."""
    servers = document.get("servers") or [{"url": "/"}]
    return str(servers[0]["url"]).rstrip("/")


def full_path(base: str, path: str, item: Document) -> str:
    """The path from the root; a path that names a server of its own starts there."""
    servers = item.pop("servers", None)
    return (base if servers is None else str(servers[0]["url"]).rstrip("/")) + path


def operations_in(item: Document) -> Iterator[Document]:
    """The operations of a path."""
    return (item[method] for method in METHODS if method in item)


def repeated_operation_ids(documents: Mapping[str, Document]) -> set[str]:
    """The operation ids that stand in more than one document."""
    seen: set[str] = set()
    repeated: set[str] = set()
    for document in documents.values():
        for item in document.get("paths", {}).values():
            for operation in operations_in(item):
                name = operation.get("operationId", "")
                (repeated if name in seen else seen).add(name)
    return repeated


def component_names(documents: Mapping[str, Document]) -> dict[str, dict[tuple[str, str], str]]:
    """Per service, the new names of the components that mean something else in another service.

    A component that is word for word the same everywhere stays one component. It is not the same when it refers, at any
    depth, to one that differs.
    """
    owners: dict[tuple[str, str], list[str]] = {}
    for service, document in documents.items():
        for section, entries in document.get("components", {}).items():
            for name in entries:
                owners.setdefault((section, name), []).append(service)
    shared = {key: services for key, services in owners.items() if len(services) > 1}

    def content(service: str, key: tuple[str, str]) -> Any:
        return documents[service]["components"][key[0]][key[1]]

    differing = {
        key
        for key, services in shared.items()
        if len({json.dumps(content(service, key), sort_keys=True) for service in services}) > 1
    }
    grown = True
    while grown:
        found = {
            key
            for key, services in shared.items()
            if key not in differing and any(differing & set(references(content(service, key))) for service in services)
        }
        differing |= found
        grown = bool(found)

    taken = {key for key in owners if key not in differing}
    renames: dict[str, dict[tuple[str, str], str]] = {service: {} for service in documents}
    for section, name in sorted(differing):
        for service in owners[(section, name)]:
            new = service[:1].upper() + service[1:] + name[:1].upper() + name[1:]
            while (section, new) in taken:
                new += "_"
            taken.add((section, new))
            renames[service][(section, name)] = new
    return renames


def references(value: Any) -> Iterator[tuple[str, str]]:
    """The components that a part of a document refers to."""
    found: list[tuple[str, str]] = []

    def note(section: str, name: str) -> str:
        found.append((section, name))
        return name

    with_references(value, note)
    return iter(found)


def with_references(value: Any, name_of: Callable[[str, str], str]) -> Any:
    """The value with every reference to a component under the name that is given for it."""
    if isinstance(value, dict):
        return {key: with_references(inner, name_of) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_references(inner, name_of) for inner in value]
    # A discriminator's mapping refers by bare text, so every text of this form counts and not only those under $ref.
    if isinstance(value, str) and value.startswith("#/components/"):
        _, _, section, name, *rest = value.split("/")
        return "/".join(["#", "components", section, name_of(section, name), *rest])
    return value


def renamed(document: Document, names: Names) -> Document:
    """The document with its components, and all that refers to them, under their new names."""
    document = with_references(document, lambda section, name: names.get((section, name), name))
    for section, entries in document.get("components", {}).items():
        document["components"][section] = {
            names.get((section, name), name): content for name, content in entries.items()
        }
    schemes = [
        document,
        *(operation for item in document.get("paths", {}).values() for operation in operations_in(item)),
    ]
    for holder in schemes:
        if "security" in holder:
            holder["security"] = [
                {names.get(("securitySchemes", name), name): scopes for name, scopes in requirement.items()}
                for requirement in holder["security"]
            ]
    return document


def describe_itself(whole: Document) -> None:
    """Add the address of the merged document itself, which no service's document can name."""
    own = whole["paths"].get(f"{OWN_BASE}{MERGED_PATH}")
    if own is not None:
        item = copy.deepcopy(own)
        item["get"] |= {
            "operationId": "get_merged_openapi_document",
            "summary": "This document: everything, with full paths from the root",
        }
        whole["paths"][MERGED_PATH] = item
