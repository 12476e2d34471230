"""The packages that are imported are ours, whole, and not to be published by accident."""

import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import shared

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


def folders_with_code(package: str) -> list[Path]:
    """Every folder of a package in which Python files stand, at any depth."""
    return sorted({file.parent for file in (ROOT / package).rglob("*.py") if "__pycache__" not in file.parts})


def test_the_packages_are_those_of_the_project() -> None:
    assert sorted(PACKAGES) == ["migrations", "samples", "services", "shared"]


@pytest.mark.parametrize("package", PACKAGES)
def test_the_package_that_is_imported_is_ours(package: str) -> None:
    # The public index has packages called "shared" and "services".
    found = importlib.import_module(package).__file__
    assert found is not None
    assert Path(found) == ROOT / package / "__init__.py"


@pytest.mark.parametrize("package", PACKAGES)
def test_it_is_ours_outside_the_tests_too(package: str) -> None:
    code = f"import {package}; print({package}.__file__)"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert Path(found.stdout.strip()) == ROOT / package / "__init__.py"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_folder_with_code_is_a_package(package: str) -> None:
    # The folders of Alembic are scripts that Alembic loads by their path.
    scripts = {ROOT / "migrations" / service for service in ("costprice", "tariffs")}
    bare = [
        folder.relative_to(ROOT).as_posix()
        for folder in folders_with_code(package)
        if not (folder / "__init__.py").exists() and not scripts.intersection([folder, folder.parent])
    ]
    assert bare == []


def test_it_cannot_be_uploaded_by_accident() -> None:
    assert "Private :: Do Not Upload" in PROJECT["project"]["classifiers"]


def test_the_version_is_stated_once() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", shared.__version__)
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert PROJECT["tool"]["hatch"]["version"]["path"] == "shared/__init__.py"


def test_parameter_files_stand_inside_a_package_that_is_built() -> None:
    for file in (ROOT / "services").rglob("*.toml"):
        owner = next(folder for folder in file.parents if (folder / "__init__.py").exists())
        assert owner.is_relative_to(ROOT / "services"), file
