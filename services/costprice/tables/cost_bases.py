"""Frozen cost bases. Rows never change. What a reader other than the analyst may see is a row of its own."""

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Identity, String, Table
from sqlalchemy.dialects.postgresql import JSONB

from services.costprice.tables.metadata import METADATA

cost_bases = Table(
    "cost_bases",
    METADATA,
    Column("cost_base_id", String(36), primary_key=True),
    Column("document", JSONB, nullable=False),
    comment="The whole cost base, for the analyst; it names providers.",
)

cost_base_views = Table(
    "cost_base_views",
    METADATA,
    Column("cost_base_id", String(36), ForeignKey("costprice.cost_bases.cost_base_id"), primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("study_id", String(36), ForeignKey("costprice.studies.study_id"), nullable=False, index=True),
    Column("estimator", String(20), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("document", JSONB, nullable=False),
    Column("frozen_at", DateTime(timezone=True), nullable=False),
    Column("frozen_by", String(200), nullable=False),
    comment="The cost base after disclosure control.",
)
