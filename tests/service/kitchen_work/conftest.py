"""A planned lunch for each test, copied from one that was planned once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.clock import StoppedClock
from service.db import Database, open_database
from tests.pages.work_town import FRIDAY, at, plan_lunch
from tests.service.work_day import Work, work_at


@pytest.fixture(scope="session")
def planned_lunch(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A SQLite database with the town's lunch planned, copied for each test."""
    folder = tmp_path_factory.mktemp("planned")
    shutil.copy(sqlite_template, folder / "planned.db")
    database = open_database(f"sqlite:///{folder / 'planned.db'}")
    plan_lunch(database, StoppedClock(FRIDAY), folder)
    database.engine.dispose()
    return folder / "planned.db"


@pytest.fixture
def work(planned_lunch: Path, tmp_path: Path) -> Iterator[Work]:
    """The planned lunch at ten o'clock, in SQLite."""
    shutil.copy(planned_lunch, tmp_path / "nuanfan.db")
    database = open_database(f"sqlite:///{tmp_path / 'nuanfan.db'}")
    yield Work(database, StoppedClock(at(10)))
    database.engine.dispose()


@pytest.fixture
def work_anywhere(database: Database, clock: StoppedClock, tmp_path: Path) -> Work:
    """The planned lunch at ten o'clock, once in each kind of database."""
    return work_at(database, clock, tmp_path)
