"""Papers read back: the text of a PDF, the cells of a workbook."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pypdfium2 as pdfium

from service.access import EVERYTHING, Reach
from service.clock import StoppedClock
from service.db import Database
from service.money.papers import print_money_paper
from service.money.rendering import MoneyPaper, PaperForm, Printed

PRINTED_AT = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
BY = "样会计"


def printed(
    database: Database,
    number: int,
    kind: MoneyPaper,
    form: PaperForm = PaperForm.PDF,
    *,
    subject: str = "",
    language: str = "zh",
    reach: Reach = EVERYTHING,
) -> Printed:
    """Print a paper on 2 December at ten."""
    clock = StoppedClock(PRINTED_AT)
    return print_money_paper(
        database, number, kind, form, subject=subject, reach=reach, language=language, by=BY, clock=clock
    )


def pages_of(paper: Printed) -> list[str]:
    """The text of each page without any white space."""
    document = pdfium.PdfDocument(paper.content)
    texts = [document[number].get_textpage().get_text_bounded() for number in range(len(document))]
    document.close()
    return ["".join(text.replace("\u200b", "").replace("\ufffe", "").split()) for text in texts]


def words_of(paper: Printed) -> str:
    """The text of all pages."""
    return "".join(pages_of(paper))


def sheets_of(paper: Printed) -> dict[str, list[list[Any]]]:
    """The cells of each sheet of a workbook, by its name."""
    book = openpyxl.load_workbook(io.BytesIO(paper.content))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


def cells_of(paper: Printed) -> Iterator[Any]:
    """Every cell of a workbook."""
    for sheet in openpyxl.load_workbook(io.BytesIO(paper.content)).worksheets:
        for row in sheet.iter_rows():
            yield from row


def column(rows: list[list[Any]], heading: str, *, has_total: bool = True) -> list[Any]:
    """The cells under a heading, without the last line where that is the sum."""
    place = rows[2].index(heading)
    found = [row[place] for row in rows[3:]]
    return found[:-1] if has_total else found


def fen(yuan: list[Any]) -> int:
    """The sum of yuan in fen."""
    return sum(round(100 * one) for one in yuan)
