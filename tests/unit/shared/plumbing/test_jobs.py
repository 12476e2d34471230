"""shared.plumbing.jobs: on a real queue, long work is done once or fails with its reason, whatever dies meanwhile."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import procrastinate
import pytest
from sqlalchemy import URL, Engine, create_engine, func, insert, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shared.kernel.sources import Text
from shared.plumbing.database import Database
from shared.plumbing.identity import Principal
from shared.plumbing.jobs import (
    STALLED_AFTER_SECONDS,
    JobNotFound,
    Progress,
    _retry_stalled,
    carry_out,
    conninfo,
    job_of,
    problem_document,
    worker_seen_within,
)
from shared.plumbing.problems import Fault
from shared.plumbing.work import Work
from tests.unit.shared.plumbing import bookshop
from tests.unit.shared.plumbing.bookshop import SoldOut, jobs

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def admin(bookshop_admin: URL) -> Iterator[Engine]:
    engine = create_engine(bookshop_admin, connect_args={"options": "-csearch_path=bookshop"})
    yield engine
    engine.dispose()


@pytest.fixture
def database(bookshop_url: str) -> Iterator[Database]:
    database = Database(bookshop_url, "bookshop")
    yield database
    database.close()


@pytest.fixture
def settings(bookshop_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a worker."""
    return {"BOOKSHOP_DATABASE_URL": bookshop_url, "BOOKSHOP_FLAGS": str(tmp_path)}


@pytest.fixture
def empty_the_queue(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Work in this process until nothing is left to do."""
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    async def run() -> None:
        async with connected(settings["BOOKSHOP_DATABASE_URL"]) as live:
            await live.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    return lambda: asyncio.run(run())


@asynccontextmanager
async def connected(database_url: str) -> AsyncIterator[procrastinate.App]:
    """The queue on a connection of its own."""
    connector = procrastinate.PsycopgConnector(
        conninfo=conninfo(database_url), kwargs={"options": "-csearch_path=bookshop"}, min_size=1, max_size=4
    )
    with bookshop.queue.replace_connector(connector) as live:
        async with live.open_async():
            yield live


def asked(seller: httpx.Client, how: str) -> str:
    answer = seller.post("/counts", json={"text": how}, headers={"Idempotency-Key": str(uuid.uuid4())})
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/bookshop/v1/jobs/{answer.json()['jobId']}"
    assert answer.json()["status"] == "queued"
    return str(answer.json()["jobId"])


def job_at(seller: httpx.Client, job_id: str) -> dict[str, Any]:
    answer = seller.get(f"/jobs/{job_id}")
    assert answer.status_code == 200
    return dict(answer.json())


def times_done(admin: Engine, job_id: str) -> int:
    with admin.connect() as connection:
        found = select(func.count()).where(bookshop.books.c.title.like(f"%{job_id[:20]}%"))
        return connection.execute(found).scalar_one()


def queued(admin: Engine) -> int:
    with admin.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM bookshop.procrastinate_jobs")).scalar_one())


def test_a_job_is_done_and_tells_where_its_result_is(
    seller: httpx.Client, admin: Engine, empty_the_queue: Callable[[], None]
) -> None:
    job_id = asked(seller, "fine")
    empty_the_queue()
    job = job_at(seller, job_id)
    assert (job["status"], job["progress"], job["problem"]) == ("succeeded", 1.0, None)
    assert job["resultUrl"] == f"/bookshop/v1/counts/{job_id}"
    assert job["finishedAt"] >= job["createdAt"]
    assert times_done(admin, job_id) == 1


def test_work_that_is_refused_leaves_no_job(seller: httpx.Client, admin: Engine) -> None:
    with admin.connect() as connection:
        before = connection.execute(select(func.count()).select_from(jobs)).scalar_one()
    in_queue = queued(admin)
    assert seller.post("/counts", json={"text": "refused"}).status_code == 409
    with admin.connect() as connection:
        assert connection.execute(select(func.count()).select_from(jobs)).scalar_one() == before
    assert queued(admin) == in_queue


def test_asking_twice_with_the_same_key_is_one_job(seller: httpx.Client, admin: Engine) -> None:
    in_queue, headers = queued(admin), {"Idempotency-Key": str(uuid.uuid4())}
    answers = [seller.post("/counts", json={"text": "fine"}, headers=headers) for _ in range(3)]
    assert len({answer.json()["jobId"] for answer in answers}) == 1
    assert queued(admin) == in_queue + 1


def test_a_job_that_the_domain_refuses_fails_with_the_problem(
    seller: httpx.Client, admin: Engine, empty_the_queue: Callable[[], None]
) -> None:
    job_id = asked(seller, "sold out")
    empty_the_queue()
    job = job_at(seller, job_id)
    assert (job["status"], job["progress"], job["resultUrl"]) == ("failed", 0.5, None)
    assert job["problem"] == {
        "type": "urn:zorgtarief:problem:sold-out",
        "title": "Sold out",
        "status": 409,
        "detail": "Sold out.",
        "errors": [{"location": "/x", "code": "sold", "message": "choose another"}],
    }
    assert job["finishedAt"] is not None
    assert times_done(admin, job_id) == 0


def test_a_job_that_breaks_fails_without_telling_secrets(
    seller: httpx.Client, admin: Engine, empty_the_queue: Callable[[], None]
) -> None:
    job_id = asked(seller, "broken")
    empty_the_queue()
    job = job_at(seller, job_id)
    assert (job["status"], job["problem"]["status"]) == ("failed", 500)
    assert "secret" not in str(job)
    assert times_done(admin, job_id) == 0
    empty_the_queue()  # it is not tried again
    assert job_at(seller, job_id) == job


def test_a_job_can_be_kept_from_others(seller: httpx.Client, shop: httpx.Client, issuer: Any) -> None:
    job_id = asked(seller, "fine")
    other = issuer.headers("buyer", subject="someone else")
    assert shop.get(f"/jobs/{job_id}", headers=other).status_code == 200
    refused = shop.get(f"/jobs/{job_id}?mine=true", headers=other)
    assert (refused.status_code, refused.json()["type"]) == (404, "urn:zorgtarief:problem:job-not-found")
    assert seller.get(f"/jobs/{job_id}?mine=true").status_code == 200
    assert seller.get(f"/jobs/{uuid.uuid4()}").status_code == 404


def make_job(admin: Engine, status: str = "queued") -> str:
    """A job as the client sees it, outside the queue."""
    job_id = uuid.uuid4()
    with admin.begin() as connection:
        connection.execute(insert(jobs).values(job_id=job_id, kind="count", subject="someone", status=status))
    return str(job_id)


def status_of(admin: Engine, job_id: str) -> tuple[str, float]:
    with admin.connect() as connection:
        row = connection.execute(select(jobs.c.status, jobs.c.progress).where(jobs.c.job_id == uuid.UUID(job_id))).one()
        return row.status, row.progress


def test_progress_is_visible_while_the_job_runs(admin: Engine, database: Database) -> None:
    job_id = make_job(admin)
    seen: list[tuple[str, float]] = []

    def do(_session: Session, progress: Progress) -> str:
        for share in (-1, 0.25, 7):
            progress.at(share)
            seen.append(status_of(admin, job_id))
        return "/result"

    carry_out(database, jobs, job_id, do)
    assert seen == [("running", 0.0), ("running", 0.25), ("running", 1.0)]
    assert status_of(admin, job_id) == ("succeeded", 1.0)


@pytest.mark.parametrize("status", ["succeeded", "failed"])
def test_a_job_that_is_over_is_not_done_again(admin: Engine, database: Database, status: str) -> None:
    job_id = make_job(admin, status)
    carry_out(database, jobs, job_id, lambda _session, _progress: pytest.fail("done again"))
    assert status_of(admin, job_id)[0] == status


def test_a_job_that_does_not_exist_is_an_error(database: Database) -> None:
    with pytest.raises(LookupError, match="does not exist"):
        carry_out(database, jobs, str(uuid.uuid4()), lambda _session, _progress: "/result")


def test_two_workers_with_the_same_job_do_it_once(admin: Engine, database: Database) -> None:
    # One was taken for dead but lives: the second must neither do it beside the first, nor give it up.
    job_id, done = make_job(admin), []

    def do(_session: Session, _progress: Progress) -> str:
        done.append(threading.get_ident())
        time.sleep(0.5)
        return "/result"

    workers = [threading.Thread(target=carry_out, args=(database, jobs, job_id, do)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(done) == 1
    assert status_of(admin, job_id) == ("succeeded", 1.0)


def test_when_the_first_worker_breaks_off_the_second_does_the_job(admin: Engine, database: Database) -> None:
    job_id, started = make_job(admin), threading.Event()

    def lose_the_connection(session: Session, _progress: Progress) -> str:
        started.set()
        time.sleep(0.5)
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return "/never"

    def first() -> None:
        with pytest.raises(OperationalError):
            carry_out(database, jobs, job_id, lose_the_connection)

    worker = threading.Thread(target=first)
    worker.start()
    started.wait(10)
    carry_out(database, jobs, job_id, lambda _session, _progress: "/result")
    worker.join()
    assert status_of(admin, job_id) == ("succeeded", 1.0)


def test_a_job_works_on_behalf_of_its_principal(admin: Engine, bookshop_url: str) -> None:
    database = Database(bookshop_url, "bookshop", row_claims=bookshop.ROW_CLAIMS)
    seen: dict[str, str] = {}

    def do(session: Session, _progress: Progress) -> str:
        seen.update(bookshop.identity_in(session))
        return "/result"

    carry_out(database, jobs, make_job(admin), do, Principal("nina", frozenset({"seller"}), {"shopNumber": "7"}))
    assert seen == {"subject": "nina", "roles": "seller", "shop_number": "7"}
    database.close()


def test_a_job_that_kills_its_worker_each_time_lets_others_go_first(
    admin: Engine, bookshop_url: str, seller: httpx.Client
) -> None:
    job_id = asked(seller, "fine")
    orphan = text(
        "UPDATE bookshop.procrastinate_jobs SET status = 'doing', worker_id = NULL, attempts = :attempts, "
        "scheduled_at = NULL WHERE args->>'job_id' = :job"
    )
    due = text(
        "SELECT status::text, scheduled_at - now() FROM bookshop.procrastinate_jobs WHERE args->>'job_id' = :job"
    )

    async def retry() -> None:
        async with connected(bookshop_url) as live:
            await _retry_stalled(live)

    pauses = []
    for attempts in (0, 3, 30):
        with admin.begin() as connection:
            connection.execute(orphan, {"job": job_id, "attempts": attempts})
        asyncio.run(retry())
        with admin.connect() as connection:
            status, pause = connection.execute(due, {"job": job_id}).one()
        assert status == "todo"
        pauses.append(round(pause.total_seconds()))
    assert pauses == [0, 8, 600]
    with admin.begin() as connection:
        connection.execute(text("UPDATE bookshop.procrastinate_jobs SET scheduled_at = NULL"))


def worker(settings: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as target:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.unit.shared.plumbing.bookshop", "worker"],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=target,
            stderr=target,
        )


def wait_for(what: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


def test_a_killed_worker_does_not_lose_its_job(
    seller: httpx.Client, admin: Engine, settings: dict[str, str], tmp_path: Path, empty_the_queue: Callable[[], None]
) -> None:
    empty_the_queue()
    job_id = asked(seller, "slow")
    first = worker(settings, tmp_path / "first.log")
    try:
        wait_for((tmp_path / job_id).exists)
        assert job_at(seller, job_id)["status"] == "running"
        assert job_at(seller, job_id)["progress"] == 0.5
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    killed_at = time.monotonic()
    second = worker(settings, tmp_path / "second.log")
    try:
        wait_for(lambda: job_at(seller, job_id)["status"] == "succeeded", STALLED_AFTER_SECONDS * 3)
        assert time.monotonic() - killed_at < STALLED_AFTER_SECONDS * 2.5
        assert times_done(admin, job_id) == 1
    finally:
        second.send_signal(signal.SIGTERM)
        assert second.wait(20) == 0


def test_a_worker_that_is_told_to_stop_finishes_the_job_under_way(
    seller: httpx.Client, admin: Engine, settings: dict[str, str], tmp_path: Path, database: Database
) -> None:
    with admin.begin() as connection:
        connection.execute(text("DELETE FROM bookshop.procrastinate_workers"))
    process = worker(settings, tmp_path / "worker.log")
    try:
        wait_for(lambda: worker_seen_within(database))
        job_id = asked(seller, "fine")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
    # Either it was not begun, or it was done: nothing in between.
    status, times = job_at(seller, job_id)["status"], times_done(admin, job_id)
    assert (status, times) in {("queued", 0), ("succeeded", 1)}


def test_a_worker_gives_signs_of_life(admin: Engine, database: Database) -> None:
    with admin.begin() as connection:
        connection.execute(text("DELETE FROM bookshop.procrastinate_workers"))
    assert not worker_seen_within(database)
    with admin.begin() as connection:
        connection.execute(text("INSERT INTO bookshop.procrastinate_workers DEFAULT VALUES"))
    assert worker_seen_within(database)
    with admin.begin() as connection:
        connection.execute(text("UPDATE bookshop.procrastinate_workers SET last_heartbeat = now() - interval '61 s'"))
    assert not worker_seen_within(database)


def test_the_queue_forgets_what_is_long_done(
    admin: Engine, bookshop_url: str, seller: httpx.Client, empty_the_queue: Callable[[], None]
) -> None:
    asked(seller, "fine")
    empty_the_queue()
    asked(seller, "fine")

    async def forget() -> None:
        async with connected(bookshop_url) as live:
            await live.tasks["bookshop.forget_finished"].defer_async(timestamp=0)

    with admin.begin() as connection:
        connection.execute(text("UPDATE bookshop.procrastinate_events SET at = at - interval '15 days'"))
    finished_before = queued(admin)
    asyncio.run(forget())
    empty_the_queue()
    assert finished_before > 2
    assert queued(admin) == 2  # the job asked for last, and the forgetting itself


def test_a_job_nobody_may_see_is_not_found(database: Database) -> None:
    with database.transaction(Principal("someone")) as session, pytest.raises(JobNotFound):
        job_of(Work(session, Principal("someone")), jobs, uuid.uuid4())


def test_a_job_cannot_have_an_impossible_state(admin: Engine) -> None:
    job_id = make_job(admin)
    for values in ({"status": "lost"}, {"progress": 1.5}):
        with pytest.raises(Exception, match="violates check constraint"), admin.begin() as connection:
            connection.execute(update(jobs).where(jobs.c.job_id == uuid.UUID(job_id)).values(**values))


def test_a_problem_is_told_as_a_document() -> None:
    assert problem_document(None)["status"] == 500
    found = problem_document(SoldOut(Text("Op.", "Gone."), errors=[Fault("/a", "b", Text("d", "c"))]))
    assert found["detail"] == "Gone."
    assert found["errors"] == [{"location": "/a", "code": "b", "message": "c"}]


def test_the_drivers_own_address_keeps_host_and_password() -> None:
    assert conninfo("postgresql+psycopg://u:p%40ss@h:5/d?host=/tmp/s") == "postgresql://u:p%40ss@h:5/d?host=%2Ftmp%2Fs"
