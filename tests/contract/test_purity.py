"""Rules and kernel are pure: what goes in decides what comes out, and nothing else does."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]
PURE = [ROOT / "shared" / "kernel", *sorted((ROOT / "services").glob("*/rules"))]
FILES = sorted(file for folder in PURE for file in folder.rglob("*.py"))

CALLS = frozenset(
    """
    open print input eval exec compile round breakpoint globals vars setattr delattr __import__
    """.split()  # noqa: SIM905
)
"""Built-in functions that read, tell, or round."""
ATTRIBUTES = frozenset(
    """
    now today utcnow fromtimestamp utcfromtimestamp time_ns monotonic perf_counter localtime gmtime around round
    round_ read_text write_text read_bytes write_bytes getenv environ urandom fromfile tofile loadtxt savetxt
    genfromtxt memmap quantize
    """.split()  # noqa: SIM905
)
"""Functions of modules and objects that do the same: ``datetime.now``, ``np.round``, ``Path.read_text`` …"""
MODULES = frozenset(
    """
    time random secrets os io sys pathlib shutil tempfile subprocess socket urllib http logging warnings
    threading multiprocessing asyncio concurrent importlib pickle sqlite3 locale fastapi starlette sqlalchemy
    psycopg httpx aiohttp pydantic pydantic_settings structlog alembic procrastinate uvicorn joserfc
    """.split()  # noqa: SIM905
)
"""Modules that know a clock, a file, a process or the network."""
SEEDED = frozenset({"default_rng", "Generator", "PCG64", "SeedSequence"})
"""What of ``numpy.random`` is a function of its seed."""


def impurities(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every line that could make a result depend on more than its input, or round where rounding has no place."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in CALLS:
                yield node.lineno, f"{name}()"
            case ast.Attribute(attr=name) if name in ATTRIBUTES:
                yield node.lineno, f".{name}"
            case ast.Import(names=names):
                yield from ((node.lineno, f"import {n.name}") for n in names if n.name.split(".")[0] in MODULES)
            case ast.ImportFrom(module=str(module), names=names):
                if module.split(".")[0] in MODULES or module.startswith("numpy.random"):
                    yield node.lineno, f"from {module} import"
                yield from ((node.lineno, f"import {n.name}") for n in names if n.name in ATTRIBUTES)
            case ast.Global() | ast.Nonlocal():
                yield node.lineno, "global state"
            case ast.Attribute(value=ast.Attribute(attr="random"), attr=name) if name not in SEEDED:
                yield node.lineno, f"random.{name}"
            case ast.Call(func=ast.Attribute(attr="default_rng"), args=[], keywords=[]):
                yield node.lineno, "default_rng() without a seed"


def test_there_is_something_to_look_at() -> None:
    assert [folder.relative_to(ROOT).as_posix() for folder in PURE] == [
        "shared/kernel",
        "services/costprice/rules",
        "services/tariffs/rules",
    ]
    assert len(FILES) > 20


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_the_file_is_pure(file: Path) -> None:
    assert list(impurities(ast.parse(file.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "line",
    [
        "x = open('f')",
        "print(1)",
        "datetime.now()",
        "date.today()",
        "datetime.utcnow()",
        "round(x, 2)",
        "np.round(x)",
        "numpy.around(x)",
        "x.round(2)",
        "x.quantize(y)",
        "input()",
        "eval('1')",
        "exec('1')",
        "import os",
        "import os.path",
        "from pathlib import Path",
        "from time import monotonic",
        "from numpy import round as r",
        "from numpy.random import rand",
        "np.random.normal()",
        "np.random.default_rng()",
        "from pydantic import BaseModel",
        "def f():\n    global x",
        "Path('x').read_text()",
    ],
)
def test_an_impure_line_would_be_found(line: str) -> None:
    assert list(impurities(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        "rounded = euros_to_cents(x)",
        "from datetime import date, time",
        "moment.time()",
        "date(2028, 1, 1)",
        "rng = np.random.default_rng(seed)",
        "def round_up(x): ...",
        "x = today",
    ],
)
def test_a_pure_line_is_left_alone(line: str) -> None:
    assert list(impurities(ast.parse(line))) == []


def test_the_import_contracts_of_the_project_hold(capsys: pytest.CaptureFixture[str]) -> None:
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    told = capsys.readouterr().out
    assert status == 0, told
    assert re.search(r"Contracts: ([6-9]|[1-9]\d) kept, 0 broken", told), told
