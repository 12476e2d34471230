"""A small service for tests, put together as a real one: ``python -m tests.unit.shared.plumbing.bookshop worker``."""

import contextlib
import os
import socket
import sys
import threading
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Query, Response
from procrastinate.schema import SchemaManager
from pydantic import Field
from sqlalchemy import URL, BigInteger, Column, String, Table, Uuid, create_engine, func, insert, select, text
from sqlalchemy.orm import Session

from migrations.roles import prepare
from services.runner.embedded import as_service
from shared.kernel.sources import Text
from shared.plumbing.database import Database, metadata, migration_of
from shared.plumbing.database_problems import DATABASE_ERROR_HANDLERS
from shared.plumbing.health import health_router
from shared.plumbing.identity import IssuerKeys, Principal, TokenVerifier, allow, public
from shared.plumbing.jobs import JobOut, Progress, ask, carry_out, job_of, job_queue, jobs_table, run_worker
from shared.plumbing.problems import Conflict, Fault
from shared.plumbing.routes import ContractRoute, produces
from shared.plumbing.schemas import ExactNumber, Instant, IsoDate, RequestModel, ResponseModel
from shared.plumbing.uploads import Upload, accepts
from shared.plumbing.web import service_app
from shared.plumbing.work import Work, idempotency_table, work_of

ROW_CLAIMS = ("shopNumber",)
METADATA = metadata("bookshop")
books = Table(
    "books",
    METADATA,
    Column("book_id", Uuid, primary_key=True),
    Column("title", String(50), nullable=False, unique=True),
    Column("pages", BigInteger, nullable=False),
    Column("shop_number", String(10)),
)
idempotency_keys = idempotency_table(METADATA)
jobs = jobs_table(METADATA)
queue = job_queue("bookshop")

router = APIRouter(route_class=ContractRoute, tags=["books"])


class BookIn(RequestModel):
    """A book to be added."""

    title: str = Field(min_length=1, examples=["Max Havelaar"])
    pages: int = 1
    price: ExactNumber | None = None
    printed_on: IsoDate | None = None
    wait: float = 0


class BookOut(ResponseModel):
    """A book of the shop."""

    book_id: uuid.UUID
    title: str
    pages: int
    price: ExactNumber | None = None


class Note(RequestModel):
    """Something to be remembered, perhaps."""

    text: str = "nothing"


class SoldOut(Conflict):
    """The book is no longer there."""

    code = "sold-out"
    title = Text("Uitverkocht", "Sold out")


def _book_of(body: BookIn) -> BookOut:
    return BookOut(book_id=uuid.uuid4(), title=body.title, pages=body.pages, price=body.price)


def _insert(work: Work, book: BookOut) -> None:
    work.session.execute(insert(books).values(book_id=book.book_id, title=book.title, pages=book.pages))


@router.post("/books", operation_id="add_book", status_code=201)
def add_book(
    body: BookIn, response: Response, _caller: Principal = Depends(allow("seller")), work: Work = Depends(work_of)
) -> BookOut:
    """Add a book; titles starting with "sold" or "broken" go wrong after the insert."""
    book = _book_of(body)
    _insert(work, book)
    if body.wait:
        time.sleep(body.wait)
    if body.title.startswith("sold"):
        raise SoldOut(
            Text("Uitverkocht.", "Sold out."),
            errors=[Fault("/title", "sold", Text("kies een ander", "choose another"))],
        )
    if body.title.startswith("broken"):
        raise ZeroDivisionError("a secret of the handler: " + body.title)
    if body.title.startswith("nested"):
        with work.session.begin_nested():
            work.session.execute(select(func.now()))
    if body.title.startswith("early"):
        work.session.commit()
    if body.title.startswith("rolled"):
        work.session.rollback()
        _insert(work, book)
    response.headers["ETag"] = '"1"'
    saved = work.saved(book, response, location=f"/bookshop/v1/books/{book.book_id}")
    return work.saved(book, response) if body.title.startswith("twice") else saved


@router.get("/books", operation_id="list_books")
def list_books(
    title: str | None = Query(None, max_length=60),
    known_at: Instant | None = Query(None, alias="knownAt"),
    _caller: Principal = Depends(allow("seller", "buyer")),
    work: Work = Depends(work_of),
) -> list[BookOut]:
    """The books of the shop."""
    found = select(books.c.book_id, books.c.title, books.c.pages).order_by(books.c.title)
    if title is not None:
        found = found.where(books.c.title == title)
    return [BookOut(**row) for row in work.session.execute(found).mappings()]


@router.get("/books/{bookId}", operation_id="get_book")
def get_book(bookId: uuid.UUID, _caller: Principal = Depends(public())) -> BookOut:  # noqa: N803
    """One book."""
    return BookOut(book_id=bookId, title="-", pages=0)


@router.delete("/books/{bookId}", operation_id="remove_book", status_code=204)
def remove_book(bookId: uuid.UUID, _caller: Principal = Depends(allow("seller"))) -> None:  # noqa: N803
    """Remove one book."""


@router.get("/shelves/{name}", operation_id="get_shelf")
def get_shelf(name: str, work: Work = Depends(work_of), _caller: Principal = Depends(public())) -> dict[str, str]:
    """A name that goes to the database as it came."""
    return {"name": work.session.execute(select(func.upper(name))).scalar_one()}


@router.get("/caller", operation_id="get_caller")
def get_caller(caller: Principal = Depends(public()), work: Work = Depends(work_of)) -> dict[str, Any]:
    """Who asks, as the handler and as the database sees it."""
    return {
        "subject": caller.subject,
        "roles": sorted(caller.roles),
        "claims": dict(caller.claims),
        "anonymous": caller.anonymous,
        "inDatabase": identity_in(work.session),
    }


@router.post("/notes", operation_id="write_note")
def write_note(body: Note | None = None, _caller: Principal = Depends(public())) -> dict[str, str]:
    """A body that may be absent."""
    return {"text": "absent" if body is None else body.text}


@router.post("/echo", operation_id="echo")
def echo(body: dict[str, Any], _caller: Principal = Depends(public())) -> dict[str, Any]:
    """Any object, as it came."""
    return body


@router.post("/catalogues", operation_id="send_catalogue", status_code=201)
def send_catalogue(
    _caller: Principal = Depends(allow("seller")), upload: Upload = Depends(accepts("text/csv", max_bytes=2 << 20))
) -> dict[str, Any]:
    """A file."""
    return {
        "size": upload.size,
        "sha256": upload.sha256,
        "again": len(upload.content()),
        "mediaType": upload.media_type,
    }


@router.get("/reports", operation_id="get_report", response_class=Response)
def get_report(
    kind: str = Depends(produces("text/html", "text/csv")), _caller: Principal = Depends(public())
) -> Response:
    """A page or a table."""
    return Response(f"<p>{kind}</p>" if kind == "text/html" else "kind\r\n", media_type=kind)


@router.post("/counts", operation_id="count_books", status_code=202)
def count_books(
    body: Note, response: Response, _caller: Principal = Depends(allow("seller")), work: Work = Depends(work_of)
) -> JobOut:
    """Long work; the note says how it goes."""
    job = ask(work, jobs, count, "count", how=body.text)
    if body.text == "refused":
        raise SoldOut(Text("Uitverkocht.", "Sold out."))
    return work.saved(job, response, location=f"/bookshop/v1/jobs/{job.job_id}")


@router.get("/jobs/{jobId}", operation_id="get_job")
def get_job(
    jobId: uuid.UUID,  # noqa: N803
    mine: bool = False,
    _caller: Principal = Depends(allow("seller", "buyer")),
    work: Work = Depends(work_of),
) -> JobOut:
    """One job."""
    return job_of(work, jobs, jobId, everyone=not mine)


def identity_in(session: Session) -> dict[str, str]:
    """What the database knows of the caller, empty where it knows nothing."""
    names = ("subject", "roles", "shop_number")
    columns = [func.coalesce(func.current_setting(f"zorgtarief.{name}", True), "").label(name) for name in names]
    return dict(session.execute(select(*columns)).mappings().one())


@queue.task(name="bookshop.count")
def count(job_id: str, how: str) -> None:
    """Adds one book per time it is done, so that a test can count."""

    def do(session: Session, progress: Progress) -> str:
        title = f"{how} {job_id}"
        session.execute(insert(books).values(book_id=uuid.uuid4(), title=title[:50], pages=1))
        progress.at(0.5)
        if how == "sold out":
            raise SoldOut(
                Text("Uitverkocht.", "Sold out."),
                errors=[Fault("/x", "sold", Text("kies een ander", "choose another"))],
            )
        if how == "broken":
            raise ZeroDivisionError("a secret of the job")
        if how.startswith("slow"):
            # Slow the first time only: whoever takes the job up again is quick.
            flag = f"{os.environ['BOOKSHOP_FLAGS']}/{job_id}"
            if not os.path.exists(flag):
                with open(flag, "w"):
                    pass
                time.sleep(60)
        return f"/bookshop/v1/counts/{job_id}"

    database = Database(os.environ["BOOKSHOP_DATABASE_URL"], "bookshop")
    try:
        carry_out(database, jobs, job_id, do)
    finally:
        database.close()


def install(admin: URL) -> str:
    """Make the service's roles and schema, and give the address for the service's role."""
    engine = create_engine(admin)
    with engine.begin() as connection:
        prepare(connection, "bookshop", None)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL ROLE bookshop_owner"))
        connection.execute(text("SET LOCAL search_path = bookshop"))
        METADATA.create_all(connection)
        connection.exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
        for kind in ("TABLES", "SEQUENCES"):
            connection.execute(text(f"GRANT ALL ON ALL {kind} IN SCHEMA bookshop TO bookshop_service"))
        connection.execute(text("CREATE TABLE alembic_version (version_num text)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('0001_books')"))
        connection.execute(text("GRANT SELECT ON alembic_version TO bookshop_service"))
    engine.dispose()
    return as_service(admin, "bookshop").render_as_string(hide_password=False)


def create_app(database_url: str, issuer: str, audience: str, jwks_url: str, pool_size: int = 10) -> FastAPI:
    """The service as an application."""
    database = Database(database_url, "bookshop", row_claims=ROW_CLAIMS, pool_size=pool_size)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        database.close()

    app = service_app(
        title="Bookshop",
        version="1.2.3",
        base_path="/bookshop/v1",
        description="A shop with books.",
        routers=[router, health_router("bookshop", lambda _request: migration_of(database, "bookshop"))],
        verifier=TokenVerifier(
            issuer, audience, IssuerKeys(jwks_url), roles=frozenset({"seller", "buyer"}), row_claims=ROW_CLAIMS
        ),
        lifespan=lifespan,
        error_handlers=DATABASE_ERROR_HANDLERS,
    )
    app.state.database, app.state.idempotency_keys = database, idempotency_keys
    return app


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The application behind a real server on a free port; gives its address."""
    held = socket.create_server(("127.0.0.1", 0), backlog=512)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", access_log=False, server_header=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [held]})
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield f"http://127.0.0.1:{held.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        with contextlib.suppress(OSError):
            held.close()


if __name__ == "__main__":
    assert sys.argv[1:] == ["worker"]
    run_worker(queue, os.environ["BOOKSHOP_DATABASE_URL"], "bookshop", "bookshop-worker")
