"""An allocation is shown in decimals that add up and explained in steps that can be followed."""

from fractions import Fraction

import pytest

from services.costprice.rules.allocation import Centre, Method, allocate, explain, shown
from shared.kernel.sources import Source

CENTRES = [
    Centre("s", Fraction(100), False),
    Centre("t", Fraction(1), False),
    Centre("a.1", Fraction(0), True),
    Centre("b", Fraction(0), True),
    Centre("c", Fraction("0.01"), True),
]
KEYS = {
    "s": {"t": Fraction(1), "a.1": Fraction(1), "b": Fraction(1)},
    "t": {"a.1": Fraction(1), "b": Fraction(1), "c": Fraction(5)},
}


@pytest.mark.parametrize("method", list(Method))
def test_shown_amounts_add_up_exactly(method):
    outcome = shown(allocate(method, CENTRES, ["s", "t"], KEYS))

    assert sum(outcome.final.values()) == Fraction("101.01")
    assert all((amount * 10**12).denominator == 1 for amount in outcome.final.values())
    for giver, row in outcome.matrix.items():
        assert sum(row.values()) == outcome.pools[giver]


def test_amounts_of_more_than_twelve_decimals_keep_them_all():
    centres = [Centre("a", Fraction("0.12345678901234567"), True), Centre("b", Fraction(1), True)]

    assert shown(allocate(Method.DIRECT, centres, [], {})).final == {"a": Fraction("0.12345678901234567"), "b": 1}


@pytest.mark.parametrize(
    ("method", "pool_inputs"),
    [
        (Method.DIRECT, ("own.t",)),
        (Method.STEP_DOWN, ("own.t", "allocated.s.t")),
        (Method.RECIPROCAL, ("own.s", "own.t")),
    ],
)
def test_each_pool_and_each_final_cost_names_what_it_came_from(method, pool_inputs):
    steps = explain(allocate(method, CENTRES, ["s", "t"], KEYS))

    assert steps["pool.t"].inputs == pool_inputs
    assert steps["final.a%2E1"].inputs == ("own.a%2E1", "allocated.s.a%2E1", "allocated.t.a%2E1")
    assert sum(steps[f"final.{name}"].value for name in ("a%2E1", "b", "c")) == Fraction("101.01")


def test_own_cost_points_to_where_it_was_read():
    cell = Source(form="form", sheet="Kosten", cell="D7")

    steps = explain(allocate(Method.DIRECT, CENTRES, [], KEYS), {"s": cell})

    assert steps["own.s"].source == cell
    assert steps["own.t"].source is None


@pytest.mark.parametrize("method", list(Method))
def test_each_computed_step_names_the_published_reading_of_its_method(method):
    chosen = Source(form="request", sheet="method", cell="/method")

    steps = explain(allocate(method, CENTRES, ["s", "t"], KEYS), method_source=chosen)

    assert steps["method"].source == chosen
    computed = [step for step in steps if step.formula]
    assert {step.id.partition(".")[0] for step in computed} == {"pool", "allocated", "final"}
    assert {(step.source.document, step.source.article) for step in computed} == {
        (
            "Zorgtarief, docs/decisions/0018 (reading of this project; the authority's method was not found)",
            f"Decision: {method.value}",
        )
    }
