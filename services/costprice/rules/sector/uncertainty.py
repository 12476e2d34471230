"""How sure a sector figure is: a bootstrap over providers, with a seed that is kept.

Providers are drawn with replacement (within their stratum for the stratified estimate) and the figure is computed
again, many times; the interval holds the middle part of the outcomes. Instead of copying providers' figures, each
replicate counts how often each provider was drawn: a matrix of weights, made in chunks so that memory stays flat.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from services.costprice.rules.categories import Component
from services.costprice.rules.sector.contributions import Contribution
from services.costprice.rules.sector.estimators import Estimator, Strata, check

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

CHUNK_WEIGHTS = 1_000_000
"""Weights held at one time (8 MB)."""


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How the bootstrap is done: confidence as a ratio, number of replicates, seed of the PCG64 generator."""

    confidence: Fraction
    replicates: int
    seed: int


@dataclass(frozen=True, slots=True)
class Interval:
    """Percentile interval, in euros per unit."""

    low: float
    high: float


def bootstrap_intervals(
    estimator: Estimator, contributions: Sequence[Contribution], strata: Strata, bootstrap: Bootstrap
) -> Mapping[Component | None, Interval]:
    """The interval of each component and, under None, of the whole cost per unit.

    Raises:
        EstimatorFaults: there is no figure to be unsure about.
    """
    check(estimator, contributions, strata)
    generator = np.random.Generator(np.random.PCG64(bootstrap.seed))
    if estimator is Estimator.STRATIFIED:
        total = sum(strata.values(), Fraction(0))
        outcomes = np.zeros((bootstrap.replicates, len(Component)))
        for name, weight in strata.items():
            rows = [row for row in contributions if row.stratum == name]
            outcomes += float(weight / total) * _volume_weighted(rows, bootstrap.replicates, generator)
    elif estimator is Estimator.MEDIAN:
        outcomes = _medians(contributions, bootstrap.replicates, generator)
    else:
        outcomes = _volume_weighted(contributions, bootstrap.replicates, generator)
    tail = float((1 - bootstrap.confidence) / 2)
    columns: list[Component | None] = [*Component, None]
    with_total = np.column_stack([outcomes, outcomes.sum(axis=1)])
    low, high = np.quantile(with_total, [tail, 1 - tail], axis=0)
    return {name: Interval(float(low[index]), float(high[index])) for index, name in enumerate(columns)}


def _volume_weighted(rows: Sequence[Contribution], replicates: int, generator: np.random.Generator) -> Floats:
    cost, units = _arrays(rows)
    parts = []
    for drawn in _draws(len(rows), replicates, generator):
        weights = _weights(drawn, len(rows))
        parts.append((weights @ cost) / (weights @ units)[:, np.newaxis])
    return np.concatenate(parts)


def _medians(rows: Sequence[Contribution], replicates: int, generator: np.random.Generator) -> Floats:
    cost, units = _arrays(rows)
    unit_costs = cost / units[:, np.newaxis]
    return np.concatenate([np.median(unit_costs[drawn], axis=1) for drawn in _draws(len(rows), replicates, generator)])


def _arrays(rows: Sequence[Contribution]) -> tuple[Floats, Floats]:
    cost = np.array([[float(row.components[component]) for component in Component] for row in rows])
    return cost, np.array([float(row.units) for row in rows])


def _draws(size: int, replicates: int, generator: np.random.Generator) -> Iterator[Indices]:
    """Indices of the providers drawn, one row per replicate, in chunks."""
    per_chunk = max(1, CHUNK_WEIGHTS // size)
    for start in range(0, replicates, per_chunk):
        yield generator.integers(0, size, size=(min(per_chunk, replicates - start), size))


def _weights(drawn: Indices, size: int) -> Floats:
    """How often each provider was drawn in each replicate."""
    offsets = np.arange(len(drawn))[:, np.newaxis] * size
    counts = np.bincount((drawn + offsets).ravel(), minlength=len(drawn) * size)
    return counts.reshape(len(drawn), size).astype(np.float64)
