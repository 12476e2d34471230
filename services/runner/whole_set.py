"""The whole set on one machine: database, migrations, three services and two workers as processes that talk HTTP."""

import json
import os
import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey
from sqlalchemy import URL

from migrations.__main__ import SERVICES, migrate
from services.runner.embedded import DATABASE, as_service, make_database, postgres
from services.runner.folders import CURRENT
from services.runner.ports import address_of, listen
from services.runner.processes import Processes

PORTS = {"gateway": 8000, "costprice": 8001, "tariffs": 8002}
FIXED_CLIENTS = ("analyst", "decider", "decider-2", "operator")

Say = Callable[[str], None]


@dataclass(frozen=True)
class RunningSet:
    """Addresses of a running set, and the demo clients with their secret (one random secret per run)."""

    gateway: str
    costprice: str
    tariffs: str
    docs: str
    demo_clients: dict[str, str]

    def document(self) -> dict[str, Any]:
        """As it stands in a ready file."""
        values = asdict(self)
        values["demoClients"] = values.pop("demo_clients")
        return values

    @classmethod
    def read(cls, file: Path) -> "RunningSet":
        """From a ready file."""
        values = json.loads(file.read_text())
        values["demo_clients"] = values.pop("demoClients")
        return cls(**values)


@contextmanager
def running_set(data: Path, say: Say, more_clients: Sequence[str] = ()) -> Iterator[tuple[RunningSet, Processes]]:
    """Start everything on this data folder; stopped in order at the end.

    Args:
        say: tells a person what happens.
        more_clients: demo clients to list beside the fixed ones, such as ``provider-65650001``.
    """
    with ExitStack() as stack:
        sockets = {name: stack.enter_context(listen(port)) for name, port in PORTS.items()}
        addresses = {name: address_of(held) for name, held in sockets.items()}
        for name, port in PORTS.items():
            if not addresses[name].endswith(f":{port}"):
                say(f"Port {port} is taken; {name} uses {addresses[name]}.")
        say("Starting the embedded PostgreSQL and bringing the schemas up to date …")
        admin = make_database(stack.enter_context(postgres(data / "postgres")), DATABASE)
        for service in SERVICES:
            migrate(admin.render_as_string(hide_password=False), service)
        secret = secrets.token_urlsafe(24)
        processes = stack.enter_context(Processes(data / "logs"))
        say("Starting gateway, costprice, tariffs and their workers …")
        start_services(processes, sockets, addresses, admin, data, secret)
        for held in sockets.values():
            # From here on the services hold them: a socket that stayed open here would take connections for the dead.
            held.close()
        processes.wait_until_ready(list(addresses.values()))
        clients = [*FIXED_CLIENTS, *more_clients]
        yield (
            RunningSet(**addresses, docs=f"{addresses['gateway']}/docs", demo_clients=dict.fromkeys(clients, secret)),
            processes,
        )


def start_services(
    processes: Processes,
    sockets: dict[str, socket.socket],
    addresses: dict[str, str],
    admin: URL,
    data: Path,
    secret: str,
) -> None:
    """Start the five processes with their settings."""
    key_file = signing_key(data / "demo-issuer-key.pem")
    identity = {"ISSUER": addresses["gateway"], "JWKS_URL": f"{addresses['gateway']}/oauth2/jwks"}
    environments: dict[str, dict[str, str]] = {
        "gateway": identity
        | {
            "COSTPRICE_URL": addresses["costprice"],
            "TARIFFS_URL": addresses["tariffs"],
            "PUBLIC_URL": addresses["gateway"],
            "DEMO_ISSUER_KEY_FILE": str(key_file),
            "DEMO_CLIENT_SECRET": secret,
        },
        "costprice": identity,
        "tariffs": identity | {"ALLOW_ILLUSTRATIVE": "true", "STORAGE_URL": (data / "storage").absolute().as_uri()},
    }
    for service in SERVICES:
        environments[service] |= {"DATABASE_URL": as_service(admin, service).render_as_string(hide_password=False)}
    for service, values in environments.items():
        environment = {f"{service.upper()}_{name}": value for name, value in values.items()}
        held = sockets[service].fileno()
        processes.start(service, [f"services.{service}", "serve", "--fd", str(held)], environment, [held])
        if service in SERVICES:
            processes.start(f"{service}-worker", [f"services.{service}", "worker"], environment)


def signing_key(file: Path) -> Path:
    """The demo issuer's private key, made where it is missing, readable by this user only."""
    if not file.exists():
        key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            target.write(key.as_pem(private=True))
    return file


@contextmanager
def announced(running: RunningSet, ready_file: Path | None, *, keep: bool = False) -> Iterator[None]:
    """Write the ready file (and the one that ``python -m services token`` reads) for as long as the set runs.

    With ``keep`` the ready file stays when the set stops, so that a job that ran once leaves its addresses to read.
    """
    content = json.dumps(running.document(), indent=2)
    files = [file for file in (ready_file, CURRENT) if file is not None]
    for file in files:
        write_private(file, content)
    try:
        yield
    finally:
        for file in files:
            if keep and file == ready_file:
                continue
            if file.exists() and file.read_text() == content:
                file.unlink()


def write_private(file: Path, content: str) -> None:
    """Write a file that only its user can read, wholly or not at all."""
    half = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        half.unlink(missing_ok=True)
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:
            target.write(content)
        half.replace(file)
    except OSError:
        with suppress(OSError):
            half.unlink(missing_ok=True)
        # The project's own folder may be of another user, or not there; the set runs without.
        if file != CURRENT:
            raise
