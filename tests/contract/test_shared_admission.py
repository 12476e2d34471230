"""shared/ admits a module only under the rule of shared/README.md; this holds what of that rule a machine can see."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
SHARED = ROOT / "shared"
SERVICES = ("costprice", "tariffs", "gateway")

# A README line of a module: | `kernel.money` | what it is | costprice, tariffs |
LINE = re.compile(r"^\| `(?P<module>[a-z_.]+)` \| (?P<meaning>[^|]+) \| (?P<users>[^|]+) \|$", re.M)

# Words of this regulation and of this sector: they would not be read in a bank.
POLICY_NOUNS = {
    "agb", "beleidsregel", "beschikking", "care", "dagopvang", "healthcare", "housing", "insurer", "insurers",
    "kindzorg", "kostprijs", "nhc", "nic", "nza", "ova", "patient", "patients", "prestatie", "prestaties", "settlement",
    "settlements", "studies", "study", "submission", "submissions", "tarief", "tarieven", "tariff", "tariffs", "uzovi",
    "verblijf", "vgrev", "zorg",
}  # fmt: skip
PRODUCT_NAME = "zorgtarief"
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def modules() -> dict[str, Path]:
    """Every module of shared/ by its name below ``shared``, packages themselves left out."""
    files = [file for file in sorted(SHARED.rglob("*.py")) if file.name != "__init__.py"]
    return {".".join(file.relative_to(SHARED).with_suffix("").parts): file for file in files}


def admitted() -> dict[str, list[str]]:
    """What the README admits: each module's users."""
    text = (SHARED / "README.md").read_text(encoding="utf-8")
    return {match["module"]: [user.strip() for user in match["users"].split(",")] for match in LINE.finditer(text)}


@pytest.fixture(scope="module")
def reached() -> dict[str, set[str]]:
    """Per service, everything it imports, directly or through a module that it imports."""
    graph = grimp.build_graph("services", "shared", cache_dir=None)
    return {service: graph.find_upstream_modules(f"services.{service}", as_package=True) for service in SERVICES}


def test_every_module_has_one_line_and_every_line_its_module() -> None:
    lines = LINE.findall((SHARED / "README.md").read_text(encoding="utf-8"))
    assert sorted(module for module, _, _ in lines) == sorted(modules())


@pytest.mark.parametrize("module", modules())
def test_two_services_use_it_today(module: str, reached: dict[str, set[str]]) -> None:
    named = admitted()[module]
    assert set(named) <= set(SERVICES)
    assert named == [service for service in SERVICES if f"shared.{module}" in reached[service]]
    assert len(named) >= 2, f"shared.{module} is used by {named}: it belongs to that service"


@pytest.mark.parametrize("module", modules())
def test_it_has_a_unit_test(module: str) -> None:
    folder, name = module.split(".")
    tests = [file for file in (ROOT / "tests" / "unit").rglob(f"test_{name}*.py") if folder in file.parts]
    assert any(f"shared.{module}" in test.read_text(encoding="utf-8") for test in tests), (
        f"write tests/unit/shared/{folder}/test_{name}.py"
    )


@pytest.mark.parametrize("module", modules())
def test_it_would_read_the_same_in_a_bank(module: str) -> None:
    tree = ast.parse(modules()[module].read_text(encoding="utf-8"))
    found = {
        f"line {line}: {name}"
        for line, name in [(1, module), *identifiers(tree), *strings(tree)]
        if POLICY_NOUNS.intersection(words(name))
    }
    assert sorted(found) == []


def test_a_policy_noun_would_be_found() -> None:
    tree = ast.parse(
        'def housing_cents(agbCode, x):\n    "Docstrings may give examples of uzovi."\n    return x["UZOVI"]'
    )
    assert [name for _, name in identifiers(tree) if POLICY_NOUNS.intersection(words(name))] == [
        "housing_cents",
        "agbCode",
    ]
    assert [text for _, text in strings(tree)] == ["UZOVI"]
    assert POLICY_NOUNS.intersection(words("UZOVI"))
    assert not POLICY_NOUNS.intersection(words("zorgtarief.subject"))


def words(name: str) -> set[str]:
    """The words of a name in snake_case or camelCase, the product's own name left out."""
    return {word.lower() for word in WORD.findall(name)} - {PRODUCT_NAME}


def identifiers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every name that the code gives or uses, with its line."""
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield line, name
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield line, name
            case ast.alias(name=name, asname=asname):
                yield line, name
                if asname:
                    yield line, asname


def strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every text in the code that is not a docstring, with its line."""
    docstrings = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value
