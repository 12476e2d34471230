"""The maximum tariff of a prestatie, article by article. Start reading here.

The articles are those of this project's reading of BR/REG-26109, whose text was not found: see
services/tariffs/policy_rules. The index chains of article 3 are in ``indexation.py``, the norm of article 5 in
``housing_component.py``, the second ceiling of article 8 in ``maximum.py``, and the words and formula beside every
figure in ``tariff_wording.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.tariffs.rules.components import Component, Prestatie, PriceLevel
from services.tariffs.rules.cost_prices import CostPrice, TariffBelowZero, require_cost_prices
from services.tariffs.rules.housing_component import HousingNorm, housing_component
from services.tariffs.rules.indexation import IndexChains
from services.tariffs.rules.maximum import MaxMax, max_max_tariff, record_max_max
from services.tariffs.rules.tariff_wording import note
from shared.kernel.money import euros_to_cents
from shared.kernel.steps import Steps


@dataclass(frozen=True, slots=True)
class Tariff:
    """A maximum tariff: its components unrounded in euros, the ceilings in whole cents.

    ``housing_cents`` is the housing component rounded by itself, for publication and settlement.
    """

    components: Mapping[Component, Fraction]
    maximum_tariff_cents: int
    max_max_tariff_cents: int | None
    housing_cents: int


def maximum_tariff(
    prestatie: Prestatie,
    level: PriceLevel,
    cost: Mapping[Component, CostPrice],
    *,
    norm: HousingNorm | None,
    max_max: MaxMax | None,
    index: IndexChains,
    steps: Steps,
) -> Tariff:
    """The most that may be charged for one unit of a prestatie, at the price level of the tariff year.

    Args:
        prestatie: what is billed.
        level: price level of the tariff year.
        cost: measured cost price of one unit, per component.
        norm: what the norm for housing is computed from, in prices of the tariff year; only verblijf has one.
        max_max: the second ceiling, where the policy rule knows one.
        index: the index chains, as known at a moment; its steps are ``steps``.
        steps: takes down every figure with its label, formula and source.

    Raises:
        MissingCostPrices: a component that the tariff is made of was not measured.
        NoValueInForce: a year on an index chain has no value.
        TariffBelowZero: the components add up to less than nothing.
    """
    require_cost_prices(prestatie, cost, norm)

    # Articles 2 and 3. A measured cost price goes to the price level of the tariff year, by its own index.
    def measured(component: Component) -> Fraction:
        price = cost[component]
        note(steps, f"cost.{component}", price.amount, formula=price.taken_from, origin=price.origin)
        return note(steps, component, price.amount * index.ratio(component, price.level, level))

    labour = measured(Component.LABOUR)
    material = measured(Component.MATERIAL)
    inventory = measured(Component.INVENTORY)
    equity_return = measured(Component.EQUITY_RETURN)

    # Articles 4 and 5. For verblijf the norm takes the place of the measured cost of housing; for dagopvang it stays.
    if norm is not None and prestatie is Prestatie.VERBLIJF:
        component = housing_component(norm.inputs, steps, norm.origins)
        housing = note(steps, Component.HOUSING, component.per_day, "normative_housing")
    else:
        housing = measured(Component.HOUSING)

    # Article 6. The tariff is the sum of its components.
    tariff = note(steps, "tariff", labour + material + inventory + equity_return + housing)
    if tariff < 0:
        raise TariffBelowZero(prestatie, tariff)

    # Article 7. Half up to whole cents: once, last, a step of its own.
    maximum_tariff_cents = note(steps, "tariff_cents", euros_to_cents(tariff))
    housing_cents = note(steps, "housing_cents", euros_to_cents(housing))

    # Article 8. The second ceiling rises from the unrounded tariff and is rounded by itself.
    max_max_tariff_cents = None
    if max_max is not None:
        record_max_max(max_max, steps)
        second_ceiling = note(steps, "max_max.tariff", max_max_tariff(tariff, housing, max_max))
        max_max_tariff_cents = note(steps, "max_max.tariff_cents", euros_to_cents(second_ceiling))

    components = dict(zip(Component, (labour, material, inventory, equity_return, housing), strict=True))
    return Tariff(components, maximum_tariff_cents, max_max_tariff_cents, housing_cents)
