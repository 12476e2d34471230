"""Manifests of declared production and of what was settled; the lines themselves are Parquet under the storage URL."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    Numeric,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.tariffs.tables.metadata import METADATA

production_files = Table(
    "production_files",
    METADATA,
    Column("production_file_id", Uuid, primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("media_type", String(100), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
    Column("uploaded_by", String(200), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    comment="A file as it was received, addressed by its content. Rows never change.",
)

production_parts = Table(
    "production_parts",
    METADATA,
    Column("part_id", BigInteger, Identity(always=True), primary_key=True),
    Column(
        "production_file_id",
        Uuid,
        ForeignKey("tariffs.production_files.production_file_id"),
        nullable=False,
        index=True,
    ),
    Column("agb_code", String(8), nullable=False, index=True),
    Column("lines", BigInteger, nullable=False),
    Column("path", String(300), nullable=False, unique=True),
    UniqueConstraint("production_file_id", "agb_code"),
    comment="The lines of one provider in a file, as one Parquet object. Rows never change.",
)

settlements = Table(
    "settlements",
    METADATA,
    Column("settlement_id", Uuid, primary_key=True),
    Column("job_id", Uuid, ForeignKey("tariffs.jobs.job_id"), nullable=False),
    Column("requested_by", String(200), nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("known_at", DateTime(timezone=True), nullable=False),
    Column("parts", ARRAY(BigInteger), nullable=False),
    Column("receipt", JSONB, nullable=False),
    comment="A correction run: these parts, with what was known at that moment. Rows never change.",
)

settlement_parts = Table(
    "settlement_parts",
    METADATA,
    Column("settlement_id", Uuid, ForeignKey("tariffs.settlements.settlement_id"), primary_key=True),
    Column("part_id", BigInteger, ForeignKey("tariffs.production_parts.part_id"), primary_key=True),
    Column("agb_code", String(8), nullable=False),
    Column("known_before", DateTime(timezone=True)),
    Column("known_at", DateTime(timezone=True), nullable=False),
    Column("run", Integer, nullable=False),
    Column("path", String(300)),
    Column("finding_counts", JSONB, nullable=False),
    # Two runs can never both start from the same earlier settlement of a part: nobody is paid twice.
    UniqueConstraint("part_id", "known_before", postgresql_nulls_not_distinct=True),
    UniqueConstraint("part_id", "run"),
    CheckConstraint("known_before is null or known_before < known_at", name="forwards"),
    comment="That a part was settled, from what was known before to what is known now. Rows never change.",
)

settlement_totals = Table(
    "settlement_totals",
    METADATA,
    Column("settlement_id", Uuid, ForeignKey("tariffs.settlements.settlement_id"), primary_key=True),
    Column("part_id", BigInteger, ForeignKey("tariffs.production_parts.part_id"), primary_key=True),
    Column("uzovi", String(4), primary_key=True),
    Column("prestatie", String(40), primary_key=True),
    Column("month", Date, primary_key=True),
    Column("agb_code", String(8), nullable=False),
    Column("lines", BigInteger, nullable=False),
    Column("correction_lines", BigInteger, nullable=False),
    Column("old_cents", Numeric(30, 0), nullable=False),
    Column("new_cents", Numeric(30, 0), nullable=False),
    Column("difference_cents", Numeric(30, 0), nullable=False),
    CheckConstraint("difference_cents = new_cents - old_cents", name="difference"),
    comment="Per part, insurer, prestatie and month of service: what was due before and what is due now.",
)

settlement_findings = Table(
    "settlement_findings",
    METADATA,
    Column("finding_id", BigInteger, Identity(always=True), primary_key=True),
    Column("settlement_id", Uuid, ForeignKey("tariffs.settlements.settlement_id"), nullable=False, index=True),
    Column("agb_code", String(8), nullable=False),
    Column("uzovi", String(4), nullable=False),
    Column("line_id", String(64), nullable=False),
    Column("code", String(40), nullable=False),
    comment="What is to be told about a declared line; the first thousand of each part.",
)
