from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import func, select

from kitchens.meals import Meal
from service.claims import LEASE_S, Claim, claimed, latest_cut_off
from service.clock import StoppedClock, instant_of
from service.db import Database
from service.errors import ConflictError
from service.tables import AuditEntry, MealDay, MealOrder, MealState
from tests.service.towns import MONDAY, found_town

LUNCH = Meal.LUNCH


def claim_of(database: Database, clock: StoppedClock) -> Claim:
    return Claim(database, clock, MONDAY, LUNCH)


def state(database: Database) -> MealDay:
    with database.read() as session:
        return session.get_one(MealDay, (MONDAY, LUNCH))


@pytest.fixture
def town(database: Database, clock: StoppedClock) -> Database:
    """The thirty elders' town, a minute after the cut-off of Monday's lunch."""
    found_town(database)
    with database.read() as session:
        clock.instant = latest_cut_off(session, MONDAY, LUNCH)
    clock.advance(60)
    return database


def test_closing_makes_the_standing_orders_in_the_same_step(town: Database, clock: StoppedClock) -> None:
    claim_of(town, clock).take(actor="clock", early=False)
    with town.read() as session:
        assert session.exec(select(func.count()).select_from(MealOrder)).one() == 30
    assert (state(town).state, state(town).closed_by) == (MealState.CLOSED, "clock")


def test_before_the_cut_off_a_meal_is_closed_only_on_purpose(town: Database, clock: StoppedClock) -> None:
    clock.advance(-120)
    with pytest.raises(ConflictError, match="--early"):
        claim_of(town, clock).take(actor="desk", early=False)
    with town.read() as session:
        assert session.exec(select(MealDay)).all() == []
    claim_of(town, clock).take(actor="desk", early=True)
    assert state(town).closed_by == "desk"


def test_of_eight_who_close_at_once_one_does_it(town: Database, clock: StoppedClock) -> None:
    def try_once(_: int) -> str:
        try:
            claim_of(town, clock).take(actor="clock", early=False)
        except ConflictError as refusal:
            return refusal.key
        return "taken"

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(try_once, range(8)))
    assert answers == ["error.being_planned"] * 7 + ["taken"]
    with town.read() as session:
        assert session.exec(select(func.count()).select_from(MealOrder)).one() == 30


def test_a_silent_planner_is_replaced_and_may_then_neither_renew_nor_publish(
    town: Database, clock: StoppedClock
) -> None:
    first, second = claim_of(town, clock), claim_of(town, clock)
    first.take(actor="clock", early=False)
    clock.advance(LEASE_S - 1)
    with pytest.raises(ConflictError) as refusal:
        second.take(actor="clock", early=False)
    assert refusal.value.key == "error.being_planned"
    clock.advance(2)
    second.take(actor="clock", early=False)
    for late in (first.renew, lambda: settle(town, first)):
        with pytest.raises(ConflictError) as refusal:
            late()
        assert refusal.value.key == "error.claim_lost"
    settle(town, second)
    assert state(town).state == MealState.PUBLISHED


def settle(database: Database, claim: Claim) -> None:
    with database.write() as session:
        claim.settle(session)


def test_a_planner_that_renews_is_never_replaced(town: Database, clock: StoppedClock) -> None:
    first = claim_of(town, clock)
    first.take(actor="clock", early=False)
    for _ in range(5):
        clock.advance(LEASE_S - 1)
        first.renew()
        with pytest.raises(ConflictError):
            claim_of(town, clock).take(actor="clock", early=False)


def test_a_story_that_fails_lets_go_at_once(town: Database, clock: StoppedClock) -> None:
    with pytest.raises(ZeroDivisionError), claimed(claim_of(town, clock), actor="clock", early=False):
        raise ZeroDivisionError
    claim_of(town, clock).take(actor="clock", early=False)


def test_a_published_meal_is_refused(town: Database, clock: StoppedClock) -> None:
    claim = claim_of(town, clock)
    claim.take(actor="clock", early=False)
    settle(town, claim)
    with pytest.raises(ConflictError) as refusal:
        claim_of(town, clock).take(actor="clock", early=False)
    assert refusal.value.key == "error.already_published"
    assert "午餐" in refusal.value.say("zh")
    with town.read() as session:
        actions = session.exec(select(AuditEntry.action)).all()
    assert actions == ["close_meal"]


def test_the_latest_cut_off_is_the_last_meal_points(town: Database) -> None:
    with town.read() as session:
        assert latest_cut_off(session, MONDAY, LUNCH) == instant_of(MONDAY.replace(day=20), 15 * 3600)


def test_a_published_meal_is_held_by_one_and_an_open_one_by_nobody(town: Database, clock: StoppedClock) -> None:
    with pytest.raises(ConflictError) as refusal:
        claim_of(town, clock).take_published(actor="desk")
    assert refusal.value.key == "error.not_published"
    with claimed(claim_of(town, clock), actor="clock", early=False) as first, town.write() as session:
        first.settle(session)
    held = claim_of(town, clock)
    held.take_published(actor="desk")
    with pytest.raises(ConflictError) as refusal:
        claim_of(town, clock).take_published(actor="another")
    assert refusal.value.key == "error.being_planned"
    assert state(town).state == MealState.PUBLISHED, "the plan that stands is not taken away meanwhile"
    held.release()
    claim_of(town, clock).take_published(actor="another")
    clock.advance(LEASE_S)
    with pytest.raises(ConflictError):
        held.renew()
