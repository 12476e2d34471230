"""A decided tariff that explains itself: its components as the decision sets them, their sum, and the rounding."""

from services.tariffs.rules.components import Component
from services.tariffs.rules.decisions import DecidedTariff
from services.tariffs.rules.labels import COMPONENT_NAMES, reading
from services.tariffs.rules.maximum import MaxMax
from shared.kernel.sources import Source, Text
from shared.kernel.steps import Steps


def decision_steps(tariff: DecidedTariff, decision_number: str) -> Steps:
    """The steps from the components of a decided tariff to whole cents.

    Args:
        tariff: the tariff.
        decision_number: the decision that set it, the source of every figure.
    """
    steps, decision = Steps(), Source(document=decision_number)
    for component in Component:
        amount = tariff.components[component]
        steps.add(
            component.value,
            COMPONENT_NAMES[component],
            amount,
            "EUR",
            source=decision,
            illustrative=tariff.illustrative,
        )
    names = [component.value for component in Component]
    total = sum(tariff.components.values())
    steps.add(
        "tariff",
        Text("tarief", "tariff"),
        total,
        "EUR",
        formula=" + ".join(names),
        inputs=names,
        source=reading("tariff"),
    )
    steps.add(
        "tariff_cents",
        Text("maximumtarief in hele centen", "maximum tariff in whole cents"),
        tariff.maximum_cents,
        "cent",
        formula="half_up(tariff * 100)",
        inputs=["tariff"],
        source=reading("rounding"),
    )
    steps.add(
        "housing_cents",
        Text("huisvestingscomponent in hele centen", "housing component in whole cents"),
        tariff.housing_cents,
        "cent",
        formula="half_up(housing * 100)",
        inputs=["housing"],
        source=reading("rounding"),
    )
    if isinstance(tariff.second_ceiling, MaxMax):
        rule = tariff.second_ceiling
        steps.add(
            "max_max.surcharge",
            Text("opslag voor het max-maxtarief", "surcharge of the max-max tariff"),
            rule.surcharge,
            "ratio",
            source=decision,
            illustrative=tariff.illustrative,
        )
        raised = "tariff" if rule.on_housing == 1 else "(tariff - housing)"
        rest = "" if rule.on_housing == 1 else " + housing"
        steps.add(
            "max_max.tariff_cents",
            Text("max-maxtarief in hele centen", "max-max tariff in whole cents"),
            tariff.max_max_cents or 0,
            "cent",
            formula=f"half_up(({raised} * (1 + max_max.surcharge){rest}) * 100)",
            inputs=["tariff", "housing", "max_max.surcharge"],
            source=reading("max_max"),
        )
    elif tariff.max_max_cents is not None:
        steps.add(
            "max_max.tariff_cents",
            Text("max-maxtarief in hele centen", "max-max tariff in whole cents"),
            tariff.max_max_cents,
            "cent",
            source=decision,
            illustrative=tariff.illustrative,
        )
    return steps
