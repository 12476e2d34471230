"""Parameters that analysts add, tariff calculations and scenarios; remembered answers, jobs and their queue.

Revision ID: 0001_parameters_and_calculations
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.building_blocks import grant, guard_rows, has_role, install_job_queue

revision = "0001_parameters_and_calculations"
down_revision = None
branch_labels = None
depends_on = None

AUTHORITY = has_role("analyst", "decider", "operator", "system")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
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
    grant("tariffs", "idempotency_keys", "SELECT, INSERT, UPDATE")
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
    grant("tariffs", "jobs", "SELECT, INSERT, UPDATE")
    op.create_table(
        "parameter_values",
        sa.Column("value_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("value", sa.String(60), nullable=False),
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("in_force_from", sa.Date, nullable=False),
        sa.Column("in_force_until", sa.Date),
        sa.Column("known_from", INSTANT, nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("document", sa.String(500), nullable=False),
        sa.Column("article", sa.String(500), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("illustrative", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("added_by", sa.String(200), nullable=False),
        sa.UniqueConstraint(
            "name",
            "status",
            "in_force_from",
            "known_from",
            name=op.f("uq_parameter_values_name_status_in_force_from_known_from"),
        ),
        sa.CheckConstraint(
            "in_force_until is null or in_force_from < in_force_until", name=op.f("ck_parameter_values_in_force")
        ),
        sa.CheckConstraint(
            "status in ('expected', 'provisional', 'definitive', 'illustrative')",
            name=op.f("ck_parameter_values_status"),
        ),
        sa.CheckConstraint(
            r"value ~ '^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,20})?$'", name=op.f("ck_parameter_values_plain_decimal")
        ),
        comment="A correction is a new row that is known later. Rows never change.",
    )
    grant("tariffs", "parameter_values", "SELECT, INSERT")
    op.create_table(
        "tariff_calculations",
        sa.Column("calculation_id", sa.Uuid, primary_key=True),
        sa.Column("prestatie", sa.String(40), nullable=False),
        sa.Column("tariff_year", sa.Integer, nullable=False),
        sa.Column("components", JSONB, nullable=False),
        sa.Column("maximum_tariff_cents", sa.BigInteger, nullable=False),
        sa.Column("max_max_tariff_cents", sa.BigInteger),
        sa.Column("max_max_surcharge", sa.String(60)),
        sa.Column("max_max_on_housing", sa.Boolean),
        sa.Column("housing_cents", sa.BigInteger, nullable=False),
        sa.Column("illustrative", sa.Boolean, nullable=False),
        sa.Column("request", JSONB, nullable=False),
        sa.Column("answer", JSONB, nullable=False),
        sa.Column("calculated_by", sa.String(200), nullable=False),
        sa.Column("calculated_at", INSTANT, nullable=False),
        sa.CheckConstraint("maximum_tariff_cents >= 0", name=op.f("ck_tariff_calculations_maximum")),
        comment="components: per code name an exact fraction in euros as text (3/8, 12); so is the surcharge.",
    )
    grant("tariffs", "tariff_calculations", "SELECT, INSERT")
    guard_rows("tariffs", "tariff_calculations", AUTHORITY)
    op.create_table(
        "scenarios",
        sa.Column("scenario_id", sa.Uuid, primary_key=True),
        sa.Column(
            "baseline",
            sa.Uuid,
            sa.ForeignKey(
                "tariffs.tariff_calculations.calculation_id", name=op.f("fk_scenarios_baseline_tariff_calculations")
            ),
            nullable=False,
        ),
        sa.Column("request", JSONB, nullable=False),
        sa.Column("answer", JSONB, nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        comment="Variants of a calculation, side by side. Rows never change.",
    )
    op.create_index(op.f("ix_scenarios_baseline"), "scenarios", ["baseline"])
    grant("tariffs", "scenarios", "SELECT, INSERT")
    guard_rows("tariffs", "scenarios", AUTHORITY)
    install_job_queue("tariffs")


def downgrade() -> None:
    raise NotImplementedError("migrations go forward; restore a backup to go back")
