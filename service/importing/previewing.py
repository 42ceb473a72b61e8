"""What an import would do, before it does it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from service.db import Database
from service.importing.checking import CheckedTable, check
from service.importing.comparing import Comparison, compare, menu_days
from service.importing.findings import Finding
from service.importing.formats import MenuCycleRow
from service.importing.reading import SourceFile, without_doubles
from service.importing.row_changes import RowChange
from service.importing.rows import as_json

MOST_DAYS = 400


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do, as of the moment it was made.

    Attributes
    ----------
    files
        Names of the files.
    added, changed, removed, unchanged
        Rows by kind; only dishes of a menu are ever removed.
    refused
        What is wrong; empty where everything can be applied.
    notes
        What is worth knowing, such as a verified position that was kept.
    changes
        The rows to be added, changed or removed.
    fingerprint
        The same for the same changes: `apply` refuses when they have become others in the meantime.
    """

    files: tuple[str, ...]
    added: Mapping[str, int]
    changed: Mapping[str, int]
    removed: Mapping[str, int]
    unchanged: Mapping[str, int]
    refused: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    changes: tuple[RowChange, ...]
    fingerprint: str
    tables: tuple[CheckedTable, ...]
    days: tuple[date, ...]

    @property
    def may_skip(self) -> bool:
        """Return whether only single lines are refused, so that the rest can be applied without them."""
        return not any(finding.whole_file for finding in self.refused)


def preview(database: Database, files: Sequence[SourceFile], *, from_day: date | None = None, days: int = 0) -> Preview:
    """Return what the import of `files` would do; nothing is written.

    A menu cycle becomes the menus of `days` days from `from_day` on (at most `MOST_DAYS`).
    """
    with database.read() as session:
        return preview_in(session, files, from_day=from_day, days=days)


def preview_in(session: Session, files: Sequence[SourceFile], *, from_day: date | None, days: int) -> Preview:
    """Return the preview as one session sees the database."""
    known = without_doubles(files)
    findings = [finding for file in known for finding in file.findings]
    tables = tuple(check(file.table) for file in known if file.table is not None)
    for table in tables:
        findings += table.findings
        if table.kind is MenuCycleRow and not (from_day is not None and 0 < days <= MOST_DAYS):
            values = {"most": MOST_DAYS}
            findings.append(Finding(table.file, None, None, "import.error.cycle_days", values, whole_file=True))
    dates = menu_days(from_day, min(days, MOST_DAYS))
    return as_preview(tuple(file.name for file in known), findings, compare(session, tables, dates), tables, dates)


def as_preview(
    files: tuple[str, ...],
    findings: Sequence[Finding],
    found: Comparison,
    tables: tuple[CheckedTable, ...],
    days: Sequence[date],
) -> Preview:
    """Return a comparison as a preview, with `findings` of the files before its own."""
    new = Counter(change.kind.KIND for change in found.changes if change.before is None)
    gone = Counter(change.kind.KIND for change in found.changes if change.after is None)
    other = Counter(change.kind.KIND for change in found.changes if change.before and change.after)
    return Preview(
        files=files,
        added=dict(new),
        changed=dict(other),
        removed=dict(gone),
        unchanged={kind: count for kind, count in found.unchanged.items() if count},
        refused=(*findings, *found.refused),
        notes=tuple(found.notes),
        changes=tuple(found.changes),
        fingerprint=_fingerprint(found.changes),
        tables=tables,
        days=tuple(days),
    )


def _fingerprint(changes: Sequence[RowChange]) -> str:
    told = [
        [change.kind.KIND, *(None if row is None else as_json(row) for row in (change.before, change.after))]
        for change in changes
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
