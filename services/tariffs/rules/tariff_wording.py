"""The words and formulas beside the figures of ``tariff.py``."""

from services.tariffs.rules.components import Component
from services.tariffs.rules.labels import COMPONENT_NAMES, Origin, Wording, describe
from shared.kernel.steps import Steps, Value

WORDS: dict[str, Wording] = {
    **{
        f"cost.{component}": Wording(
            f"Gemeten kostprijs {COMPONENT_NAMES[component].nl}",
            f"Measured cost price of {COMPONENT_NAMES[component].en}",
            "EUR",
            "cost_price",
        )
        for component in Component
    },
    **{
        str(component): Wording(
            f"{COMPONENT_NAMES[component].nl.capitalize()}, prijspeil tariefjaar",
            f"{COMPONENT_NAMES[component].en.capitalize()} at the price level of the tariff year",
            "EUR",
            "index_chain",
            f"cost.{component} * ratio.{component}",
        )
        for component in Component
    },
    "cost.capital": Wording("Gemeten financieringskosten", "Measured cost of financing", "EUR", "cost_price"),
    "normative_housing": Wording(
        "Normatieve huisvestingscomponent, prijspeil tariefjaar",
        "Normative housing component at the price level of the tariff year",
        "EUR",
        "housing",
        "housing.per_day",
    ),
    "tariff": Wording(
        "Tarief, niet afgerond",
        "Tariff, not rounded",
        "EUR",
        "tariff",
        "labour + material + inventory + equity_return + housing",
    ),
    "tariff_cents": Wording(
        "Maximumtarief in hele centen", "Maximum tariff in whole cents", "cent", "rounding", "half_up(100 * tariff)"
    ),
    "housing_cents": Wording(
        "Huisvestingscomponent in hele centen",
        "Housing component in whole cents",
        "cent",
        "rounding",
        "half_up(100 * housing)",
    ),
    "max_max.surcharge": Wording("Opslag max-maxtarief", "Surcharge of the max-max tariff", "ratio", "max_max"),
    "max_max.on_housing": Wording(
        "Opslag ook over huisvesting (1 = ja)", "Surcharge on housing as well (1 = yes)", "choice", "max_max"
    ),
    "max_max.tariff": Wording(
        "Max-maxtarief, niet afgerond",
        "Max-max tariff, not rounded",
        "EUR",
        "max_max",
        "if(max_max.on_housing = 1, tariff * (1 + max_max.surcharge),"
        " (tariff - housing) * (1 + max_max.surcharge) + housing)",
    ),
    "max_max.tariff_cents": Wording(
        "Max-maxtarief in hele centen",
        "Max-max tariff in whole cents",
        "cent",
        "rounding",
        "half_up(100 * max_max.tariff)",
    ),
}


def note(
    steps: Steps, id: str, value: Value, words: str = "", *, formula: str = "", origin: Origin | None = None
) -> Value:
    """Record a figure of the tariff in its words (those of its id, unless others are named) and hand it back."""
    return describe(steps, id, value, WORDS[words or id], formula=formula, origin=origin)
