"""What each provider brings to the sector figure: its cost and units over the cost years, at one price level."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.costprice.rules.categories import Component

Factors = Mapping[tuple[Component, int], Fraction]
"""Per component and cost year the index factor to the common price level."""


@dataclass(frozen=True, slots=True)
class ProviderYear:
    """Cost of one prestatie at one provider over one year, in euros of that year."""

    agb_code: str
    stratum: str | None
    year: int
    units: int
    components: Mapping[Component, Fraction]


@dataclass(frozen=True, slots=True)
class Contribution:
    """A provider's cost of one prestatie over the years it delivered, at the common price level, and its units."""

    agb_code: str
    stratum: str | None
    units: int
    components: Mapping[Component, Fraction]

    @property
    def unit_cost(self) -> Fraction:
        """All components together per unit."""
        return sum(self.components.values(), Fraction(0)) / self.units


def pooled(years: Sequence[ProviderYear], factors: Factors) -> tuple[Contribution, ...]:
    """The years of each provider added up at one price level; providers in the order of their AGB codes.

    A year that a provider did not deliver is missing: it adds neither cost nor units. A provider without units makes no
    contribution, because a cost per unit of nothing does not exist.
    """
    contributions = []
    for agb_code in sorted({row.agb_code for row in years}):
        rows = [row for row in years if row.agb_code == agb_code]
        units = sum(row.units for row in rows)
        if units:
            components = {
                component: sum((row.components[component] * factors[component, row.year] for row in rows), Fraction(0))
                for component in Component
            }
            contributions.append(Contribution(agb_code, rows[-1].stratum, units, components))
    return tuple(contributions)
