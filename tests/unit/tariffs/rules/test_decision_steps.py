"""A decided tariff explains itself: every formula recomputes its step."""

from fractions import Fraction

import pytest

from services.tariffs.rules.components import Component
from services.tariffs.rules.decision_steps import decision_steps
from services.tariffs.rules.decisions import decided
from services.tariffs.rules.maximum import MaxMax
from tests.formulas import assert_recomputes

PARTS = {
    Component.LABOUR: Fraction("100.004"),
    Component.MATERIAL: Fraction("10.004"),
    Component.INVENTORY: Fraction(1),
    Component.EQUITY_RETURN: Fraction(0),
    Component.HOUSING: Fraction("31.915"),
}


@pytest.mark.parametrize("on_housing", [0, 1])
def test_with_a_surcharge(on_housing):
    tariff = decided(PARTS, MaxMax(Fraction("0.10"), Fraction(on_housing)), illustrative=True)
    steps = decision_steps(tariff, "TB/TEST")
    assert_recomputes(steps)
    assert steps["max_max.tariff_cents"].value == tariff.max_max_cents
    assert steps["tariff_cents"].value == 14_292
    assert steps["labour"].source.document == "TB/TEST"
    assert steps.illustrative


def test_with_a_second_ceiling_as_an_amount():
    steps = decision_steps(decided(PARTS, 15_000, illustrative=False), "TB/TEST")
    assert_recomputes(steps)
    assert steps["max_max.tariff_cents"].value == 15_000
    assert not steps.illustrative


def test_without_a_second_ceiling():
    assert "max_max.tariff_cents" not in decision_steps(decided(PARTS, None, illustrative=False), "TB/TEST")
