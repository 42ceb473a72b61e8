"""Killed before the answer or in the middle of writing: an order is placed once, a settlement is whole or not there."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import SQLModel, func, select

from service.clock import StoppedClock
from service.db import Database
from service.tables import LedgerEntry, MealOrder, SettledMeal, Settlement
from tests.service.money_town import MoneyTown, found_money_town

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def town(sqlite_database: Database, clock: StoppedClock) -> MoneyTown:
    """The district with one elder."""
    town = found_money_town(sqlite_database, clock)
    town.elder("E1")
    return town


def act(town: MoneyTown, what: str, end: str = "lives") -> tuple[int, str]:
    """Do one act in a process of its own; return how it ended and what it was told."""
    url = town.database.engine.url.render_as_string()
    command = [sys.executable, "-m", "tests.faults.one_act", url, what, end]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode, done.stdout.strip()


def count(town: MoneyTown, *tables: type[SQLModel]) -> list[int]:
    with town.database.read() as session:
        return [session.exec(select(func.count()).select_from(table)).one() for table in tables]


def test_an_order_whose_answer_was_lost_is_answered_again_and_not_placed_again(town: MoneyTown) -> None:
    assert act(town, "order", "dies")[0] == -signal.SIGKILL
    assert count(town, MealOrder) == [1]
    with town.database.read() as session:
        number = session.exec(select(MealOrder.id)).one()
    assert act(town, "order") == (0, str(number))
    assert count(town, MealOrder) == [1]


def test_a_settlement_that_dies_with_its_entries_written_leaves_none_and_is_made_once_afterwards(
    town: MoneyTown,
) -> None:
    order = town.order("E1")
    town.publish()
    town.take(order)
    tables = (Settlement, SettledMeal, LedgerEntry)
    assert act(town, "settle", "dies")[0] == -signal.SIGKILL
    assert count(town, *tables) == [0, 0, 0]
    assert act(town, "settle") == (0, "1")
    made = count(town, *tables)
    assert made[:2] == [1, 1]
    assert act(town, "settle") == (0, "settling.nothing_new")
    assert count(town, *tables) == made
