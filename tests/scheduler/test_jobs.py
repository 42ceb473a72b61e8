from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlmodel import Session, select

from kitchens.meals import Meal
from scheduler.jobs import TICKS, do_work, write_papers, write_work
from service.claims import Claim, latest_cut_off
from service.clock import StoppedClock
from service.daily import Kitbag, run_meal
from service.db import Database
from service.settings import Settings
from service.tables import Job, MealDay, MealState, PaperFile, Plan
from service.work import RUN_MEAL
from tests.service.towns import MONDAY, found_town

SETTINGS = Settings(_env_file=None, effort="quick")  # type: ignore[call-arg]


@pytest.fixture
def town(database: Database, clock: StoppedClock) -> Database:
    """The thirty elders' town a minute after the cut-off of Monday's lunch; the standing orders are written out."""
    found_town(database)
    with database.read() as session:
        clock.instant = latest_cut_off(session, MONDAY, Meal.LUNCH)
    clock.advance(-3600)
    write_work(database, SETTINGS, clock)
    assert do_work(database, SETTINGS, clock) == 1
    clock.advance(3660)
    return database


def meals_of(session: Session) -> list[Job]:
    return list(session.exec(select(Job).where(Job.name == RUN_MEAL)))


def test_at_the_cut_off_the_clock_plans_the_meal_once(town: Database, clock: StoppedClock) -> None:
    for _ in range(2):
        write_work(town, SETTINGS, clock)
        do_work(town, SETTINGS, clock)
    with town.read() as session:
        assert [plan.version for plan in session.exec(select(Plan))] == [1]
        assert session.get_one(MealDay, (MONDAY, Meal.LUNCH)).closed_by == "scheduler"
        assert [job.done_at is not None for job in meals_of(session)] == [True]


def test_two_clocks_at_once_plan_the_meal_once(town: Database, clock: StoppedClock) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: write_work(town, SETTINGS, clock), range(2)))
        done = list(pool.map(lambda _: do_work(town, SETTINGS, clock), range(2)))
    assert sum(done) == 1
    with town.read() as session:
        assert len(session.exec(select(Plan)).all()) == 1


def test_a_meal_that_somebody_plans_by_hand_is_left_to_them(town: Database, clock: StoppedClock) -> None:
    write_work(town, SETTINGS, clock)
    claim = Claim(town, clock, MONDAY, Meal.LUNCH)
    claim.take(actor="desk", early=False)
    assert do_work(town, SETTINGS, clock) == 0
    with town.read() as session:
        job = meals_of(session)[0]
        assert (job.done_at, job.error, job.attempt) == (None, "", 0)
        assert session.get_one(MealDay, (MONDAY, Meal.LUNCH)).state == MealState.CLOSED


def test_every_tick_has_a_name_of_its_own_and_comes_back() -> None:
    assert len({tick.name for tick in TICKS}) == len(TICKS)
    assert all(tick.every_s > 0 for tick in TICKS)


def test_the_papers_of_a_published_meal_are_written_once(
    sqlite_database: Database, clock: StoppedClock, tmp_path: Path
) -> None:
    found_town(sqlite_database)
    hasty = SETTINGS.model_copy(update={"home": tmp_path, "solve_limit_s": 0.01})
    run_meal(MONDAY, Meal.LUNCH, Kitbag(sqlite_database, clock, hasty, "test"), early=True)
    assert [write_papers(sqlite_database, hasty, clock) for _ in range(2)] == [1, 0]
    with sqlite_database.read() as session:
        files = session.exec(select(PaperFile.file)).all()
    folder = tmp_path / "papers" / f"{MONDAY}-lunch-v1"
    assert files
    assert all(file and (folder / file).read_bytes().startswith(b"%PDF") for file in files)
