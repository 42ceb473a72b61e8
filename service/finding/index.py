"""The index that elders are found by, kept true in the transaction that changes a record.

There is one place where that happens, and no story has to think of it: `service.db.Database.write` opens an
`IndexingSession`, which notes whose record each statement touches, however the statement was made, and brings those
elders' rows up to date before the transaction is committed. A statement that does not tell whom it touches is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Delete, Insert, Table, Update, and_, bindparam, delete, event, insert, select
from sqlalchemy.orm import ORMExecuteState, UOWTransaction
from sqlalchemy.orm.attributes import get_history
from sqlmodel import Session, col

from service.finding.keys import Entry, Findable, entry_of
from service.tables import Elder, ElderCard, ElderContact, ElderPhone, SearchKey, SearchLine
from service.writing import WritingSession, written_table

WATCHED: Mapping[str, str] = {
    "elder": "number",
    "elder_phone": "elder_number",
    "elder_contact": "elder_number",
    "elder_card": "elder_number",
}
"""The tables that an elder is found by, each with the column that says whose row it is."""

AT_ONCE = 1_000
_TOUCHED = "search_index.touched"
_KEYS: Table = SearchKey.__table__  # type: ignore[attr-defined]
_LINES: Table = SearchLine.__table__  # type: ignore[attr-defined]
T = TypeVar("T")


@event.listens_for(WritingSession, "after_flush")
def _note_rows(session: Session, _context: UOWTransaction) -> None:
    for row in (*session.new, *session.dirty, *session.deleted):
        owner = WATCHED.get(getattr(row, "__tablename__", ""))
        if owner is not None:
            _touch(session, [getattr(row, owner), *(get_history(row, owner).deleted or ())])


@event.listens_for(WritingSession, "do_orm_execute")
def _note_statement(state: ORMExecuteState) -> None:
    table = written_table(state)
    owner = None if table is None else WATCHED.get(table.name)
    if table is not None and owner is not None:
        _touch(state.session, _owners(state, table, owner))


@event.listens_for(WritingSession, "before_commit")
def _keep_true(session: Session) -> None:
    session.flush()
    touched = session.info.pop(_TOUCHED, None)
    if touched:
        refresh(session, touched)


def refresh(session: Session, numbers: Iterable[str]) -> None:
    """Bring the index rows of some elders up to date with their records; of one who is gone, none is left."""
    for some in _chunks(sorted(set(numbers)), AT_ONCE):
        wanted = dict(_entries(session, some))
        _write_keys(session, some, wanted)
        _write_lines(session, some, wanted)


def rebuild(session: Session) -> int:
    """Make the whole index anew and return of how many elders: a repair, for a database that was written by hand."""
    session.execute(delete(_KEYS))
    session.execute(delete(_LINES))
    numbers = list(session.execute(select(col(Elder.number)).order_by(col(Elder.number))).scalars())
    refresh(session, numbers)
    return len(numbers)


def insert_entries(session: Any, entries: Mapping[str, Entry]) -> None:
    """Add the rows of elders who have none; `session` may be a connection."""
    keys = [
        {"kind": kind, "key": key, "elder_number": number}
        for number, entry in entries.items()
        for kind, key in sorted(entry.keys)
    ]
    lines = [
        {"elder_number": number, "address": entry.address, "words": entry.words} for number, entry in entries.items()
    ]
    for table, rows in ((_KEYS, keys), (_LINES, lines)):
        if rows:
            session.execute(insert(table), rows)


def _touch(session: Any, numbers: Iterable[str]) -> None:
    session.info.setdefault(_TOUCHED, set()).update(number for number in numbers if number)


def _owners(state: ORMExecuteState, table: Table, owner: str) -> Iterable[str]:
    """Return whose rows a statement touches.

    Raises
    ------
    TypeError
        If it does not tell.
    """
    statement, given = state.statement, state.parameters
    rows: Sequence[Mapping[str, Any]] = [] if not given else [given] if isinstance(given, Mapping) else given
    names = (owner, f"key_{owner}", f"new_{owner}")
    if isinstance(statement, Insert):
        single = statement.compile().params
        rows = rows or [single]
    found = [row[name] for row in rows for name in names if name in row]
    if found:
        return found
    if isinstance(statement, (Update, Delete)) and not rows:
        touched = select(table.c[owner]).distinct()
        if statement.whereclause is not None:
            touched = touched.where(statement.whereclause)
        return [str(number) for (number,) in state.session.connection().execute(touched)]
    raise TypeError(f"expected a statement on {table.name} to tell whose rows it touches, got {statement}")


def _entries(session: Session, numbers: Sequence[str]) -> Iterator[tuple[str, Entry]]:
    """Yield the entries of those elders who are there, held so that a second writer sees what this one has written."""
    # A weak lock: who has just added a telephone holds the elder by its foreign key, and must not wait in a circle.
    elders = session.execute(
        select(Elder.__table__).where(col(Elder.number).in_(numbers)).with_for_update(key_share=True)  # type: ignore[attr-defined]
    )
    rows = list(elders.mappings())
    phones = _lists(session, ElderPhone.__table__, "phone", numbers)  # type: ignore[attr-defined]
    contacts = _lists(session, ElderContact.__table__, "phone", numbers)  # type: ignore[attr-defined]
    cards = _lists(session, ElderCard.__table__, "card_number", numbers)  # type: ignore[attr-defined]
    for row in rows:
        number = row["number"]
        person = Findable(
            number=number,
            name=row["name"],
            phones=(row["phone"], row["contact_phone"], *phones[number], *contacts[number]),
            cards=tuple(cards[number]),
            address=row["address"],
            block=row["block"],
            stairwell=row["stairwell"],
            floor=row["floor"],
            door=row["door"],
        )
        yield number, entry_of(person)


def _lists(session: Session, table: Table, column: str, numbers: Sequence[str]) -> dict[str, list[str]]:
    """Return one column of some elders' rows, by elder."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    of_these = select(table.c.elder_number, table.c[column]).where(table.c.elder_number.in_(numbers))
    for number, value in session.execute(of_these):
        found[number].append(value)
    return found


def _write_keys(session: Session, numbers: Sequence[str], wanted: Mapping[str, Entry]) -> None:
    """Add and remove keys so that they are those wanted; what does not change is not touched."""
    stored = {
        (number, kind, key)
        for number, kind, key in session.execute(
            select(_KEYS.c.elder_number, _KEYS.c.kind, _KEYS.c.key).where(_KEYS.c.elder_number.in_(numbers))
        )
    }
    needed = {(number, str(kind), key) for number, entry in wanted.items() for kind, key in entry.keys}
    gone = [{"old_kind": kind, "old_key": key, "old_elder": number} for number, kind, key in sorted(stored - needed)]
    added = sorted(needed - stored, key=lambda one: (one[1], one[2], one[0]))
    new = [{"kind": kind, "key": key, "elder_number": number} for number, kind, key in added]
    if gone:
        is_it = and_(
            _KEYS.c.kind == bindparam("old_kind"),
            _KEYS.c.key == bindparam("old_key"),
            _KEYS.c.elder_number == bindparam("old_elder"),
        )
        session.execute(delete(_KEYS).where(is_it), gone)
    if new:
        session.execute(insert(_KEYS), new)


def _write_lines(session: Session, numbers: Sequence[str], wanted: Mapping[str, Entry]) -> None:
    of_these = select(_LINES).where(_LINES.c.elder_number.in_(numbers))
    stored = {number: (address, words) for number, address, words in session.execute(of_these)}
    changed = [n for n, line in stored.items() if n not in wanted or (wanted[n].address, wanted[n].words) != line]
    if changed:
        session.execute(delete(_LINES).where(_LINES.c.elder_number.in_(changed)))
    new = [
        {"elder_number": number, "address": entry.address, "words": entry.words}
        for number, entry in wanted.items()
        if stored.get(number) != (entry.address, entry.words)
    ]
    if new:
        session.execute(insert(_LINES), new)


def _chunks(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]
