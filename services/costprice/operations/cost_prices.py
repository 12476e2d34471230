"""The cost prices of one submission, computed from its content each time: nothing derived is stored."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sqlalchemy import RowMapping

from services.costprice.errors import NotPossibleNow, SubmissionNotFound
from services.costprice.operations.access import find_study
from services.costprice.rules.allocation import Method
from services.costprice.rules.apportionment import PLACES, apportioned
from services.costprice.rules.content import CentreKind, SubmissionContent
from services.costprice.rules.cost_price import UNIT_OF, PrestatieCost, ProviderCost, SourceOf, provider_cost
from services.costprice.schemas.content import SubmissionContentDocument
from services.costprice.schemas.submissions import ComponentCost, CostPricesOut, PrestatieCostOut
from services.costprice.store import SubmissionStore
from shared import __version__
from shared.kernel.numbers import plain
from shared.kernel.receipts import Receipt, canonical_hash
from shared.kernel.sources import Source
from shared.plumbing.schemas import ReceiptOut, StepOut
from shared.plumbing.work import Work

OUTSIDE = CentreKind.OUTSIDE.value


def get_cost_prices(work: Work, submission_id: str) -> CostPricesOut:
    """The cost per prestatie and component of a submission without errors.

    Raises:
        SubmissionNotFound: there is none that the caller may see.
        NotPossibleNow: it has errors, so that its cost cannot be calculated with.
    """
    row = SubmissionStore(work.session).whole(submission_id)
    if row is None:
        raise SubmissionNotFound
    if row["errors"]:
        raise NotPossibleNow(
            "has-errors",
            "Deze aanlevering heeft fouten; met de kosten kan niet worden gerekend.",
            "This submission has errors; its cost cannot be calculated with.",
        )
    study = find_study(work, row["study_id"])
    method = Method(study["allocation_method"])
    cost = cost_of(row, method)
    receipt = Receipt(
        code_version=__version__,
        parameter_hashes={},
        input_hash=canonical_hash({"content": row["content_hash"], "method": method.value}),
        known_at=work.now(),
    )
    return _out(row, method, cost, study["illustrative"], receipt)


def cost_of(row: RowMapping, method: Method) -> ProviderCost:
    """The cost of a kept submission, its steps pointing to form, sheet and cell."""
    return provider_cost(content_of(row), method, sources_of(row))


def content_of(row: RowMapping | Mapping[str, Any]) -> SubmissionContent:
    """The content of a kept submission."""
    return SubmissionContentDocument.model_validate(row["content"]).content()


def form_name(row: RowMapping) -> str:
    """How a submission is called where a step points to it."""
    return f"aanlevering {row['agb_code']} {row['cost_year']} v{row['version']} ({row['submission_id']})"


def sources_of(row: RowMapping) -> SourceOf:
    """Where each value was read: a cell of the form, or the place in the JSON."""
    form, places = form_name(row), row["places"]

    def source(place: str) -> Source:
        sheet, cell = places.get(place, ("JSON", place))
        return Source(form=form, sheet=sheet, cell=cell)

    return source


def _out(row: RowMapping, method: Method, cost: ProviderCost, illustrative: bool, receipt: Receipt) -> CostPricesOut:
    amounts = {
        (name, component): amount
        for name, made in cost.prestaties.items()
        for component, amount in made.components.items()
    }
    amounts |= {(OUTSIDE, component): amount for component, amount in cost.outside.items()}
    shown = apportioned(amounts)
    return CostPricesOut(
        submission_id=row["submission_id"],
        agb_code=row["agb_code"],
        cost_year=row["cost_year"],
        method=method.value,
        prestaties={
            name: PrestatieCostOut(
                units=_units(made),
                unit=UNIT_OF[name],
                components={
                    component.value: _component(made, shown[name, component], amount, UNIT_OF[name])
                    for component, amount in made.components.items()
                },
                total=_component(
                    made, sum((shown[name, c] for c in made.components), Fraction(0)), made.total, UNIT_OF[name]
                ),
            )
            for name, made in cost.prestaties.items()
        },
        outside={component.value: plain(shown[OUTSIDE, component]) for component in cost.outside},
        total=plain(sum(shown.values(), Fraction(0))),
        matrix={
            giver: {to: plain(amount) for to, amount in apportioned(received).items()}
            for giver, received in cost.matrix.items()
        },
        steps=StepOut.all(cost.steps),
        receipt=ReceiptOut.of(receipt),
        illustrative=illustrative,
    )


def _component(made: PrestatieCost, shown: Fraction, exact: Fraction, unit: str) -> ComponentCost:
    return ComponentCost(
        amount=plain(shown),
        unit_cost=plain(exact / made.units, PLACES) if made.units else None,
        units=_units(made),
        unit=f"EUR per {unit}",
    )


def _units(made: PrestatieCost) -> str | None:
    return None if made.units is None else str(made.units)
