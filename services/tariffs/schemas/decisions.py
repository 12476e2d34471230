"""Tariff decisions and maximum tariffs as the contract has them."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.tariffs.rules.components import Component, Prestatie
from shared.plumbing.schemas import ExactNumber, Instant, IsoDate, ReceiptOut, RequestModel, ResponseModel, StepOut
from shared.plumbing.wording import Found, refuse_all, refused

ComponentName = Literal["labour", "material", "inventory", "equityReturn", "housing"]
NAMES: dict[Component, ComponentName] = {
    Component.LABOUR: "labour",
    Component.MATERIAL: "material",
    Component.INVENTORY: "inventory",
    Component.EQUITY_RETURN: "equityReturn",
    Component.HOUSING: "housing",
}
COMPONENTS = {name: component for component, name in NAMES.items()}

DecisionStatus = Literal["draft", "adopted", "published", "superseded", "withdrawn"]

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
MaxMaxCents = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]

FIRST_DECISION: dict[str, Any] = {
    "number": "TB/REG-26620-11",
    "title": "Tariefbeschikking kindzorg 2026 (voorbeeld)",
    "lines": [
        {
            "prestatie": "verblijf",
            "components": {
                "labour": "512.40",
                "material": "96.15",
                "inventory": "11.02",
                "equityReturn": "4.87",
                "housing": "58.312",
            },
        }
    ],
    "inForceFrom": "2026-01-01",
    "inForceUntil": "2027-01-01",
    "reasons": "Voorbeeld met illustratieve bedragen.",
}


class SourceIn(RequestModel):
    """The published document in which the components can be checked."""

    document: Line
    article: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] = ""
    url: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class ComponentsIn(RequestModel):
    """Unrounded amounts in euros per unit. Absent is not zero: write ``"0"`` where a component is nothing."""

    labour: ExactNumber | None = None
    material: ExactNumber | None = None
    inventory: ExactNumber | None = None
    equity_return: ExactNumber | None = None
    housing: ExactNumber | None = None


class DecisionLineIn(RequestModel):
    """The tariff of one prestatie: a calculation of this service, or its components."""

    prestatie: Prestatie
    calculation_id: UUID | None = None
    components: ComponentsIn | None = None
    source: SourceIn | None = Field(None, description="Of `components`; without it they are illustrative.")
    max_max_tariff_cents: MaxMaxCents | None = Field(
        None, description="A second ceiling as an amount. A calculation brings its own, by its surcharge."
    )

    @model_validator(mode="after")
    def one_origin(self) -> "DecisionLineIn":
        """A line has exactly one origin, and only components have a source of their own."""
        if (self.calculation_id is None) == (self.components is None):
            raise refused(
                "line_origin",
                "geef calculationId of components, een van beide",
                "give either calculationId or components",
            )
        if self.calculation_id is not None and (self.source is not None or self.max_max_tariff_cents is not None):
            raise refused(
                "line_origin",
                "een berekening heeft haar eigen bron en max-maxtarief; laat source en maxMaxTariffCents weg",
                "a calculation has its own source and max-max tariff; leave out source and maxMaxTariffCents",
            )
        return self


class DraftIn(RequestModel):
    """A draft of a decision."""

    number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    title: Line
    lines: Annotated[list[DecisionLineIn], Field(min_length=1, max_length=50)]
    in_force_from: IsoDate
    in_force_until: IsoDate | None = Field(None, description="First day no longer in force; absent: until replaced.")
    replaces: UUID | None = Field(None, description="The published decision that this one replaces.")
    replaced_components: list[ComponentName] = Field(
        [],
        max_length=5,
        description="Only these components are taken from the lines; the others stay, unrounded, as they are in force "
        "on each day. Needs `replaces`.",
    )
    reasons: Prose

    @model_validator(mode="after")
    def whole(self) -> "DraftIn":
        """What must hold between the fields."""
        found: list[Found] = []
        if self.in_force_until is not None and self.in_force_until <= self.in_force_from:
            error = refused(
                "in_force",
                "inForceUntil ligt na inForceFrom; het is de eerste dag die niet meer geldt",
                "inForceUntil lies after inForceFrom; it is the first day out of force",
            )
            found.append((("inForceUntil",), error))
        if self.replaced_components and self.replaces is None:
            error = refused(
                "replaces_missing",
                "noem in replaces het besluit waarvan componenten worden vervangen",
                "name in replaces the decision whose components are replaced",
            )
            found.append((("replacedComponents",), error))
        if len(set(self.replaced_components)) < len(self.replaced_components):
            error = refused(
                "component_twice", "noem elke vervangen component één keer", "name each replaced component once"
            )
            found.append((("replacedComponents",), error))
        refuse_all(found + list(self._line_faults()))
        return self

    def _line_faults(self) -> Iterator[Found]:
        """Prestaties with two lines, and lines that lack a component that the decision takes from them."""
        needed = {COMPONENTS[name] for name in self.replaced_components} or set(Component)
        seen: set[Prestatie] = set()
        for place, line in enumerate(self.lines):
            if line.prestatie in seen:
                error = refused("prestatie_twice", "geef elke prestatie één regel", "give each prestatie one line")
                yield ("lines", place, "prestatie"), error
            seen.add(line.prestatie)
            given = line.components
            missing = [NAMES[c] for c in Component if c in needed and given and getattr(given, c.value) is None]
            if missing:
                names = ", ".join(missing)
                error = refused(
                    "components_missing",
                    f"hier ontbreekt {names}; schrijf 0 waar een component niets is",
                    f"this lacks {names}; write 0 where a component is nothing",
                )
                yield ("lines", place, "components"), error


class DraftChangeIn(RequestModel):
    """What to change of a draft; what is absent stays. Give ``null`` to take away what may be absent."""

    number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)] | None = None
    title: Line | None = None
    lines: Annotated[list[DecisionLineIn], Field(min_length=1, max_length=50)] | None = None
    in_force_from: IsoDate | None = None
    in_force_until: IsoDate | None = None
    replaces: UUID | None = None
    replaced_components: list[ComponentName] | None = None
    reasons: Prose | None = None


class NothingIn(RequestModel):
    """Nothing: this body may be left out, and has no fields where it is sent."""


class WithdrawalIn(RequestModel):
    """Why a decision is withdrawn."""

    reason: Prose


class TariffAmounts(ResponseModel):
    """A tariff: unrounded components in euros per unit, and whole cents."""

    components: dict[ComponentName, ExactNumber]
    unit: str = "EUR"
    maximum_tariff_cents: int
    housing_cents: int = Field(description="The housing component, rounded on its own.")
    max_max_tariff_cents: int | None
    illustrative: bool


class DecisionRef(ResponseModel):
    """A decision by its id and number."""

    decision_id: UUID
    number: str


class ReplacedTariff(TariffAmounts):
    """A tariff as it was before."""

    decision: DecisionRef


class DecidedTariffOut(TariffAmounts):
    """What a decision sets for a prestatie on some days, and what it replaces there."""

    prestatie: Prestatie
    in_force_from: IsoDate
    in_force_until: IsoDate | None
    replaces: ReplacedTariff | None


class DecisionLineOut(ResponseModel):
    """A line as it was drafted."""

    prestatie: Prestatie
    calculation_id: UUID | None
    components: dict[ComponentName, ExactNumber]
    max_max_tariff_cents: int | None
    source: dict[str, str] | None
    illustrative: bool


class DecisionOut(ResponseModel):
    """A tariff decision. ``tariffs`` is what it sets: as published, or as it would be if it were published now."""

    decision_id: UUID
    number: str
    title: str
    reasons: str
    status: DecisionStatus = Field(
        description="Superseded: published, and in force on no day any more as known now, because later decisions "
        "cover it; published again if those are withdrawn."
    )
    in_force_from: IsoDate
    in_force_until: IsoDate | None
    replaces: UUID | None
    replaced_components: list[ComponentName]
    lines: list[DecisionLineOut]
    tariffs: list[DecidedTariffOut]
    illustrative: bool
    version: int
    drafted_by: list[str] = Field(description="Empty for readers outside the authority.")
    drafted_at: Instant
    adopted_by: str | None
    adopted_at: Instant | None
    published_at: Instant | None = Field(description="From this moment on the decision is known.")
    withdrawn_at: Instant | None
    withdrawal_reason: str | None


class MaximumTariffOut(TariffAmounts):
    """The maximum tariff of a prestatie on a day, as known at a moment."""

    prestatie: Prestatie
    on: IsoDate
    in_force_from: IsoDate
    in_force_until: IsoDate | None
    known_from: Instant
    known_until: Instant | None = Field(description="Until when this was how things stood; null: still.")
    decision: DecisionRef
    steps: list[StepOut]
    receipt: ReceiptOut


class RectangleOut(TariffAmounts):
    """A tariff, the days on which it is in force, and the moments at which that was known."""

    prestatie: Prestatie
    in_force_from: IsoDate
    in_force_until: IsoDate | None
    known_from: Instant
    known_until: Instant | None
    decision: DecisionRef
