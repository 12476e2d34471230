"""The words beside the numbers: label, unit, formula and article of every step, so that the rules can stay short.

A formula is written with the ids of the steps it uses, ``+ - * / ^``, parentheses, numbers, ``half_up(x)`` (to a whole
number, halves up, away from zero) and ``if(a = b, x, y)``: anyone can recompute a step, and a spreadsheet does.
"""

import re
from dataclasses import dataclass

from services.tariffs.rules.components import Component, Index
from shared.kernel.dated import DatedValue, Status
from shared.kernel.sources import Source, Text
from shared.kernel.steps import Steps, Value

POLICY_RULE = "BR/REG-26109"
READING = f"{POLICY_RULE} (text not found; reading published at /policy-rules)"

STEP_ID = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)*(?![a-z0-9_.]*\()")
"""A step id inside a formula: words joined by points; a word before a parenthesis is a function."""

COMPONENT_NAMES: dict[Component, Text] = {
    Component.LABOUR: Text("loonkosten", "labour"),
    Component.MATERIAL: Text("materiële kosten", "material"),
    Component.INVENTORY: Text("inventaris", "inventory"),
    Component.EQUITY_RETURN: Text("vergoeding gederfd rendement eigen vermogen", "equity return"),
    Component.HOUSING: Text("huisvesting", "housing"),
}

INDEX_NAMES: dict[Index, Text] = {
    Index.LABOUR: Text("loonkosten (OVA)", "labour (OVA)"),
    Index.MATERIAL: Text("materiële kosten (prijsindex particuliere consumptie)", "material (private consumption)"),
    Index.HOUSING: Text("huisvesting", "housing"),
}

STATUS_NAMES: dict[Status, Text] = {
    Status.DEFINITIVE: Text("definitief", "definitive"),
    Status.PROVISIONAL: Text("voorcalculatorisch", "provisional"),
    Status.EXPECTED: Text("verwacht", "expected"),
    Status.ILLUSTRATIVE: Text("illustratief", "illustrative"),
}

ARTICLES: dict[str, str] = {
    "cost_price": "article 2, cost price per component",
    "index_chain": "article 3, index chains",
    "housing": "article 4, housing",
    "housing_component": "article 5, normative housing component",
    "tariff": "article 6, maximum tariff",
    "rounding": "article 7, rounding",
    "max_max": "article 8, max-max tariff",
}


def reading(article: str) -> Source:
    """The article of the policy rule, in this project's reading, that prescribes a step."""
    return Source(document=READING, article=ARTICLES[article])


@dataclass(frozen=True, slots=True)
class Wording:
    """How a kind of step is worded; ``article`` is a key of ``ARTICLES``, ``formula`` is empty where it varies."""

    nl: str
    en: str
    unit: str
    article: str = ""
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an input was read, and whether it lacks a public source."""

    source: Source | None = None
    illustrative: bool = False


def describe(
    steps: Steps,
    id: str,
    value: Value,
    wording: Wording,
    *,
    formula: str = "",
    origin: Origin | None = None,
    nl: str = "",
    en: str = "",
) -> Value:
    """Record a step in the words of its wording and hand its value back; its inputs are the ids in its formula.

    Args:
        formula: takes the place of the formula of the wording.
        origin: of an input: where it was read; takes the place of the article of the wording.
        nl: what stands for ``{}`` in the Dutch label.
        en: the same in the English label.
    """
    expression = formula or wording.formula
    inputs = tuple(dict.fromkeys(STEP_ID.findall(expression)))
    return steps.add(
        id,
        Text(wording.nl.format(nl), wording.en.format(en)),
        value,
        wording.unit,
        formula=expression,
        inputs=inputs,
        source=origin.source if origin else reading(wording.article) if wording.article else None,
        illustrative=origin.illustrative if origin else False,
    )


def origin_of(parameter: DatedValue) -> Origin:
    """Where a dated parameter was published."""
    return Origin(parameter.source, parameter.illustrative)
