"""The normative housing component (nhc): an index-linked annuity per place, turned into an amount per day.

A first-year amount that, growing with the index for the whole term, pays interest, depreciation and upkeep of a new
building. Principles: ministerial instruction of 12-7-2011 (BWBR0030282, art. 5 and 6) and policy rule BR/REG-23116.

Readings of this project (article 5 of services/tariffs/policy_rules): the construction sum is spent evenly, so it bears
interest for half of the construction time; land is paid at the start and bears it for the whole; interest during
construction is simple interest; upkeep is a share of the new-build value without the general supplement; a year counts
a fixed number of days, leap year or not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction

from services.tariffs.rules.labels import Origin, Wording, describe
from shared.kernel.money import euros_to_cents
from shared.kernel.sources import Text
from shared.kernel.steps import Steps

LONGEST_TERM_YEARS = 100
RATE_DECIMALS = 12
"""Rates are raised to the power of the term, exactly; with more decimals the fractions would grow without use."""


@dataclass(frozen=True, slots=True)
class HousingInputs:
    """What the component is computed from; the names are those of the glossary.

    Amounts in euros per place at one price level; rates and shares as ratios (0.0403 is 4.03 %).

    Raises:
        InvalidHousingInputs: one or more inputs cannot be; names every one.
    """

    investment_per_place: Fraction
    land_per_place: Fraction
    land_and_site_surcharge: Fraction
    general_supplement: Fraction
    capital_cost_rate: Fraction
    index_rate: Fraction
    term_years: Fraction
    upkeep_rate: Fraction
    construction_months: Fraction
    occupancy: Fraction
    days_per_year: Fraction

    def __post_init__(self) -> None:
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        faults = {name: fault for name, value in values.items() if (fault := fault_of(name, value))}
        if faults:
            raise InvalidHousingInputs(faults)


NOT_A_RATE = Text(
    f"moet boven -1 liggen (dat is -100 %) en ten hoogste {RATE_DECIMALS} decimalen hebben",
    f"must be above -1 (that is -100 %) and have at most {RATE_DECIMALS} decimals",
)

NOT_NEGATIVE = frozenset(
    {
        "investment_per_place",
        "land_per_place",
        "land_and_site_surcharge",
        "general_supplement",
        "upkeep_rate",
        "construction_months",
    }
)


def is_rate(value: Fraction) -> bool:
    """Whether a price or a debt can grow by this ratio a year."""
    return value > -1 and (value * 10**RATE_DECIMALS).denominator == 1


def fault_of(name: str, value: Fraction) -> Text | None:
    """What is wrong with a value as this input of the component; None if nothing is."""
    if name in NOT_NEGATIVE and value < 0:
        return Text("mag niet negatief zijn", "must not be negative")
    if name in {"capital_cost_rate", "index_rate"} and not is_rate(value):
        return NOT_A_RATE
    if name == "term_years" and (value.denominator != 1 or not 1 <= value <= LONGEST_TERM_YEARS):
        return Text(
            f"moet een geheel aantal jaren zijn, van 1 tot en met {LONGEST_TERM_YEARS}",
            f"must be a whole number of years from 1 to {LONGEST_TERM_YEARS}",
        )
    if name == "occupancy" and not 0 < value <= 1:
        return Text("moet boven 0 liggen en ten hoogste 1 zijn", "must be above 0 and at most 1")
    if name == "days_per_year" and not 0 < value <= 366:
        return Text("moet boven 0 liggen en ten hoogste 366 zijn", "must be above 0 and at most 366")
    return None


class InvalidHousingInputs(ValueError):
    """One or more inputs of the housing component cannot be; ``faults`` says per input what it must be."""

    def __init__(self, faults: Mapping[str, Text]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{name} {fault.en}" for name, fault in faults.items()))


@dataclass(frozen=True, slots=True)
class HousingNorm:
    """The inputs of the component for a prestatie, in prices of the tariff year, and where each was read."""

    inputs: HousingInputs
    origins: Mapping[str, Origin] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HousingComponent:
    """The component in its first year: unrounded euros, and whole cents per day for publication."""

    annuity_factor: Fraction
    per_year: Fraction
    per_day: Fraction
    per_day_cents: int


def annuity_factor(capital_cost_rate: Fraction, index_rate: Fraction, term_years: int) -> Fraction:
    """Present value of 1 a year, paid at the end of each year and growing with the index: A(r, g, n).

    A = (1 − ((1 + g) / (1 + r))^n) / (r − g); at r = g its limit, n / (1 + r).
    """
    r, g, n = capital_cost_rate, index_rate, term_years
    if r == g:
        return n / (1 + r)
    return (1 - ((1 + g) / (1 + r)) ** n) / (r - g)


def housing_component(
    inputs: HousingInputs, steps: Steps, origins: Mapping[str, Origin] | None = None
) -> HousingComponent:
    """The first-year amount per place, per year and per day, with every figure as a step under ``housing.``."""
    for name, wording in INPUTS.items():
        describe(steps, f"housing.{name}", getattr(inputs, name), wording, origin=(origins or {}).get(name))
    i = inputs
    building_years = i.construction_months / 12

    # The capital to be paid back: building and land, with interest until the doors open.
    building = describe(
        steps,
        "housing.building",
        i.investment_per_place * (1 + i.general_supplement) * (1 + i.capital_cost_rate * building_years / 2),
        BUILDING,
    )
    land = describe(
        steps,
        "housing.land",
        i.land_per_place * (1 + i.land_and_site_surcharge) * (1 + i.capital_cost_rate * building_years),
        LAND,
    )
    capital = describe(steps, "housing.capital", building + land, CAPITAL)

    # The first of a row of yearly amounts that grow with the index and together pay that capital back.
    factor = annuity_factor(i.capital_cost_rate, i.index_rate, int(i.term_years))
    describe(steps, "housing.annuity_factor", factor, ANNUITY_FACTOR)
    interest_and_depreciation = describe(steps, "housing.interest_and_depreciation", capital / factor, ANNUITY)
    upkeep = describe(steps, "housing.upkeep", i.upkeep_rate * i.investment_per_place, UPKEEP)

    per_year = describe(steps, "housing.per_year", interest_and_depreciation + upkeep, PER_YEAR)
    per_day = describe(steps, "housing.per_day", per_year / (i.days_per_year * i.occupancy), PER_DAY)
    per_day_cents = describe(steps, "housing.per_day_cents", euros_to_cents(per_day), PER_DAY_CENTS)
    return HousingComponent(factor, per_year, per_day, per_day_cents)


INPUTS: dict[str, Wording] = {
    "investment_per_place": Wording("Investering per plaats", "Investment per place", "EUR per place"),
    "land_per_place": Wording("Grond per plaats", "Land per place", "EUR per place"),
    "land_and_site_surcharge": Wording(
        "Opslag grond, tijdelijke huisvesting en terrein", "Surcharge for land, interim housing and site", "ratio"
    ),
    "general_supplement": Wording("Algemene toeslag", "General supplement", "ratio"),
    "capital_cost_rate": Wording("Vermogenskostenvoet", "Capital cost rate", "ratio per year"),
    "index_rate": Wording("Index van de annuïteit", "Index rate of the annuity", "ratio per year"),
    "term_years": Wording("Looptijd", "Term", "years"),
    "upkeep_rate": Wording("Instandhouding", "Upkeep rate", "ratio per year"),
    "construction_months": Wording("Bouwtijd", "Construction time", "months"),
    "occupancy": Wording("Bezettingsgraad", "Occupancy", "ratio"),
    "days_per_year": Wording("Dagen per jaar", "Days per year", "days per year"),
}

BUILDING = Wording(
    "Gebouw met toeslag en bouwrente",
    "Building with supplement and interest during construction",
    "EUR per place",
    "housing_component",
    "housing.investment_per_place * (1 + housing.general_supplement)"
    " * (1 + housing.capital_cost_rate * housing.construction_months / 12 / 2)",
)
LAND = Wording(
    "Grond met opslag en bouwrente",
    "Land with surcharge and interest during construction",
    "EUR per place",
    "housing_component",
    "housing.land_per_place * (1 + housing.land_and_site_surcharge)"
    " * (1 + housing.capital_cost_rate * housing.construction_months / 12)",
)
CAPITAL = Wording(
    "Kapitaal bij opening",
    "Capital at opening",
    "EUR per place",
    "housing_component",
    "housing.building + housing.land",
)
ANNUITY_FACTOR = Wording(
    "Annuïteitsfactor, meegroeiend met de index",
    "Growing-annuity factor",
    "years",
    "housing_component",
    "if(housing.capital_cost_rate = housing.index_rate, housing.term_years / (1 + housing.capital_cost_rate),"
    " (1 - ((1 + housing.index_rate) / (1 + housing.capital_cost_rate)) ^ housing.term_years)"
    " / (housing.capital_cost_rate - housing.index_rate))",
)
ANNUITY = Wording(
    "Rente en afschrijving, eerste jaar",
    "Interest and depreciation, first year",
    "EUR per place per year",
    "housing_component",
    "housing.capital / housing.annuity_factor",
)
UPKEEP = Wording(
    "Instandhouding, eerste jaar",
    "Upkeep, first year",
    "EUR per place per year",
    "housing_component",
    "housing.upkeep_rate * housing.investment_per_place",
)
PER_YEAR = Wording(
    "Huisvestingscomponent per plaats per jaar",
    "Housing component per place per year",
    "EUR per place per year",
    "housing_component",
    "housing.interest_and_depreciation + housing.upkeep",
)
PER_DAY = Wording(
    "Huisvestingscomponent per dag, niet afgerond",
    "Housing component per day, not rounded",
    "EUR per day",
    "housing_component",
    "housing.per_year / (housing.days_per_year * housing.occupancy)",
)
PER_DAY_CENTS = Wording(
    "Huisvestingscomponent per dag in hele centen",
    "Housing component per day in whole cents",
    "cent",
    "rounding",
    "half_up(100 * housing.per_day)",
)
