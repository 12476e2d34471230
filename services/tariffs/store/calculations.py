"""Tariff calculations as they were made."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from services.tariffs.rules.components import Component, Prestatie
from services.tariffs.tables.calculations import tariff_calculations


@dataclass(frozen=True, slots=True)
class StoredCalculation:
    """A calculation: the exact outcome for whoever builds on it, and the request and answer as they were sent.

    ``max_max_surcharge`` and ``max_max_on_housing`` are None where the tariff has no second ceiling.
    """

    calculation_id: uuid.UUID
    prestatie: Prestatie
    tariff_year: int
    components: Mapping[Component, Fraction]
    maximum_tariff_cents: int
    max_max_tariff_cents: int | None
    max_max_surcharge: Fraction | None
    max_max_on_housing: bool | None
    housing_cents: int
    illustrative: bool
    request: dict[str, Any]
    answer: dict[str, Any]
    calculated_by: str
    calculated_at: datetime


class CalculationStore:
    """The calculations; nothing is changed or removed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, calculation_id: uuid.UUID) -> StoredCalculation | None:
        """The calculation, or None where there is none that the caller may see."""
        return self._first(select(tariff_calculations).where(tariff_calculations.c.calculation_id == calculation_id))

    def latest(self) -> StoredCalculation | None:
        """The calculation that was made last, of those that the caller may see."""
        return self._first(select(tariff_calculations).order_by(tariff_calculations.c.calculated_at.desc()).limit(1))

    def _first(self, query: Select[Any]) -> StoredCalculation | None:
        row = self._session.execute(query).mappings().first()
        if row is None:
            return None
        surcharge = row["max_max_surcharge"]
        exact_values = {
            "prestatie": Prestatie(row["prestatie"]),
            "components": {Component(name): Fraction(text) for name, text in row["components"].items()},
            "max_max_surcharge": None if surcharge is None else Fraction(surcharge),
        }
        return StoredCalculation(**{**row, **exact_values})

    def add(self, calculation: StoredCalculation) -> None:
        """Keep a calculation."""
        c = calculation
        self._session.execute(
            insert(tariff_calculations).values(
                calculation_id=c.calculation_id,
                prestatie=c.prestatie.value,
                tariff_year=c.tariff_year,
                components={component.value: str(amount) for component, amount in c.components.items()},
                maximum_tariff_cents=c.maximum_tariff_cents,
                max_max_tariff_cents=c.max_max_tariff_cents,
                max_max_surcharge=None if c.max_max_surcharge is None else str(c.max_max_surcharge),
                max_max_on_housing=c.max_max_on_housing,
                housing_cents=c.housing_cents,
                illustrative=c.illustrative,
                request=c.request,
                answer=c.answer,
                calculated_by=c.calculated_by,
                calculated_at=c.calculated_at,
            )
        )
