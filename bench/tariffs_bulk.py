"""1,000,000 tariffs in exact cents beside bare numpy, and the wrong cents of both against Decimal.

Bare numpy is the same sum of products with ``np.round(…, 2)``, read as whole cents. Both run in this process, turn by
turn; CPU time counts, the best of the turns. Wrong cents are counted against :class:`decimal.Decimal`: once on random
cost prices of six decimals, once on cost prices that end in exactly half a cent.
"""

import time
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from services.tariffs.rules.bulk import FloatArray, tariff_cents
from services.tariffs.rules.components import Component

ROWS = 1_000_000
CHECKED_ROWS = 200_000
TURNS = 25
EXACT = Context(prec=60)
LARGEST = {"labour": 800.0, "material": 90.0, "inventory": 25.0, "equity_return": 15.0, "housing": 120.0}

# The published chains of general practice from 2022 definitive to 2025 provisional: any exact factor would do.
CHAINS = {
    Component.LABOUR: Fraction("1.0636") * Fraction("1.06") * Fraction("1.0418"),
    Component.MATERIAL: Fraction("1.0702") * Fraction("1.031") * Fraction("1.0182"),
    Component.INVENTORY: Fraction("1.0702") * Fraction("1.031") * Fraction("1.0182"),
    Component.EQUITY_RETURN: Fraction("1.0702") * Fraction("1.031") * Fraction("1.0182"),
    Component.HOUSING: Fraction("1.025") ** 3,
}
UNCHANGED = dict.fromkeys(Component, Fraction(1))


def run() -> dict[str, Any]:
    rng = np.random.default_rng(26109)
    micro_euros = {c: rng.integers(0, int(LARGEST[c] * 10**6), ROWS) for c in Component}
    costs = {c: units / 10**6 for c, units in micro_euros.items()}
    ours, bare = turn_by_turn(lambda: tariff_cents(costs, CHAINS), lambda: bare_numpy(costs, CHAINS))

    # Labour ends in half a cent and the rest in whole cents, so that every tariff is an exact half.
    halves = {c: rng.integers(0, int(LARGEST[c] * 100), CHECKED_ROWS) * 10**4 for c in Component}
    halves[Component.LABOUR] += 5_000
    sample = {c: units[:CHECKED_ROWS] for c, units in micro_euros.items()}
    return {
        "rows": ROWS,
        "cpu_ours_over_bare_numpy": ours / bare,
        "rows_checked_against_decimal": CHECKED_ROWS,
        "wrong_cents_random": wrong_cents(sample, CHAINS),
        "wrong_cents_exact_halves": wrong_cents(halves, UNCHANGED),
    }


def bare_numpy(costs: dict[Component, FloatArray], ratios: dict[Component, Fraction]) -> FloatArray:
    labour, material, inventory, equity_return, housing = (costs[c] for c in Component)
    a, b, c, d, e = (float(ratios[component]) for component in Component)
    return np.round(labour * a + material * b + inventory * c + equity_return * d + housing * e, 2)


def wrong_cents(micro_euros: dict[Component, Any], ratios: dict[Component, Fraction]) -> dict[str, int]:
    costs = {c: units / 10**6 for c, units in micro_euros.items()}
    expected = decimal_cents(micro_euros, ratios)
    bare = np.rint(bare_numpy(costs, ratios) * 100).astype(np.int64)
    return {
        "ours": int(np.count_nonzero(tariff_cents(costs, ratios) != expected)),
        "bare_numpy": int(np.count_nonzero(bare != expected)),
    }


def decimal_cents(micro_euros: dict[Component, Any], ratios: dict[Component, Fraction]) -> Any:
    """The same tariffs by Decimal: every ratio here has a decimal expansion that ends."""
    factors = [EXACT.divide(Decimal(ratios[c].numerator), Decimal(ratios[c].denominator)) for c in Component]
    assert all(Fraction(factor) == ratios[c] for factor, c in zip(factors, Component, strict=True))
    cents = []
    for row in zip(*(micro_euros[c].tolist() for c in Component), strict=True):
        euros = sum(Decimal(units).scaleb(-6) * factor for units, factor in zip(row, factors, strict=True))
        cents.append(int((euros * 100).to_integral_value(ROUND_HALF_UP)))
    return np.array(cents)


def turn_by_turn(*measured: Callable[[], object]) -> list[float]:
    best = [float("inf")] * len(measured)
    for _ in range(TURNS):
        for i, work in enumerate(measured):
            start = time.process_time()
            work()
            best[i] = min(best[i], time.process_time() - start)
    return best
