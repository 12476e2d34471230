"""shared.kernel.steps: a calculation records what it computed, from what, and on whose authority."""

from fractions import Fraction

import pytest

from shared.kernel.sources import Source, Text
from shared.kernel.steps import Step, StepError, Steps

LABEL = Text("iets", "something")
ARTICLE = Source(document="BR/REG-26109", article="4")


def test_a_step_hands_its_value_back_and_remembers_everything() -> None:
    steps = Steps()
    value = steps.add("price", LABEL, Fraction(1, 3), "EUR", source=ARTICLE)
    assert value == Fraction(1, 3)
    assert steps["price"] == Step("price", LABEL, Fraction(1, 3), "EUR", "", (), ARTICLE, False)


def test_steps_stand_in_the_order_in_which_they_were_taken() -> None:
    steps = Steps()
    for name in ("z", "a", "m"):
        steps.add(name, LABEL, 1, "EUR")
    assert [step.id for step in steps] == ["z", "a", "m"]
    assert len(steps) == 3
    assert "a" in steps
    assert "b" not in steps


def test_no_step_is_recorded_twice() -> None:
    steps = Steps()
    steps.add("price", LABEL, 1, "EUR")
    with pytest.raises(StepError, match="'price' is recorded twice"):
        steps.add("price", LABEL, 1, "EUR")
    assert len(steps) == 1


def test_a_step_refers_to_earlier_steps_only() -> None:
    steps = Steps()
    steps.add("price", LABEL, 1, "EUR")
    with pytest.raises(StepError, match=r"\['later', 'total'\]"):
        steps.add("total", LABEL, 2, "EUR", inputs=["price", "later", "total"])
    assert "total" not in steps


def test_one_illustrative_input_makes_all_that_follows_illustrative() -> None:
    steps = Steps()
    steps.add("published", LABEL, 1, "EUR")
    assert not steps.illustrative
    steps.add("assumed", LABEL, 1, "EUR", illustrative=True)
    steps.add("sum", LABEL, 2, "EUR", formula="published + assumed", inputs=["published", "assumed"])
    steps.add("double", LABEL, 4, "EUR", formula="2 * sum", inputs=["sum"])
    steps.add("apart", LABEL, 1, "EUR", inputs=["published"])
    assert {step.id: step.illustrative for step in steps} == {
        "published": False,
        "assumed": True,
        "sum": True,
        "double": True,
        "apart": False,
    }
    assert steps.illustrative


def test_a_part_is_taken_over_behind_a_prefix() -> None:
    part, whole = Steps(), Steps()
    part.add("a", LABEL, "chosen", "choice", source=ARTICLE, illustrative=True)
    part.add("b", LABEL, 2, "cent", formula="a", inputs=["a"])
    whole.extend(part, "housing.")
    assert [step.id for step in whole] == ["housing.a", "housing.b"]
    assert whole["housing.a"].source == ARTICLE
    assert whole["housing.b"].inputs == ("housing.a",)
    assert whole["housing.b"].formula == "a"
    assert whole["housing.b"].illustrative
    with pytest.raises(StepError):
        whole.extend(part, "housing.")
