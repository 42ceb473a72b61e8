"""A district out of the database, in exactly the formats that it comes in."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from service.db import Database
from service.importing.formats import KIND_BY_NAME, KINDS, MenuCycleRow
from service.importing.rows import all_rows, key_of, table_of
from service.importing.writing import write_csv, write_xlsx

EXPORTED = tuple(kind.KIND for kind in KINDS if kind is not MenuCycleRow)
"""Every kind but the menu cycle: what was laid over the calendar is exported as dated menus."""


def export(
    database: Database, folder: Path, *, xlsx: bool = False, kinds: Collection[str] = EXPORTED
) -> tuple[Path, ...]:
    """Write one file a kind into `folder` (made if need be) and return their paths.

    All files show one state of the database; rows are ordered by their keys. Read into an empty database and exported
    again, the files are the same byte for byte.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write = write_xlsx if xlsx else write_csv
    paths: list[Path] = []
    with database.read() as session:
        for kind in (KIND_BY_NAME[name] for name in EXPORTED if name in kinds):
            rows = sorted(all_rows(session, table_of(kind.TABLE)), key=lambda row, k=kind: key_of(row, k.KEY))  # type: ignore[misc]
            paths.append(write(kind, rows, folder))
    return tuple(paths)
