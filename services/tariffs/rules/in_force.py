"""The parameters a tariff is computed with: those in force on one day as known at a moment, or what somebody chose.

A choice (an override) stands in the place of a published value in one calculation and has no public source: it makes
the result illustrative. A choice called after an index counts for the tariff year, ``labour_index.2027`` for that year.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from fractions import Fraction

from services.tariffs.rules.components import Index
from services.tariffs.rules.housing_component import (
    NOT_A_RATE,
    HousingInputs,
    HousingNorm,
    fault_of,
    is_rate,
)
from services.tariffs.rules.indexation import IndexValues
from services.tariffs.rules.labels import origin_of
from services.tariffs.rules.maximum import NEITHER_YES_NOR_NO, SURCHARGE_BELOW_ZERO, MaxMax
from shared.kernel.dated import DatedValue, NoValueInForce, Status, value_on
from shared.kernel.sources import Source, Text

HOUSING_PARAMETERS = tuple(f.name for f in fields(HousingInputs))
MAX_MAX_SURCHARGE = "max_max_surcharge"
MAX_MAX_ON_HOUSING = "max_max_on_housing"
INDEX_PARAMETERS = tuple(index.parameter for index in Index)

TARIFF_PARAMETERS = (*HOUSING_PARAMETERS, MAX_MAX_SURCHARGE, MAX_MAX_ON_HOUSING)
"""Parameters of which a tariff uses the value of one day; the indices come beside them, one value a year."""


@dataclass(frozen=True, slots=True)
class InForce:
    """Parameters on a day, as known at a moment.

    Attributes:
        history: every value of every parameter.
        on: the day; for a tariff the first of its year.
        known_at: only what was known then counts.
        chosen: values that somebody chose, by name.
    """

    history: Sequence[DatedValue]
    on: date
    known_at: datetime
    chosen: Mapping[str, DatedValue] = field(default_factory=dict)

    def value(self, name: str) -> DatedValue:
        """The value of a parameter.

        Raises:
            NoValueInForce: it has none on the day.
        """
        return self.chosen.get(name) or value_on(self.history, name, self.on, self.known_at)

    def find(self, name: str) -> DatedValue | None:
        """The value of a parameter that a policy rule may do without."""
        try:
            return self.value(name)
        except NoValueInForce:
            return None

    def index_values(self) -> IndexValues:
        """The index percentages of all years."""
        chosen = {}
        for name, value in self.chosen.items():
            parameter, _, year = name.partition(".")
            for index in Index:
                if parameter == index.parameter:
                    chosen[index, int(year or self.on.year)] = value
        return IndexValues(self.history, self.known_at, chosen)

    def housing_norm(self) -> HousingNorm:
        """What the norm for housing is computed from.

        Raises:
            NoValueInForce: an input has no value on the day.
            InvalidHousingInputs: an input cannot be.
        """
        values = {name: self.value(name) for name in HOUSING_PARAMETERS}
        return HousingNorm(
            HousingInputs(**{name: value.value for name, value in values.items()}),
            {name: origin_of(value) for name, value in values.items()},
        )

    def max_max(self) -> MaxMax | None:
        """The second ceiling; None where the policy rule knows none.

        Raises:
            NoValueInForce: there is a surcharge, and whether it is on housing as well is not known.
            InvalidMaxMax: the surcharge or the choice cannot be.
        """
        surcharge = self.find(MAX_MAX_SURCHARGE)
        if surcharge is None:
            return None
        on_housing = self.value(MAX_MAX_ON_HOUSING)
        return MaxMax(surcharge.value, on_housing.value, origin_of(surcharge), origin_of(on_housing))


def chosen_value(name: str, value: Fraction, unit: str, on: date, known_at: datetime, cell: str) -> DatedValue:
    """A value that somebody chose for one calculation, read from a place in the request."""
    source = Source(form="request", cell=cell)
    return DatedValue(name, value, unit, on, None, known_at, Status.ILLUSTRATIVE, source, illustrative=True)


def fault_of_parameter(name: str, value: Fraction) -> Text | None:
    """What is wrong with a value for a parameter of this name; None if nothing is."""
    if name.partition(".")[0] in INDEX_PARAMETERS:
        return None if is_rate(value) else NOT_A_RATE
    if name == MAX_MAX_SURCHARGE:
        return None if value >= 0 else SURCHARGE_BELOW_ZERO
    if name == MAX_MAX_ON_HOUSING:
        return None if value in (0, 1) else NEITHER_YES_NOR_NO
    return fault_of(name, value)


def is_parameter(name: str) -> bool:
    """Whether a tariff uses a parameter of this name, so that it can be chosen."""
    parameter, point, year = name.partition(".")
    if parameter in INDEX_PARAMETERS:
        return not point or (year.isascii() and year.isdigit() and len(year) == 4)
    return name in TARIFF_PARAMETERS
