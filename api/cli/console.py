"""What the commands share: the installation they work on, the progress bars, the two consoles."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy.exc import ArgumentError

from service.clock import Clock, SystemClock
from service.db import Database, open_database
from service.errors import InvalidError
from service.settings import Settings
from service.solving import Report
from service.texts import text

YEARS = range(2000, 2100)
output = Console(highlight=False)
problems = Console(stderr=True, highlight=False)


@dataclass(frozen=True, slots=True)
class Installation:
    """The settings, the database and the clock that a command works with."""

    settings: Settings
    database: Database
    clock: Clock


def read_settings() -> Settings:
    """Return the settings of this environment.

    Raises
    ------
    InvalidError
        If one of them is wrong, named as it stands in the environment.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "NUANFAN_" + "_".join(str(part) for part in first["loc"]).upper()
        raise InvalidError("error.setting", name=name, detail=f"{first['msg']} ({first['input']!r})") from error


def open_installation() -> Installation:
    """Return this environment's installation, its folder made if need be."""
    settings = read_settings()
    # Orders, addresses and papers are for nobody else on this machine.
    os.umask(0o077)
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidError("error.setting", name="NUANFAN_HOME", detail=str(error)) from error
    try:
        return Installation(settings, open_database(settings.url()), SystemClock())
    except (ArgumentError, ModuleNotFoundError) as error:
        raise InvalidError("error.setting", name="NUANFAN_DATABASE_URL", detail=str(error)) from error


def parse_day(given: str) -> date:
    """Return a day written as YYYY-MM-DD.

    Raises
    ------
    InvalidError
        If it is no such day.
    """
    try:
        day = date.fromisoformat(given)
    except ValueError as error:
        raise InvalidError("error.day", given=given) from error
    if day.year not in YEARS:
        raise InvalidError("error.day", given=given)
    return day


@contextmanager
def progress_bars(language: str, stages: tuple[str, ...], *, quiet: bool = False) -> Iterator[Report]:
    """Show one bar a stage on standard error while the story goes on."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=problems, disable=quiet) as progress:
        bars = {stage: progress.add_task(text(language, f"stage.{stage}"), total=1, start=False) for stage in stages}

        def report(stage: str, done: int, total: int) -> None:
            bar = bars.get(stage)
            if bar is None:
                return
            if not progress.tasks[bar].started:
                progress.start_task(bar)
            progress.update(bar, completed=done, total=total)

        yield report
