"""shared.plumbing.work: the same request has one effect and one answer, also when it comes thirty times at once."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import URL, create_engine, func, select

from shared.plumbing.identity import Principal
from shared.plumbing.work import Turns, Work, WorkError
from tests.unit.shared.plumbing import bookshop


@pytest.fixture
def titles(bookshop_admin: URL):  # type: ignore[no-untyped-def]
    """How many books with this title are really there."""
    engine = create_engine(bookshop_admin)

    def count(title: str) -> int:
        with engine.connect() as connection:
            found = select(func.count()).select_from(bookshop.books).where(bookshop.books.c.title == title)
            return connection.execute(found).scalar_one()

    yield count
    engine.dispose()


def new_title(kind: str = "book") -> str:
    return f"{kind} {uuid.uuid4().hex[:20]}"


def keyed(key: str | None = None) -> dict[str, str]:
    return {"Idempotency-Key": key or str(uuid.uuid4())}


def test_the_same_key_and_body_get_the_same_answer(seller: httpx.Client, titles: Any) -> None:
    title, headers = new_title(), keyed()
    first = seller.post("/books", json={"title": title, "price": "1.10"}, headers=headers)
    again = seller.post("/books", json={"title": title, "price": "1.10"}, headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.json()["price"] == "1.1"
    for name in ("Location", "ETag", "API-Version", "Content-Type"):
        assert first.headers[name] == again.headers[name]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert titles(title) == 1


def test_the_same_key_with_another_body_is_refused(seller: httpx.Client, titles: Any) -> None:
    title, headers = new_title(), keyed()
    assert seller.post("/books", json={"title": title}, headers=headers).status_code == 201
    other = seller.post("/books", json={"title": title + "!"}, headers=headers)
    assert (other.status_code, other.json()["type"]) == (409, "urn:zorgtarief:problem:idempotency-key-used-before")
    assert titles(title + "!") == 0


def test_without_a_key_every_request_is_a_new_one(seller: httpx.Client) -> None:
    title = new_title()
    assert seller.post("/books", json={"title": title}).status_code == 201
    assert seller.post("/books", json={"title": title}).status_code == 409  # titles are unique


def test_a_key_is_the_callers_own(shop: httpx.Client, seller: httpx.Client, issuer: Any) -> None:
    headers = keyed()
    assert seller.post("/books", json={"title": new_title()}, headers=headers).status_code == 201
    someone_else = headers | issuer.headers("seller", subject="another seller")
    answer = shop.post("/books", json={"title": new_title()}, headers=someone_else)
    assert answer.status_code == 201
    assert "Idempotent-Replayed" not in answer.headers


@pytest.mark.parametrize("key", ["", "a b", "x" * 129, "caf\u00e9".encode().decode("latin-1")])
def test_a_key_is_short_and_visible(seller: httpx.Client, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    answer = seller.post("/books", json={"title": new_title()}, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["location"] == "header.idempotency-key"


@pytest.mark.parametrize(("kind", "status"), [("sold", 409), ("broken", 500)])
def test_what_failed_leaves_nothing_and_frees_the_key(
    seller: httpx.Client, titles: Any, kind: str, status: int
) -> None:
    title, headers = new_title(kind), keyed()
    assert seller.post("/books", json={"title": title}, headers=headers).status_code == status
    assert titles(title) == 0
    assert seller.post("/books", json={"title": title}, headers=headers).status_code == status
    better = seller.post("/books", json={"title": new_title()}, headers=headers)
    assert better.status_code == 201
    assert "Idempotent-Replayed" not in better.headers


@pytest.mark.parametrize("kind", ["early", "rolled"])
def test_an_operation_that_breaks_the_promise_saves_nothing(seller: httpx.Client, titles: Any, kind: str) -> None:
    title, headers = new_title(kind), keyed()
    assert seller.post("/books", json={"title": title}, headers=headers).status_code == 500
    assert titles(title) == 0


def test_an_operation_may_use_a_savepoint(seller: httpx.Client, titles: Any) -> None:
    title, headers = new_title("nested"), keyed()
    answers = [seller.post("/books", json={"title": title}, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert titles(title) == 1


def test_saving_twice_is_refused_and_the_first_counts(seller: httpx.Client, titles: Any) -> None:
    title, headers = new_title("twice"), keyed()
    assert seller.post("/books", json={"title": title}, headers=headers).status_code == 500
    assert titles(title) == 1
    assert seller.post("/books", json={"title": title}, headers=headers).status_code == 201


def test_thirty_at_once_have_one_effect(seller: httpx.Client, titles: Any) -> None:
    body, headers = {"title": new_title(), "wait": 0.3}, keyed()
    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda _: seller.post("/books", json=body, headers=headers), range(30)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["bookId"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 29
    assert titles(body["title"]) == 1


def test_when_the_first_fails_the_next_takes_its_place(seller: httpx.Client, titles: Any) -> None:
    # The same key, but the first in line is refused by the domain: the key must be free for whoever waited.
    title, headers = new_title(), keyed()
    bodies = [{"title": new_title("sold"), "wait": 0.5}] + [{"title": title}] * 5
    with ThreadPoolExecutor(6) as pool:
        waiting = []
        for body in bodies:
            waiting.append(pool.submit(seller.post, "/books", json=body, headers=headers))
            time.sleep(0.05)
        answers = [answer.result() for answer in waiting]
    assert [answer.status_code for answer in answers] == [409, 201, 201, 201, 201, 201]
    assert titles(title) == 1


@pytest.mark.parametrize("same_key", [True, False])
def test_a_crowd_does_not_lock_itself_out(bookshop_url: str, issuer: Any, titles: Any, same_key: bool) -> None:
    # Few connections, more requests than threads: no one may hold what another needs in order to finish.
    app = bookshop.create_app(bookshop_url, issuer.issuer, issuer.audience, issuer.jwks_url, pool_size=4)
    token, key, base = issuer.headers("seller"), str(uuid.uuid4()), new_title()[:30]
    limits = httpx.Limits(max_connections=120)
    with bookshop.serving(app) as address, httpx.Client(base_url=address, timeout=60, limits=limits) as client:

        def post(number: int) -> httpx.Response:
            title = base if same_key else f"{base}{number}"
            # The first of the same key is refused, so that one of those who wait must do the work.
            body = {"title": new_title("sold") if same_key and number == 0 else title, "wait": 0.3}
            headers = token | keyed(key if same_key else None)
            if number:
                time.sleep(0.05)
            return client.post("/books", json=body, headers=headers)

        start = time.perf_counter()
        with ThreadPoolExecutor(100) as pool:
            answers = list(pool.map(post, range(100)))
        took = time.perf_counter() - start
        assert [answer.status_code for answer in answers] == [409 if same_key else 201] + [201] * 99
        assert took < 20
        assert client.get("/readyz").status_code == 200
    assert titles(base) == (1 if same_key else 0)


def test_turns_forget_keys_that_nobody_waits_for() -> None:
    assert len(Turns(1)._keys) == 0


def test_the_moment_is_the_databases_and_stands_still(shop_app: Any) -> None:
    with shop_app.state.database.transaction(Principal("someone")) as session:
        work = Work(session, Principal("someone"))
        first = work.now()
        time.sleep(0.01)
        assert work.now() == first
        assert first.utcoffset() is not None
        assert work.saved(bookshop.BookOut(book_id=uuid.uuid4(), title="t", pages=1)).title == "t"
        with pytest.raises(WorkError, match="once"):
            work.saved(bookshop.BookOut(book_id=uuid.uuid4(), title="t", pages=1))
