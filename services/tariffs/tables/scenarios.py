"""Scenarios as they were computed: a calculation beside variants of it. Rows never change."""

from sqlalchemy import Column, DateTime, ForeignKey, String, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.tariffs.tables.metadata import METADATA

scenarios = Table(
    "scenarios",
    METADATA,
    Column("scenario_id", Uuid, primary_key=True),
    Column("baseline", Uuid, ForeignKey("tariffs.tariff_calculations.calculation_id"), nullable=False, index=True),
    Column("request", JSONB, nullable=False),
    Column("answer", JSONB, nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    comment="Variants of a calculation, side by side. Rows never change.",
)
