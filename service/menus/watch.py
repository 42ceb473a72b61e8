"""How often menus have changed: one count, raised in the transaction that changes what they are made of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from service.tables import MenuVersion
from service.writing import WritingSession, watch_tables

WATCHED = frozenset(
    {
        "dish",
        "dish_price",
        "menu_entry",
        "menu_swap",
        "ingredient",
        "recipe_line",
        "course",
        "course_option",
    }
)
"""The tables that menus are made of."""

READ = "menus.read"
"""Where a session holds what it has read of menus; a change empties it."""

_CHANGED = "menus.changed"


def has_changed(session: Session) -> bool:
    """Return whether this session's transaction has changed a menu, which nobody else may see yet."""
    return bool(session.info.get(_CHANGED))


def _note_change(session: Any) -> None:
    session.info[_CHANGED] = True
    session.info.pop(READ, None)


watch_tables(WATCHED, _note_change)


@event.listens_for(WritingSession, "before_commit")
def _count_change(session: Session) -> None:
    session.flush()
    if session.in_nested_transaction() or not session.info.pop(_CHANGED, False):
        # What a savepoint keeps may still be undone with the whole.
        return
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    count = insert(MenuVersion).values(id=1, changes=1)
    more = count.on_conflict_do_update(index_elements=["id"], set_={"changes": col(MenuVersion.changes) + 1})
    session.connection().execute(more)
