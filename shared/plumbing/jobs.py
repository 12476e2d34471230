"""Long work as durable jobs: queued in the transaction that asks for it, done by a worker, told about as a resource.

The queue is procrastinate's, in the service's own schema. A job that a killed worker left behind is taken up again.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import procrastinate
import structlog
from procrastinate import JobContext, RetryStrategy
from procrastinate.exceptions import ConnectorException
from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Float,
    MetaData,
    String,
    Table,
    Uuid,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from shared.kernel.sources import Text
from shared.plumbing.database import Database
from shared.plumbing.identity import SYSTEM, Principal
from shared.plumbing.problems import TYPE_PREFIX, NotFound, Problem
from shared.plumbing.schemas import Instant, ResponseModel
from shared.plumbing.work import Work

log = structlog.get_logger("jobs")

HEARTBEAT_SECONDS = 2.0
STALLED_AFTER_SECONDS = 10
"""A worker that gave no sign of life for so long is taken for dead; its jobs are taken up by the next worker."""
KEPT_HOURS = 14 * 24
"""How long the queue remembers what it did; the job that the client sees stays."""


class JobOut(ResponseModel):
    """Long work under way: what became of it and where its result is."""

    job_id: uuid.UUID
    kind: str
    status: Literal["queued", "running", "succeeded", "failed"]
    progress: float
    result_url: str | None
    problem: dict[str, Any] | None
    created_at: Instant
    finished_at: Instant | None


class JobNotFound(NotFound):
    """There is no such job, or it is not the caller's."""

    code = "job-not-found"
    title = Text("Taak niet gevonden", "Job not found")


def jobs_table(metadata: MetaData) -> Table:
    """The table of jobs, in the service's own schema."""
    return Table(
        "jobs",
        metadata,
        Column("job_id", Uuid, primary_key=True),
        Column("kind", String(60), nullable=False),
        Column("subject", String(200), nullable=False),
        Column("status", String(10), nullable=False, server_default="queued"),
        Column("progress", Float, nullable=False, server_default="0"),
        Column("result_url", String(300)),
        Column("problem", JSONB),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("finished_at", DateTime(timezone=True)),
        CheckConstraint("status in ('queued', 'running', 'succeeded', 'failed')", name="status"),
        CheckConstraint("progress between 0 and 1", name="progress"),
    )


def job_queue(name: str) -> procrastinate.App:
    """The queue of one service; add tasks with ``@queue.task(name="<service>.<task>")``."""
    app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())

    @app.periodic(cron="17 3 * * *")
    @app.task(name=f"{name}.forget_finished", queueing_lock=f"{name}.forget_finished", pass_context=True)
    async def forget_finished(context: JobContext, timestamp: int) -> None:
        await context.app.job_manager.delete_old_jobs(
            KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )

    return app


async def _retry_stalled(app: procrastinate.App) -> None:
    stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS)
    for job in stalled:
        # A job that kills its worker each time waits longer and longer, so that others get their turn.
        pause = timedelta(seconds=0 if job.attempts == 0 else min(2**job.attempts, 600))
        log.warning("job taken up again after its worker died", job=job.id, task=job.task_name, attempt=job.attempts)
        await app.job_manager.retry_job(job, retry_at=datetime.now(UTC) + pause)


async def _keep_retrying_stalled(app: procrastinate.App) -> None:
    while True:
        # Beside the jobs and not as one of them: a long job would hold it up.
        try:
            await _retry_stalled(app)
        except ConnectorException:
            log.warning("jobs of dead workers cannot be looked for", exc_info=True)
        await asyncio.sleep(STALLED_AFTER_SECONDS / 2)


def ask(work: Work, table: Table, task: Any, kind: str, **arguments: Any) -> JobOut:
    """Queue a job in the transaction under way: it exists if and only if what asked for it is committed.

    Args:
        work: the unit of work that asks.
        table: the service's jobs table.
        task: the procrastinate task; it gets ``job_id`` and the arguments, which must be JSON.
        kind: what the job is called in answers.
    """
    job_id = uuid.uuid4()
    work.session.execute(insert(table).values(job_id=job_id, kind=kind, subject=work.principal.subject))
    connection = work.session.connection().connection.driver_connection
    task.configure(connection=connection).defer(job_id=str(job_id), **arguments)
    return job_of(work, table, job_id)


def job_of(work: Work, table: Table, job_id: uuid.UUID, *, everyone: bool = True) -> JobOut:
    """The job, for the one who asked for it; with ``everyone`` for any caller the route lets in."""
    row = work.session.execute(select(table).where(table.c.job_id == job_id)).mappings().first()
    if row is None or not (everyone or row["subject"] == work.principal.subject):
        raise JobNotFound(Text("Deze taak bestaat niet of is niet van u.", "This job does not exist or is not yours."))
    return JobOut(**{name: row[name] for name in JobOut.model_fields})


class Progress:
    """How far a running job is; written at once, in a transaction of its own."""

    def __init__(self, database: Database, table: Table, job_id: uuid.UUID) -> None:
        self._database, self._table, self._job_id = database, table, job_id

    def at(self, share: float) -> None:
        """Tell that this share (0 to 1) of the work is done."""
        self.set(progress=min(max(share, 0.0), 1.0))

    def set(self, **values: Any) -> None:
        """Write columns of the job."""
        with self._database.transaction(SYSTEM) as session:
            session.execute(update(self._table).where(self._table.c.job_id == self._job_id).values(**values))
            session.commit()


def carry_out(
    database: Database,
    table: Table,
    job_id: str,
    do: Callable[[Session, Progress], str],
    principal: Principal = SYSTEM,
) -> None:
    """Do the work of a job in one transaction that also marks it done: after a crash it was done wholly or not at all.

    Of two workers that have the same job (one was taken for dead), the second waits and finds it done.

    Args:
        do: does the work on the session, reports progress, and returns the address of the result. It must neither
            commit nor roll back.
        principal: on whose behalf the rows are read and written.

    Raises:
        LookupError: there is no such job, or the principal may not see it.
        OperationalError, InterfaceError: the database went away; the queue takes the job up again.
    """
    id_ = uuid.UUID(job_id)
    progress = Progress(database, table, id_)
    with database.transaction(principal) as session:
        # Held until this transaction ends, also when this process is killed.
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(job_id, 0))))
        status = session.execute(select(table.c.status).where(table.c.job_id == id_)).scalar_one_or_none()
        if status is None:
            raise LookupError(f"job {job_id} does not exist, or {principal.subject} may not see it")
        if status in ("succeeded", "failed"):
            return
        progress.set(status="running", progress=0.0)
        outcome: dict[str, Any]
        try:
            with session.begin_nested():
                outcome = {"status": "succeeded", "progress": 1.0, "result_url": do(session, progress)}
        except Problem as problem:
            log.info("job failed by rule", job_id=job_id, code=problem.code)
            outcome = {"status": "failed", "problem": problem_document(problem)}
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("job failed", job_id=job_id)
            outcome = {"status": "failed", "problem": problem_document(None)}
        done = update(table).where(table.c.job_id == id_).values(**outcome, finished_at=func.clock_timestamp())
        session.execute(done)
        session.commit()


def problem_document(problem: Problem | None) -> dict[str, Any]:
    """What went wrong with a job, as a problem document; None for what nobody foresaw."""
    if problem is None:
        problem = Problem(Text("De fout is vastgelegd.", "The error is recorded."))
    document: dict[str, Any] = {
        "type": TYPE_PREFIX + problem.code,
        "title": problem.title.en,
        "status": problem.status,
        "detail": problem.text.en,
    }
    if problem.errors:
        document["errors"] = [{"location": f.location, "code": f.code, "message": f.message.en} for f in problem.errors]
    return document


def run_worker(app: procrastinate.App, database_url: str, schema: str, name: str) -> None:
    """Work through the queue until told to stop (SIGINT, SIGTERM); the job under way is finished first."""
    for task in app.tasks.values():
        # What carry_out raises is a database that went away; it will be back.
        task.retry_strategy = task.retry_strategy or RetryStrategy(
            max_attempts=10, exponential_wait=2, retry_exceptions=(OperationalError, InterfaceError)
        )

    async def run() -> None:
        connector = procrastinate.PsycopgConnector(
            conninfo=conninfo(database_url), kwargs={"options": f"-csearch_path={schema}"}, min_size=1, max_size=4
        )
        with app.replace_connector(connector) as live:
            async with live.open_async():
                watch = asyncio.create_task(_keep_retrying_stalled(live))
                try:
                    await live.run_worker_async(
                        name=name,
                        fetch_job_polling_interval=2.0,
                        update_heartbeat_interval=HEARTBEAT_SECONDS,
                        stalled_worker_timeout=STALLED_AFTER_SECONDS,
                    )
                finally:
                    watch.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await watch

    asyncio.run(run())


def worker_seen_within(database: Database, seconds: int = 60) -> bool:
    """Whether a worker of this service gave a sign of life lately."""
    with database.engine.connect() as connection:
        seen = text(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => :s)"
        )
        return bool(connection.execute(seen, {"s": seconds}).scalar_one())


def conninfo(database_url: str) -> str:
    """The address in the form the driver itself reads."""
    return make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
