"""Rows into files: the same rows always give the same bytes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import xlsxwriter

from service.importing.formats import FileRow, columns

MADE_ON = datetime(2000, 1, 1)  # noqa: DTZ001 - xlsxwriter writes it as it is; fixed, so that equal rows give equal bytes
GUARDED = re.compile(r"'*[=+\-@\t\r]")
HARMLESS = re.compile(r"[+-]?[0-9][0-9 .()-]*")


def guard(cell: str) -> str:
    """Return `cell` so that a spreadsheet shows it as text and never computes it; `unguard` takes that back."""
    return f"'{cell}" if GUARDED.match(cell) and not HARMLESS.fullmatch(cell) else cell


def unguard(cell: str) -> str:
    """Return `cell` without the apostrophe that `guard` put before it."""
    return cell[1:] if cell.startswith("'") and GUARDED.match(cell) else cell


def cells_of(kind: type[FileRow], row: Mapping[str, object]) -> list[str]:
    """Return the cells of one row, given by table column; None becomes an empty cell.

    Positions are kept in WGS-84, so that is what the column `crs` says.
    """
    found: list[str] = []
    for column in columns(kind).values():
        value = "wgs84" if column.name == "crs" else row[column.table_column]
        found.append("" if value is None or value == "" else column.type.write(value))
    return found


def csv_text(kind: type[FileRow], rows: Iterable[Mapping[str, object]]) -> str:
    """Return rows (by table column) as a CSV file: comma, quotes where needed, line feeds."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns(kind))
    writer.writerows([guard(cell) for cell in cells_of(kind, row)] for row in rows)
    return out.getvalue()


def write_csv(kind: type[FileRow], rows: Iterable[Mapping[str, object]], folder: Path) -> Path:
    """Write `<kind>.csv` in UTF-8 and return its path."""
    path = folder / f"{kind.KIND}.csv"
    path.write_text(csv_text(kind, rows), encoding="utf-8", newline="\n")
    return path


def write_xlsx(kind: type[FileRow], rows: Iterable[Mapping[str, object]], folder: Path) -> Path:
    """Write `<kind>.xlsx`, every cell as text so that no code loses its zeros, and return its path."""
    path = folder / f"{kind.KIND}.xlsx"
    with xlsxwriter.Workbook(str(path), {"in_memory": True}) as book:
        book.set_properties({"created": MADE_ON})
        sheet = book.add_worksheet(kind.KIND)
        as_text = book.add_format({"num_format": "@"})
        sheet.freeze_panes(1, 0)
        for i, column in enumerate(columns(kind)):
            sheet.write_string(0, i, column)
        for line, row in enumerate(rows, start=1):
            for i, cell in enumerate(cells_of(kind, row)):
                if cell:
                    sheet.write_string(line, i, cell, as_text)
    return path
