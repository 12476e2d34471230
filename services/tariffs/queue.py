"""The worker of this service: it works through the job queue."""

from services.tariffs.operations.settlement_jobs import QUEUE, worker_resources
from services.tariffs.settings import Settings
from services.tariffs.tables.metadata import SERVICE
from shared.plumbing.jobs import run_worker, worker_seen_within


def work() -> None:
    """Work through the queue until told to stop."""
    settings = Settings.load()
    assert isinstance(settings, Settings)
    run_worker(QUEUE, settings.database_url, SERVICE, f"{SERVICE}-worker")


def worker_alive() -> bool:
    """Whether a worker of this service gave a sign of life lately."""
    database, _ = worker_resources()
    return worker_seen_within(database)
