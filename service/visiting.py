"""Who holds a session, remembered for a moment: every call asks, and hardly one of them gets a new answer.

A change of users or sessions in this process is known at once, because every write is watched; one in another process
after `REMEMBERED`. Nobody is remembered who was not let in: a guess always costs a question.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event

from service.access import Login, find_login
from service.clock import Clock
from service.db import Database
from service.writing import WritingSession, watch_tables

REMEMBERED = timedelta(seconds=2)
"""For how long a session that another process has ended may still open a door of this one."""

MOST_REMEMBERED = 5_000
WATCHED = frozenset({"app_user", "login_session"})
_CHANGED = "visitors.changed"


class Visitors:
    """The sessions one database's calls came with lately."""

    def __init__(self) -> None:
        self.changes = 0
        self._known: OrderedDict[str, tuple[datetime, Login]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, token: str, now: datetime) -> Login | None:
        """Return who holds a token, None for one that has not come for a moment."""
        with self._lock:
            asked_at, login = self._known.get(token, (None, None))
        if asked_at is None or login is None or not timedelta() <= now - asked_at < REMEMBERED:
            return None
        return login if now < login.ends_at else None

    def keep(self, token: str, now: datetime, login: Login, changes: int) -> None:
        """Remember an answer, unless something has changed since `changes` was read: it may be older than that."""
        with self._lock:
            if changes != self.changes:
                return
            self._known[token] = (now, login)
            self._known.move_to_end(token)
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)

    def forget(self) -> None:
        """Forget everybody."""
        with self._lock:
            self.changes += 1
            self._known.clear()


_VISITORS: WeakKeyDictionary[Engine, Visitors] = WeakKeyDictionary()
_LOCK = threading.Lock()


def visitors_of(engine: Engine) -> Visitors:
    """Return the visitors of a database."""
    with _LOCK:
        return _VISITORS.setdefault(engine, Visitors())


def ask_login(database: Database, token: str, clock: Clock) -> Login | None:
    """Return who holds a token by asking the database, and remember it; None as `service.access.find_login`."""
    visitors, now = visitors_of(database.engine), clock.now()
    changes = visitors.changes
    with database.read() as session:
        login = find_login(session, token, now)
    if login is not None:
        visitors.keep(token, now, login, changes)
    return login


def _note_change(session: Any) -> None:
    session.info[_CHANGED] = True


watch_tables(WATCHED, _note_change)


@event.listens_for(WritingSession, "after_commit")
def _forget(session: Any) -> None:
    if session.info.pop(_CHANGED, False):
        visitors_of(session.get_bind().engine).forget()
