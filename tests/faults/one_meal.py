"""Plan one lunch and be killed on the way: run as `python -m tests.faults.one_meal URL MOMENT`.

MOMENT is a stage of the daily cycle (`couriers`), its end (`couriers:end`), `commit:N` for the N-th commit of the
process just before it happens, or `never`. The kill is SIGKILL to ourselves: no handler runs, nothing is cleaned up.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime

from sqlalchemy import Connection, event

from kitchens.meals import Meal
from service.clock import SystemClock
from service.daily import Kitbag, run_meal
from service.db import open_database
from service.settings import Settings
from tests.service.towns import MONDAY


class TownClock(SystemClock):
    """The real clock, moved to the Friday before the town's Monday, so that leases run out in real time."""

    def now(self) -> datetime:
        """Return the moved instant."""
        return super().now() - START + datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


START = datetime(2026, 11, 22, tzinfo=UTC)


def die() -> None:
    """End as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, moment: str) -> None:
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
    kit = Kitbag(database, TownClock(), Settings(), "test", report)
    run_meal(MONDAY, Meal.LUNCH, kit, early=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
