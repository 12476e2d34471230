"""shared.plumbing.database: each transaction says who asks, and no connection carries that to the next caller."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import URL, Column, Engine, ForeignKey, Integer, Table, create_engine, insert, select, text, update
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError

import shared.plumbing.database as module
from shared.plumbing.database import Database, metadata, setting_name
from shared.plumbing.identity import ANONYMOUS, SYSTEM, Principal
from tests.unit.shared.plumbing import bookshop
from tests.unit.shared.plumbing.bookshop import books, identity_in

NINA = Principal("nina", frozenset({"seller"}), {"shopNumber": "7"})
OTTO = Principal("otto", frozenset({"buyer"}), {"shopNumber": "8", "unknown": "x"})
NOBODY = {"subject": "", "roles": "", "shop_number": ""}


@pytest.fixture
def database(bookshop_url: str) -> Iterator[Database]:
    """One connection only, so that every transaction gets the one that was used before."""
    database = Database(bookshop_url, "bookshop", row_claims=bookshop.ROW_CLAIMS, pool_size=1)
    yield database
    database.close()


@pytest.fixture(scope="module")
def admin(bookshop_admin: URL) -> Iterator[Engine]:
    engine = create_engine(bookshop_admin)
    yield engine
    engine.dispose()


def test_a_transaction_says_who_asks(database: Database) -> None:
    with database.transaction(NINA) as session:
        assert identity_in(session) == {"subject": "nina", "roles": "seller", "shop_number": "7"}
    with database.transaction(OTTO) as session:
        assert identity_in(session) == {"subject": "otto", "roles": "buyer", "shop_number": "8"}
    with database.transaction(ANONYMOUS) as session:
        assert identity_in(session) == {"subject": "anonymous", "roles": "", "shop_number": ""}
    with database.transaction(SYSTEM) as session:
        assert identity_in(session)["roles"] == "system"


def test_a_caller_with_several_roles_has_them_all(database: Database) -> None:
    with database.transaction(Principal("nina", frozenset({"seller", "buyer"}))) as session:
        assert set(identity_in(session)["roles"].split(",")) == {"seller", "buyer"}


def test_who_asked_is_forgotten_with_the_transaction(database: Database) -> None:
    def broken() -> None:
        with database.transaction(NINA) as session:
            session.execute(text("SELECT 1 / 0"))

    def committed() -> None:
        with database.transaction(NINA) as session:
            identity_in(session)
            session.commit()

    def left() -> None:
        with database.transaction(NINA) as session:
            identity_in(session)

    committed()
    with database.engine.connect() as connection:
        assert identity_in(connection) == NOBODY  # type: ignore[arg-type]
    left()
    with database.engine.connect() as connection:
        assert identity_in(connection) == NOBODY  # type: ignore[arg-type]
    with pytest.raises(DataError):
        broken()
    with database.engine.connect() as connection:
        assert identity_in(connection) == NOBODY  # type: ignore[arg-type]


def test_after_a_commit_the_same_session_still_says_who_asks(database: Database) -> None:
    with database.transaction(NINA) as session:
        session.commit()
        assert identity_in(session)["subject"] == "nina"
        session.rollback()
        assert identity_in(session)["subject"] == "nina"
        with session.begin_nested():
            assert identity_in(session)["subject"] == "nina"


def test_a_claim_cannot_smuggle_in_sql(database: Database) -> None:
    hostile = "7', true); SELECT set_config('zorgtarief.roles', 'boss"
    with database.transaction(Principal("nina", frozenset(), {"shopNumber": hostile})) as session:
        assert identity_in(session) == {"subject": "nina", "roles": "", "shop_number": hostile}


def test_rows_are_guarded_by_who_asks(bookshop_admin: URL, admin: Engine, database: Database) -> None:
    with admin.begin() as connection:
        connection.execute(text("SET LOCAL ROLE bookshop_owner"))
        connection.execute(
            text(
                "CREATE TABLE bookshop.orders (shop_number text); "
                "INSERT INTO bookshop.orders VALUES ('7'), ('7'), ('8'), (NULL), (''); "
                "ALTER TABLE bookshop.orders ENABLE ROW LEVEL SECURITY; "
                "CREATE POLICY own ON bookshop.orders "
                "USING (shop_number = nullif(current_setting('zorgtarief.shop_number', true), '')); "
                "GRANT SELECT, INSERT ON bookshop.orders TO bookshop_service"
            )
        )
    seen = {}
    for principal in (NINA, OTTO, ANONYMOUS, Principal("eve", frozenset({"seller"}), {"shopNumber": ""})):
        with database.transaction(principal) as session:
            seen[principal.subject] = session.execute(text("SELECT count(*) FROM orders")).scalar_one()
    assert seen == {"nina": 2, "otto": 1, "anonymous": 0, "eve": 0}
    with database.transaction(NINA) as session, pytest.raises(ProgrammingError, match="row-level security"):
        session.execute(text("INSERT INTO orders VALUES ('8')"))
    with database.transaction(NINA) as session:
        session.execute(text("SET LOCAL row_security = off"))
        with pytest.raises(ProgrammingError, match="row-level security"):
            session.execute(text("SELECT * FROM orders"))


def test_what_is_not_committed_is_gone(database: Database) -> None:
    book = {"book_id": "00000000-0000-4000-8000-000000000001", "title": "never", "pages": 1}
    with database.transaction(NINA) as session:
        session.execute(text("INSERT INTO books (book_id, title, pages) VALUES (:book_id, :title, :pages)"), book)
    with database.transaction(NINA) as session:
        assert session.execute(select(books).where(books.c.title == "never")).first() is None


def test_threads_do_not_see_each_others_caller(bookshop_url: str) -> None:
    database = Database(bookshop_url, "bookshop", row_claims=bookshop.ROW_CLAIMS, pool_size=2)
    wrong: list[Any] = []

    def ask(number: int) -> None:
        for _ in range(20):
            with database.transaction(Principal(f"caller {number}", frozenset({"seller"}))) as session:
                seen = identity_in(session)
                if seen["subject"] != f"caller {number}":
                    wrong.append(seen)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()
    assert wrong == []


def test_whoever_waits_too_long_for_another_is_told(
    bookshop_url: str, admin: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOCK_SECONDS", 1)
    impatient = Database(bookshop_url, "bookshop")
    with admin.begin() as connection:
        connection.execute(insert(books).values(book_id="00000000-0000-4000-8000-000000000002", title="held", pages=1))
    with admin.begin() as connection:
        connection.execute(update(books).where(books.c.title == "held").values(pages=2))
        start = time.monotonic()
        with impatient.transaction(NINA) as session, pytest.raises(OperationalError, match="lock timeout"):
            session.execute(update(books).where(books.c.title == "held").values(pages=3))
        assert time.monotonic() - start < 10
    impatient.close()


def test_an_error_does_not_tell_the_values(database: Database) -> None:
    with database.transaction(NINA) as session, pytest.raises(Exception, match="SQL parameters hidden") as caught:
        session.execute(text("SELECT * FROM absent WHERE secret = :secret"), {"secret": "hush"})
    assert "hush" not in str(caught.value)


def test_capacity_is_what_the_pool_can_hand_out(bookshop_url: str) -> None:
    database = Database(bookshop_url, "bookshop", pool_size=2)
    held = [database.engine.connect() for _ in range(database.capacity)]
    assert len(held) == 4
    assert database.engine.pool.checkedout() == 4  # type: ignore[attr-defined]
    for connection in held:
        connection.close()
    database.close()


@pytest.mark.parametrize(
    ("claim", "setting"), [("agbCode", "zorgtarief.agb_code"), ("uzovi", "zorgtarief.uzovi"), ("aB", "zorgtarief.a_b")]
)
def test_a_claim_has_a_setting_of_its_own(claim: str, setting: str) -> None:
    assert setting_name(claim) == setting


def test_constraints_have_names_that_migrations_can_rely_on() -> None:
    tables = metadata("library")
    Table("shelves", tables, Column("shelf_id", Integer, primary_key=True))
    table = Table("copies", tables, Column("shelf_id", Integer, ForeignKey("library.shelves.shelf_id"), index=True))
    assert tables.schema == "library"
    assert {constraint.name for constraint in table.foreign_key_constraints} == {"fk_copies_shelf_id_shelves"}
    assert {index.name for index in table.indexes} == {"ix_copies_shelf_id"}
