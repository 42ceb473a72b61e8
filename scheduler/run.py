"""One process that keeps time: APScheduler only ticks, the work itself is in rows.

Two such processes at once are harmless: both write the same rows, and each row is claimed by one.
"""

from __future__ import annotations

from datetime import UTC, datetime

from apscheduler.schedulers.blocking import BlockingScheduler

from scheduler.jobs import TICKS
from service.clock import Clock
from service.db import Database
from service.settings import Settings


def keep_time(database: Database, settings: Settings, clock: Clock) -> None:
    """Tick until the process is told to stop."""
    scheduler = BlockingScheduler(timezone="Asia/Shanghai")
    for tick in TICKS:
        scheduler.add_job(
            tick.call,
            "interval",
            (database, settings, clock),
            id=tick.name,
            seconds=tick.every_s,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )
    scheduler.start()
