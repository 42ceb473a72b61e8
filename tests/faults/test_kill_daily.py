"""Killed at any moment, the daily cycle loses no order and publishes once."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
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


def plan_lunch(url: str, moment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.one_meal", url, moment], cwd=ROOT, stderr=subprocess.PIPE
    )


def plan_until_published(url: str) -> None:
    """Start again as an operator or the clock would, until the meal is there."""
    for _ in range(LEASE_S):
        again = plan_lunch(url, "never")
        said = again.communicate()[1].decode()
        if again.returncode == 0 or "error.already_published" in said:
            return
        assert "error.being_planned" in said, said
        time.sleep(2)
    pytest.fail("the lease of a killed planner never ran out")


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


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_a_step_the_lunch_is_published_once_with_every_order(
    database: Database, database_url: str, moment: str
) -> None:
    found_town(database)
    victim = plan_lunch(database_url, moment)
    said = victim.communicate()[1].decode()
    assert victim.returncode == -signal.SIGKILL, said
    plan_until_published(database_url)
    assert_published_once(database)


def test_killed_at_random_times_the_lunch_is_published_once(sqlite_database: Database) -> None:
    found_town(sqlite_database)
    url = sqlite_database.engine.url.render_as_string()
    dice = random.Random(7)
    for _ in range(4):
        victim = plan_lunch(url, "never")
        try:
            victim.communicate(timeout=dice.uniform(0.8, 4.0))
        except subprocess.TimeoutExpired:
            victim.kill()
            victim.communicate()
    plan_until_published(url)
    assert_published_once(sqlite_database)
