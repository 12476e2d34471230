"""The document of a cost base: what the analyst sees and what is hashed, and what others may see of it."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from services.costprice.rules.apportionment import PLACES
from services.costprice.rules.categories import COMPONENT_TEXT, Component
from services.costprice.rules.cost_price import UNIT_OF
from services.costprice.rules.disclosure import DisclosureLimits, Suppression, is_unsafe, suppressed
from services.costprice.rules.price_level import Indexed, index_factor
from services.costprice.rules.sector import (
    Bootstrap,
    Contribution,
    CoveragePoint,
    Interval,
    ProviderYear,
    SectorCost,
    bootstrap_intervals,
    coverage,
    estimate,
    influence,
    pooled,
)
from services.costprice.schemas.cost_bases import CostBaseIn
from shared.kernel.dated import Status, value_on
from shared.kernel.numbers import plain
from shared.kernel.receipts import Receipt, canonical_hash
from shared.kernel.sources import Source, Text
from shared.kernel.steps import Steps
from shared.plumbing.parameters import ParameterSet
from shared.plumbing.schemas import ReceiptOut, StepOut, utc_text

INTERVAL_PLACES = 6
"""Decimals of an interval: far fewer than floating point holds, so that another machine gives the same text."""
NOT_HASHED = ("costBaseId", "frozenAt", "hash")


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a cost base is made with."""

    cost_base_id: str
    study: Mapping[str, Any]
    request: CostBaseIn
    parameters: ParameterSet
    receipt: Receipt
    level: int
    confidence: Fraction
    frozen_at: datetime


@dataclass(frozen=True, slots=True)
class Sector:
    """The outcome for one prestatie."""

    contributions: tuple[Contribution, ...]
    cost: SectorCost
    intervals: Mapping[Component | None, Interval]
    without: Mapping[str, Fraction | None]
    curve: tuple[CoveragePoint, ...]
    suppression: Suppression[Component]
    units_unsafe: bool
    steps: Steps
    substituted: frozenset[Component]


def sector_of(rows: Sequence[tuple[ProviderYear, str]], frozen: Frozen) -> Sector:
    """The sector figure of one prestatie from the years of its providers, at the price level of the last cost year.

    Raises:
        NoValueInForce: an index value is not known.
        EstimatorFaults: the estimate cannot be made.
    """
    years = [year for year, _ in rows]
    indexed = {
        (component, year): index_factor(
            frozen.parameters.values, component, year, frozen.level, frozen.receipt.known_at
        )
        for component in Component
        for year in sorted({row.year for row in years})
    }
    contributions = pooled(years, {place: found.factor for place, found in indexed.items()})
    request = frozen.request
    cost = estimate(request.estimator, contributions, request.strata_weights)
    bootstrap = Bootstrap(frozen.confidence, request.replicates, request.seed)
    limits = disclosure_limits(frozen)
    return Sector(
        contributions=contributions,
        cost=cost,
        intervals=bootstrap_intervals(request.estimator, contributions, request.strata_weights, bootstrap),
        without=influence(request.estimator, contributions, request.strata_weights),
        curve=coverage(contributions, at=[cost.unit_cost]),
        suppression=suppressed({c: [row.components[c] for row in contributions] for c in Component}, limits),
        units_unsafe=is_unsafe([Fraction(row.units) for row in contributions], limits),
        steps=sector_steps(rows, indexed, contributions, cost, frozen),
        substituted=frozenset(component for (component, _), found in indexed.items() if found.substituted),
    )


def disclosure_limits(frozen: Frozen) -> DisclosureLimits:
    """Minimum frequency and p, as known when the cost base was frozen."""
    known_at = frozen.receipt.known_at

    def value(name: str) -> Fraction:
        return value_on(frozen.parameters.values, name, known_at.date(), known_at).value

    return DisclosureLimits(int(value("disclosure_least_contributors")), value("disclosure_p"))


def sector_steps(
    rows: Sequence[tuple[ProviderYear, str]],
    indexed: Mapping[tuple[Component, int], Indexed],
    contributions: Sequence[Contribution],
    cost: SectorCost,
    frozen: Frozen,
) -> Steps:
    """From each submission's cost through the index to the sector figure."""
    steps = Steps()
    synthetic = bool(frozen.study["illustrative"])
    level, estimator = frozen.level, frozen.request.estimator.value
    for (component, year), found in indexed.items():
        parts: list[str] = []
        for later, value in enumerate(found.values, start=year + 1):
            name = f"index.{component.value}.{year}.{later}"
            label = Text(f"Index {later}: {value.name}", f"Index of {later}: {value.name} ({value.status})")
            steps.add(name, label, value.value, "ratio", source=value.source, illustrative=value.illustrative)
            parts.append(name)
        label = Text(
            f"Naar prijspeil {level} uit {year}: {COMPONENT_TEXT[component].nl}",
            f"To price level {level} from {year}: {component.value}",
        )
        formula = " × ".join(f"(1 + {part})" for part in parts) or "1"
        steps.add(f"factor.{component.value}.{year}", label, found.factor, "ratio", formula=formula, inputs=parts)
    units = []
    for row, form in rows:
        name = f"units.{row.agb_code}.{row.year}"
        source = Source(form=form, sheet="cost-prices", cell="units")
        label = Text(f"Productie {row.agb_code} in {row.year}", f"Production of {row.agb_code} in {row.year}")
        steps.add(name, label, row.units, "units", source=source, illustrative=synthetic)
        units.append(name)
    for component in Component:
        amounts = []
        for row, form in rows:
            name = f"{component.value}.{row.agb_code}.{row.year}"
            source = Source(form=form, sheet="cost-prices", cell=component.value)
            label = Text(
                f"{COMPONENT_TEXT[component].nl} {row.agb_code} {row.year}",
                f"{component.value} {row.agb_code} {row.year}",
            )
            steps.add(name, label, row.components[component], "EUR", source=source, illustrative=synthetic)
            factor = f"factor.{component.value}.{row.year}"
            levelled = row.components[component] * indexed[component, row.year].factor
            label = Text(f"{label.nl}, prijspeil {level}", f"{label.en}, price level {level}")
            steps.add(f"{name}.level", label, levelled, "EUR", formula=f"{name} × {factor}", inputs=(name, factor))
            amounts.append(f"{name}.level")
        steps.add(
            f"{component.value}.unit-cost",
            Text(
                f"{COMPONENT_TEXT[component].nl} per eenheid ({estimator}, {len(contributions)} zorgaanbieders)",
                f"{component.value} per unit ({estimator}, {len(contributions)} providers)",
            ),
            cost.components[component],
            "EUR per unit",
            formula=f"{estimator} of cost at price level {level} and units, per provider over its years",
            inputs=(*amounts, *units),
        )
    steps.add(
        "unit-cost",
        Text("Kostprijs per eenheid", "Cost price per unit"),
        cost.unit_cost,
        "EUR per unit",
        formula=" + ".join(f"{component.value}.unit-cost" for component in Component),
        inputs=[f"{component.value}.unit-cost" for component in Component],
    )
    return steps


def analyst_document(frozen: Frozen, sector: Mapping[str, Sector]) -> dict[str, Any]:
    """The whole cost base, with its hash."""
    request, study = frozen.request, frozen.study
    steps = Steps()
    for prestatie, outcome in sector.items():
        steps.extend(outcome.steps, prefix=f"{prestatie}.")
    document: dict[str, Any] = {
        "costBaseId": frozen.cost_base_id,
        "studyId": study["study_id"],
        "policyRule": study["policy_rule"],
        "tariffYear": study["tariff_year"],
        "frozenAt": utc_text(frozen.frozen_at),
        "estimator": request.estimator.value,
        "confidence": plain(frozen.confidence),
        "replicates": request.replicates,
        "seed": request.seed,
        "exclusions": [
            {"agbCode": exclusion.agb_code, "reason": exclusion.reason}
            for exclusion in sorted(request.exclusions, key=lambda exclusion: exclusion.agb_code)
        ],
        "prestaties": {name: _prestatie(name, outcome, frozen) for name, outcome in sector.items()},
        "influence": [row for name, outcome in sector.items() for row in _influence(name, outcome)],
        "coverage": [row for name, outcome in sector.items() for row in _coverage(name, outcome)],
        "illustrative": bool(study["illustrative"]) or steps.illustrative,
        "steps": [step.model_dump(mode="json", by_alias=True) for step in StepOut.all(steps)],
        "receipt": ReceiptOut.of(frozen.receipt).model_dump(mode="json", by_alias=True),
    }
    document["hash"] = document_hash(document)
    return document


def document_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of a cost base, without its id, its moments and the hash itself."""
    hashed = {name: value for name, value in document.items() if name not in NOT_HASHED}
    hashed["receipt"] = {name: value for name, value in document["receipt"].items() if name != "knownAt"}
    return canonical_hash(hashed)


def public_document(document: Mapping[str, Any], sector: Mapping[str, Sector]) -> dict[str, Any]:
    """What a reader other than the analyst may see: nothing about one provider, and no unsafe figure.

    Intervals are left out: with few providers the end of a bootstrap interval is one provider's own cost.
    """
    view = deepcopy(dict(document))
    view |= {"exclusions": [], "influence": [], "coverage": [], "steps": []}
    for name, outcome in sector.items():
        shown = view["prestaties"][name]
        for figure in (shown, *shown["components"].values()):
            figure["interval"] = None
        for component in outcome.suppression.cells:
            shown["components"][component.value] |= {
                "unitCost": None,
                "contributors": None,
                "suppressed": True,
            }
        if outcome.suppression.total:
            shown["unitCost"] = None
        if outcome.units_unsafe:
            shown |= {"units": None, "contributors": None}
    return view


def _prestatie(name: str, outcome: Sector, frozen: Frozen) -> dict[str, Any]:
    unit = UNIT_OF[name]
    contributors = len(outcome.contributions)
    return {
        "unit": unit,
        "units": str(sum(row.units for row in outcome.contributions)),
        "contributors": contributors,
        "unitCost": plain(outcome.cost.unit_cost, PLACES),
        "interval": _interval(outcome.intervals[None]),
        "components": {
            component.value: {
                "unitCost": plain(outcome.cost.components[component], PLACES),
                "unit": f"EUR per {unit}",
                "priceLevel": {
                    "year": frozen.level,
                    "status": (Status.PROVISIONAL if component in outcome.substituted else Status.DEFINITIVE).value,
                },
                "contributors": contributors,
                "interval": _interval(outcome.intervals[component]),
                "suppressed": False,
            }
            for component in Component
        },
    }


def _interval(interval: Interval) -> list[str]:
    return [plain(Fraction(end), INTERVAL_PLACES) for end in (interval.low, interval.high)]


def _influence(name: str, outcome: Sector) -> list[dict[str, Any]]:
    return [
        {
            "prestatie": name,
            "agbCode": agb_code,
            "unitCostWithout": None if without is None else plain(without, PLACES),
            "change": None if without is None else plain(without - outcome.cost.unit_cost, PLACES),
        }
        for agb_code, without in outcome.without.items()
    ]


def _coverage(name: str, outcome: Sector) -> list[dict[str, Any]]:
    return [
        {
            "prestatie": name,
            "unitCost": plain(point.unit_cost, PLACES),
            "providers": plain(point.providers, PLACES),
            "volume": plain(point.volume, PLACES),
        }
        for point in outcome.curve
    ]
