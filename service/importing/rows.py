"""Any table's rows as plain mappings: read by key, kept as JSON, written and removed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from pydantic_core import PydanticUndefined
from sqlalchemy import Date, Table, and_, bindparam, delete, insert, select, tuple_, update
from sqlmodel import Session, SQLModel

from service.tables.columns import UtcDateTime

Row = dict[str, Any]
Key = tuple[Any, ...]
T = TypeVar("T")

KEYS_AT_ONCE = 200


def table_of(name: str) -> Table:
    """Return the table called `name`."""
    return SQLModel.metadata.tables[name]


def fresh_row(table: Table) -> Row:
    """Return a row as its class makes it when nothing is said: its defaults, None where there is none."""
    model = next(one for one in SQLModel.__subclasses__() if getattr(one, "__table__", None) is table)
    defaults = {column.name: model.model_fields[column.name].get_default() for column in table.columns}
    return {name: None if value is PydanticUndefined else _plain(value) for name, value in defaults.items()}


def key_of(row: Mapping[str, Any], key: Sequence[str]) -> Key:
    """Return the values of a row's key columns."""
    return tuple(row[name] for name in key)


def rows_like(
    session: Session, table: Table, columns: Sequence[str], values: Iterable[Key], *, lock: bool = False
) -> Iterator[Row]:
    """Yield the stored rows whose `columns` hold one of the given tuples of values.

    With `lock` nobody else may write these rows until the transaction ends (SQLite has one writer anyway).
    """
    made = [table.c[name] for name in columns]
    for some in chunks(sorted(set(values)), KEYS_AT_ONCE):
        wanted = made[0].in_([one[0] for one in some]) if len(made) == 1 else tuple_(*made).in_(some)
        statement = select(table).where(wanted)
        for row in session.execute(statement.with_for_update() if lock else statement).mappings():
            yield {**row}


def rows_by_key(
    session: Session, table: Table, key: Sequence[str], keys: Iterable[Key], *, lock: bool = False
) -> dict[Key, Row]:
    """Return the stored rows with these keys, by key."""
    return {key_of(row, key): row for row in rows_like(session, table, key, keys, lock=lock)}


def all_rows(session: Session, table: Table) -> Iterator[Row]:
    """Yield every stored row, in no order."""
    return ({**row} for row in session.execute(select(table)).mappings())


def add_rows(session: Session, table: Table, rows: Sequence[Row]) -> None:
    """Add rows that hold every column but a generated id."""
    if rows:
        session.execute(insert(table), list(rows))


def change_rows(session: Session, table: Table, key: Sequence[str], rows: Sequence[Row]) -> None:
    """Set every column but key and generated id of rows that are there."""
    if not rows:
        return
    values = [name for name in rows[0] if name not in key and name != "id"]
    statement = (
        update(table)
        .where(and_(*(table.c[name] == bindparam(f"key_{name}") for name in key)))
        .values({name: bindparam(f"new_{name}") for name in values})
    )
    given = [{**{f"key_{n}": row[n] for n in key}, **{f"new_{n}": row[n] for n in values}} for row in rows]
    session.execute(statement, given)


def remove_rows(session: Session, table: Table, key: Sequence[str], keys: Sequence[Key]) -> None:
    """Remove rows by key."""
    if keys:
        statement = delete(table).where(and_(*(table.c[name] == bindparam(f"key_{name}") for name in key)))
        session.execute(statement, [{f"key_{n}": value for n, value in zip(key, one, strict=True)} for one in keys])


def as_json(row: Mapping[str, Any]) -> Row:
    """Return a row without its generated id as JSON can hold it: days and instants as ISO 8601."""
    return {
        name: value.isoformat() if isinstance(value, date) else value for name, value in row.items() if name != "id"
    }


def from_json(table: Table, row: Mapping[str, Any]) -> Row:
    """Return the row that `as_json` was given."""
    return {name: _from_json(table, name, value) for name, value in row.items()}


def key_text(key: Key) -> str:
    """Return a key as one text."""
    return json.dumps([str(value) for value in key], ensure_ascii=False)


def chunks(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield `things` in order, at most `size` at a time."""
    for start in range(0, len(things), size):
        yield things[start : start + size]


def _plain(value: Any) -> Any:
    """Return a word as the text that it is stored as."""
    return value.value if isinstance(value, StrEnum) else value


def _from_json(table: Table, name: str, value: Any) -> Any:
    if value is None:
        return None
    kind = table.c[name].type
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value
