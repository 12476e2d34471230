"""SQLAlchemy tables of the schema costprice, one module per resource."""

from services.costprice.tables.cost_bases import cost_base_views, cost_bases
from services.costprice.tables.metadata import METADATA, SERVICE
from services.costprice.tables.plumbing import idempotency_keys, jobs
from services.costprice.tables.studies import providers, studies
from services.costprice.tables.submissions import board_statements, events, explanations, findings, submissions

__all__ = [
    "METADATA",
    "SERVICE",
    "board_statements",
    "cost_base_views",
    "cost_bases",
    "events",
    "explanations",
    "findings",
    "idempotency_keys",
    "jobs",
    "providers",
    "studies",
    "submissions",
]
