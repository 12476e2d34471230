"""Allocation: what comes out is what went in, and what cannot be allocated is named."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.costprice.rules.allocation import AllocationFaults, Centre, Method, allocate

METHODS = list(Method)


def support(name: str, amount: int = 100) -> Centre:
    return Centre(name, Fraction(amount), final=False)


def final(name: str, amount: int = 0) -> Centre:
    return Centre(name, Fraction(amount), final=True)


def quantities(**row: int) -> dict[str, Fraction]:
    return {name: Fraction(quantity) for name, quantity in row.items()}


def codes_and_places(faults: pytest.ExceptionInfo[AllocationFaults]) -> list[tuple[str, str]]:
    return [(fault.code, fault.location) for fault in faults.value.faults]


@pytest.mark.parametrize("method", METHODS)
def test_without_support_centres_every_centre_keeps_its_cost(method):
    assert allocate(method, [final("a", 5), final("b", -2)], [], {}).final == {"a": 5, "b": -2}


def test_direct_gives_nothing_to_other_support_centres():
    outcome = allocate(Method.DIRECT, [support("s"), support("t", 0), final("a")], [], {"s": quantities(t=9, a=1)})

    assert outcome.final == {"a": 100}
    assert outcome.matrix == {"s": {"a": 100}, "t": {}}


def test_step_down_follows_the_order_given():
    centres = [support("s"), support("t", 0), final("a"), final("b")]
    keys = {"s": quantities(t=1, a=1), "t": quantities(s=1, b=1)}

    assert allocate(Method.STEP_DOWN, centres, ["s", "t"], keys).final == {"a": 50, "b": 50}
    assert allocate(Method.STEP_DOWN, centres, ["t", "s"], keys).final == {"a": 100, "b": 0}


def test_reciprocal_lets_support_centres_give_to_each_other():
    centres = [support("s"), support("t", 0), final("a"), final("b")]
    keys = {"s": quantities(t=1, a=1), "t": quantities(s=1, b=1)}

    outcome = allocate(Method.RECIPROCAL, centres, [], keys)

    assert outcome.pools == {"s": Fraction(400, 3), "t": Fraction(200, 3)}
    assert outcome.final == {"a": Fraction(200, 3), "b": Fraction(100, 3)}


@pytest.mark.parametrize("method", METHODS)
def test_own_use_changes_nothing(method):
    centres = [support("s"), final("a"), final("b")]

    with_own_use = allocate(method, centres, ["s"], {"s": quantities(s=50, a=1, b=3)})

    assert (
        with_own_use.final == allocate(method, centres, ["s"], {"s": quantities(a=1, b=3)}).final == {"a": 25, "b": 75}
    )


@pytest.mark.parametrize("method", METHODS)
def test_a_negative_cost_is_allocated_like_any_other(method):
    assert allocate(
        method, [support("s", -30), final("a"), final("b", 90)], ["s"], {"s": quantities(a=2, b=1)}
    ).final == {
        "a": -20,
        "b": 80,
    }


@pytest.mark.parametrize("method", METHODS)
def test_a_support_centre_without_cost_needs_no_key(method):
    centres = [support("s", 0), support("t", 0), final("a", 7)]

    assert allocate(method, centres, ["s", "t"], {"s": quantities(t=1), "t": quantities(s=1)}).final == {"a": 7}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("keys", [{}, {"s": {}}, {"s": quantities(a=0)}, {"s": quantities(s=4)}])
def test_cost_without_a_usable_quantity_is_refused_by_name(method, keys):
    with pytest.raises(AllocationFaults) as refused:
        allocate(method, [support("s"), final("a")], ["s"], keys)

    assert codes_and_places(refused) == [("zero-keys", "/keys/s")]


def test_a_key_for_a_centre_that_closed_earlier_is_not_usable():
    with pytest.raises(AllocationFaults) as refused:
        allocate(
            Method.STEP_DOWN,
            [support("s"), support("t"), final("a")],
            ["s", "t"],
            {"s": quantities(a=1), "t": quantities(s=1)},
        )

    assert codes_and_places(refused) == [("zero-keys", "/keys/t")]


def test_support_centres_that_give_only_to_each_other_have_no_solution():
    centres = [support("s"), support("t", 0), support("u"), final("a")]
    keys = {"s": quantities(t=1), "t": quantities(s=1), "u": quantities(a=1, s=1)}

    with pytest.raises(AllocationFaults) as refused:
        allocate(Method.RECIPROCAL, centres, [], keys)

    assert codes_and_places(refused) == [("singular-system", "/keys")]
    assert "s, t" in refused.value.faults[0].message.en


def test_a_missing_key_and_a_closed_circle_are_named_together():
    centres = [support("s"), support("t"), support("u"), final("a")]

    with pytest.raises(AllocationFaults) as refused:
        allocate(Method.RECIPROCAL, centres, [], {"s": quantities(t=1), "t": quantities(s=1)})

    assert codes_and_places(refused) == [("zero-keys", "/keys/u"), ("singular-system", "/keys")]


def test_every_fault_of_the_input_is_named_at_once():
    centres = [support("s"), support("s"), support("t"), final("a")]
    keys = {"s": quantities(a=-1, x=1), "a": quantities(s=1), "y": quantities(a=1)}

    with pytest.raises(AllocationFaults) as refused:
        allocate(Method.STEP_DOWN, centres, ["s", "s", "a", "z"], keys)

    assert codes_and_places(refused) == [
        ("duplicate-centre", "/costCentres/1/id"),
        ("duplicate-in-order", "/order/1"),
        ("final-centre-in-order", "/order/2"),
        ("unknown-centre", "/order/3"),
        ("missing-in-order", "/order"),
        ("negative-key", "/keys/s/a"),
        ("unknown-centre", "/keys/s/x"),
        ("keys-of-final-centre", "/keys/a"),
        ("unknown-centre", "/keys/y"),
    ]
    assert "/order/1" in str(refused.value)


def test_there_must_be_a_final_centre():
    with pytest.raises(AllocationFaults) as refused:
        allocate(Method.DIRECT, [support("s")], [], {})

    assert codes_and_places(refused) == [("no-final-centre", "/costCentres"), ("zero-keys", "/keys/s")]


@pytest.mark.parametrize(
    ("method", "order", "keys", "stuck"),
    [
        (Method.DIRECT, ["s", "t"], {}, ["s", "t"]),
        (Method.DIRECT, ["s", "t"], {"s": quantities(t=1), "t": quantities(a=1)}, ["s"]),
        (Method.RECIPROCAL, ["s", "t"], {"s": quantities(t=1, s=2), "t": quantities(t=9)}, ["t"]),
        (Method.STEP_DOWN, ["s", "t"], {"s": quantities(a=1), "t": quantities(s=1)}, ["t"]),
        (Method.STEP_DOWN, ["s"], {"s": quantities(a=1), "t": quantities(s=1)}, []),
        (Method.DIRECT, ["s", "t"], {"s": quantities(a=1), "T": quantities(a=1)}, []),
        (Method.DIRECT, ["s", "t"], {"s": quantities(A=1), "t": quantities(a=1)}, []),
    ],
)
def test_beside_other_faults_a_centre_is_named_whose_cost_certainly_has_nowhere_to_go(method, order, keys, stuck):
    centres = [support("s"), support("t"), support("u", 0), final("a"), final("a")]

    with pytest.raises(AllocationFaults) as refused:
        allocate(method, centres, [*order, "u"], keys)

    assert [place for code, place in codes_and_places(refused) if code == "zero-keys"] == [f"/keys/{n}" for n in stuck]
    assert codes_and_places(refused)[0] == ("duplicate-centre", "/costCentres/4/id")


def test_only_step_down_needs_an_order():
    centres, keys = [support("s"), final("a")], {"s": quantities(a=1)}

    assert allocate(Method.DIRECT, centres, [], keys).final == allocate(Method.RECIPROCAL, centres, [], keys).final
    with pytest.raises(AllocationFaults) as refused:
        allocate(Method.STEP_DOWN, centres, [], keys)
    assert codes_and_places(refused) == [("missing-in-order", "/order")]


@st.composite
def solvable(draw):
    """Centres of which each support centre gives something to a final centre."""
    supports = [f"s{n}" for n in range(draw(st.integers(0, 5)))]
    finals = [f"f{n}" for n in range(draw(st.integers(1, 4)))]
    cents = st.integers(-(10**12), 10**12).map(lambda n: Fraction(n, 100))
    quantity = st.integers(0, 10**6).map(lambda n: Fraction(n, 10))
    centres = [Centre(name, draw(cents), name in finals) for name in draw(st.permutations(supports + finals))]
    keys = {
        giver: {to: draw(quantity) for to in supports + finals} | {finals[0]: draw(quantity) + 1} for giver in supports
    }
    return centres, draw(st.permutations(supports)), keys


@given(solvable(), st.sampled_from(METHODS))
def test_money_in_is_money_out(case, method):
    centres, order, keys = case
    own = {centre.id: centre.amount for centre in centres}

    outcome = allocate(method, centres, order, keys)

    assert sum(outcome.final.values()) == sum(own.values())
    for giver, row in outcome.matrix.items():
        assert sum(row.values()) == outcome.pools[giver]
    if method is not Method.DIRECT:
        for name, pool in outcome.pools.items():
            assert pool == own[name] + sum(row.get(name, 0) for row in outcome.matrix.values())
    for name, amount in outcome.final.items():
        assert amount == own[name] + sum(row.get(name, 0) for row in outcome.matrix.values())


@given(solvable(), st.sampled_from(METHODS), st.integers(1, 1000))
def test_the_size_of_a_key_does_not_matter_only_its_proportions(case, method, factor):
    centres, order, keys = case
    larger = {giver: {to: quantity * factor for to, quantity in row.items()} for giver, row in keys.items()}

    assert allocate(method, centres, order, keys).final == allocate(method, centres, order, larger).final
