"""Papers of money as workbooks: numbers are numbers, every text is text, and the same values give the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter

from service.clock import ZONE
from service.printing.money_document import FEN_IN_YUAN, Cell, Document, Kind, Table
from service.texts import text

MADE_ON = datetime(2000, 1, 1)  # noqa: DTZ001 - xlsxwriter writes it as it is; fixed, so that equal papers give equal bytes
FORMATS = {
    Kind.FEN: "#,##0.00",
    Kind.COUNT: "#,##0",
    Kind.NUMBER: "0",
    Kind.SHARE: "0.0%",
    Kind.TENTHS: "#,##0.0",
    Kind.DAY: "yyyy-mm-dd",
    Kind.TEXT: "@",
}
CHARACTERS_A_MM = 0.55
WIDE_CHARACTERS = 34.0
LONGEST_NAME = 31
UNFIT = re.compile(r"[\[\]:*?/\\']")
A4 = 9
FIRST_ROWS = 3
"""Title, period and the line of headings stand above the rows."""


def workbook(documents: Sequence[Document], language: str) -> bytes:
    """Return papers as one workbook: first what they say on top, then a sheet for each table.

    Papers of one kind have the same tables; with several papers each row begins with whose it is.

    Raises
    ------
    ValueError
        If there is no paper.
    """
    if not documents:
        raise ValueError("expected at least one paper")
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": documents[0].head.title, "created": MADE_ON})
        writer = _Writer(book, documents, language)
        writer.write_summary()
        for name in dict.fromkeys(table.name for document in documents for table in document.tables):
            writer.write_tables(name)
    return out.getvalue()


class _Writer:
    """Writes the sheets of one workbook."""

    def __init__(self, book: Any, documents: Sequence[Document], language: str) -> None:
        self.book, self.documents, self.language = book, documents, language
        self.plain = {kind: book.add_format({"num_format": code}) for kind, code in FORMATS.items()}
        self.strong = {
            kind: book.add_format({"num_format": code, "bold": True, "top": 1}) for kind, code in FORMATS.items()
        }
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.heading = book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "vcenter"})
        self.names: set[str] = set()

    def write_summary(self) -> None:
        """Write the first sheet: heads, figures, notes, the blanks for signatures."""
        sheet = self._sheet(text(self.language, "account.summary"))
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 46)
        row = 0
        for document in self.documents:
            head = document.head
            self._text(sheet, row, 0, head.title, self.title)
            printed = f"{head.printed_at.astimezone(ZONE):%Y-%m-%d %H:%M}"
            lines: list[tuple[str, Cell, Kind]] = [
                (head.subject, head.place, Kind.TEXT),
                (head.settlement, head.period, Kind.TEXT),
                (head.rules, " · ".join(head.marks), Kind.TEXT),
                *((fact.label, fact.value, fact.kind) for fact in document.facts),
                *((name, "", Kind.TEXT) for name in document.signatures),
                (text(self.language, "sheet.printed", at=printed, by=head.printed_by), head.code, Kind.TEXT),
            ]
            for offset, (label, value, kind) in enumerate(lines, start=1):
                self._text(sheet, row + offset, 0, label, self.plain[Kind.TEXT])
                self._cell(sheet, row + offset, 1, value, kind, self.plain)
            row += len(lines) + 1
            for note in (*document.notes, *((head.confidential,) if head.confidential else ())):
                self._text(sheet, row, 0, note, self.plain[Kind.TEXT])
                row += 1
            row += 1
        sheet.freeze_panes(1, 0)
        self._set_up(sheet, self.documents[0], rows=1)

    def write_tables(self, name: str) -> None:
        """Write the sheet of one table, of all papers beneath each other."""
        found = [(document, table) for document in self.documents for table in document.tables if table.name == name]
        if len(found) == 1:
            found = [(document, table.narrowed()) for document, table in found]
        columns = found[0][1].columns
        sheet = self._sheet(name)
        several = len(self.documents) > 1
        whose = 1 if several else 0
        first = found[0][0]
        self._text(sheet, 0, 0, f"{first.head.title} · {found[0][1].title}", self.title)
        self._text(
            sheet, 1, 0, f"{first.head.settlement} · {first.head.period} · {first.head.rules}", self.plain[Kind.TEXT]
        )
        if several:
            self._text(sheet, 2, 0, text(self.language, "account.whose"), self.heading)
            sheet.set_column(0, 0, 22)
        for index, column in enumerate(columns):
            self._text(sheet, 2, index + whose, column.heading, self.heading)
            width = column.width * CHARACTERS_A_MM if column.width else WIDE_CHARACTERS
            sheet.set_column(index + whose, index + whose, max(width, 9))
        line = FIRST_ROWS
        for document, table in found:
            line = self._rows(sheet, line, table, document.head.code if several else "")
        sheet.freeze_panes(FIRST_ROWS, 0)
        self._set_up(sheet, first, rows=FIRST_ROWS)

    def _rows(self, sheet: Any, line: int, table: Table, whose: str) -> int:
        places = range(1 if whose else 0, len(table.columns) + 1)
        for row in table.rows:
            if whose:
                self._text(sheet, line, 0, whose, self.plain[Kind.TEXT])
            for place, column, value in zip(places, table.columns, row, strict=False):
                self._cell(sheet, line, place, value, column.kind, self.plain)
            line += 1
        if table.total is not None and not whose:
            for place, column, value in zip(places, table.columns, table.total, strict=False):
                self._cell(sheet, line, place, value, column.kind, self.strong)
            line += 1
        return line

    def _cell(self, sheet: Any, row: int, place: int, value: Cell, kind: Kind, formats: dict[Kind, Any]) -> None:
        if value is None or value == "":
            sheet.write_blank(row, place, None, formats[kind])
        elif isinstance(value, date):
            sheet.write_datetime(row, place, datetime(value.year, value.month, value.day), formats[Kind.DAY])  # noqa: DTZ001
        elif isinstance(value, str):
            self._text(sheet, row, place, value, formats[Kind.TEXT])
        else:
            number = int(value) / FEN_IN_YUAN if kind is Kind.FEN else float(value)
            is_whole = kind is Kind.TENTHS and isinstance(value, int)
            sheet.write_number(row, place, number, formats[Kind.COUNT if is_whole else kind])

    def _text(self, sheet: Any, row: int, place: int, words: str, form: Any) -> None:
        # Never `write`: that would take a name that begins with = for a formula.
        sheet.write_string(row, place, words, form)

    def _sheet(self, name: str) -> Any:
        fit = UNFIT.sub(" ", name)[:LONGEST_NAME].strip()
        if fit.casefold() in self.names:
            raise ValueError(f"expected a name of its own for each sheet, got {fit} twice")
        self.names.add(fit.casefold())
        return self.book.add_worksheet(fit)

    def _set_up(self, sheet: Any, document: Document, *, rows: int) -> None:
        """Set the sheet up for printing: A4, one page wide, headings on every page, the page's number at its foot."""
        sheet.set_paper(A4)
        if document.is_wide:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0, rows - 1)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.8)
        page = text(self.language, "sheet.page", page="&P", pages="&N")
        head = document.head
        sheet.set_footer(f"&L{head.code.replace('&', '&&')}&R{page}")
        if head.confidential:
            sheet.set_header(f"&C{head.confidential.replace('&', '&&')[:200]}")
