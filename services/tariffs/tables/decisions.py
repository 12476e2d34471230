"""Decisions, what they set, and the tariffs in two times that follow from them."""

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
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB, TSTZRANGE, ExcludeConstraint
from sqlalchemy.sql import literal_column

from services.tariffs.tables.metadata import METADATA

prestaties = Table(
    "prestaties",
    METADATA,
    Column("prestatie_id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(40), nullable=False, unique=True),
    comment="What may be billed, numbered so that an exclusion constraint can hold it.",
)

tariff_decisions = Table(
    "tariff_decisions",
    METADATA,
    Column("decision_id", Uuid, primary_key=True),
    Column("number", String(60), nullable=False),
    Column("title", String(300), nullable=False),
    Column("reasons", Text, nullable=False),
    Column("in_force_from", Date, nullable=False),
    Column("in_force_until", Date),
    Column("replaces", Uuid, ForeignKey("tariffs.tariff_decisions.decision_id")),
    Column("replaced_components", ARRAY(String(20)), nullable=False),
    Column("lines", JSONB, nullable=False),
    Column("illustrative", Boolean, nullable=False),
    Column("status", String(10), nullable=False, server_default="draft"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("drafters", ARRAY(String(200)), nullable=False),
    Column("drafted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("adopted_by", String(200)),
    Column("adopted_at", DateTime(timezone=True)),
    Column("published_by", String(200)),
    Column("published_at", DateTime(timezone=True), unique=True),
    Column("withdrawn_by", String(200)),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("withdrawal_reason", Text),
    CheckConstraint("status in ('draft', 'adopted', 'published', 'withdrawn')", name="status"),
    CheckConstraint("in_force_until is null or in_force_from < in_force_until", name="in_force"),
    CheckConstraint("adopted_by is null or not adopted_by = any (drafters)", name="four_eyes"),
    comment="The legal act that sets tariffs; its content is fixed once it is adopted.",
)

decided_tariffs = Table(
    "decided_tariffs",
    METADATA,
    Column("tariff_id", BigInteger, Identity(always=True), primary_key=True),
    Column("decision_id", Uuid, ForeignKey("tariffs.tariff_decisions.decision_id"), nullable=False, index=True),
    Column("prestatie_id", Integer, ForeignKey("tariffs.prestaties.prestatie_id"), nullable=False),
    Column("in_force", DATERANGE, nullable=False),
    Column("components", JSONB, nullable=False),
    Column("maximum_tariff_cents", BigInteger, nullable=False),
    Column("housing_cents", BigInteger, nullable=False),
    Column("max_max_tariff_cents", BigInteger),
    Column("max_max_surcharge", String(60)),
    Column("max_max_on_housing", Boolean),
    Column("illustrative", Boolean, nullable=False),
    Column("replaced_tariff_id", BigInteger, ForeignKey("tariffs.decided_tariffs.tariff_id")),
    CheckConstraint("not isempty(in_force)", name="in_force"),
    CheckConstraint("maximum_tariff_cents >= 0", name="maximum"),
    comment="A tariff as a published decision set it, exact: components are fractions in euros. Rows never change.",
)

maximum_tariffs = Table(
    "maximum_tariffs",
    METADATA,
    Column("rectangle_id", BigInteger, Identity(always=True), primary_key=True),
    Column("prestatie_id", Integer, ForeignKey("tariffs.prestaties.prestatie_id"), nullable=False),
    Column("tariff_id", BigInteger, ForeignKey("tariffs.decided_tariffs.tariff_id"), nullable=False, index=True),
    Column("in_force", DATERANGE, nullable=False),
    Column("known", TSTZRANGE, nullable=False),
    CheckConstraint("not isempty(in_force) and not isempty(known) and not lower_inf(known)", name="not_empty"),
    ExcludeConstraint(
        (literal_column("int4range(prestatie_id, prestatie_id, '[]')"), "&&"),
        ("in_force", "&&"),
        ("known", "&&"),
        name="one_tariff_per_day_and_moment",
        using="gist",
    ),
    comment="In force × known: at most one tariff for a prestatie, a day and a moment. Only open ends are closed.",
)
