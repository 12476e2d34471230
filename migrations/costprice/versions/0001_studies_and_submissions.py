"""Studies, providers, submissions with what hangs on them, cost bases; remembered answers, jobs and their queue.

Revision ID: 0001_studies_and_submissions
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from migrations.building_blocks import claim_is, grant, guard_rows, has_role, install_job_queue

revision = "0001_studies_and_submissions"
down_revision = None
branch_labels = None
depends_on = None

ANALYST = has_role("analyst", "system")
OWN_ROWS = f"({ANALYST}) OR ({has_role('provider')} AND {claim_is('agb_code', 'agb_code')})"
READERS = has_role("analyst", "decider", "provider", "system")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    plumbing()
    studies()
    submissions()
    cost_bases()
    install_job_queue("costprice")


def plumbing() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("subject", sa.String(200), primary_key=True),
        sa.Column("key", sa.String(128), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("headers", JSONB),
        sa.Column("answer", JSONB),
        sa.Column("created_at", INSTANT, nullable=False, server_default=sa.func.now()),
    )
    grant("costprice", "idempotency_keys", "SELECT, INSERT, UPDATE")
    op.create_table(
        "jobs",
        sa.Column("job_id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("status", sa.String(10), nullable=False, server_default="queued"),
        sa.Column("progress", sa.Float, nullable=False, server_default="0"),
        sa.Column("result_url", sa.String(300)),
        sa.Column("problem", JSONB),
        sa.Column("created_at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("finished_at", INSTANT),
        sa.CheckConstraint("status in ('queued', 'running', 'succeeded', 'failed')", name=op.f("ck_jobs_status")),
        sa.CheckConstraint("progress between 0 and 1", name=op.f("ck_jobs_progress")),
    )
    grant("costprice", "jobs", "SELECT, INSERT, UPDATE")


def studies() -> None:
    op.create_table(
        "studies",
        sa.Column("study_id", sa.String(36), primary_key=True),
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("policy_rule", sa.String(40), nullable=False),
        sa.Column("cost_years", ARRAY(sa.Integer), nullable=False),
        sa.Column("prestaties", ARRAY(sa.String(40)), nullable=False),
        sa.Column("tariff_year", sa.Integer, nullable=False),
        sa.Column("deadline", sa.Date),
        sa.Column("allocation_method", sa.String(20), nullable=False),
        sa.Column("board_statement_required", sa.Boolean, nullable=False),
        sa.Column("illustrative", sa.Boolean, nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.UniqueConstraint("number", name=op.f("uq_studies_number")),
        sa.CheckConstraint("status in ('open')", name=op.f("ck_studies_status")),
    )
    grant("costprice", "studies", "SELECT, INSERT")
    guard_rows("costprice", "studies", READERS)
    op.create_table(
        "providers",
        sa.Column("study_id", sa.String(36), sa.ForeignKey("costprice.studies.study_id"), primary_key=True),
        sa.Column("agb_code", sa.String(8), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("nza_number", sa.String(20), nullable=False),
        sa.Column("stratum", sa.String(60)),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.CheckConstraint("agb_code ~ '^(0[1-9]|[1-9][0-9])[0-9]{6}$'", name=op.f("ck_providers_agb_code")),
    )
    grant("costprice", "providers", "SELECT, INSERT, UPDATE")
    guard_rows("costprice", "providers", OWN_ROWS)


def submissions() -> None:
    op.create_table(
        "submissions",
        sa.Column("submission_id", sa.String(36), primary_key=True),
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("study_id", sa.String(36), nullable=False),
        sa.Column("agb_code", sa.String(8), nullable=False),
        sa.Column("cost_year", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("file", sa.LargeBinary, nullable=False),
        sa.Column("file_hash", sa.String(64), nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("places", JSONB, nullable=False),
        sa.Column("errors", sa.Integer, nullable=False),
        sa.Column("warnings", sa.Integer, nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.Column("decided_by", sa.String(200)),
        sa.Column("rejection_reason", sa.Text),
        sa.ForeignKeyConstraint(
            ["study_id", "agb_code"],
            ["costprice.providers.study_id", "costprice.providers.agb_code"],
            name=op.f("fk_submissions_study_id_agb_code_providers"),
        ),
        sa.UniqueConstraint("number", name=op.f("uq_submissions_number")),
        sa.UniqueConstraint(
            "study_id",
            "agb_code",
            "cost_year",
            "version",
            name=op.f("uq_submissions_study_id_agb_code_cost_year_version"),
        ),
        sa.CheckConstraint(
            "status in ('rejected', 'submitted', 'accepted', 'superseded')", name=op.f("ck_submissions_status")
        ),
        sa.CheckConstraint("errors = 0 or status = 'rejected'", name=op.f("ck_submissions_errors_reject")),
        comment="places: JSON pointer into content to sheet and cell.",
    )
    # The database itself keeps the file and the content as they were: only the status moves on.
    grant("costprice", "submissions", "SELECT, INSERT, UPDATE (status, decided_at, decided_by, rejection_reason)")
    guard_rows("costprice", "submissions", OWN_ROWS)
    submission = sa.ForeignKey("costprice.submissions.submission_id")
    op.create_table(
        "findings",
        sa.Column("submission_id", sa.String(36), submission, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("agb_code", sa.String(8), nullable=False),
        sa.Column("rule_id", sa.String(10), nullable=False),
        sa.Column("severity", sa.String(10), nullable=False),
        sa.Column("pointer", sa.Text, nullable=False),
        sa.Column("sheet", sa.String(31)),
        sa.Column("cell", sa.String(10)),
        sa.Column("message_nl", sa.Text, nullable=False),
        sa.Column("message_en", sa.Text, nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("expected", sa.Text),
    )
    op.create_table(
        "explanations",
        sa.Column("explanation_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("submission_id", sa.String(36), sa.ForeignKey("costprice.submissions.submission_id"), nullable=False),
        sa.Column("agb_code", sa.String(8), nullable=False),
        sa.Column("rule_id", sa.String(10), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        comment="The last explanation of a rule counts.",
    )
    op.create_index(op.f("ix_explanations_submission_id"), "explanations", ["submission_id"])
    op.create_table(
        "board_statements",
        sa.Column(
            "submission_id", sa.String(36), sa.ForeignKey("costprice.submissions.submission_id"), primary_key=True
        ),
        sa.Column("agb_code", sa.String(8), nullable=False),
        sa.Column("signed_by", sa.String(200), nullable=False),
        sa.Column("position", sa.String(200)),
        sa.Column("signed_on", sa.Date, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("event_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("submission_id", sa.String(36), sa.ForeignKey("costprice.submissions.submission_id"), nullable=False),
        sa.Column("agb_code", sa.String(8), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("detail", sa.Text),
        comment="Who did what when. Rows never change.",
    )
    op.create_index(op.f("ix_events_submission_id"), "events", ["submission_id"])
    for table in ("findings", "explanations", "board_statements", "events"):
        grant("costprice", table, "SELECT, INSERT")
        guard_rows("costprice", table, OWN_ROWS)


def cost_bases() -> None:
    op.create_table(
        "cost_bases",
        sa.Column("cost_base_id", sa.String(36), primary_key=True),
        sa.Column("document", JSONB, nullable=False),
        comment="The whole cost base, for the analyst; it names providers.",
    )
    grant("costprice", "cost_bases", "SELECT, INSERT")
    guard_rows("costprice", "cost_bases", ANALYST)
    op.create_table(
        "cost_base_views",
        sa.Column("cost_base_id", sa.String(36), sa.ForeignKey("costprice.cost_bases.cost_base_id"), primary_key=True),
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("study_id", sa.String(36), sa.ForeignKey("costprice.studies.study_id"), nullable=False),
        sa.Column("estimator", sa.String(20), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("document", JSONB, nullable=False),
        sa.Column("frozen_at", INSTANT, nullable=False),
        sa.Column("frozen_by", sa.String(200), nullable=False),
        sa.UniqueConstraint("number", name=op.f("uq_cost_base_views_number")),
        comment="The cost base after disclosure control.",
    )
    op.create_index(op.f("ix_cost_base_views_study_id"), "cost_base_views", ["study_id"])
    grant("costprice", "cost_base_views", "SELECT, INSERT")
    guard_rows("costprice", "cost_base_views", READERS)


def downgrade() -> None:
    raise NotImplementedError("migrations go forward; restore a backup to go back")
