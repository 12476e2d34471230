"""What a draft says: its lines resolved to exact components, and whether it can stand."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any
from uuid import UUID

from services.tariffs.errors.decisions import CeilingsCrossed as CeilingsCrossedThere
from services.tariffs.errors.decisions import ReplacedNotPublished
from services.tariffs.rules.components import Component
from services.tariffs.rules.decisions import CeilingsCrossed, SecondCeiling, decided
from services.tariffs.rules.maximum import MaxMax
from services.tariffs.schemas.decisions import DecisionLineIn, DraftIn
from services.tariffs.store.decisions import DecisionStore
from shared.kernel.sources import Text
from shared.plumbing.problems import BadRequest, Fault


def require_published(store: DecisionStore, replaces: UUID | None) -> None:
    """The decision to replace, if there is one, is published.

    Raises:
        ReplacedNotPublished: it is not, or there is no such decision.
    """
    if replaces is not None:
        found = store.decision(replaces)
        if found is None or found.status != "published":
            raise ReplacedNotPublished


def content_of(store: DecisionStore, wanted: DraftIn) -> dict[str, Any]:
    """The columns of a draft's content.

    Raises:
        ReplacedNotPublished: the decision to replace is not published.
        BadRequest: a line names a calculation that does not exist or is of another prestatie.
        CeilingsCrossedThere: a tariff is below zero, or its second ceiling below the first.
    """
    require_published(store, wanted.replaces)
    faults: list[Fault] = []
    lines = [_line(store, place, line, faults) for place, line in enumerate(wanted.lines)]
    if faults:
        raise BadRequest(Text("Een regel verwijst verkeerd.", "A line refers to what it cannot."), errors=faults)
    if not wanted.replaced_components:
        for line in lines:
            try:
                decided(components_of(line), second_ceiling_of(line), line["illustrative"])
            except CeilingsCrossed as crossed:
                raise CeilingsCrossedThere(line["request"]["prestatie"]) from crossed
    return {
        "number": wanted.number,
        "title": wanted.title,
        "reasons": wanted.reasons,
        "in_force_from": wanted.in_force_from,
        "in_force_until": wanted.in_force_until,
        "replaces": wanted.replaces,
        "replaced_components": list(wanted.replaced_components),
        "lines": lines,
        "illustrative": any(line["illustrative"] for line in lines),
    }


def _line(store: DecisionStore, place: int, wanted: DecisionLineIn, faults: list[Fault]) -> dict[str, Any]:
    """A line as it is kept: what was asked, and the exact components it stands for."""
    request = wanted.model_dump(by_alias=True, exclude_none=True, mode="json")
    if wanted.calculation_id is None:
        assert wanted.components is not None, "a line has one origin"
        given = {c.value: getattr(wanted.components, c.value) for c in Component}
        return {
            "request": request,
            "components": {name: str(value) for name, value in given.items() if value is not None},
            "illustrative": wanted.source is None,
        }
    found = store.calculation(wanted.calculation_id)
    if found is None or found.prestatie != wanted.prestatie:
        code = "calculation_not_found" if found is None else "calculation_of_another_prestatie"
        message = Text(
            "deze berekening bestaat niet; verbeter het nummer", "there is no such calculation; correct the id"
        )
        if found is not None:
            message = Text(
                f"deze berekening is van {found.prestatie}; kies er een van {wanted.prestatie}",
                f"this calculation is of {found.prestatie}; choose one of {wanted.prestatie}",
            )
        faults.append(Fault(f"/lines/{place}/calculationId", code, message))
        return {"request": request, "components": {}, "illustrative": True}
    steps = {step["id"]: step["value"] for step in found.answer["steps"]}
    surcharge = {
        name: steps[f"max_max.{name}"] for name in ("surcharge", "on_housing") if found.max_max_tariff_cents is not None
    }
    return {
        "request": request,
        "components": found.components,
        "illustrative": found.illustrative,
        **({"max_max": surcharge} if surcharge else {}),
    }


def components_of(line: Mapping[str, Any]) -> dict[Component, Fraction]:
    """The exact components that a kept line stands for."""
    return {Component(name): Fraction(value) for name, value in line["components"].items()}


def second_ceiling_of(line: Mapping[str, Any]) -> SecondCeiling:
    """The max-max tariff of a kept line: a surcharge, an amount in cents, or none."""
    if "max_max" in line:
        return MaxMax(Fraction(line["max_max"]["surcharge"]), Fraction(line["max_max"]["on_housing"]))
    amount: int | None = line["request"].get("maxMaxTariffCents")
    return amount
