"""`nuanfan papers`: the papers of a published meal as PDF files."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import (
    Installation,
    open_installation,
    output,
    parse_day,
    problems,
    progress_bars,
    read_settings,
)
from kitchens.meals import Meal
from service.calendar import next_service_day
from service.clock import SystemClock, local_day
from service.errors import InvalidError
from service.papers import PackWritten, write_papers_of
from service.printing.sample_labels import write_sample_labels
from service.printing.stocks import LabelStock
from service.texts import text

ACTOR = "console"


class Language(StrEnum):
    """A language that papers are printed in."""

    ZH = "zh"
    EN = "en"


def papers_command(
    day: Annotated[str, typer.Option(help="Service day as YYYY-MM-DD; the next one if not given.")] = "",
    meal: Annotated[Meal, typer.Option(help="Which meal.")] = Meal.LUNCH,
    out: Annotated[Path | None, typer.Option(help="Folder to write copies to.")] = None,
    language: Annotated[Language | None, typer.Option(help="The installation's own if not given.")] = None,
    kitchen: Annotated[str, typer.Option(help="Only the papers of this kitchen.")] = "",
    labels: Annotated[LabelStock, typer.Option(help="What the labels are printed on.")] = LabelStock.THERMAL_60X40,
    sample_labels: Annotated[int, typer.Option(help="Write so many labels of nobody instead, and time it.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a file.")] = False,
) -> None:
    """Write the papers of a published meal; ends with 1 if any could not be written."""
    if sample_labels:
        _write_samples(sample_labels, out, language, labels, as_json=as_json)
        return
    here = open_installation()
    service_day = parse_day(day) if day else next_service_day(local_day(here.clock.now()))
    with progress_bars(here.settings.language, ("papers",), quiet=as_json) as report:
        pack = write_papers_of(
            here.database,
            service_day,
            meal,
            here.settings,
            here.clock,
            language=language or None,
            folder=out,
            kitchen=kitchen,
            stock=labels,
            actor=ACTOR,
            report=report,
        )
    if as_json:
        for one in pack.written:
            line: dict[str, object] = {"kind": one.kind, "subject": one.subject, "file": one.file, "pages": one.pages}
            line |= {"part": one.part, "parts": one.parts, "seconds": round(one.seconds, 3), "error": one.error}
            output.print(json.dumps(line, ensure_ascii=False, default=str), markup=False, soft_wrap=True)
    show_pack(here, pack, quiet=as_json)


def _write_samples(
    count: int, out: Path | None, language: Language | None, stock: LabelStock, *, as_json: bool
) -> None:
    """Write labels of nobody and tell how long that took and how much memory; needs no database."""
    said = str(language or read_settings().language)
    if out is None:
        raise InvalidError("cli.samples_need_out")
    made = write_sample_labels(count, out, SystemClock().now(), language=said, stock=stock)
    line = {"kind": "box_labels", "labels": made.labels, "files": made.files, "pages": made.pages}
    line |= {"seconds": round(made.seconds, 2), "peak_mib": made.peak_mib}
    if as_json:
        output.print(json.dumps(line), markup=False, soft_wrap=True)
    else:
        problems.print(text(said, "cli.samples_written", **line, folder=out), markup=False, soft_wrap=True)
    failed = [one.error for one in made.written if one.error]
    if failed:
        problems.print(text(said, "cli.papers_failed", count=len(failed), first=failed[0]), markup=False)
        raise typer.Exit(1)


def show_pack(here: Installation, pack: PackWritten, *, quiet: bool = False) -> None:
    """Say where the papers lie, and end with 1 if any could not be written."""
    language = here.settings.language
    if not quiet:
        values = {"files": len(pack.written) - len(pack.failed), "pages": pack.pages, "folder": pack.folder}
        problems.print(text(language, "cli.papers_written", **values), markup=False, soft_wrap=True)
    if pack.failed:
        values = {"count": len(pack.failed), "first": pack.failed[0].error}
        problems.print(text(language, "cli.papers_failed", **values), style="bold red", markup=False)
        raise typer.Exit(1)
