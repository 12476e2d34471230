"""Settling as a durable job: what the queue knows, and what a worker does with it."""

from functools import cache
from uuid import UUID

from sqlalchemy.orm import Session

from services.tariffs.operations.settlement_runs import settle
from services.tariffs.roles import AUTHORITY, ROW_CLAIMS
from services.tariffs.settings import Settings
from services.tariffs.store.line_storage import LineStorage
from services.tariffs.tables.metadata import SERVICE
from services.tariffs.tables.plumbing import jobs
from shared.plumbing.database import Database
from shared.plumbing.jobs import JobOut, Progress, carry_out, job_of, job_queue
from shared.plumbing.work import Work

BASE_PATH = f"/{SERVICE}/v1"
QUEUE = job_queue(SERVICE)
SETTLE = "settle-production"


@cache
def worker_resources() -> tuple[Database, LineStorage]:
    """The database and the storage of this worker, by its settings."""
    settings = Settings.load()
    assert isinstance(settings, Settings)
    database = Database(settings.database_url, SERVICE, row_claims=ROW_CLAIMS, pool_size=settings.pool_size)
    return database, LineStorage(settings.storage_url)


@QUEUE.task(name="tariffs.settle_production")
def settle_task(*, job_id: str, settlement_id: str) -> None:
    """The job as the queue knows it."""
    carry_out_settlement(*worker_resources(), job_id, settlement_id)


def carry_out_settlement(database: Database, storage: LineStorage, job_id: str, settlement_id: str) -> None:
    """Settle as a job: lines, totals and the job's success are saved together."""

    def do(session: Session, progress: Progress) -> str:
        settle(session, storage, UUID(settlement_id), progress.at)
        return f"{BASE_PATH}/settlements/{settlement_id}"

    carry_out(database, jobs, job_id, do)


def get_job(work: Work, job_id: UUID) -> JobOut:
    """A job: of the caller's own asking, or any for the authority.

    Raises:
        JobNotFound: there is none.
    """
    return job_of(work, jobs, job_id, everyone=work.principal.has(*AUTHORITY))
