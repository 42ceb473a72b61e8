"""A person changes a record by hand: the same cells as in an import, the same sentences about what is wrong with one.

What a person says goes before what a list says: a new address takes the old position away, and a position that
somebody found at a door is set by `service.people.settle_address`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from service import audit
from service.clock import Clock, local_day
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.importing.checking import CheckedRow, check
from service.importing.columns import FileRow, columns
from service.importing.findings import Finding
from service.importing.formats import KIND_BY_NAME
from service.importing.people_formats import PEOPLE_KINDS, ElderRow, StateChangeRow
from service.importing.reading import RawTable
from service.importing.rows import Row, add_rows, change_rows, key_of, rows_by_key, table_of
from service.people import NOT_ASKED, get_root, open_address_task
from service.tables import Elder, ElderContact, ElderPhone
from service.texts import Key

PARTS: dict[str, type[FileRow]] = {kind.KIND: kind for kind in PEOPLE_KINDS if kind not in (ElderRow, StateChangeRow)}
"""What may be noted about an elder, by the names that imports know it by; states have rules of their own."""
WHERE_ABOUTS = ("address", "block", "community_code")
NOT_BY_HAND = ("state", "lat", "lon", "crs", "position_verified")
"""Columns of an elder that are not typed in here: states and positions have an act of their own."""


class RowRefusedError(InvalidError):
    """Cells that cannot be; `findings` says which and why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("people.refused", count=len(findings))
        self.findings = tuple(findings)

    def say(self, language: str) -> str:
        """Return that nothing was saved, and what is wrong in which column."""
        wrong = [f"{column}: {text}" if column else text for column, text in self.said(language).items()]
        return " ".join((super().say(language), *wrong))

    def said(self, language: str) -> dict[str, str]:
        """Return what is wrong by column, "" for the row as a whole."""
        return {finding.column or "": finding.say(language) for finding in self.findings}


def get_part(name: str) -> type[FileRow]:
    """Return the format of one part of a record.

    Raises
    ------
    NotFoundError
        If there is no such part.
    """
    part = PARTS.get(name)
    if part is None:
        raise NotFoundError("people.unknown_part", part=name)
    return part


def add_elder(database: Database, cells: Mapping[str, str], *, by: str, clock: Clock) -> Elder:
    """Add an elder and return the row.

    Raises
    ------
    RowRefusedError
        If a cell cannot be, or refers to nothing.
    ConflictError
        If the number is taken.
    """
    _refuse_not_by_hand(cells)
    with database.write() as session:
        row = _values(session, ElderRow, cells)
        if session.get(Elder, row["number"]) is not None:
            raise ConflictError("people.number_taken", elder=row["number"])
        elder = Elder(**row)
        session.add(elder)
        session.flush()
        if elder.lat is None:
            open_address_task(session, elder.number, NOT_ASKED, clock)
        audit.note(session, at=clock.now(), actor=by, action="elder.add", subject=elder.number)
        return elder


def change_elder(database: Database, elder_number: str, cells: Mapping[str, str], *, by: str, clock: Clock) -> Elder:
    """Change the given columns of an elder and return the row.

    Another address or community takes the position away: somebody has to find the new door.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    RowRefusedError
        If a cell cannot be, or refers to nothing.
    """
    _refuse_not_by_hand(cells)
    with database.write() as session:
        elder = get_root(session, elder_number)
        session.refresh(elder, with_for_update=True)
        stored = cells_of_row(ElderRow, elder)
        if cells.get("birth_date"):
            del stored["birth_year"]
        whole = {**stored, **cells, "number": elder.number}
        wanted = _values(session, ElderRow, {name: cell for name, cell in whole.items() if cell})
        given = {columns(ElderRow)[name].table_column for name in cells}
        given |= {"birth_year"} if wanted["birth_date"] is not None else set()
        changed = {name for name in given if wanted[name] != getattr(elder, name)}
        if not changed:
            return elder
        _keep_former(session, elder, changed, _yesterday(clock))
        elder.sqlmodel_update({name: wanted[name] for name in changed})
        if changed & set(WHERE_ABOUTS):
            elder.lat, elder.lon, elder.position_verified = None, None, False
            open_address_task(session, elder.number, NOT_ASKED, clock)
        session.add(elder)
        named = sorted(changed)
        audit.note(session, at=clock.now(), actor=by, action="elder.change", subject=elder.number, columns=named)
        return elder


def keep_row(
    database: Database, elder_number: str, part: str, cells: Mapping[str, str], *, by: str, clock: Clock
) -> None:
    """Add a row to one part of an elder's record, or change the one with the same key.

    Raises
    ------
    NotFoundError
        If there is no such elder or part.
    RowRefusedError
        If a cell cannot be.
    """
    kind = get_part(part)
    with database.write() as session:
        elder = get_root(session, elder_number)
        row = _values(session, kind, {**cells, "elder_number": cells.get("elder_number") or elder.number})
        _refuse_another(session, row["elder_number"], elder)
        table, key = table_of(kind.TABLE), key_of(row, kind.KEY)
        before = rows_by_key(session, table, kind.KEY, [key], lock=True).get(key)
        if before is None:
            add_rows(session, table, [row])
            changed = sorted(name for name in row if name not in kind.KEY)
        else:
            changed = sorted(name for name in row if row[name] != before[name])
            if changed:
                change_rows(session, table, kind.KEY, [{**before, **row}])
        if changed:
            action = "record.add" if before is None else "record.change"
            audit.note(
                session, at=clock.now(), actor=by, action=action, subject=elder.number, part=part, columns=changed
            )


def make_first_contact(database: Database, elder_number: str, name: str, *, by: str, clock: Clock) -> None:
    """Have a further contact called first; who was first is called in the other's place.

    Raises
    ------
    NotFoundError
        If there is no such elder or contact.
    """
    with database.write() as session:
        elder = get_root(session, elder_number)
        row = session.get(ElderContact, (elder.number, name))
        if row is None:
            raise NotFoundError("people.unknown_row", elder=elder.number)
        yesterday = _yesterday(clock)
        if elder.contact_name:
            was = session.get(ElderContact, (elder.number, elder.contact_name))
            was = was or ElderContact(elder_number=elder.number, name=elder.contact_name, phone=elder.contact_phone)
            was.sqlmodel_update(
                {
                    "phone": elder.contact_phone,
                    "roles": elder.contact_roles,
                    "call_order": row.call_order,
                    "until_day": None,
                }
            )
            session.add(was)
        elder.contact_name, elder.contact_phone, elder.contact_roles = row.name, row.phone, row.roles
        row.until_day = yesterday
        session.add_all((elder, row))
        audit.note(session, at=clock.now(), actor=by, action="contact.first", subject=elder.number)


def make_first_phone(database: Database, elder_number: str, phone: str, *, by: str, clock: Clock) -> None:
    """Make a further telephone the first one, which papers show; the other stays as a further one.

    Raises
    ------
    NotFoundError
        If there is no such elder or telephone.
    """
    with database.write() as session:
        elder = get_root(session, elder_number)
        row = session.get(ElderPhone, (elder.number, phone))
        if row is None:
            raise NotFoundError("people.unknown_row", elder=elder.number)
        if elder.phone:
            was = session.get(ElderPhone, (elder.number, elder.phone))
            was = was or ElderPhone(elder_number=elder.number, phone=elder.phone)
            was.until_day = None
            session.add(was)
        elder.phone, row.until_day = row.phone, _yesterday(clock)
        session.add_all((elder, row))
        audit.note(session, at=clock.now(), actor=by, action="phone.first", subject=elder.number)


def cells_of_row(kind: type[FileRow], row: object) -> dict[str, str]:
    """Return a stored row as the cells of a form."""
    return {name: _written(kind, name, row) for name in columns(kind)}


def _keep_former(session: Session, elder: Elder, changed: set[str], until_day: date) -> None:
    """Keep a first contact or telephone that another takes the place of, as one that has ended."""
    if "contact_name" in changed and elder.contact_name:
        session.merge(
            ElderContact(
                elder_number=elder.number,
                name=elder.contact_name,
                phone=elder.contact_phone,
                roles=elder.contact_roles,
                until_day=until_day,
            )
        )
    if "phone" in changed and elder.phone:
        session.merge(ElderPhone(elder_number=elder.number, phone=elder.phone, until_day=until_day))


def _refuse_not_by_hand(cells: Mapping[str, str]) -> None:
    for name in cells:
        if name in NOT_BY_HAND:
            raise RowRefusedError([Finding("", None, name, "people.not_by_hand", {"column": name})])


def _yesterday(clock: Clock) -> date:
    return local_day(clock.now()) - timedelta(days=1)


def _written(kind: type[FileRow], name: str, row: object) -> str:
    column = columns(kind)[name]
    value: Any = "wgs84" if name == "crs" else getattr(row, column.table_column)
    return "" if value is None or value == "" else column.type.write(value)


def _values(session: Session, kind: type[FileRow], cells: Mapping[str, str]) -> Row:
    """Return the checked cells by table column, those that were left out with their defaults."""
    made = columns(kind)
    unknown = [name for name in cells if name not in made]
    if unknown:
        values: dict[str, object] = {"came": unknown[0], "columns": list(made)}
        raise RowRefusedError([Finding("", None, unknown[0], "import.error.unknown_column", values)])
    trimmed = {name: cell.strip() for name, cell in cells.items()}
    checked = check(RawTable("", kind, tuple(trimmed), ((1, tuple(trimmed.values())),)))
    if checked.findings:
        raise RowRefusedError(checked.findings)
    [row] = checked.rows
    _refuse_unknown(session, kind, row)
    found = {column.table_column: getattr(row.row, name) for name, column in made.items()}
    if found.get("birth_date") is not None:
        found["birth_year"] = found["birth_date"].year
    return found


def _refuse_unknown(session: Session, kind: type[FileRow], row: CheckedRow) -> None:
    """Refuse a cell that refers to nothing."""
    for column in columns(kind).values():
        value = getattr(row.row, column.name)
        if not column.refers or value is None:
            continue
        target = KIND_BY_NAME[column.refers]
        if (value,) not in rows_by_key(session, table_of(target.TABLE), target.KEY, [(value,)]):
            values = {"kind": Key(f"import.kind.{column.refers}"), "came": value}
            raise RowRefusedError([Finding("", None, column.name, "import.error.unknown_reference", values)])


def _refuse_another(session: Session, number: str, elder: Elder) -> None:
    """Refuse a row that would be about somebody else than the record it is given for."""
    found = session.exec(select(Elder).where(col(Elder.number) == number)).one()
    if get_root(session, found.number).number != elder.number:
        raise InvalidError("people.another_elder", elder=elder.number, given=number)
