"""The sample district for a first start."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from service.clock import Clock, local_day
from service.db import Database
from service.importing.applying import apply
from service.importing.previewing import preview
from service.importing.reading import read_folder

ACTOR = "sample"
DAYS = 182
DAYS_BEFORE = 14


def load_sample(
    database: Database, folder: Path, *, clock: Clock, from_day: date | None = None, days: int = DAYS
) -> int:
    """Import the district in `folder` and return the number of the import.

    Its menus begin on `from_day` (two weeks ago unless said otherwise) and hold for `days` days.

    Raises
    ------
    InvalidError
        If something in the folder is refused, or everything is there already.
    """
    first = from_day or local_day(clock.now()) - timedelta(days=DAYS_BEFORE)
    found = preview(database, read_folder(folder), from_day=first, days=days)
    return apply(database, found, actor=ACTOR, clock=clock)
