"""The session that every write goes through, so that whoever keeps something true can watch it.

Watchers listen to `WritingSession` and act before the commit, in the same transaction; `service.db` loads them, so that
no process can write unwatched. Statements that go past the session, by its connection, are seen by no watcher: only
tables that nobody watches may be written like that.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import ORMExecuteState
from sqlmodel import Session


class WritingSession(Session):
    """A session that is watched."""


def written_table(state: ORMExecuteState) -> Table | None:
    """Return the table that a statement writes to, None for one that only reads."""
    if not (state.is_insert or state.is_update or state.is_delete):
        return None
    statement: Any = state.statement
    table: Table = statement.table
    return table
