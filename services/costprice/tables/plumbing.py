"""Tables that every service with a database has: remembered answers, and jobs."""

from services.costprice.tables.metadata import METADATA
from shared.plumbing.jobs import jobs_table
from shared.plumbing.work import idempotency_table

idempotency_keys = idempotency_table(METADATA)
jobs = jobs_table(METADATA)
