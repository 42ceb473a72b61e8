"""Imports undone: every row as it was before, unless something has come to stand on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Column, Table, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col

from service import audit
from service.clock import Clock, local_day
from service.db import Database, changed_rows
from service.errors import ConflictError, NotFoundError
from service.importing.closing import closed_meals, hold_open
from service.importing.formats import KINDS, MenuCycleRow
from service.importing.rows import (
    KEYS_AT_ONCE,
    Key,
    Row,
    add_rows,
    as_json,
    change_rows,
    chunks,
    from_json,
    key_of,
    remove_rows,
    rows_by_key,
    table_of,
)
from service.importing.states import take_back_states
from service.tables import AddressTask, ImportChange, ImportRun, ImportState
from service.texts import Key as TextKey

KIND_OF = {kind.TABLE: kind for kind in KINDS if kind is not MenuCycleRow}
"""The kinds by the tables that they fill, in the order in which they refer to each other."""


def undo(database: Database, import_id: int, *, actor: str, clock: Clock) -> None:
    """Restore every row that an import changed and remove every row that it added, in one transaction.

    Raises
    ------
    NotFoundError
        If there is no such import.
    ConflictError
        If it has been undone already, a row has been changed since, or something depends on an added row.
    """
    try:
        with database.write() as session:
            _claim(session, import_id, clock)
            today = local_day(clock.now())
            counts = {name: _undo_table(session, name, import_id, today) for name in reversed(KIND_OF)}
            audit.note(
                session,
                at=clock.now(),
                actor=actor,
                action="undo_import",
                subject=str(import_id),
                rows={name: count for name, count in counts.items() if count},
            )
    except IntegrityError as error:
        # Somebody came to depend on a row at the same moment, and the database let that through.
        raise ConflictError("import.at_once") from error


def _claim(session: Session, import_id: int, clock: Clock) -> None:
    """Mark the import as undone; of two at once only one gets through."""
    done = session.execute(
        update(ImportRun)
        .where(col(ImportRun.id) == import_id, col(ImportRun.state) == ImportState.APPLIED)
        .values(state=ImportState.UNDONE, undone_at=clock.now())
    )
    if changed_rows(done) == 0:
        if session.get(ImportRun, import_id) is None:
            raise NotFoundError("import.unknown", number=import_id)
        raise ConflictError("import.undone_already", number=import_id)


def _undo_table(session: Session, name: str, import_id: int, today: date) -> int:
    """Undo what an import did to one table and return how many rows that were."""
    table, key = table_of(name), KIND_OF[name].KEY
    statement = select(ImportChange.before, ImportChange.after).where(  # type: ignore[call-overload]
        col(ImportChange.import_id) == import_id, col(ImportChange.table_name) == name
    )
    before: dict[Key, Row | None] = {}
    after: dict[Key, Row] = {}
    for was, became in session.execute(statement):
        one = key_of(from_json(table, became or was), key)
        before[one], after[one] = was, became
    if name == "meal_order":
        _refuse_closed_meals(session, after, today)
    stored = rows_by_key(session, table, key, after, lock=True)
    marks = KIND_OF[name].MARKS
    for one, row in after.items():
        if _without(marks, as_json(stored.get(one, {}))) != _without(marks, row):
            raise ConflictError("import.row_changed_since", kind=_named(name), row=_told(one))
    if name == "elder_state_change":
        take_back_states(session, after)
    restored = [(one, from_json(table, was)) for one, was in before.items() if was is not None]
    change_rows(session, table, key, [row for one, row in restored if one in stored])
    add_rows(session, table, [row for one, row in restored if one not in stored])
    added = [one for one, was in before.items() if was is None]
    _refuse_dependants(session, table, {one: stored[one] for one in added})
    remove_rows(session, table, key, added)
    return len(after)


def _refuse_closed_meals(session: Session, orders: Collection[Key], today: date) -> None:
    """Refuse to touch an order of a closed meal: it is being cooked, and cannot be as if it had never been."""
    hold_open(session, {(day, meal) for _, day, meal in orders}, today=today)
    closed = closed_meals(session, {(day, meal) for _, day, meal in orders})
    for elder, day, meal in orders:
        if (day, meal) in closed:
            raise ConflictError("import.meal_closed_since", row=elder, day=day)


def _refuse_dependants(session: Session, table: Table, rows: Mapping[Key, Row]) -> None:
    """Refuse to remove rows that others refer to; an open task to find an elder's address goes with the elder."""
    if table.name == "elder":
        open_tasks = delete(AddressTask).where(col(AddressTask.settled_at).is_(None))
        for some in chunks(list(rows), KEYS_AT_ONCE):
            session.execute(open_tasks.where(col(AddressTask.elder_number).in_([one[0] for one in some])))
    for column, target in _referring_columns(table):
        by_value = {row[target]: one for one, row in rows.items()}
        for some in chunks(list(by_value), KEYS_AT_ONCE):
            counted = select(column, func.count()).where(column.in_(some)).group_by(column).order_by(column)
            for value, count in session.execute(counted.limit(1)):
                raise ConflictError(
                    "import.depended_on",
                    kind=_named(table.name),
                    row=_told(by_value[value]),
                    count=count,
                    other=_named(column.table.name),
                )


def _without(marks: Collection[str], row: Mapping[str, Any]) -> Row:
    """Return a row without the columns that time sets."""
    return {name: value for name, value in row.items() if name not in marks}


def _referring_columns(table: Table) -> list[tuple[Column[Any], str]]:
    """Return every column of any table that refers to `table`, with the column it refers to."""
    return [
        (column, foreign.column.name)
        for other in SQLModel.metadata.sorted_tables
        for column in other.columns
        for foreign in column.foreign_keys
        if foreign.column.table is table
    ]


def _named(table_name: str) -> TextKey:
    """Return what people call the rows of a table."""
    kind = KIND_OF.get(table_name)
    return TextKey(f"import.kind.{kind.KIND}" if kind else "import.other_rows")


def _told(key: Key) -> str:
    return " ".join(str(part) for part in key)
