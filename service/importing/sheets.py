"""Files into lines of cells: CSV in three dialects and XLSX, with limits that no file can push past."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import PurePath
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from service.importing.decoding import UndecodableError, decode
from service.importing.findings import Finding
from service.importing.writing import unguard

MOST_ROWS = 200_000
MOST_BYTES = 64 * 1024 * 1024
MOST_UNPACKED_BYTES = 512 * 1024 * 1024
CSV_SUFFIXES = (".csv", ".tsv", ".txt")
XLSX_SUFFIXES = (".xlsx",)
SEPARATORS = ",;\t"
BROKEN_XLSX = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    ParseError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    RuntimeError,
    OSError,
)
"""What the readers of a workbook raise on damage (RuntimeError: encrypted or packed unknown; OSError: no workbook)."""

Line = tuple[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it was found: its title ("" in a CSV file), its heading, its lines by line number."""

    title: str
    heading: Line
    lines: tuple[Line, ...]


class SheetError(Exception):
    """A file or sheet of which nothing can be used."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.key)
        self.finding = finding


def sheets_of(name: str, content: bytes) -> tuple[Sheet, ...]:
    """Return the tables in a file; lines without any text are passed over.

    Raises
    ------
    SheetError
        If the file is too large, empty, broken, or of no known kind.
    """
    if len(content) > MOST_BYTES:
        raise _refused(name, None, "import.error.too_large", most=MOST_BYTES // 1024 // 1024)
    if not content.strip():
        raise _refused(name, None, "import.error.empty")
    suffix = PurePath(name).suffix.lower()
    if suffix in CSV_SUFFIXES:
        return (_sheet(name, "", _csv_lines(name, content)),)
    if suffix in XLSX_SUFFIXES:
        return _workbook(name, content)
    raise _refused(name, None, "import.error.suffix", suffixes=(*CSV_SUFFIXES, *XLSX_SUFFIXES))


def _refused(name: str, line: int | None, key: str, **values: object) -> SheetError:
    return SheetError(Finding(name, line, None, key, values, whole_file=True))


def _sheet(name: str, title: str, lines: Iterator[Line]) -> Sheet:
    found: list[Line] = []
    for line in lines:
        if any(line[1]):
            found.append(line)
        if len(found) > MOST_ROWS + 1:
            raise _refused(name, line[0], "import.error.too_many_rows", most=MOST_ROWS)
    if not found:
        raise _refused(name, None, "import.error.empty")
    return Sheet(title, found[0], tuple(found[1:]))


def _csv_lines(name: str, content: bytes) -> Iterator[Line]:
    try:
        decoded = decode(content)
    except UndecodableError as error:
        raise _refused(name, error.line, "import.error.encoding") from error
    first = decoded.lstrip().split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(decoded, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for row in reader:
            yield line, tuple(_csv_cell(name, line, cell) for cell in row)
            line = reader.line_num + 1
    except csv.Error as error:
        raise _refused(name, line, "import.error.broken_csv") from error


def _csv_cell(name: str, line: int, cell: str) -> str:
    cell = cell.strip()
    if cell.startswith("="):
        raise _refused(name, line, "import.error.formula", came=cell[:40])
    return unguard(cell)


def _workbook(name: str, content: bytes) -> tuple[Sheet, ...]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED_BYTES:
                raise _refused(name, None, "import.error.too_large", most=MOST_UNPACKED_BYTES // 1024 // 1024)
        with warnings.catch_warnings():
            # openpyxl warns of features that it passes over, such as drop-down lists; the cells are complete.
            warnings.simplefilter("ignore", UserWarning)
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
            try:
                return tuple(_filled_sheets(name, book.worksheets))
            finally:
                book.close()
    except BROKEN_XLSX as error:
        raise _refused(name, None, "import.error.broken_xlsx") from error


def _filled_sheets(name: str, worksheets: Iterable[Worksheet]) -> Iterator[Sheet]:
    found = False
    for worksheet in worksheets:
        try:
            yield _sheet(name, worksheet.title, _xlsx_lines(name, worksheet))
            found = True
        except SheetError as error:
            if error.finding.key != "import.error.empty":
                raise
    if not found:
        raise _refused(name, None, "import.error.empty")


def _xlsx_lines(name: str, worksheet: Worksheet) -> Iterator[Line]:
    for line, row in enumerate(worksheet.iter_rows(), start=1):
        for cell in row:
            if cell.data_type in {"f", "e"}:
                raise _refused(name, line, "import.error.formula", came=str(cell.value)[:40])
        yield line, tuple(_xlsx_cell(cell.value) for cell in row)


def _xlsx_cell(value: object) -> str:
    """Return a spreadsheet's value as it would stand in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat() if value.time() != time() else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("seconds") if value.second else value.isoformat("minutes")
    if isinstance(value, timedelta):
        return _clock(round(value.total_seconds()))
    return str(value).strip()


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
