"""publiccode.yml: the fields that catalogues of public software read, within the bounds of the standard 0.4."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]

MANDATORY = {
    "publiccodeYmlVersion", "name", "url", "platforms", "categories", "developmentStatus", "softwareType",
    "description", "legal", "maintenance", "localisation",
}  # fmt: skip
OPTIONAL = {"landingURL", "isBasedOn", "softwareVersion", "releaseDate", "logo", "roadmap", "usedBy"} | {
    "intendedAudience", "dependsOn", "applicationSuite",
}  # fmt: skip


@pytest.fixture(scope="module")
def publiccode() -> dict[str, Any]:
    document = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def test_every_mandatory_key_is_there_and_no_unknown_one(publiccode: dict[str, Any]) -> None:
    assert publiccode.keys() >= MANDATORY
    assert publiccode.keys() <= MANDATORY | OPTIONAL


def test_the_choices_are_those_of_the_standard(publiccode: dict[str, Any]) -> None:
    assert publiccode["publiccodeYmlVersion"] == "0.4"
    assert publiccode["developmentStatus"] in {"concept", "development", "beta", "stable", "obsolete"}
    assert publiccode["softwareType"] == "standalone/backend"
    assert set(publiccode["platforms"]) <= {"web", "windows", "mac", "linux", "ios", "android"}
    assert set(publiccode["categories"]) <= {
        "accounting", "compliance-management", "data-analytics", "data-collection", "financial-reporting",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_description_fits_in_both_languages(publiccode: dict[str, Any], language: str) -> None:
    text = publiccode["description"][language]
    assert len(text["genericName"]) <= 35
    assert len(text["shortDescription"]) <= 150
    assert "\n" not in text["shortDescription"].strip()
    assert 500 <= len(text["longDescription"]) <= 10_000
    assert 5 <= len(text["features"]) <= 20
    assert len(publiccode["description"]["nl"]["features"]) == len(publiccode["description"]["en"]["features"])


def test_the_licence_is_the_same_everywhere(publiccode: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert publiccode["legal"]["license"] == project["license"] == "EUPL-1.2"
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert licence.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    assert [int(n) for n in re.findall(r"^(\d{1,2})\.\S", licence, re.M)] == list(range(1, 16)), "fifteen articles"
    assert "Appendix" in licence


def test_no_person_is_invented(publiccode: dict[str, Any]) -> None:
    """Until a maintainer agreed to be named, the contact is the role address, on a domain that cannot exist."""
    assert [contact["email"] for contact in publiccode["maintenance"]["contacts"]] == ["maintainers@zorgtarief.example"]
    assert publiccode["url"].startswith("https://zorgtarief.example/")


def test_the_python_that_is_promised_is_the_python_that_is_required(publiccode: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    minimum = {dependency["name"]: dependency.get("versionMin") for dependency in publiccode["dependsOn"]["open"]}
    assert project["requires-python"] == f">={minimum['Python']}"
