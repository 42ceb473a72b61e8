"""Rows into files: the same rows always give the same bytes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import xlsxwriter

from service.importing.formats import FileRow, columns

MADE_ON = "2000-01-01T00:00:00Z"
GUARDED = re.compile(r"'*[=+\-@\t\r]")
HARMLESS = re.compile(r"[+-]?[0-9][0-9 .()-]*")


def guard(cell: str) -> str:
    """Return `cell` so that a spreadsheet shows it as text and never computes it; `unguard` takes that back."""
    return f"'{cell}" if GUARDED.match(cell) and not HARMLESS.fullmatch(cell) else cell


def unguard(cell: str) -> str:
    """Return `cell` without the apostrophe that `guard` put before it."""
    return cell[1:] if cell.startswith("'") and GUARDED.match(cell) else cell


def cells_of(kind: type[FileRow], row: Mapping[str, object]) -> list[str]:
    """Return the cells of one row, given by table column; None becomes an empty cell."""
    found: list[str] = []
    for column in columns(kind).values():
        value = "wgs84" if column.name == "crs" else row[column.table_column]
        found.append("" if value is None or value == "" else guard(column.type.write(value)))
    return found


def csv_text(kind: type[FileRow], rows: Iterable[Mapping[str, object]]) -> str:
    """Return rows (by table column) as a CSV file: comma, quotes where needed, line feeds."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns(kind))
    writer.writerows(cells_of(kind, row) for row in rows)
    return out.getvalue()


def write_csv(kind: type[FileRow], rows: Iterable[Mapping[str, object]], folder: Path) -> Path:
    """Write `<kind>.csv` in UTF-8 and return its path."""
    path = folder / f"{kind.KIND}.csv"
    path.write_text(csv_text(kind, rows), encoding="utf-8", newline="\n")
    return path
