"""Imports applied: all of it in one transaction, every row kept as it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from service import audit
from service.clock import Clock, local_day
from service.db import Database
from service.errors import ConflictError, InvalidError
from service.importing import formats
from service.importing.closing import hold_open
from service.importing.comparing import compare
from service.importing.formats import KINDS, FileRow
from service.importing.previewing import Preview, as_preview
from service.importing.row_changes import RowChange
from service.importing.rows import Row, add_rows, as_json, change_rows, key_text, remove_rows, table_of
from service.importing.states import take_back_states
from service.people.lifecycle import apply_due
from service.tables import ImportRun


def apply(database: Database, preview: Preview, *, actor: str, clock: Clock, skip_bad: bool = False) -> int:
    """Do what `preview` says and return the number of the import.

    Parameters
    ----------
    skip_bad
        Leave refused lines out and apply the others; without it a single refused line stops everything.

    Raises
    ------
    InvalidError
        If something is refused (and `skip_bad` is not set), a whole file cannot be used, or nothing is to be done.
    ConflictError
        If the database has changed since the preview, so that something else would be done, or changes meanwhile.
    """
    if preview.refused and not (skip_bad and preview.may_skip):
        raise InvalidError("import.refused", count=len(preview.refused), first=_first(preview))
    if not preview.changes:
        raise InvalidError("import.nothing")
    try:
        with database.write() as session:
            return _apply(session, preview, actor, clock)
    except IntegrityError as error:
        # Somebody else wrote at the same moment, and the database let one through.
        raise ConflictError("import.at_once") from error


def _apply(session: Session, preview: Preview, actor: str, clock: Clock) -> int:
    orders = [change.after for change in preview.changes if change.kind is formats.OrderRow and change.after]
    meals = [(order["service_day"], order["meal"]) for order in orders]
    hold_open(session, meals, today=local_day(clock.now()))
    found = compare(session, preview.tables, preview.days, lock=True)
    if as_preview(preview.files, (), found, preview.tables, preview.days).fingerprint != preview.fingerprint:
        raise ConflictError("import.changed_since")
    return _write(session, preview, actor, clock)


def _first(preview: Preview) -> str:
    finding = preview.refused[0]
    return finding.file if finding.line is None else f"{finding.file}:{finding.line}"


def _write(session: Session, preview: Preview, actor: str, clock: Clock) -> int:
    at = clock.now()
    run = ImportRun(source=", ".join(preview.files), applied_at=at, applied_by=actor)
    session.add(run)
    session.flush()
    if run.id is None:
        raise RuntimeError("expected the database to number the import")
    for kind in KINDS:
        changes = [change for change in preview.changes if change.kind is kind]
        _write_kind(session, kind, changes, run.id, actor, at)
    apply_due(session, clock)
    audit.note(
        session,
        at=at,
        actor=actor,
        action="import",
        subject=str(run.id),
        added=dict(preview.added),
        changed=dict(preview.changed),
        removed=dict(preview.removed),
    )
    return run.id


def _write_kind(
    session: Session, kind: type[FileRow], changes: Sequence[RowChange], run_id: int, actor: str, at: datetime
) -> None:
    table = table_of(kind.TABLE)
    key = formats.MenuRow.KEY if kind is formats.MenuCycleRow else kind.KEY
    rows = [(change, _filled_in(change, change.after, actor, at)) for change in changes if change.after is not None]
    gone = [change for change in changes if change.after is None]
    if kind is formats.StateChangeRow:
        take_back_states(session, [change.key for change in changes if change.before is not None])
    remove_rows(session, table, key, [change.key for change in gone])
    add_rows(session, table, [row for change, row in rows if change.before is None])
    change_rows(session, table, key, [row for change, row in rows if change.before is not None])
    kept = [*rows, *((change, Row()) for change in gone)]
    add_rows(session, table_of("import_change"), [_kept(run_id, kind.TABLE, change, row) for change, row in kept])


def _kept(run_id: int, table_name: str, change: RowChange, row: Row) -> Row:
    """Return what is kept of a change so that it can be undone; a removed row has nothing after it."""
    return {
        "import_id": run_id,
        "table_name": table_name,
        "row_key": key_text(change.key),
        "before": None if change.before is None else as_json(change.before),
        "after": as_json(row),
    }


def _filled_in(change: RowChange, after: Row, actor: str, at: datetime) -> Row:
    """Return the row with who and when, where the file did not say: only orders and changes of state have these."""
    row = dict(after)
    if change.kind is formats.StateChangeRow:
        row["asked_by"] = row["asked_by"] or actor
        row["asked_at"] = row["asked_at"] or at
    if change.kind is formats.OrderRow:
        row["placed_by"] = row["placed_by"] or actor
        row["placed_at"] = row["placed_at"] or at
        if change.before is not None and row["changed_at"] == change.before["changed_at"]:
            row["changed_at"] = at
    return row
