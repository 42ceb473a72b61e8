"""The session that every write goes through, so that whoever keeps something true can watch it.

Watchers listen to `WritingSession` and act before the commit, in the same transaction; `service.db` loads them, so that
no process can write unwatched. Statements that go past the session, by its connection, are seen by no watcher: only
tables that nobody watches may be written like that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Table, event
from sqlalchemy.orm import ORMExecuteState, UOWTransaction
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


def watch_tables(names: frozenset[str], note: Callable[[Any], None]) -> None:
    """Have `note` called with the session that writes to one of these tables, by rows or by a statement."""

    @event.listens_for(WritingSession, "after_flush")
    def note_rows(session: Session, _context: UOWTransaction) -> None:
        if any(getattr(row, "__tablename__", "") in names for row in (*session.new, *session.dirty, *session.deleted)):
            note(session)

    @event.listens_for(WritingSession, "do_orm_execute")
    def note_statement(state: ORMExecuteState) -> None:
        table = written_table(state)
        if table is not None and table.name in names:
            note(state.session)
