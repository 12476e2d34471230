"""Values of parameters that analysts added; they form one history with the values of the parameter files."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from services.tariffs.tables.metadata import METADATA

parameter_values = Table(
    "parameter_values",
    METADATA,
    Column("value_id", BigInteger, Identity(always=True), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("value", String(60), nullable=False),
    Column("unit", String(60), nullable=False),
    Column("in_force_from", Date, nullable=False),
    Column("in_force_until", Date),
    Column("known_from", DateTime(timezone=True), nullable=False),
    Column("status", String(12), nullable=False),
    Column("document", String(500), nullable=False),
    Column("article", String(500), nullable=False),
    Column("url", String(500), nullable=False),
    Column("illustrative", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("added_by", String(200), nullable=False),
    UniqueConstraint("name", "status", "in_force_from", "known_from"),
    CheckConstraint("in_force_until is null or in_force_from < in_force_until", name="in_force"),
    CheckConstraint("status in ('expected', 'provisional', 'definitive', 'illustrative')", name="status"),
    CheckConstraint(r"value ~ '^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,20})?$'", name="plain_decimal"),
    comment="A correction is a new row that is known later. Rows never change.",
)
