"""Every application of the set as it is wired for real, and every route in it.

``python -m tests.contract.applications`` writes the authorisation matrix anew: do that only after reading the change.
"""

import importlib
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Match

from services.runner.whole_set import signing_key
from shared.plumbing.identity import Allow
from shared.plumbing.routes import walk

ROOT = Path(__file__).parents[2]
MATRIX = ROOT / "tests" / "contract" / "data" / "authorisation_matrix.json"
RENEW = "python -m tests.contract.applications"

SERVICES = tuple(sorted(file.parent.name for file in (ROOT / "services").glob("*/app.py")))
WITH_DEMO_ISSUER = "gateway with its demo issuer"
APPLICATIONS = (*SERVICES, *([WITH_DEMO_ISSUER] if "gateway" in SERVICES else []))
"""The gateway stands here twice: the demo issuer brings routes of its own."""

NOWHERE = "http://127.0.0.1:1"
PUBLIC_URL = "http://127.0.0.1:8000"
ABSENT_ID = "00000000-0000-4000-8000-000000000000"
EVERYONE = ["everyone"]


def application(name: str, database_url: str, issuer: str, jwks_url: str, folder: Path) -> FastAPI:
    """One application, with settings for what it asks for; nothing listens at the services behind the gateway."""
    service = name.partition(" ")[0]
    kind = importlib.import_module(f"services.{service}.settings").Settings
    values: dict[str, Any] = {
        "database_url": database_url,
        "issuer": issuer,
        "jwks_url": jwks_url,
        "storage_url": folder.absolute().as_uri(),
        "costprice_url": NOWHERE,
        "tariffs_url": NOWHERE,
        "public_url": PUBLIC_URL,
    }
    if name == WITH_DEMO_ISSUER:
        values |= {
            "issuer": PUBLIC_URL,
            "jwks_url": f"{PUBLIC_URL}/oauth2/jwks",
            "demo_issuer_key_file": signing_key(folder / "key.pem"),
            "demo_client_secret": "a-secret-of-this-test-run",
        }
    app = importlib.import_module(f"services.{service}.app").create_app(
        kind(**{field: value for field, value in values.items() if field in kind.model_fields})
    )
    assert isinstance(app, FastAPI)
    return app


@dataclass(frozen=True)
class Door:
    """One way in: a method and a path of an application, and who may go through."""

    application: str
    method: str
    path: str
    route: BaseRoute
    rules: tuple[Allow, ...]

    @property
    def roles(self) -> list[str]:
        """Who may call, as it stands in the matrix."""
        return sorted(self.rules[0].roles) or EVERYONE

    @property
    def guarded(self) -> bool:
        """Whether a caller without a token is refused."""
        return self.roles != EVERYONE

    @property
    def address(self) -> str:
        """A path of this form, with values that lead nowhere."""
        return re.sub(r"\{[^}]*\}", ABSENT_ID, self.path)

    def __str__(self) -> str:
        return f"{self.application}: {self.method} {self.path}"


def doors_of(name: str, app: FastAPI) -> Iterator[Door]:
    """Every way into an application; also routes and mounts that stand outside the framework's usual kind."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        dependant = getattr(route, "dependant", None)
        rules = () if dependant is None else tuple(d.call for d in walk(dependant) if isinstance(d.call, Allow))
        for method in sorted(context.methods or {"any method"}):
            yield Door(name, method, context.path or repr(route), route, rules)


@cache
def applications() -> dict[str, FastAPI]:
    """All applications, for looking at their routes only: they reach no database."""
    folder = Path(tempfile.mkdtemp(prefix="zorgtarief-contract-"))
    keys = (folder / "none.json").as_uri()
    nowhere = f"postgresql+psycopg://nobody@/nothing?host={folder}"
    return {name: application(name, nowhere, "https://issuer.test", keys, folder) for name in APPLICATIONS}


@cache
def doors() -> tuple[Door, ...]:
    """Every way into every application; of the gateway with its demo issuer only what that adds."""
    found = [door for name, app in applications().items() for door in doors_of(name, app)]
    plain = {(door.method, door.path) for door in found if door.application == "gateway"}
    return tuple(d for d in found if d.application != WITH_DEMO_ISSUER or (d.method, d.path) not in plain)


def methods_at(name: str, address: str) -> set[str]:
    """Every method that an address of an application takes, HEAD beside GET."""
    found = set()
    for door in doors_of(name, applications()[name]):
        scope = {"type": "http", "method": door.method, "path": address, "root_path": "", "headers": []}
        if door.method != "any method" and door.route.matches(scope)[0] is Match.FULL:
            found |= {"GET", "HEAD"} if door.method == "GET" else {door.method}
    return found


def matrix() -> dict[str, dict[str, list[str]]]:
    """Who may do what, per application: ``METHOD path`` and the roles."""
    table: dict[str, dict[str, list[str]]] = {}
    for door in sorted(doors(), key=lambda door: (door.application, door.path, door.method)):
        table.setdefault(door.application, {})[f"{door.method} {door.path}"] = door.roles
    return table


def main() -> None:
    """Write the matrix of the code as it stands."""
    MATRIX.parent.mkdir(exist_ok=True)
    MATRIX.write_text(json.dumps(matrix(), indent=2, ensure_ascii=False) + "\n")
    sys.stdout.write(f"{MATRIX.relative_to(ROOT)}: {len(doors())} routes\n")


if __name__ == "__main__":
    main()
