"""The version of the code that a receipt names."""

import importlib.metadata


def _installed() -> str:
    try:
        return importlib.metadata.version("zorgtarief")
    except importlib.metadata.PackageNotFoundError:
        return "0.1.0+source"


CODE_VERSION = _installed()
