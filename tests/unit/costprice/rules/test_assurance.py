"""Tolerances: the bounds belong to the milder opinion."""

from fractions import Fraction

import pytest

from services.costprice.rules.assurance import Opinion, opinion


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        ("0", Opinion.APPROVE),
        ("0.03", Opinion.APPROVE),
        ("-0.04", Opinion.QUALIFIED),
        ("0.05", Opinion.QUALIFIED),
        ("-0.0501", Opinion.ADVERSE),
    ],
)
def test_opinion_follows_from_the_size_of_the_errors(share, expected):
    assert opinion(Fraction(share)) is expected
