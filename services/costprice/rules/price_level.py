"""Bring cost of different years to one price level, by the published index percentages.

Labour follows the labour index (OVA), housing the housing index, everything else the material index. The definitive
value of a year counts; where it is not known yet the provisional one takes its place and the answer lists it. A year
without either is an error: nothing is extended past its last known date.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from services.costprice.rules.categories import Component
from shared.kernel.dated import DatedValue, NoValueInForce, Status, value_on

INDEX_OF: Mapping[Component, str] = {
    Component.LABOUR: "labour_index",
    Component.MATERIAL: "material_index",
    Component.INVENTORY: "material_index",
    Component.HOUSING: "housing_index",
    Component.CAPITAL: "material_index",
}


@dataclass(frozen=True, slots=True)
class Indexed:
    """The factor from one cost year's price level to a later one's, and the values it was made of."""

    factor: Fraction
    values: tuple[DatedValue, ...]

    @property
    def substituted(self) -> tuple[DatedValue, ...]:
        """Values that are not definitive: the year's definitive one is not known yet."""
        return tuple(value for value in self.values if value.status is not Status.DEFINITIVE)


def index_factor(
    history: Sequence[DatedValue], component: Component, from_year: int, to_year: int, known_at: datetime
) -> Indexed:
    """The product of 1 + the index of every year after ``from_year`` up to and including ``to_year``.

    Raises:
        NoValueInForce: a year has no definitive and no provisional value.
        ValueError: the years run backwards.
    """
    if to_year < from_year:
        raise ValueError(f"a cost year is brought to a later one, not from {from_year} back to {to_year}")
    values = tuple(
        _value_of(history, INDEX_OF[component], year, known_at) for year in range(from_year + 1, to_year + 1)
    )
    factor = Fraction(1)
    for value in values:
        factor *= 1 + value.value
    return Indexed(factor, values)


def _value_of(history: Sequence[DatedValue], name: str, year: int, known_at: datetime) -> DatedValue:
    new_year = date(year, 1, 1)
    try:
        return value_on(history, name, new_year, known_at, frozenset({Status.DEFINITIVE}))
    except NoValueInForce:
        return value_on(history, name, new_year, known_at, frozenset({Status.PROVISIONAL}))
