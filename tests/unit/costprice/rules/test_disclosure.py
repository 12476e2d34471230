"""No figure may give away what one provider told, not even through the others and their total."""

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.costprice.rules.disclosure import DisclosureLimits, is_unsafe, suppressed

LIMITS = DisclosureLimits(3, Fraction(10, 100))


def amounts(*values: int) -> list[Fraction]:
    return [Fraction(value) for value in values]


def test_the_example_of_the_handbook_is_safe():
    """p = 10, X = 110,000, x1 = 52,000, x2 = 50,000: the rest is 15.4 % of the largest."""
    assert not is_unsafe(amounts(52_000, 50_000, 8_000), LIMITS)


@pytest.mark.parametrize(
    ("contributions", "unsafe"),
    [
        (amounts(100, 100), True),
        (amounts(100, 100, 100), False),
        (amounts(100, 100, 10), False),
        (amounts(1000, 100, 99), True),
        (amounts(-1000, 100, 99), True),
        (amounts(100, 100, 0), True),
        (amounts(0, 0, 0), False),
        (amounts(0, 0), True),
        ([], True),
    ],
)
def test_too_few_contributors_or_a_dominant_one_is_unsafe(contributions, unsafe):
    assert is_unsafe(contributions, LIMITS) is unsafe


def test_a_minimum_of_one_still_keeps_a_single_contributor_safe_from_its_rival():
    assert is_unsafe(amounts(100), DisclosureLimits(1, Fraction(1, 10)))


EVEN = amounts(100, 100, 100, 100)


def test_nothing_is_hidden_when_all_is_safe():
    outcome = suppressed({"a": EVEN, "b": EVEN}, LIMITS)

    assert (outcome.cells, outcome.total) == (frozenset(), False)


def test_one_unsafe_cell_takes_the_smallest_other_cell_with_it():
    outcome = suppressed(
        {"a": amounts(9, 0, 0, 0), "b": EVEN, "c": [2 * x for x in EVEN], "d": amounts(0, 0, 0, 0)}, LIMITS
    )

    assert outcome.primary == {"a"}
    assert outcome.secondary == {"b"}
    assert not outcome.total


def test_the_cells_hidden_together_must_be_safe_together():
    dominated = {"a": amounts(900, 0, 0, 0), "b": amounts(10, 10, 10, 10), "c": amounts(1000, 1000, 1000, 1000)}

    assert suppressed(dominated, LIMITS).cells == {"a", "b", "c"}


def test_without_another_cell_to_hide_the_total_goes():
    outcome = suppressed({"a": amounts(5, 5, 0), "b": amounts(0, 0, 0)}, LIMITS)

    assert outcome.cells == {"a"}
    assert outcome.total


def test_an_unsafe_total_hides_a_cell_as_well():
    """Only where negative amounts cancel can a total be unsafe while its cells are safe."""
    outcome = suppressed({"a": amounts(10, 10, 10), "b": amounts(5, 5, -10)}, LIMITS)

    assert outcome.primary == frozenset()
    assert (outcome.secondary, outcome.total) == ({"b"}, True)


def test_two_providers_hide_everything_that_they_filled():
    outcome = suppressed({"a": amounts(5, 5), "b": amounts(1, 2)}, LIMITS)

    assert (outcome.primary, outcome.total) == ({"a", "b"}, True)


cells = st.integers(1, 6).flatmap(
    lambda providers: st.dictionaries(
        st.sampled_from("abcde"),
        st.lists(st.integers(0, 1000).map(Fraction), min_size=providers, max_size=providers),
        min_size=1,
    )
)


@given(cells)
def test_what_can_be_computed_from_the_published_figures_is_safe(given_cells):
    outcome = suppressed(given_cells, LIMITS)

    published = [cell for cell in given_cells if cell not in outcome.cells]
    assert not any(is_unsafe(given_cells[cell], LIMITS) for cell in published)
    hidden = sorted(outcome.cells)
    if hidden and not outcome.total:
        together = [sum(row) for row in zip(*(given_cells[cell] for cell in hidden), strict=True)]
        assert len(hidden) > 1
        assert not is_unsafe(together, LIMITS)
    for some in combinations(published, 2):
        assert not set(some) & outcome.cells
