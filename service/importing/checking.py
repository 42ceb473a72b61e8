"""Raw tables into checked rows: every cell of its type, every key once. Nothing here looks at the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from service.importing.cells import EXPECTED_TYPE
from service.importing.findings import Finding, Phrase
from service.importing.formats import FileRow, columns
from service.importing.reading import RawTable

LONGEST_SHOWN = 60
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One line that holds what its format asks for."""

    line: int
    row: FileRow

    def key(self) -> Key:
        """Return what makes the row the only one of its kind."""
        return tuple(getattr(self.row, name) for name in self.row.KEY)


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """The good lines of one file, which columns it has, and what is wrong with the others."""

    file: str
    kind: type[FileRow]
    given: frozenset[str]
    rows: tuple[CheckedRow, ...]
    findings: tuple[Finding, ...]


def check(table: RawTable) -> CheckedTable:
    """Return the lines of `table` as values of its format; each bad line is left out and found."""
    rows: list[CheckedRow] = []
    findings: list[Finding] = []
    first_line: dict[Key, int] = {}
    for line, cells in table.lines:
        checked = _checked(table, line, cells)
        if not isinstance(checked, CheckedRow):
            findings += checked
        elif (earlier := first_line.setdefault(checked.key(), line)) != line:
            column = table.kind.KEY[0]
            shown = _shown(checked.row)
            findings.append(Finding(table.file, line, column, "import.error.twice", {"came": shown, "other": earlier}))
        else:
            rows.append(checked)
    return CheckedTable(table.file, table.kind, frozenset(table.columns), tuple(rows), tuple(findings))


def _checked(table: RawTable, line: int, cells: tuple[str, ...]) -> CheckedRow | list[Finding]:
    if len(cells) != len(table.columns):
        values = {"expected": len(table.columns), "came": len(cells)}
        return [Finding(table.file, line, None, "import.error.cells", values)]
    filled = {name: cell for name, cell in zip(table.columns, cells, strict=True) if cell}
    try:
        return CheckedRow(line, table.kind.model_validate(filled))
    except ValidationError as error:
        return [_finding(table.file, line, one) for one in error.errors(include_url=False)]


def _finding(file: str, line: int, error: ErrorDetails) -> Finding:
    values = error.get("ctx", {})
    if error["type"] == "missing":
        return Finding(file, line, str(error["loc"][0]), "import.error.empty_cell")
    if error["type"] == EXPECTED_TYPE:
        came = str(values["came"])[:LONGEST_SHOWN]
        return Finding(
            file, line, str(error["loc"][0]), "import.error.cell", {"expected": _expected(values), "came": came}
        )
    return Finding(file, line, str(values["column"]), error["type"], values)


def _expected(values: Mapping[str, object]) -> Phrase:
    """Return what a cell of the type holds, its words named if it has only some."""
    words = values.get("words")
    named = {**values, "words": words} if isinstance(words, (list, tuple)) else dict(values)
    return Phrase(f"import.type.{values['name']}", named)


def _shown(row: FileRow) -> str:
    made = columns(type(row))
    return " ".join(made[name].type.write(getattr(row, name)) for name in row.KEY)
