"""Files into raw tables: which kind each is, and which column each heading names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from service.importing.findings import Finding
from service.importing.formats import KIND_BY_NAME, FileRow, columns
from service.importing.sheets import CSV_SUFFIXES, XLSX_SUFFIXES, Line, Sheet, SheetError, sheets_of
from service.texts import LANGUAGES, text

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LOCK_FILE = "~$"
"""How the lock files of an open spreadsheet begin; they are no tables."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """The lines of one file, its cells in the order of `columns` (names as in the formats)."""

    file: str
    kind: type[FileRow]
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file (or one sheet of a workbook): its table, or why it has none."""

    name: str
    table: RawTable | None
    findings: tuple[Finding, ...] = ()


def read_folder(folder: Path) -> tuple[SourceFile, ...]:
    """Return all tables in a folder; files that are no tables (`README.md`, maps) are passed over.

    A kind that stands in two files is a finding of the second.
    """
    suffixes = (*CSV_SUFFIXES, *XLSX_SUFFIXES)
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in suffixes)
    files = [file for path in paths if not path.name.startswith(LOCK_FILE) for file in read_file(path)]
    return without_doubles(files)


def read_file(path: Path, *, kind: str | None = None) -> tuple[SourceFile, ...]:
    """Return the tables in one file; `kind` overrides the kind that its name tells."""
    return read_bytes(path.name, path.read_bytes(), kind=kind)


def read_bytes(name: str, content: bytes, *, kind: str | None = None) -> tuple[SourceFile, ...]:
    """Return the tables in one file that somebody sent.

    A workbook may hold several kinds, one a sheet, the sheets named as the kinds; otherwise its first sheet is read
    as the kind that the file's name tells.
    """
    try:
        sheets = sheets_of(name, content)
    except SheetError as error:
        return (SourceFile(name, None, (error.finding,)),)
    named = [sheet for sheet in sheets if find_kind(sheet.title) is not None]
    if named and kind is None:
        return without_doubles([_source(f"{name}#{s.title}", find_kind(s.title), s) for s in named])
    found = KIND_BY_NAME.get(kind) if kind else find_kind(Path(name).stem)
    return (_source(name, found, sheets[0]),)


def find_kind(name: str) -> type[FileRow] | None:
    """Return the kind that a file or sheet is named after, in English or Chinese, or None."""
    return _kind_names().get(name.strip().lower())


def without_doubles(files: Iterable[SourceFile]) -> tuple[SourceFile, ...]:
    """Return the files, the second one of a kind refused."""
    seen: dict[type[FileRow], str] = {}
    found: list[SourceFile] = []
    for file in files:
        if file.table is None or file.table.kind not in seen:
            if file.table is not None:
                seen[file.table.kind] = file.name
            found.append(file)
            continue
        values = {"kind": file.table.kind.KIND, "other": seen[file.table.kind]}
        finding = Finding(file.name, None, None, "import.error.kind_twice", values, whole_file=True)
        found.append(SourceFile(file.name, None, (finding,)))
    return tuple(found)


@cache
def _kind_names() -> dict[str, type[FileRow]]:
    names = dict(KIND_BY_NAME)
    for language in LANGUAGES:
        names |= {text(language, f"import.kind.{name}").lower(): kind for name, kind in KIND_BY_NAME.items()}
    return names


@cache
def _heading_names(kind: type[FileRow]) -> dict[str, str]:
    """Return what a column may be called: its name, or its heading in either language."""
    names = {name: name for name in columns(kind)}
    for language in LANGUAGES:
        names |= {text(language, f"import.heading.{name}").lower(): name for name in columns(kind)}
    return names


def _source(name: str, kind: type[FileRow] | None, sheet: Sheet) -> SourceFile:
    if kind is None:
        values = {"kinds": list(KIND_BY_NAME)}
        return SourceFile(name, None, (Finding(name, None, None, "import.error.kind", values, whole_file=True),))
    found, findings = _columns(name, kind, sheet)
    findings += _control_characters(name, found, sheet)
    if findings:
        return SourceFile(name, None, tuple(findings))
    width = len(found)
    lines = tuple((line, cells[:width] if not any(cells[width:]) else cells) for line, cells in sheet.lines)
    return SourceFile(name, RawTable(name, kind, tuple(found), lines))


def _columns(name: str, kind: type[FileRow], sheet: Sheet) -> tuple[list[str], list[Finding]]:
    """Return the columns in the order of the file, and what is wrong with the heading.

    Empty headings at the end are passed over; cells below them are found when their line is checked.
    """
    line, heading = sheet.heading
    while heading and not heading[-1]:
        heading = heading[:-1]
    names = _heading_names(kind)
    found: list[str] = []
    findings: list[Finding] = []
    for cell in heading:
        column = names.get(cell.lower())
        if column is None:
            values: dict[str, object] = {"came": cell, "columns": list(columns(kind))}
            findings.append(Finding(name, line, cell, "import.error.unknown_column", values, whole_file=True))
        elif column in found:
            findings.append(Finding(name, line, column, "import.error.doubled_column", whole_file=True))
        found.append(column or "")
    findings += [
        Finding(name, line, column.name, "import.error.missing_column", whole_file=True)
        for column in columns(kind).values()
        if column.needed and column.name not in found
    ]
    return found, findings


def _control_characters(name: str, found: list[str], sheet: Sheet) -> list[Finding]:
    return [
        Finding(name, line, found[i] if i < len(found) else None, "import.error.control_character", whole_file=True)
        for line, cells in sheet.lines
        for i, cell in enumerate(cells)
        if CONTROL.search(cell)
    ]
