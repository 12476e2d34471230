"""Policy rules in this project's own words, as TOML files beside this module: article by article, with known gaps."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from shared.kernel.receipts import content_hash


@cache
def policy_rules() -> dict[str, dict[str, Any]]:
    """Every rule by its code, as its file states it, with the file's SHA-256 as ``hash``; read once per process."""
    rules = {}
    for file in sorted(Path(__file__).parent.glob("*.toml")):
        content = file.read_bytes()
        rule = tomllib.loads(content.decode("utf-8"))
        rules[rule["code"]] = rule | {"hash": content_hash(content)}
    return rules
