from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from kitchens.meals import Meal
from service.claims import latest_cut_off
from service.clock import StoppedClock, instant_of
from service.db import Database
from service.standing import generate_standing_orders
from service.tables import Job, MealDay, MealPoint, MealState, Notice, StandingOrder
from service.work import (
    LATER_RETRY,
    LEASE,
    LOOK_AGAIN,
    MANY_ATTEMPTS,
    add_job,
    claim_next,
    fail,
    finish,
    put_back,
    write_due_meals,
)
from tests.service.towns import MONDAY, found_town


@pytest.fixture
def town(database: Database, clock: StoppedClock) -> Database:
    """The thirty elders' town, at the very cut-off of Monday's lunch."""
    found_town(database)
    with database.read() as session:
        clock.instant = latest_cut_off(session, MONDAY, Meal.LUNCH)
    return database


def test_a_meal_becomes_work_at_its_cut_off_once(town: Database, clock: StoppedClock) -> None:
    clock.advance(-1)
    assert write_due_meals(town, clock) == 0
    clock.advance(1)
    assert [write_due_meals(town, clock) for _ in range(3)] == [1, 0, 0]
    with town.read() as session:
        assert [job.subject for job in session.exec(select(Job))] == ["2026-11-23/lunch"]


def test_a_meal_whose_time_is_over_is_no_work_but_a_late_start_still_plans_it(
    town: Database, clock: StoppedClock
) -> None:
    clock.instant = instant_of(MONDAY, 9 * 3600)
    assert write_due_meals(town, clock) == 1
    clock.instant = instant_of(MONDAY + timedelta(days=1), 14 * 3600)
    write_due_meals(town, clock)
    with town.read() as session:
        assert [job.subject for job in session.exec(select(Job))] == ["2026-11-23/lunch"]


def test_a_published_meal_is_no_work(town: Database, clock: StoppedClock) -> None:
    with town.write() as session:
        session.add(MealDay(service_day=MONDAY, meal=Meal.LUNCH, state=MealState.PUBLISHED))
    write_due_meals(town, clock)
    with town.read() as session:
        assert "2026-11-23/lunch" not in [job.subject for job in session.exec(select(Job))]


def test_eight_workers_claim_each_row_once(town: Database, clock: StoppedClock) -> None:
    with town.write() as session:
        for number in range(5):
            add_job(session, "run_meal", f"2026-11-{number + 23}/lunch", clock.now())
    with ThreadPoolExecutor(8) as pool:
        claims = [job for job in pool.map(lambda _: claim_next(town, clock), range(8)) if job is not None]
    assert sorted(job.subject for job in claims) == [f"2026-11-{number + 23}/lunch" for number in range(5)]


def test_work_of_a_killed_worker_is_taken_up_again(town: Database, clock: StoppedClock) -> None:
    write_due_meals(town, clock)
    first = claim_next(town, clock)
    assert claim_next(town, clock) is None
    clock.advance(LEASE.total_seconds() + 1)
    again = claim_next(town, clock)
    assert again is not None
    assert first is not None
    assert (again.id, again.attempt) == (first.id, 2)


def test_done_work_never_comes_back(town: Database, clock: StoppedClock) -> None:
    write_due_meals(town, clock)
    while (job := claim_next(town, clock)) is not None:
        finish(town, job, clock)
    clock.advance(timedelta(days=1).total_seconds())
    assert claim_next(town, clock) is None


def test_failing_work_is_told_to_the_desk_once_and_still_tried_until_it_is_mended(
    town: Database, clock: StoppedClock
) -> None:
    write_due_meals(town, clock)
    for _ in range(MANY_ATTEMPTS + 3):
        job = claim_next(town, clock)
        assert job is not None
        fail(town, job, clock, "oven out")
        clock.advance(LATER_RETRY.total_seconds() + 1)
    with town.read() as session:
        assert len(session.exec(select(Notice).where(Notice.key == "notice.work_failed")).all()) == 1
    mended = claim_next(town, clock)
    assert mended is not None
    finish(town, mended, clock)
    assert claim_next(town, clock) is None


def test_a_worker_that_ends_without_a_word_each_time_is_told_to_the_desk(town: Database, clock: StoppedClock) -> None:
    write_due_meals(town, clock)
    for _ in range(MANY_ATTEMPTS + 2):
        assert claim_next(town, clock) is not None
        clock.advance(LEASE.total_seconds() + 1)
    with town.read() as session:
        assert len(session.exec(select(Notice).where(Notice.key == "notice.work_failed")).all()) == 1


def test_a_point_that_serves_on_weekends_is_planned_on_weekends(town: Database, clock: StoppedClock) -> None:
    with town.write() as session:
        session.get_one(MealPoint, "P1").works_weekends = True
        for standing in session.exec(select(StandingOrder)):
            standing.weekdays = "1234567"
    write_due_meals(town, clock)
    with town.read() as session:
        assert "2026-11-21/lunch" in [job.subject for job in session.exec(select(Job))]


def test_orders_of_a_meal_that_was_never_planned_are_told_once(town: Database, clock: StoppedClock) -> None:
    with town.write() as session:
        generate_standing_orders(session, MONDAY, Meal.LUNCH, clock=clock)
    clock.instant = instant_of(MONDAY, 14 * 3600)
    for _ in range(2):
        write_due_meals(town, clock)
    with town.read() as session:
        missed = session.exec(select(Notice).where(Notice.key == "notice.meal_missed")).one()
        assert missed.values["orders"] == 30


def test_work_that_somebody_else_does_is_put_back_without_counting_a_try(town: Database, clock: StoppedClock) -> None:
    write_due_meals(town, clock)
    job = claim_next(town, clock)
    assert job is not None
    put_back(town, job, clock)
    clock.advance(LOOK_AGAIN.total_seconds() + 1)
    again = claim_next(town, clock)
    assert again is not None
    assert (again.id, again.attempt) == (job.id, 1)
