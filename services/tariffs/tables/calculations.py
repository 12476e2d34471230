"""Tariff calculations as they were made: input, steps and outcome. Rows never change."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, DateTime, Integer, String, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.tariffs.tables.metadata import METADATA

tariff_calculations = Table(
    "tariff_calculations",
    METADATA,
    Column("calculation_id", Uuid, primary_key=True),
    Column("prestatie", String(40), nullable=False),
    Column("tariff_year", Integer, nullable=False),
    Column("components", JSONB, nullable=False),
    Column("maximum_tariff_cents", BigInteger, nullable=False),
    Column("max_max_tariff_cents", BigInteger),
    Column("max_max_surcharge", String(60)),
    Column("max_max_on_housing", Boolean),
    Column("housing_cents", BigInteger, nullable=False),
    Column("illustrative", Boolean, nullable=False),
    Column("request", JSONB, nullable=False),
    Column("answer", JSONB, nullable=False),
    Column("calculated_by", String(200), nullable=False),
    Column("calculated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("maximum_tariff_cents >= 0", name="maximum"),
    comment="components: per code name an exact fraction in euros as text (3/8, 12); so is the surcharge.",
)
