"""The same call twice: a caller that never heard the answer may ask again, and gets the first answer.

The answer is kept in the transaction that did the work, so that there is no moment at which one stands without the
other. As in the IETF draft "The Idempotency-Key HTTP Header Field" (draft-ietf-httpapi-idempotency-key-header) the same
key with another body is an error of the caller (422), and refused while the first call is still at work (409). A call
that was refused did nothing and keeps no answer: asked again, it is tried again.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, update
from sqlmodel import Session, col

from service.clock import Clock
from service.db import Database, changed_rows, insert_unless_there
from service.errors import ConflictError, InvalidError
from service.tables import AnsweredCall

KEPT = timedelta(days=7)
"""How long an answer is kept; a till that was without power over a weekend may still ask."""

Answer = Mapping[str, Any]

# Asked with every keyed call, so built once.
_KEEP = update(AnsweredCall).where(
    col(AnsweredCall.caller) == bindparam("of_caller"), col(AnsweredCall.key) == bindparam("of_key")
)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that carries a key: whose it is, and what it asks, as a digest."""

    caller: str
    key: str
    fingerprint: str


def call_of(caller: str, key: str, operation: str, body: Mapping[str, Any]) -> Call:
    """Return the call; `body` must be plain JSON. Keys of two callers never meet."""
    asked = json.dumps([operation, body], sort_keys=True, ensure_ascii=False)
    return Call(caller, key, hashlib.sha256(asked.encode()).hexdigest())


class AtWork:
    """The keyed calls that this process is at work on."""

    def __init__(self) -> None:
        self._calls: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    @contextmanager
    def entered(self, call: Call) -> Iterator[None]:
        """Refuse a second call with the same key while the first one is at work.

        Raises
        ------
        ConflictError
            Then.
        """
        name = (call.caller, call.key)
        with self._lock:
            if name in self._calls:
                raise ConflictError("error.key_at_work", given=call.key)
            self._calls.add(name)
        try:
            yield
        finally:
            with self._lock:
                self._calls.discard(name)


AT_WORK = AtWork()


def answered_once(database: Database, call: Call | None, clock: Clock, work: Callable[[Session], Answer]) -> Answer:
    """Do `work` in one transaction and return its answer, or the answer it gave before to the same call.

    `work` returns plain JSON.

    Raises
    ------
    InvalidError
        If the key stood for another body.
    ConflictError
        If a call with this key is at work.
    """
    if call is None:
        with database.write() as session:
            return work(session)
    with AT_WORK.entered(call), database.write() as session:
        earlier = _kept(session, call, clock)
        if earlier is not None:
            return earlier
        answer = dict(work(session))
        session.connection().execute(_KEEP, {"of_caller": call.caller, "of_key": call.key, "answer": answer})
        return answer


def _kept(session: Session, call: Call, clock: Clock) -> Answer | None:
    """Return the answer kept for a call; if there is none, take its key.

    Another process that has taken the key and is not done holds this statement up until it is.
    """
    values = {"caller": call.caller, "key": call.key, "fingerprint": call.fingerprint, "answer": {}}
    if insert_unless_there(session, AnsweredCall, **values, made_at=clock.now()):
        return None
    earlier = session.get_one(AnsweredCall, (call.caller, call.key))
    if earlier.fingerprint != call.fingerprint:
        raise InvalidError("error.key_used", given=call.key)
    return earlier.answer


def forget_old_answers(database: Database, clock: Clock) -> int:
    """Forget the answers that nobody will ask for any more; return how many."""
    with database.write() as session:
        old = delete(AnsweredCall).where(col(AnsweredCall.made_at) < clock.now() - KEPT)
        return changed_rows(session.execute(old))
