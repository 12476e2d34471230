"""Read measured cost prices out of a frozen cost base, and check that it is the one its hash tells of."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from rfc8785 import CanonicalizationError

from services.tariffs.errors.calculations import UnusableCostBase
from services.tariffs.rules.components import Component, Prestatie
from services.tariffs.rules.cost_prices import CostPrice, required_components
from services.tariffs.rules.labels import Origin
from services.tariffs.rules.tariff_wording import note
from services.tariffs.schemas.cost_bases import ComponentCost, CostBaseIn
from services.tariffs.schemas.price_levels import COMPONENT_FIELDS
from shared.kernel.receipts import canonical_hash
from shared.kernel.sources import Source, Text
from shared.kernel.steps import Steps
from shared.plumbing.problems import Fault

CAPITAL = "capital"
"""What costprice measures instead of equity return; it stands in for it until there is a norm (decision 0014)."""

NOT_MEASURED = Text(
    "is niet gemeten of staat niet in de kostenbasis; ontbreken is niet nul: geef de kostprijs",
    "was not measured, or is not in the cost base; missing is not zero: give the cost price",
)
SUPPRESSED = Text(
    "is onderdrukt; ontbreken is niet nul: gebruik de kostenbasis zoals de analist haar ziet",
    "is suppressed; missing is not zero: use the cost base as the analyst sees it",
)
NO_PRICE_LEVEL = Text(
    "zonder prijspeil is er niet te indexeren; geef jaar en status",
    "without a price level it cannot be indexed; give year and status",
)

NOT_HASHED = ("costBaseId", "frozenAt", "hash")


def agrees_with_its_hash(document: Mapping[str, Any]) -> bool:
    """Whether the SHA-256 that a cost base carries is that of its content (see ``docs``: canonical JSON, RFC 8785)."""
    content = {name: value for name, value in document.items() if name not in NOT_HASHED}
    if isinstance(content.get("receipt"), Mapping):
        content["receipt"] = {name: value for name, value in content["receipt"].items() if name != "knownAt"}
    try:
        return document.get("hash") == canonical_hash(_with_floats(content))
    except CanonicalizationError:
        return False


def _with_floats(document: Any) -> Any:
    """The document with every number with a point as the float that other readers of JSON take it for."""
    return _replaced(document, float)


def exact_json(document: Any) -> Any:
    """The document with every number with a point as text, so that it can be kept exactly."""
    return _replaced(document, lambda number: format(number, "f"))


def _replaced(document: Any, of_decimal: Callable[[Decimal], float | str]) -> Any:
    if isinstance(document, Decimal):
        return of_decimal(document)
    if isinstance(document, Mapping):
        return {name: _replaced(inner, of_decimal) for name, inner in document.items()}
    if isinstance(document, list):
        return [_replaced(inner, of_decimal) for inner in document]
    return document


def cost_prices(
    base: CostBaseIn, prestatie: Prestatie, steps: Steps, *, illustrative: bool
) -> dict[Component, CostPrice]:
    """The cost price per component of one unit of a prestatie.

    Raises:
        UnusableCostBase: the prestatie or components are missing or suppressed; every one is named.
    """
    place = f"/costBase/prestaties/{prestatie}"
    cost = base.prestaties.get(prestatie)
    if cost is None:
        there = ", ".join(base.prestaties)
        message = Text(
            f"de kostenbasis bevat: {there or 'geen'}; kies een daarvan of een andere kostenbasis",
            f"the cost base holds: {there or 'none'}; choose one of them, or another cost base",
        )
        raise UnusableCostBase(prestatie, [Fault(place, "prestatie_missing", message)])
    found: dict[Component, CostPrice] = {}
    faults: list[Fault] = []
    for component in Component:
        name = COMPONENT_FIELDS[component]
        if component is Component.EQUITY_RETURN and name not in cost.components:
            name = CAPITAL
        here = f"{place}/components/{name}"
        given = cost.components.get(name)
        fault = _fault(here, given)
        if fault is not None:
            faults += [fault] if component in required_components(prestatie) else []
            continue
        assert given is not None and given.unit_cost is not None and given.price_level is not None  # noqa: PT018
        origin = Origin(
            Source(form=f"cost base {base.cost_base_id or 'without id'}", sheet=prestatie, cell=name), illustrative
        )
        taken_from = ""
        if name == CAPITAL:
            taken_from = f"cost.{CAPITAL}"
            note(steps, taken_from, given.unit_cost, origin=origin)
        found[component] = CostPrice(
            given.unit_cost, given.price_level.level, None if taken_from else origin, taken_from
        )
    if faults:
        raise UnusableCostBase(prestatie, faults)
    return found


def _fault(place: str, cost: ComponentCost | None) -> Fault | None:
    """Why a component's cost cannot be used; None if it can."""
    if cost is None:
        return Fault(place, "component_missing", NOT_MEASURED)
    if cost.suppressed or cost.unit_cost is None:
        return Fault(place, "component_suppressed", SUPPRESSED)
    if cost.price_level is None:
        return Fault(f"{place}/priceLevel", "price_level_missing", NO_PRICE_LEVEL)
    return None
