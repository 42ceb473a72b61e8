"""`nuanfan money-papers`: the papers of a settlement as PDF files and workbooks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import open_installation, output, problems, progress_bars
from api.cli.papers import ACTOR, Language
from service.money.papers import WrittenPaper, write_money_papers
from service.money.rendering import MoneyPaper, PaperForm
from service.texts import text


def money_papers_command(
    settlement: Annotated[int, typer.Option(help="Number of the settlement.", min=1, max=2**31 - 1)],
    out: Annotated[Path, typer.Option(help="Folder to write to; made if need be.")],
    kind: Annotated[list[MoneyPaper] | None, typer.Option(help="Only this kind; may be given again.")] = None,
    form: Annotated[PaperForm | None, typer.Option(help="Only pages, or only workbooks.")] = None,
    elder: Annotated[str, typer.Option(help="Of the statements, only that of this elder's number.")] = "",
    language: Annotated[Language | None, typer.Option(help="The installation's own if not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a file.")] = False,
) -> None:
    """Write the papers of a settlement; ends with 1 if any could not be written. Each stands in the audit."""
    here = open_installation()
    with progress_bars(here.settings.language, ("papers",), quiet=as_json) as report:
        written = write_money_papers(
            here.database,
            settlement,
            out,
            kinds=tuple(kind) if kind else ((MoneyPaper.ELDER_STATEMENT,) if elder else tuple(MoneyPaper)),
            forms=(form,) if form else tuple(PaperForm),
            language=language or here.settings.language,
            by=ACTOR,
            clock=here.clock,
            elder_number=elder,
            progress=lambda done, total: report("papers", done, total),
        )
    if as_json:
        for one in written:
            output.print(json.dumps(_line(one), ensure_ascii=False, default=str), markup=False, soft_wrap=True)
    _show(written, out, here.settings.language, quiet=as_json)


def _line(one: WrittenPaper) -> dict[str, object]:
    return {
        "kind": one.kind,
        "subject": one.subject,
        "form": one.form,
        "part": one.part,
        "parts": one.parts,
        "file": one.file,
        "pages": one.pages,
        "sha256": one.sha256,
        "seconds": round(one.seconds, 3),
        "error": one.error,
    }


def _show(written: list[WrittenPaper], folder: Path, language: str, *, quiet: bool) -> None:
    failed = [one for one in written if one.error]
    if not quiet:
        pages = sum(one.pages for one in written)
        values = {"files": len(written) - len(failed), "pages": pages, "folder": folder}
        problems.print(text(language, "cli.papers_written", **values), markup=False, soft_wrap=True)
    if failed:
        values = {"count": len(failed), "first": failed[0].error}
        problems.print(text(language, "cli.papers_failed", **values), style="bold red", markup=False)
        raise typer.Exit(1)
