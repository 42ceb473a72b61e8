"""Killed at any moment, the daily cycle loses no order and publishes once."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import func, select

from service.claims import LEASE_S
from service.db import Database
from service.tables import MealDay, MealOrder, MealState, Notice, Paper, Plan, PlannedOrder
from tests.service.towns import found_town

ROOT = Path(__file__).resolve().parents[2]
MOMENTS = (
    "close",
    "close:end",
    "assign",
    "assign:end",
    "batches:end",
    "travel:end",
    "vans:end",
    "couriers",
    "couriers:end",
    "check:end",
    "publish",
    "commit:1",
    "commit:2",
    "publish:end",
)


def plan_lunch(url: str, moment: str, later_s: int = 0) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.faults.one_meal", url, moment, str(later_s)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)


def plan_until_published(url: str) -> None:
    """Start again as an operator or the clock would, once the lease of whoever was killed has run out."""
    again = plan_lunch(url, "never", later_s=10 * LEASE_S)
    said = again.communicate()[1].decode()
    assert again.returncode == 0 or said.strip().endswith("error.already_published"), said


def assert_published_once(database: Database) -> None:
    with database.read() as session:
        orders = session.exec(select(func.count()).select_from(MealOrder)).one()
        accounted = session.exec(select(func.count(func.distinct(PlannedOrder.order_id)))).one()
        rows = session.exec(select(func.count()).select_from(PlannedOrder)).one()
        plans = session.exec(select(Plan)).all()
        assert (orders, accounted, rows, [plan.version for plan in plans]) == (30, 30, 30, [1])
        assert session.exec(select(MealDay.state)).all() == [MealState.PUBLISHED]
        assert session.exec(select(func.count()).select_from(Notice).where(Notice.key == "notice.published")).one() == 1
        assert session.exec(select(func.count()).select_from(Paper)).one() > 0


def assert_survives(database: Database, url: str, moment: str) -> None:
    found_town(database)
    victim = plan_lunch(url, moment)
    said = victim.communicate()[1].decode()
    assert victim.returncode == -signal.SIGKILL, said
    plan_until_published(url)
    assert_published_once(database)


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_a_step_the_lunch_is_published_once_with_every_order(sqlite_database: Database, moment: str) -> None:
    assert_survives(sqlite_database, sqlite_database.engine.url.render_as_string(), moment)


@pytest.mark.parametrize("moment", ["commit:1", "couriers:end", "commit:2", "publish:end"])
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_killed_around_a_commit_postgresql_keeps_the_same_promise(
    database: Database, database_url: str, moment: str
) -> None:
    assert_survives(database, database_url, moment)


def test_killed_at_random_times_the_lunch_is_published_once(sqlite_database: Database) -> None:
    found_town(sqlite_database)
    url = sqlite_database.engine.url.render_as_string()
    dice = random.Random(7)
    for turn in range(3):
        victim = plan_lunch(url, "never", later_s=2 * LEASE_S * turn)
        try:
            victim.communicate(timeout=dice.uniform(0.8, 4.0))
        except subprocess.TimeoutExpired:
            victim.kill()
            victim.communicate()
    plan_until_published(url)
    assert_published_once(sqlite_database)
