"""One request's unit of work: a transaction, the caller, and the promise that the same request has one effect.

An operation does its work on ``work.session`` and ends with ``work.saved(answer)``: the answer is stored under the
request's Idempotency-Key and committed together with what it tells about. What did not come that far is rolled back.
"""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import anyio
from fastapi import Request, Response
from pydantic import BaseModel
from sqlalchemy import Column, DateTime, Integer, MetaData, String, Table, event, func, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from shared.kernel.receipts import canonical_hash
from shared.kernel.sources import Text
from shared.plumbing.database import Database
from shared.plumbing.identity import Principal
from shared.plumbing.problems import BadRequest, Conflict, Fault

Answer = TypeVar("Answer", bound=BaseModel)

KEY = re.compile(r"[\x21-\x7e]{1,128}")
RESERVED_CONNECTIONS = 2
"""Connections that no unit of work takes, so that health stays visible under load."""


def idempotency_table(metadata: MetaData) -> Table:
    """The table of remembered answers, in the service's own schema."""
    return Table(
        "idempotency_keys",
        metadata,
        Column("subject", String(200), primary_key=True),
        Column("key", String(128), primary_key=True),
        Column("fingerprint", String(64), nullable=False),
        Column("status", Integer),
        Column("headers", JSONB),
        Column("answer", JSONB),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )


class KeyUsedBefore(Conflict):
    """The Idempotency-Key was used before for another request."""

    code = "idempotency-key-used-before"
    title = Text("Sleutel al gebruikt", "Key used before")


class AnsweredBefore(Exception):
    """The same request was answered before; the remembered answer is sent again."""

    def __init__(self, status: int, headers: dict[str, str], answer: Any) -> None:
        super().__init__(status)
        self.status, self.headers, self.answer = status, headers, answer


@dataclass(frozen=True, slots=True)
class Claim:
    """An Idempotency-Key that this request holds until it is answered."""

    subject: str
    key: str


class WorkError(RuntimeError):
    """An operation does not keep the promise of a unit of work: a mistake in our code, never in the input."""


class Turns:
    """Lets requests into their units of work: no more at once than there are connections, one at a time per key.

    Whoever waits holds neither a thread nor a connection; otherwise a crowd of duplicates would wait for the first
    request, and the first request for the thread or connection that a duplicate holds.
    """

    def __init__(self, units: int) -> None:
        self._units = anyio.Semaphore(units)
        self._keys: WeakValueDictionary[Claim, anyio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, claim: Claim | None) -> AsyncIterator[None]:
        """Wait for a turn, and have it."""
        if claim is None:
            async with self._units:
                yield
            return
        lock = self._keys.setdefault(claim, anyio.Lock())
        async with lock, self._units:
            yield


class Work:
    """A transaction on behalf of the caller of one request."""

    def __init__(self, session: Session, principal: Principal, keys: Table | None = None) -> None:
        self.session, self.principal = session, principal
        self._keys = keys
        self._claim: Claim | None = None
        self._answered = False
        self._now: datetime | None = None

    def claim(self, key: str, fingerprint: str) -> None:
        """Hold an Idempotency-Key; waits while another request with the same key is under way.

        Raises:
            AnsweredBefore: this very request was answered before.
            KeyUsedBefore: the key stands for another request.
        """
        assert self._keys is not None, "this service remembers no answers"
        keys, subject = self._keys, self.principal.subject
        mine = self.session.execute(
            upsert(keys)
            .values(subject=subject, key=key, fingerprint=fingerprint)
            .on_conflict_do_nothing()
            .returning(keys.c.key)
        ).first()
        if mine is None:
            row = self.session.execute(select(keys).where(keys.c.subject == subject, keys.c.key == key)).one()
            if row.fingerprint != fingerprint:
                raise KeyUsedBefore(
                    Text(
                        "Deze Idempotency-Key hoort bij een ander verzoek. Gebruik voor elk nieuw verzoek een nieuwe.",
                        "This Idempotency-Key belongs to another request. Use a new one for each new request.",
                    )
                )
            raise AnsweredBefore(row.status, row.headers or {}, row.answer)
        self._claim = Claim(subject, key)
        event.listen(self.session, "before_commit", self._refuse_without_answer)

    def _refuse_without_answer(self, session: Session) -> None:
        # A savepoint may be released at any time: nothing of it stands until the whole is committed.
        if not self._answered and not session.in_nested_transaction():
            raise WorkError("work under an Idempotency-Key is committed by saved(), with its answer")

    def now(self) -> datetime:
        """The moment of this transaction by the database's clock, the only clock that decides what was known when."""
        if self._now is None:
            self._now = self.session.execute(select(func.now())).scalar_one()
        return self._now

    def saved(self, answer: Answer, response: Response | None = None, *, location: str | None = None) -> Answer:
        """Remember the answer, commit everything, and hand the answer back.

        Args:
            answer: what the client gets.
            response: the response under way; its status and Location are remembered too.
            location: address of what was made.

        Raises:
            WorkError: the work was saved before, or the transaction that held the Idempotency-Key is gone.
        """
        if self._answered:
            raise WorkError("a unit of work is saved once")
        headers = {"Location": location} if location else {}
        status = (response.status_code if response is not None else None) or 200
        if response is not None:
            response.headers.update(headers)
            headers = dict(response.headers)
        if self._claim is not None and self._keys is not None:
            keys = self._keys
            held = self.session.execute(
                update(keys)
                .where(keys.c.subject == self._claim.subject, keys.c.key == self._claim.key)
                .values(status=status, headers=headers, answer=answer.model_dump(mode="json"))
                .returning(keys.c.key)
            )
            if held.first() is None:
                raise WorkError("the transaction that held the Idempotency-Key was rolled back")
        self._answered = True
        self.session.commit()
        return answer


def in_turn(request: Request) -> AbstractAsyncContextManager[None]:
    """The request's turn to start its unit of work, kept until its answer is there."""
    state = request.app.state
    if not hasattr(state, "turns"):
        state.turns = Turns(max(1, state.database.capacity - RESERVED_CONNECTIONS))
    key = request.headers.get("idempotency-key") if request.method == "POST" else None
    turns: Turns = state.turns
    return turns.turn(None if key is None else Claim(request.state.principal.subject, key))


def work_of(request: Request, response: Response) -> Iterator[Work]:
    """The request's unit of work, for ``Depends``: holds the Idempotency-Key of a POST, rolls back unless committed."""
    database: Database = request.app.state.database
    principal: Principal = request.state.principal
    with database.transaction(principal) as session:
        work = Work(session, principal, getattr(request.app.state, "idempotency_keys", None))
        key = request.headers.get("idempotency-key")
        if key is not None and request.method == "POST":
            if not KEY.fullmatch(key):
                raise BadRequest(
                    Text("De Idempotency-Key is niet bruikbaar.", "The Idempotency-Key cannot be used."),
                    errors=[
                        Fault(
                            "header.idempotency-key",
                            "format",
                            Text(
                                "geef 1 tot en met 128 zichtbare ASCII-tekens", "give 1 to 128 visible ASCII characters"
                            ),
                        )
                    ],
                )
            work.claim(key, fingerprint_of(request))
        route = request.scope.get("route")
        if route is not None and getattr(route, "status_code", None):
            response.status_code = route.status_code
        yield work


# Routes read here how to wait for a turn, so that they need not know units of work.
work_of.in_turn = in_turn  # type: ignore[attr-defined]


def fingerprint_of(request: Request) -> str:
    """What makes two requests the same: method, path, query, media type and body."""
    return canonical_hash(
        [
            request.method,
            request.scope["path"],
            sorted([key, value] for key, value in request.query_params.multi_items()),
            request.headers.get("content-type", ""),
            request.state.body_hash,
        ]
    )
