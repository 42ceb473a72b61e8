"""A paper of money as data, before it becomes a page or a workbook: facts on top, tables, notes, who signs.

Numbers stay numbers until they are shown, so that the page and the workbook say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from service.clock import ZONE
from service.printing.qr import qr_svg
from service.printing.words import PREFIX, Sheet, sheet_words
from service.texts import text

Cell = str | int | float | Decimal | date | None
FEN_IN_YUAN = 100
PORTRAIT_MM = 186.0
LEAST_REST_MM = 32.0


class Kind(StrEnum):
    """What stands in a column. Fen are shown as yuan with two decimals, a share as percent with one.

    A `NUMBER` names something and is never added up or grouped.
    """

    TEXT = "text"
    COUNT = "count"
    NUMBER = "number"
    FEN = "fen"
    SHARE = "share"
    TENTHS = "tenths"
    DAY = "day"


WIDTHS_MM = {
    Kind.TEXT: 26.0,
    Kind.COUNT: 13.0,
    Kind.NUMBER: 13.0,
    Kind.FEN: 19.0,
    Kind.SHARE: 15.0,
    Kind.TENTHS: 15.0,
    Kind.DAY: 21.0,
}
NUMBERS = frozenset({Kind.COUNT, Kind.NUMBER, Kind.FEN, Kind.SHARE, Kind.TENTHS})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `width_mm` 0 takes what is left of the line."""

    heading: str
    kind: Kind = Kind.TEXT
    width_mm: float | None = None

    @property
    def width(self) -> float:
        """Millimetres on paper, 0 where it takes what is left."""
        return WIDTHS_MM[self.kind] if self.width_mm is None else self.width_mm


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; `total` is the last line. `name` is what the sheet of the workbook is called.

    An attached table gets pages of its own. Of a table with more rows than `most_printed` a page shows the total alone
    and says how many rows the workbook has. One that `drops_empty` shows no column of money without any, unless
    papers with different columns stand beneath each other.

    Raises
    ------
    ValueError
        If a row has not one cell for each column.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    note: str = ""
    is_attached: bool = False
    most_printed: int | None = None
    drops_empty: bool = False

    def __post_init__(self) -> None:
        """Refuse a table with holes."""
        for row in (*self.rows, *(() if self.total is None else (self.total,))):
            if len(row) != len(self.columns):
                raise ValueError(f"{self.name}: expected {len(self.columns)} cells, got {len(row)}")

    def narrowed(self) -> Table:
        """Return the table without the columns of money in which nothing but zeros stand, if it drops them."""
        if not self.drops_empty:
            return self
        kept = [
            index
            for index, column in enumerate(self.columns)
            if column.kind is not Kind.FEN or any(row[index] for row in self.rows)
        ]
        return replace(
            self,
            columns=tuple(self.columns[index] for index in kept),
            rows=tuple(tuple(row[index] for index in kept) for row in self.rows),
            total=None if self.total is None else tuple(self.total[index] for index in kept),
        )

    @property
    def width_mm(self) -> float:
        """The narrowest width that the table needs."""
        return sum(column.width or LEAST_REST_MM for column in self.columns)


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure on top of a paper."""

    label: str
    value: Cell
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class MoneyHead:
    """Title and foot of a paper of money."""

    title: str
    place: str
    subject: str
    period: str
    settlement: str
    rules: str
    printed_at: datetime
    printed_by: str
    code: str
    confidential: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One paper."""

    head: MoneyHead
    facts: tuple[Fact, ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()

    @property
    def is_wide(self) -> bool:
        """Whether a table needs the paper turned."""
        return is_wide([table.narrowed() for table in self.tables])


def is_wide(tables: Iterable[Table]) -> bool:
    """Return whether tables need the paper turned."""
    return any(table.width_mm > PORTRAIT_MM for table in tables)


def say(language: str, key: str, **values: object) -> str:
    """Return a sentence of the papers of money."""
    return text(language, f"account.{key}", **values)


def shown(value: Cell, kind: Kind) -> str:
    """Return a cell as a page shows it: `1,234.50`, `98.5 %`, `2026-11-23`."""
    if value is None:
        return "–"
    if kind is Kind.FEN:
        return yuan_words(int(str(value)))
    if kind is Kind.SHARE:
        return f"{100 * float(str(value)):.1f} %"
    if isinstance(value, (int, Decimal)) and kind is not Kind.NUMBER:
        return f"{value:,}".replace("-", "−")
    return str(value)


def heading(words: str) -> str:
    """Return words as they head a column."""
    return words[:1].upper() + words[1:]


def yuan_words(fen: int) -> str:
    """Return fen as yuan with two decimals and a true minus sign."""
    whole, rest = divmod(abs(fen), FEN_IN_YUAN)
    return f"{'−' if fen < 0 else ''}{whole:,}.{rest:02d}"


def sheets_of_document(document: Document, language: str) -> list[Sheet]:
    """Return what the template of a report is given: the paper itself, then a sheet for each table attached to it."""
    tables = [table.narrowed() for table in document.tables]
    own = [table for table in tables if not table.is_attached]
    facts = [{"label": one.label, "value": shown(one.value, one.kind)} for one in document.facts]
    main = _sheet(document.head, own, language)
    main["body"] = {**main["body"], "facts": facts, "notes": document.notes, "signatures": document.signatures}
    attached = replace(document.head, code=f"{document.head.code}-L")
    return [main, *(_sheet(attached, [table], language) for table in tables if table.is_attached)]


def _sheet(head: MoneyHead, tables: Sequence[Table], language: str) -> dict[str, Any]:
    return {
        "head": {**head_sheet(head, language), "flipped": is_wide(tables)},
        "body": {
            "facts": [],
            "tables": [_table_sheet(table, language) for table in tables],
            "notes": [],
            "signatures": [],
        },
    }


def head_sheet(head: MoneyHead, language: str) -> Sheet:
    """Return head and foot as `frame.typ` wants them."""
    at = f"{head.printed_at.astimezone(ZONE):%Y-%m-%d %H:%M}"
    return {
        "title": head.title,
        "place": head.place,
        "subject": head.subject,
        "day": head.period,
        "meal": head.settlement,
        "plan": head.rules,
        "marks": list(head.marks),
        "confidential": head.confidential,
        "printed": text(language, f"{PREFIX}printed", at=at, by=head.printed_by),
        # Its code is short enough to be keyed in, and needs no second one.
        "code": "",
        "short": head.code,
        "qr": qr_svg(head.code),
    }


def money_words(language: str) -> Mapping[str, str]:
    """Return the fixed words of the templates."""
    return sheet_words(language)


def _table_sheet(table: Table, language: str) -> Sheet:
    kinds = [column.kind for column in table.columns]

    def line(row: tuple[Cell, ...]) -> list[str]:
        return ["" if cell is None else shown(cell, kind) for cell, kind in zip(row, kinds, strict=True)]

    is_long = table.most_printed is not None and len(table.rows) > table.most_printed
    notes = [table.note, say(language, "in_workbook", count=f"{len(table.rows):,}") if is_long else ""]
    return {
        "title": table.title,
        "note": " ".join(note for note in notes if note),
        "widths": [column.width for column in table.columns],
        "head": [column.heading for column in table.columns],
        "numbers": [index for index, kind in enumerate(kinds) if kind in NUMBERS],
        "rows": [] if is_long else [line(row) for row in table.rows],
        "total": [] if table.total is None else line(table.total),
        "empty": not table.rows,
    }
