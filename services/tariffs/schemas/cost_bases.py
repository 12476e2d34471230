"""A frozen cost base, passed by value: what of it a tariff needs. The rest is kept and hashed as it came."""

from typing import Annotated, Any

from pydantic import (
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    StringConstraints,
    model_validator,
)
from pydantic.alias_generators import to_camel

from services.tariffs.schemas.price_levels import PriceLevelIn
from shared.plumbing.schemas import ExactNumber, RequestModel

Identifier = Annotated[str, StringConstraints(max_length=200)]


class KeptDocument(RequestModel):
    """Part of a document of another service: what we do not use stays in it."""

    model_config = ConfigDict(alias_generator=to_camel, extra="allow", frozen=True)


class ComponentCost(KeptDocument):
    """Cost of one unit in one component; `unitCost` is null where it was suppressed."""

    unit_cost: ExactNumber | None = None
    price_level: PriceLevelIn | None = None
    suppressed: bool = False


class PrestatieCost(KeptDocument):
    """What one unit of a prestatie costs, per component."""

    unit: Identifier | None = None
    units: ExactNumber | None = None
    components: dict[Identifier, ComponentCost] = Field(max_length=50)


class CostBaseIn(KeptDocument):
    """The outcome of a cost-price study, as `GET /cost-bases/{id}` of costprice gives it."""

    _document: dict[str, Any] = PrivateAttr(default_factory=dict)

    cost_base_id: Identifier | None = None
    study_id: Identifier | None = None
    policy_rule: Identifier | None = None
    prestaties: dict[Identifier, PrestatieCost] = Field(max_length=50)
    illustrative: bool = Field(
        True, description="Whether any of it has no public source; a base that does not say so is illustrative."
    )
    hash: Identifier | None = Field(
        None, description="SHA-256 of the base. One that is absent or does not agree makes the tariff illustrative."
    )

    @model_validator(mode="wrap")
    @classmethod
    def keep_as_it_came(cls, sent: Any, handler: ModelWrapValidatorHandler["CostBaseIn"]) -> "CostBaseIn":
        """Keep the document as it came, for its hash."""
        base = handler(sent)
        if isinstance(sent, dict):
            base._document = sent
        return base

    @property
    def document(self) -> dict[str, Any]:
        """The document as it came."""
        return self._document


def _component(unit_cost: str) -> dict[str, Any]:
    return {
        "unitCost": unit_cost,
        "unit": "EUR per day of stay",
        "priceLevel": {"year": 2025, "status": "definitive"},
        "contributors": 8,
        "suppressed": False,
    }


EXAMPLE: dict[str, Any] = {
    "costBaseId": "example",
    "studyId": "example",
    "policyRule": "BR/REG-26109",
    "tariffYear": 2028,
    "estimator": "volume-weighted",
    "prestaties": {
        "verblijf": {
            "unit": "day of stay",
            "units": "12345",
            "contributors": 8,
            "components": {
                "labour": _component("612.123456789012"),
                "material": _component("71.402211"),
                "inventory": _component("9.5"),
                "housing": _component("58.7"),
                "capital": _component("12.04"),
            },
        }
    },
    "illustrative": True,
}
