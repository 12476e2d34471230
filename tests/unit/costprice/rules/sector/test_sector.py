"""The sector cost price: estimates, intervals, influence and coverage."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.costprice.rules.categories import Component
from services.costprice.rules.sector import (
    Bootstrap,
    Contribution,
    Estimator,
    EstimatorFaults,
    ProviderYear,
    bootstrap_intervals,
    coverage,
    estimate,
    influence,
    pooled,
)
from services.costprice.rules.sector import uncertainty as uncertainty_module

VOLUME, STRATIFIED, MEDIAN = Estimator.VOLUME_WEIGHTED, Estimator.STRATIFIED, Estimator.MEDIAN


def labour(amount: Fraction | int, other: Fraction | int = 0) -> dict[Component, Fraction]:
    return {c: Fraction(amount if c is Component.LABOUR else other) for c in Component}


def provider(agb_code: str, units: int, amount: Fraction | int, stratum: str | None = None) -> Contribution:
    return Contribution(agb_code, stratum, units, labour(amount))


SMALL, MIDDLE, LARGE = provider("1", 10, 100, "a"), provider("2", 10, 200, "a"), provider("3", 80, 4000, "b")
ALL = (SMALL, MIDDLE, LARGE)


def test_years_are_brought_to_one_price_level_and_added_up_per_provider():
    years = [
        ProviderYear("2", "a", 2025, 5, labour(50)),
        ProviderYear("1", "b", 2024, 10, labour(100, other=10)),
        ProviderYear("1", "b", 2025, 20, labour(300)),
    ]
    factors = {(c, year): Fraction(1) for c in Component for year in (2024, 2025)}
    factors[Component.LABOUR, 2024] = Fraction("1.05")

    contributions = pooled(years, factors)

    assert [row.agb_code for row in contributions] == ["1", "2"]
    assert contributions[0].units == 30
    assert contributions[0].components[Component.LABOUR] == 405
    assert contributions[0].components[Component.HOUSING] == 10
    assert contributions[1].unit_cost == 10


def test_a_provider_without_units_makes_no_contribution():
    assert pooled([ProviderYear("1", None, 2025, 0, labour(100))], {(c, 2025): Fraction(1) for c in Component}) == ()


def test_volume_weighted_is_all_cost_over_all_units():
    assert estimate(VOLUME, ALL, {}).unit_cost == Fraction(4300, 100)


def test_median_is_the_middle_provider_or_between_the_two_in_the_middle():
    assert estimate(MEDIAN, ALL, {}).unit_cost == 20
    assert estimate(MEDIAN, (SMALL, LARGE), {}).unit_cost == 30


def test_stratified_weighs_the_volume_weighted_strata():
    weights = {"a": Fraction("0.6"), "b": Fraction("0.4")}

    assert estimate(STRATIFIED, ALL, weights).unit_cost == Fraction("0.6") * 15 + Fraction("0.4") * 50
    assert estimate(STRATIFIED, ALL, {name: 2 * weight for name, weight in weights.items()}).unit_cost == 29


def test_the_cost_per_unit_is_the_sum_of_its_components():
    rows = (
        Contribution("1", None, 1, labour(10, other=1)),
        Contribution("2", None, 1, labour(20, other=9)),
        Contribution("3", None, 1, labour(30, other=2)),
    )

    assert estimate(MEDIAN, rows, {}).unit_cost == 20 + 4 * 2


@pytest.mark.parametrize(
    ("estimator", "contributions", "strata", "codes"),
    [
        (VOLUME, (), {}, ["no-contributions"]),
        (STRATIFIED, (), {"a": Fraction(1)}, ["no-contributions"]),
        (STRATIFIED, ALL, {"a": Fraction(1)}, ["stratum-without-weight"]),
        (STRATIFIED, ALL, {"a": Fraction(1), "b": Fraction(0)}, ["weight-not-positive"]),
        (STRATIFIED, (SMALL,), {"a": Fraction(1), "b": Fraction(1)}, ["empty-stratum"]),
    ],
)
def test_what_cannot_be_estimated_is_named(estimator, contributions, strata, codes):
    for attempt in (estimate, lambda *given: bootstrap_intervals(*given, Bootstrap(Fraction("0.95"), 10, 1))):
        with pytest.raises(EstimatorFaults) as refused:
            attempt(estimator, contributions, strata)
        assert [fault.code for fault in refused.value.faults] == codes


MANY = tuple(provider(f"{n:02d}", 10 + n, 100 * n + n * n, "ab"[n % 2]) for n in range(1, 16))
WEIGHTS = {"a": Fraction("0.25"), "b": Fraction("0.75")}
PLAN = Bootstrap(Fraction("0.95"), 4000, 20261)


@pytest.mark.parametrize("estimator", list(Estimator))
def test_the_same_seed_gives_the_same_interval_and_another_seed_another(estimator):
    once = bootstrap_intervals(estimator, MANY, WEIGHTS, PLAN)

    assert once == bootstrap_intervals(estimator, MANY, WEIGHTS, PLAN)
    assert once != bootstrap_intervals(estimator, MANY, WEIGHTS, Bootstrap(PLAN.confidence, 4000, 7))


@pytest.mark.parametrize("estimator", list(Estimator))
def test_the_interval_does_not_depend_on_the_size_of_the_chunks(estimator, monkeypatch):
    whole = bootstrap_intervals(estimator, MANY, WEIGHTS, PLAN)
    monkeypatch.setattr(uncertainty_module, "CHUNK_WEIGHTS", 200)

    chunked = bootstrap_intervals(estimator, MANY, WEIGHTS, PLAN)

    for name, interval in whole.items():
        assert chunked[name].low == pytest.approx(interval.low, rel=1e-12)
        assert chunked[name].high == pytest.approx(interval.high, rel=1e-12)


@pytest.mark.parametrize("estimator", list(Estimator))
def test_the_interval_is_that_of_a_bootstrap_done_by_hand(estimator):
    """Resample providers one replicate at a time with another generator; equal within Monte-Carlo error."""
    generator = np.random.default_rng(5)
    outcomes = []
    for _ in range(2000):
        groups = [[r for r in MANY if r.stratum == name] for name in "ab"] if estimator is STRATIFIED else [MANY]
        drawn = [group[i] for group in groups for i in generator.integers(0, len(group), len(group))]
        outcomes.append(float(estimate(estimator, drawn, WEIGHTS).unit_cost))
    low, high = np.quantile(outcomes, [0.025, 0.975])

    interval = bootstrap_intervals(estimator, MANY, WEIGHTS, PLAN)[None]

    assert interval.low == pytest.approx(low, rel=0.05)
    assert interval.high == pytest.approx(high, rel=0.05)


def test_equal_providers_leave_no_doubt():
    same = tuple(provider(str(n), 10, 100) for n in range(5))

    interval = bootstrap_intervals(VOLUME, same, {}, PLAN)[Component.LABOUR]

    assert (interval.low, interval.high) == (10.0, 10.0)


def test_influence_is_the_figure_without_the_provider():
    assert influence(VOLUME, ALL, {}) == {
        "1": Fraction(4200, 90),
        "2": Fraction(4100, 90),
        "3": Fraction(300, 20),
    }
    assert influence(VOLUME, (SMALL,), {}) == {"1": None}


def test_coverage_rises_from_the_cheapest_to_all():
    points = coverage(ALL, at=[Fraction(43)])

    assert [(p.unit_cost, p.providers, p.volume) for p in points] == [
        (10, Fraction(1, 3), Fraction(10, 100)),
        (20, Fraction(2, 3), Fraction(20, 100)),
        (43, Fraction(2, 3), Fraction(20, 100)),
        (50, 1, 1),
    ]


contributions = st.lists(
    st.builds(provider, st.uuids().map(str), st.integers(1, 1000), st.integers(0, 10**6)), min_size=1, max_size=8
)


@given(contributions, st.sampled_from([VOLUME, MEDIAN]))
def test_the_figure_lies_between_the_cheapest_and_the_dearest(rows, estimator):
    figure = estimate(estimator, rows, {}).unit_cost

    assert min(row.unit_cost for row in rows) <= figure <= max(row.unit_cost for row in rows)
