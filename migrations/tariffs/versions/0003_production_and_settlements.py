"""Manifests of production and of settlements: rows are added and never changed; providers and insurers see their own.

Revision ID: 0003_production_and_settlements
Revises: 0002_decisions_in_two_times
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from migrations.building_blocks import claim_is, grant, has_role

revision = "0003_production_and_settlements"
down_revision = "0002_decisions_in_two_times"
branch_labels = None
depends_on = None

AUTHORITY = has_role("analyst", "decider", "operator", "system")
OWN_PROVIDER = f"({has_role('provider')}) AND {claim_is('agb_code', 'agb_code')}"
NAMES_INSURER = f"({has_role('insurer')}) AND {claim_is('uzovi', 'uzovi')}"
MINE = "current_setting('zorgtarief.subject', true)"
SYSTEM = has_role("system")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "production_files",
        sa.Column("production_file_id", sa.Uuid, primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("lines", sa.BigInteger, nullable=False),
        sa.Column("uploaded_by", sa.String(200), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.UniqueConstraint("sha256", name=op.f("uq_production_files_sha256")),
        comment="A file as it was received, addressed by its content. Rows never change.",
    )
    op.create_table(
        "production_parts",
        sa.Column("part_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column(
            "production_file_id",
            sa.Uuid,
            sa.ForeignKey(
                "tariffs.production_files.production_file_id",
                name=op.f("fk_production_parts_production_file_id_production_files"),
            ),
            nullable=False,
        ),
        sa.Column("agb_code", sa.String(8), nullable=False),
        sa.Column("lines", sa.BigInteger, nullable=False),
        sa.Column("path", sa.String(300), nullable=False),
        sa.UniqueConstraint(
            "production_file_id", "agb_code", name=op.f("uq_production_parts_production_file_id_agb_code")
        ),
        sa.UniqueConstraint("path", name=op.f("uq_production_parts_path")),
        comment="The lines of one provider in a file, as one Parquet object. Rows never change.",
    )
    op.create_index(op.f("ix_production_parts_production_file_id"), "production_parts", ["production_file_id"])
    op.create_index(op.f("ix_production_parts_agb_code"), "production_parts", ["agb_code"])
    op.create_table(
        "settlements",
        sa.Column("settlement_id", sa.Uuid, primary_key=True),
        sa.Column(
            "job_id",
            sa.Uuid,
            sa.ForeignKey("tariffs.jobs.job_id", name=op.f("fk_settlements_job_id_jobs")),
            nullable=False,
        ),
        sa.Column("requested_by", sa.String(200), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("known_at", INSTANT, nullable=False),
        sa.Column("parts", ARRAY(sa.BigInteger), nullable=False),
        sa.Column("receipt", JSONB, nullable=False),
        comment="A correction run: these parts, with what was known at that moment. Rows never change.",
    )
    op.create_table(
        "settlement_parts",
        sa.Column(
            "settlement_id",
            sa.Uuid,
            sa.ForeignKey(
                "tariffs.settlements.settlement_id", name=op.f("fk_settlement_parts_settlement_id_settlements")
            ),
            primary_key=True,
        ),
        sa.Column(
            "part_id",
            sa.BigInteger,
            sa.ForeignKey(
                "tariffs.production_parts.part_id", name=op.f("fk_settlement_parts_part_id_production_parts")
            ),
            primary_key=True,
        ),
        sa.Column("agb_code", sa.String(8), nullable=False),
        sa.Column("known_before", INSTANT),
        sa.Column("known_at", INSTANT, nullable=False),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("path", sa.String(300)),
        sa.Column("finding_counts", JSONB, nullable=False),
        sa.UniqueConstraint(
            "part_id",
            "known_before",
            postgresql_nulls_not_distinct=True,
            name=op.f("uq_settlement_parts_part_id_known_before"),
        ),
        sa.UniqueConstraint("part_id", "run", name=op.f("uq_settlement_parts_part_id_run")),
        sa.CheckConstraint(
            "known_before is null or known_before < known_at", name=op.f("ck_settlement_parts_forwards")
        ),
        comment="That a part was settled, from what was known before to what is known now. Rows never change.",
    )
    op.create_table(
        "settlement_totals",
        sa.Column(
            "settlement_id",
            sa.Uuid,
            sa.ForeignKey(
                "tariffs.settlements.settlement_id", name=op.f("fk_settlement_totals_settlement_id_settlements")
            ),
            primary_key=True,
        ),
        sa.Column(
            "part_id",
            sa.BigInteger,
            sa.ForeignKey(
                "tariffs.production_parts.part_id", name=op.f("fk_settlement_totals_part_id_production_parts")
            ),
            primary_key=True,
        ),
        sa.Column("uzovi", sa.String(4), primary_key=True),
        sa.Column("prestatie", sa.String(40), primary_key=True),
        sa.Column("month", sa.Date, primary_key=True),
        sa.Column("agb_code", sa.String(8), nullable=False),
        sa.Column("lines", sa.BigInteger, nullable=False),
        sa.Column("correction_lines", sa.BigInteger, nullable=False),
        sa.Column("old_cents", sa.Numeric(30, 0), nullable=False),
        sa.Column("new_cents", sa.Numeric(30, 0), nullable=False),
        sa.Column("difference_cents", sa.Numeric(30, 0), nullable=False),
        sa.CheckConstraint("difference_cents = new_cents - old_cents", name=op.f("ck_settlement_totals_difference")),
        comment="Per part, insurer, prestatie and month of service: what was due before and what is due now.",
    )
    op.create_table(
        "settlement_findings",
        sa.Column("finding_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column(
            "settlement_id",
            sa.Uuid,
            sa.ForeignKey(
                "tariffs.settlements.settlement_id", name=op.f("fk_settlement_findings_settlement_id_settlements")
            ),
            nullable=False,
        ),
        sa.Column("agb_code", sa.String(8), nullable=False),
        sa.Column("uzovi", sa.String(4), nullable=False),
        sa.Column("line_id", sa.String(64), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        comment="What is to be told about a declared line; the first thousand of each part.",
    )
    op.create_index(op.f("ix_settlement_findings_settlement_id"), "settlement_findings", ["settlement_id"])
    own, named = f"({AUTHORITY}) OR ({OWN_PROVIDER})", f"({AUTHORITY}) OR ({OWN_PROVIDER}) OR ({NAMES_INSURER})"
    has_own_part = (
        "EXISTS (SELECT 1 FROM tariffs.production_parts p "
        "WHERE p.production_file_id = production_files.production_file_id)"
    )
    touches_me = "EXISTS (SELECT 1 FROM tariffs.settlement_totals t WHERE t.settlement_id = settlements.settlement_id)"
    names_me = (
        "EXISTS (SELECT 1 FROM tariffs.settlement_totals t WHERE t.settlement_id = settlement_parts.settlement_id "
        "AND t.part_id = settlement_parts.part_id)"
    )
    policies = {
        "production_files": (f"({AUTHORITY}) OR {has_own_part}", f"uploaded_by = {MINE}"),
        "production_parts": (own, own),
        "settlements": (f"({AUTHORITY}) OR requested_by = {MINE} OR {touches_me}", f"requested_by = {MINE}"),
        "settlement_parts": (f"{own} OR (({has_role('insurer')}) AND {names_me})", SYSTEM),
        "settlement_totals": (named, SYSTEM),
        "settlement_findings": (named, SYSTEM),
    }
    for table, (read, add) in policies.items():
        grant("tariffs", table, "SELECT, INSERT")
        op.execute(f"ALTER TABLE tariffs.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE tariffs.{table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_read ON tariffs.{table} FOR SELECT TO tariffs_service USING ({read})")
        op.execute(f"CREATE POLICY {table}_add ON tariffs.{table} FOR INSERT TO tariffs_service WITH CHECK ({add})")


def downgrade() -> None:
    raise NotImplementedError("migrations go forward; restore a backup to go back")
