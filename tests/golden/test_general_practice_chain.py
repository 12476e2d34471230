"""A published index chain, to the cent: the general-practice tariff 15.11 (2022) → 16.05 → 16.89 → 17.51 (2025).

Source: huisartsincijfers.nl (7-8-2026), citing tables 27–29 of NZa, Verantwoordingsdocument tarieven huisartsenzorg
2025 (30-6-2026). The shares of labour, material and housing are not published; those below were fitted to the outcomes.
"""

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from services.tariffs.rules.components import Component, PriceLevel
from services.tariffs.rules.indexation import IndexValues, index_components
from shared.kernel.dated import Status
from shared.plumbing.parameters import load_parameters

PARAMETERS = Path(__file__).parents[2] / "services" / "tariffs" / "parameters"
FITTED_SHARES = {
    Component.LABOUR: Fraction("0.7535"),
    Component.MATERIAL: Fraction("0.1781"),
    Component.HOUSING: Fraction("0.0684"),
}
START = PriceLevel(2022, Status.DEFINITIVE)


@pytest.mark.parametrize(
    ("year", "status", "cents"),
    [
        (2022, Status.DEFINITIVE, 1511),
        (2023, Status.DEFINITIVE, 1605),
        (2024, Status.DEFINITIVE, 1689),
        (2025, Status.PROVISIONAL, 1751),
    ],
)
def test_the_published_tariff_of_each_year_comes_out_to_the_cent(year: int, status: Status, cents: int) -> None:
    values = IndexValues(load_parameters(PARAMETERS).values, datetime(2026, 8, 7, tzinfo=UTC))
    amounts = {component: Fraction("15.11") * share for component, share in FITTED_SHARES.items()}
    answer = index_components(amounts, start=START, end=PriceLevel(year, status), values=values)
    assert answer.total_cents == cents
    assert answer.substituted == ()
    assert not answer.steps.illustrative
