"""Studies, and the providers that are asked to take part."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    String,
    Table,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.costprice.tables.metadata import METADATA

studies = Table(
    "studies",
    METADATA,
    Column("study_id", String(36), primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("policy_rule", String(40), nullable=False),
    Column("cost_years", ARRAY(Integer), nullable=False),
    Column("prestaties", ARRAY(String(40)), nullable=False),
    Column("tariff_year", Integer, nullable=False),
    Column("deadline", Date),
    Column("allocation_method", String(20), nullable=False),
    Column("board_statement_required", Boolean, nullable=False),
    Column("illustrative", Boolean, nullable=False),
    Column("status", String(10), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("created_by", String(200), nullable=False),
    CheckConstraint("status in ('open')", name="status"),
)

providers = Table(
    "providers",
    METADATA,
    Column("study_id", String(36), ForeignKey("costprice.studies.study_id"), primary_key=True),
    Column("agb_code", String(8), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("nza_number", String(20), nullable=False),
    Column("stratum", String(60)),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", String(200), nullable=False),
    CheckConstraint("agb_code ~ '^(0[1-9]|[1-9][0-9])[0-9]{6}$'", name="agb_code"),
)
