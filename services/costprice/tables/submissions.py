"""What providers sent in, with everything that hangs on it. Every row carries the AGB code it belongs to.

The file and the content of a submission never change; only its status moves on.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.costprice.tables.metadata import METADATA

SUBMISSION = "costprice.submissions.submission_id"

submissions = Table(
    "submissions",
    METADATA,
    Column("submission_id", String(36), primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("study_id", String(36), nullable=False),
    Column("agb_code", String(8), nullable=False),
    Column("cost_year", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String(12), nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("file", LargeBinary, nullable=False),
    Column("file_hash", String(64), nullable=False),
    Column("content", JSONB, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("places", JSONB, nullable=False),
    Column("errors", Integer, nullable=False),
    Column("warnings", Integer, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("decided_by", String(200)),
    Column("rejection_reason", Text),
    ForeignKeyConstraint(["study_id", "agb_code"], ["costprice.providers.study_id", "costprice.providers.agb_code"]),
    UniqueConstraint("study_id", "agb_code", "cost_year", "version"),
    CheckConstraint("status in ('rejected', 'submitted', 'accepted', 'superseded')", name="status"),
    CheckConstraint("errors = 0 or status = 'rejected'", name="errors_reject"),
    comment="places: JSON pointer into content to sheet and cell.",
)

findings = Table(
    "findings",
    METADATA,
    Column("submission_id", String(36), ForeignKey(SUBMISSION), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("agb_code", String(8), nullable=False),
    Column("rule_id", String(10), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("pointer", Text, nullable=False),
    Column("sheet", String(31)),
    Column("cell", String(10)),
    Column("message_nl", Text, nullable=False),
    Column("message_en", Text, nullable=False),
    Column("value", Text),
    Column("expected", Text),
)

explanations = Table(
    "explanations",
    METADATA,
    Column("explanation_id", BigInteger, Identity(always=True), primary_key=True),
    Column("submission_id", String(36), ForeignKey(SUBMISSION), nullable=False, index=True),
    Column("agb_code", String(8), nullable=False),
    Column("rule_id", String(10), nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("created_by", String(200), nullable=False),
    comment="The last explanation of a rule counts.",
)

board_statements = Table(
    "board_statements",
    METADATA,
    Column("submission_id", String(36), ForeignKey(SUBMISSION), primary_key=True),
    Column("agb_code", String(8), nullable=False),
    Column("signed_by", String(200), nullable=False),
    Column("position", String(200)),
    Column("signed_on", Date, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("created_by", String(200), nullable=False),
)

events = Table(
    "events",
    METADATA,
    Column("event_id", BigInteger, Identity(always=True), primary_key=True),
    Column("submission_id", String(36), ForeignKey(SUBMISSION), nullable=False, index=True),
    Column("agb_code", String(8), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", String(200), nullable=False),
    Column("event", String(40), nullable=False),
    Column("detail", Text),
    comment="Who did what when. Rows never change.",
)
