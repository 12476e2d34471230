"""The agreed OpenAPI documents. ``python -m tests.contract.openapi_documents`` writes them anew, on purpose only."""

import json
from typing import Any

from tests.contract.applications import APPLICATIONS, ROOT, applications

FOLDER = ROOT / "tests" / "contract" / "data" / "openapi"
RENEW = "python -m tests.contract.openapi_documents"


def file_of(name: str) -> str:
    """The file name that belongs to an application."""
    return name.replace(" ", "-") + ".json"


def written(document: dict[str, Any]) -> str:
    """A document as it stands in its file: sorted, so that a difference shows what changed."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in APPLICATIONS:
        (FOLDER / file_of(name)).write_text(written(applications()[name].openapi()), "utf-8")


if __name__ == "__main__":
    main()
