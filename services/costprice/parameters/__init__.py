"""Policy numbers of the cost-price study, as dated TOML files beside this module; see shared/plumbing/parameters.py."""

from functools import cache
from pathlib import Path

from shared.plumbing.parameters import ParameterSet, load_parameters


@cache
def published_parameters() -> ParameterSet:
    """The values that the files state, checked; read once per process."""
    return load_parameters(Path(__file__).parent)
