"""Plan one lunch and be killed on the way: run as `python -m tests.faults.one_meal URL MOMENT LATER_S`.

MOMENT is a stage of the daily cycle (`couriers`), its end (`couriers:end`), `commit:N` for the N-th commit of the
process just before it happens, or `never`. LATER_S moves the clock on, past the lease of whoever was killed before.
The kill is SIGKILL to ourselves: no handler runs, nothing is cleaned up.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, event

from kitchens.meals import Meal
from service.daily import Kitbag, run_meal
from service.db import open_database
from service.errors import NuanfanError
from service.settings import Settings
from tests.service.towns import MONDAY


@dataclass(frozen=True, slots=True)
class TownClock:
    """A clock that runs, on the Friday before the town's Monday."""

    later: timedelta
    began: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """Return the instant in the town."""
        return FRIDAY + self.later + timedelta(seconds=time.monotonic() - self.began)


FRIDAY = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def die() -> None:
    """End as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, moment: str, later_s: str) -> None:
    """Run the lunch."""
    database = open_database(url)
    commits = 0

    def report(stage: str, done: int, total: int) -> None:
        if moment == stage or (moment == f"{stage}:end" and done == total):
            die()

    def on_commit(_connection: Connection) -> None:
        nonlocal commits
        commits += 1
        if moment == f"commit:{commits}":
            die()

    event.listen(database.engine, "commit", on_commit)
    kit = Kitbag(
        database, TownClock(timedelta(seconds=int(later_s))), Settings(_env_file=None, effort="quick"), "test", report
    )
    try:
        run_meal(MONDAY, Meal.LUNCH, kit, early=True)
    except NuanfanError as refusal:
        sys.exit(refusal.key)


if __name__ == "__main__":
    main(*sys.argv[1:])
