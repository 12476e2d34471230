"""Many tariffs at once are the same cents as one by one, on and around every half."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tariffs.rules.bulk import BLOCK_ROWS, NotFloat64Decimals, exact_tariff, tariff_cents
from services.tariffs.rules.components import Component
from shared.kernel.money import euros_to_cents

LABOUR, MATERIAL, HOUSING = Component.LABOUR, Component.MATERIAL, Component.HOUSING

AMOUNTS = st.decimals(-5000, 5000, places=12).filter(lambda d: len(d.as_tuple().digits) <= 15)
RATIOS = st.fractions(0, 2, max_denominator=10**8) | st.just(Fraction(1))


def one_by_one(costs: dict[Component, list[Decimal]], ratios: dict[Component, Fraction]) -> list[int]:
    rows = zip(*costs.values(), strict=True)
    return [euros_to_cents(sum(Fraction(a) * ratios[c] for a, c in zip(row, costs, strict=True))) for row in rows]  # type: ignore[arg-type]


def all_at_once(costs: dict[Component, list[Decimal]], ratios: dict[Component, Fraction]) -> list[int]:
    arrays = {component: np.array([float(a) for a in amounts]) for component, amounts in costs.items()}
    return tariff_cents(arrays, ratios).tolist()


@given(rows=st.lists(st.tuples(*[AMOUNTS] * 5), min_size=1, max_size=20), ratios=st.tuples(*[RATIOS] * 5))
def test_every_row_is_the_tariff_of_that_row(rows: list[tuple[Decimal, ...]], ratios: tuple[Fraction, ...]) -> None:
    costs = {c: list(column) for c, column in zip(Component, zip(*rows, strict=True), strict=True)}
    factors = dict(zip(Component, ratios, strict=True))
    assert all_at_once(costs, factors) == one_by_one(costs, factors)


@given(
    half=st.integers(-(10**6), 10**6),
    material=st.integers(0, 10**8),
    nudge=st.sampled_from([0, 1, -1]),
    ratio=st.sampled_from([Fraction(1), Fraction(5, 4), Fraction(1, 2)]),
)
def test_exact_halves_and_their_nearest_neighbours(half: int, material: int, nudge: int, ratio: Fraction) -> None:
    """Labour fills up material to half a cent, or to a billionth of a euro beside it."""
    other = Fraction(material, 10**6) * ratio
    labour = Fraction(2 * half + 1, 200) - other + Fraction(nudge, 10**9)
    costs = {
        LABOUR: [Decimal(labour.numerator) / Decimal(labour.denominator)],
        MATERIAL: [Decimal(material).scaleb(-6)],
    }
    factors = {LABOUR: Fraction(1), MATERIAL: ratio}
    assert Fraction(costs[LABOUR][0]) == labour
    assert all_at_once(costs, factors) == one_by_one(costs, factors)


def test_the_amount_that_floating_point_rounds_down() -> None:
    """1.005 is below itself in float64, and 0.285 above; np.round is wrong for the first."""
    costs = {LABOUR: [Decimal("1.005"), Decimal("0.285"), Decimal("-1.005"), Decimal("26.805")]}
    assert all_at_once(costs, {LABOUR: Fraction(1)}) == [101, 29, -101, 2681]


def test_a_half_that_no_decimal_precision_could_decide() -> None:
    """A third of 0.015 is exactly half a cent, and its float64 ratio is not exact."""
    assert all_at_once({LABOUR: [Decimal("0.015")]}, {LABOUR: Fraction(1, 3)}) == [1]
    assert all_at_once({LABOUR: [Decimal("0.014999999999999")]}, {LABOUR: Fraction(1, 3)}) == [0]


def test_more_rows_than_a_block() -> None:
    rows = 2 * BLOCK_ROWS + 7
    costs = {LABOUR: np.arange(rows) + 0.005, HOUSING: np.full(rows, 10.0)}
    cents = tariff_cents(costs, {LABOUR: Fraction(1), HOUSING: Fraction("1.025")})
    assert cents.tolist() == [100 * row + 1 + 1025 for row in range(rows)]
    assert cents.dtype == np.int64


def test_no_rows_are_no_tariffs() -> None:
    assert tariff_cents({LABOUR: np.empty(0)}, {LABOUR: Fraction(1)}).tolist() == []


def test_the_exact_tariff_reads_the_decimal_that_a_float_stands_for() -> None:
    assert exact_tariff({LABOUR: 0.1, MATERIAL: 1e-7}, {LABOUR: Fraction(3), MATERIAL: Fraction(1)}) == Fraction(
        "0.3000001"
    )


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), 1e16])
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_what_is_not_an_amount_of_money_is_refused(amount: float) -> None:
    with pytest.raises(NotFloat64Decimals, match="not a finite number, or too large"):
        tariff_cents({LABOUR: np.array([1.0, amount])}, {LABOUR: Fraction(1)})


@pytest.mark.parametrize("material", [np.zeros(3), np.zeros((2, 1))])
def test_arrays_of_different_length_are_refused(material: np.ndarray) -> None:
    with pytest.raises(NotFloat64Decimals, match="equal length"):
        tariff_cents({LABOUR: np.zeros(2), MATERIAL: material}, {LABOUR: Fraction(1), MATERIAL: Fraction(1)})


def test_no_component_at_all_is_refused() -> None:
    with pytest.raises(NotFloat64Decimals):
        tariff_cents({}, {})
