"""New lines that look like somebody who is there already: told in the preview, decided by a person afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlmodel import Session

from service.importing import formats
from service.importing.findings import Finding
from service.importing.people_formats import CardRow
from service.importing.row_changes import RowChange
from service.importing.rows import Key, Row, rows_like, table_of


def list_alike_notes(session: Session, changes: Sequence[RowChange]) -> list[Finding]:
    """Return a note for each new elder of a known name and birth date, and each new card that somebody else holds."""
    elders = [one for one in changes if one.kind is formats.ElderRow and one.before is None and one.after]
    cards = [one for one in changes if one.kind is CardRow and one.before is None and one.after]
    births = {one.after["birth_date"] for one in elders if one.after and one.after["birth_date"] is not None}
    known = rows_like(session, table_of("elder"), ("birth_date",), [(day,) for day in births])
    held = list(
        rows_like(
            session,
            table_of("elder_card"),
            ("card_number",),
            {(one.after["card_number"],) for one in cards if one.after},
        )
    )
    people = {_name(row): row["number"] for row in known}
    holders = {(row["kind"], row["card_number"]): row["elder_number"] for row in held}
    return [
        *_notes(elders, "number", "name", people, _name),
        *_notes(cards, "elder_number", "card_number", holders, lambda row: (row["kind"], row["card_number"])),
    ]


def _name(row: Row) -> Key:
    return "".join(row["name"].split()), row["birth_date"]


def _notes(
    changes: Sequence[RowChange], number: str, column: str, known: dict[Key, str], sign: Callable[[Row], Key]
) -> list[Finding]:
    """Return a note for each line whose sign somebody else has, in the database or further up in the file."""
    found: list[Finding] = []
    for change in changes:
        row = change.after or {}
        mine = sign(row)
        if None in mine:
            continue
        other = known.setdefault(mine, row[number])
        if other != row[number]:
            values = {"elder": row[number], "other": other}
            found.append(Finding(change.file, change.line, column, "import.note.looks_like", values))
    return found
