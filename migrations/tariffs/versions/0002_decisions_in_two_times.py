"""Decisions in two times: nothing is overwritten or deleted, and the database forbids overlap.

Revision ID: 0002_decisions_in_two_times
Revises: 0001_parameters_and_calculations
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB, TSTZRANGE

from migrations.building_blocks import grant, has_role

revision = "0002_decisions_in_two_times"
down_revision = "0001_parameters_and_calculations"
branch_labels = None
depends_on = None

AUTHORITY = has_role("analyst", "decider", "operator", "system")
INSTANT = sa.DateTime(timezone=True)

ONLY_THE_LIFE_OF_A_DECISION = """
CREATE FUNCTION tariffs.only_the_life_of_a_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a decision is never deleted';
  END IF;
  IF (OLD.status, NEW.status) NOT IN (('draft', 'draft'), ('draft', 'adopted'), ('adopted', 'published'),
                                      ('adopted', 'withdrawn'), ('published', 'withdrawn')) THEN
    RAISE EXCEPTION 'a decision does not go from % to %', OLD.status, NEW.status;
  END IF;
  IF NOT (OLD.status = 'draft' AND NEW.status = 'draft') AND
     (NEW.number, NEW.title, NEW.reasons, NEW.in_force_from, NEW.in_force_until, NEW.replaces,
      NEW.replaced_components, NEW.lines, NEW.illustrative, NEW.drafters, NEW.drafted_at) IS DISTINCT FROM
     (OLD.number, OLD.title, OLD.reasons, OLD.in_force_from, OLD.in_force_until, OLD.replaces,
      OLD.replaced_components, OLD.lines, OLD.illustrative, OLD.drafters, OLD.drafted_at) THEN
    RAISE EXCEPTION 'the content of an adopted decision does not change';
  END IF;
  IF (OLD.published_at IS NOT NULL AND NEW.published_at IS DISTINCT FROM OLD.published_at) OR
     (OLD.adopted_at IS NOT NULL AND (NEW.adopted_at, NEW.adopted_by) IS DISTINCT FROM (OLD.adopted_at, OLD.adopted_by))
  THEN
    RAISE EXCEPTION 'what happened to a decision is not rewritten';
  END IF;
  RETURN NEW;
END $$
"""

ONLY_CLOSING_AN_OPEN_END = """
CREATE FUNCTION tariffs.only_closing_an_open_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'what was known is never deleted';
  END IF;
  IF NOT upper_inf(OLD.known) OR upper_inf(NEW.known) OR lower(NEW.known) IS DISTINCT FROM lower(OLD.known) OR
     (NEW.rectangle_id, NEW.prestatie_id, NEW.tariff_id, NEW.in_force) IS DISTINCT FROM
     (OLD.rectangle_id, OLD.prestatie_id, OLD.tariff_id, OLD.in_force) THEN
    RAISE EXCEPTION 'of what was known only an open end may be closed';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    prestaties = op.create_table(
        "prestaties",
        sa.Column("prestatie_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.UniqueConstraint("name", name=op.f("uq_prestaties_name")),
        comment="What may be billed, numbered so that an exclusion constraint can hold it.",
    )
    op.bulk_insert(prestaties, [{"prestatie_id": 1, "name": "dagopvang"}, {"prestatie_id": 2, "name": "verblijf"}])
    op.create_table(
        "tariff_decisions",
        sa.Column("decision_id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("in_force_from", sa.Date, nullable=False),
        sa.Column("in_force_until", sa.Date),
        sa.Column(
            "replaces",
            sa.Uuid,
            sa.ForeignKey(
                "tariffs.tariff_decisions.decision_id", name=op.f("fk_tariff_decisions_replaces_tariff_decisions")
            ),
        ),
        sa.Column("replaced_components", ARRAY(sa.String(20)), nullable=False),
        sa.Column("lines", JSONB, nullable=False),
        sa.Column("illustrative", sa.Boolean, nullable=False),
        sa.Column("status", sa.String(10), nullable=False, server_default="draft"),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("drafters", ARRAY(sa.String(200)), nullable=False),
        sa.Column("drafted_at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("adopted_by", sa.String(200)),
        sa.Column("adopted_at", INSTANT),
        sa.Column("published_by", sa.String(200)),
        sa.Column("published_at", INSTANT),
        sa.Column("withdrawn_by", sa.String(200)),
        sa.Column("withdrawn_at", INSTANT),
        sa.Column("withdrawal_reason", sa.Text),
        sa.CheckConstraint(
            "status in ('draft', 'adopted', 'published', 'withdrawn')", name=op.f("ck_tariff_decisions_status")
        ),
        sa.CheckConstraint(
            "in_force_until is null or in_force_from < in_force_until", name=op.f("ck_tariff_decisions_in_force")
        ),
        sa.CheckConstraint(
            "adopted_by is null or not adopted_by = any (drafters)", name=op.f("ck_tariff_decisions_four_eyes")
        ),
        sa.UniqueConstraint("published_at", name=op.f("uq_tariff_decisions_published_at")),
        comment="The legal act that sets tariffs; its content is fixed once it is adopted.",
    )
    op.create_table(
        "decided_tariffs",
        sa.Column("tariff_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column(
            "decision_id",
            sa.Uuid,
            sa.ForeignKey(
                "tariffs.tariff_decisions.decision_id", name=op.f("fk_decided_tariffs_decision_id_tariff_decisions")
            ),
            nullable=False,
        ),
        sa.Column(
            "prestatie_id",
            sa.Integer,
            sa.ForeignKey("tariffs.prestaties.prestatie_id", name=op.f("fk_decided_tariffs_prestatie_id_prestaties")),
            nullable=False,
        ),
        sa.Column("in_force", DATERANGE, nullable=False),
        sa.Column("components", JSONB, nullable=False),
        sa.Column("maximum_tariff_cents", sa.BigInteger, nullable=False),
        sa.Column("housing_cents", sa.BigInteger, nullable=False),
        sa.Column("max_max_tariff_cents", sa.BigInteger),
        sa.Column("max_max_surcharge", sa.String(60)),
        sa.Column("max_max_on_housing", sa.Boolean),
        sa.Column("illustrative", sa.Boolean, nullable=False),
        sa.Column(
            "replaced_tariff_id",
            sa.BigInteger,
            sa.ForeignKey(
                "tariffs.decided_tariffs.tariff_id", name=op.f("fk_decided_tariffs_replaced_tariff_id_decided_tariffs")
            ),
        ),
        sa.CheckConstraint("not isempty(in_force)", name=op.f("ck_decided_tariffs_in_force")),
        sa.CheckConstraint("maximum_tariff_cents >= 0", name=op.f("ck_decided_tariffs_maximum")),
        comment="A tariff as a published decision set it, exact: components are fractions in euros. Rows never change.",
    )
    op.create_index(op.f("ix_decided_tariffs_decision_id"), "decided_tariffs", ["decision_id"])
    op.create_table(
        "maximum_tariffs",
        sa.Column("rectangle_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column(
            "prestatie_id",
            sa.Integer,
            sa.ForeignKey("tariffs.prestaties.prestatie_id", name=op.f("fk_maximum_tariffs_prestatie_id_prestaties")),
            nullable=False,
        ),
        sa.Column(
            "tariff_id",
            sa.BigInteger,
            sa.ForeignKey(
                "tariffs.decided_tariffs.tariff_id", name=op.f("fk_maximum_tariffs_tariff_id_decided_tariffs")
            ),
            nullable=False,
        ),
        sa.Column("in_force", DATERANGE, nullable=False),
        sa.Column("known", TSTZRANGE, nullable=False),
        sa.CheckConstraint(
            "not isempty(in_force) and not isempty(known) and not lower_inf(known)",
            name=op.f("ck_maximum_tariffs_not_empty"),
        ),
        comment="In force × known: at most one tariff for a prestatie, a day and a moment. Only open ends are closed.",
    )
    op.create_index(op.f("ix_maximum_tariffs_tariff_id"), "maximum_tariffs", ["tariff_id"])
    # A number as a range of one makes plain GiST enough, without the extension btree_gist.
    op.execute(
        "ALTER TABLE tariffs.maximum_tariffs ADD CONSTRAINT one_tariff_per_day_and_moment EXCLUDE USING gist "
        "(int4range(prestatie_id, prestatie_id, '[]') WITH &&, in_force WITH &&, known WITH &&)"
    )
    for function, table in (
        (ONLY_THE_LIFE_OF_A_DECISION, "tariff_decisions"),
        (ONLY_CLOSING_AN_OPEN_END, "maximum_tariffs"),
    ):
        op.execute(function)
        name = function.split("tariffs.", 1)[1].split("(", 1)[0]
        op.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON tariffs.{table} "
            f"FOR EACH ROW EXECUTE FUNCTION tariffs.{name}()"
        )
    grant("tariffs", "prestaties", "SELECT")
    grant("tariffs", "tariff_decisions", "SELECT, INSERT, UPDATE")
    grant("tariffs", "decided_tariffs", "SELECT, INSERT")
    grant("tariffs", "maximum_tariffs", "SELECT, INSERT, UPDATE (known)")
    _guard("tariff_decisions", AUTHORITY, f"({AUTHORITY}) OR published_at IS NOT NULL")
    # What these two hold was published: anyone may read it, only the authority writes it.
    _guard("decided_tariffs", AUTHORITY, "true")
    _guard("maximum_tariffs", AUTHORITY, "true")


def _guard(table: str, write: str, read: str) -> None:
    op.execute(f"ALTER TABLE tariffs.{table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE tariffs.{table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {table}_read ON tariffs.{table} FOR SELECT TO tariffs_service USING ({read})")
    op.execute(f"CREATE POLICY {table}_add ON tariffs.{table} FOR INSERT TO tariffs_service WITH CHECK ({write})")
    op.execute(
        f"CREATE POLICY {table}_change ON tariffs.{table} FOR UPDATE TO tariffs_service "
        f"USING ({write}) WITH CHECK ({write})"
    )


def downgrade() -> None:
    raise NotImplementedError("migrations go forward; restore a backup to go back")
