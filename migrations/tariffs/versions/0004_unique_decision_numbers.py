"""A decision number belongs to one decision for ever, also after that was withdrawn.

Revision ID: 0004_unique_decision_numbers
Revises: 0003_production_and_settlements
"""

from alembic import op

revision = "0004_unique_decision_numbers"
down_revision = "0003_production_and_settlements"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Where two decisions share a number this stops and names it: which of them is wrong is for people to say.
    op.create_unique_constraint(op.f("uq_tariff_decisions_number"), "tariff_decisions", ["number"])


def downgrade() -> None:
    raise NotImplementedError("migrations go forward; restore a backup to go back")
