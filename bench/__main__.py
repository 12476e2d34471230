"""Run every measurement and print its figures: ``python -m bench`` or ``python -m bench tariffs_bulk``."""

import argparse
import importlib
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

MODULES = sorted(file.stem for file in Path(__file__).parent.glob("*.py") if not file.stem.startswith("_"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("only", nargs="*", help=f"of: {', '.join(MODULES)}")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    arguments = parser.parse_args()
    unknown = set(arguments.only) - set(MODULES)
    if unknown:
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}; there are {', '.join(MODULES)}")
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    results: dict[str, Any] = {}
    for name in arguments.only or MODULES:
        module = importlib.import_module(f"bench.{name}")
        results[name] = module.run()
        if not arguments.json:
            show(console, name, module.__doc__ or "", results[name])
    if arguments.json:
        json.dump(results, sys.stdout, indent=2)
    else:
        console.print(f"Python {platform.python_version()}, {os.cpu_count()} processors. Ratios count, seconds do not.")
    return 0


def show(console: Console, name: str, purpose: str, figures: dict[str, Any]) -> None:
    table = Table(title=f"{name}: {purpose.strip().splitlines()[0]}", title_justify="left", min_width=80)
    table.add_column("figure")
    table.add_column("measured", justify="right")
    for key, value in flat(figures):
        table.add_row(key, f"{value:.4g}" if isinstance(value, float) else str(value))
    console.print(table)


def flat(figures: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, value in figures.items():
        rows += flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]
    return rows


if __name__ == "__main__":
    sys.exit(main())
