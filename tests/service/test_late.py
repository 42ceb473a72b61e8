from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col, select

from kitchens.meals import Fulfilment, Meal
from service.claims import Claim
from service.clock import StoppedClock, instant_of
from service.daily import Kitbag, run_meal
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.late import ask_late, ask_late_cancel, decide_late, list_late
from service.orders import Placing, Wish, cancel_order, place_order
from service.replanning import replan_meal
from service.settings import Settings
from service.tables import (
    Elder,
    ElderState,
    Job,
    LateRequest,
    MealOrder,
    MenuEntry,
    Notice,
    OrderSource,
    OrderState,
    PlannedOrder,
    StandingOrder,
)
from tests.service.towns import MONDAY, found_town

FRIDAY = MONDAY - timedelta(days=3)
IN_TIME, TOO_LATE = instant_of(FRIDAY, 9 * 3600), instant_of(FRIDAY, 15 * 3600 + 60)
LUNCH = Wish(MONDAY, Meal.LUNCH, Fulfilment.HOME)
SETTINGS = Settings(_env_file=None, effort="quick")  # type: ignore[call-arg]


@pytest.fixture
def town(database: Database, clock: StoppedClock) -> Database:
    """The thirty elders' town a minute after the cut-off of Monday's lunch, with lunches ordered in time."""
    found_town(database)
    clock.instant = TOO_LATE
    return database


def nobody_ordered(database: Database) -> Placing:
    """Return the first elder who has a door and a meal point but no lunch on Monday."""
    with database.read() as session:
        ordered = select(MealOrder.elder_number).where(MealOrder.service_day == MONDAY, MealOrder.meal == Meal.LUNCH)
        free = select(Elder.number).where(
            Elder.state == ElderState.ACTIVE,
            col(Elder.meal_point_code).is_not(None),
            col(Elder.lat).is_not(None),
            col(Elder.number).not_in(ordered),
        )
        return Placing(session.exec(free.order_by(col(Elder.number))).first() or "", OrderSource.PHONE, "desk")


def in_time(database: Database, clock: StoppedClock, placing: Placing, wish: Wish = LUNCH) -> MealOrder:
    clock.instant = IN_TIME
    order = place_order(database, placing, wish, clock=clock)
    clock.instant = TOO_LATE
    return order


def asked(database: Database, clock: StoppedClock, placing: Placing | None = None) -> tuple[MealOrder, int]:
    order = ask_late(database, placing or nobody_ordered(database), LUNCH, reason="出院回家", clock=clock)
    return order, waiting(database)[-1]


def waiting(database: Database) -> list[int]:
    with database.read() as session:
        return [one.id or 0 for one in list_late(session, MONDAY, Meal.LUNCH, None)]


def state_of(database: Database, order: MealOrder) -> str:
    with database.read() as session:
        return session.get_one(MealOrder, order.id).state


def decide(database: Database, clock: StoppedClock, request: int, *, accepts: bool, why: str = "") -> LateRequest:
    return decide_late(database, request, accepts=accepts, by="chufang", clock=clock, why=why)


def test_a_late_wish_waits_for_the_kitchen_and_counts_once_it_is_accepted(town: Database, clock: StoppedClock) -> None:
    order, request = asked(town, clock)
    assert order.state == OrderState.REQUESTED
    decided = decide(town, clock, request, accepts=True)
    assert (decided.decided_by, decided.accepted, decided.asked_by, decided.reason) == (
        "chufang",
        True,
        "desk",
        "出院回家",
    )
    assert state_of(town, order) == OrderState.PLACED
    assert waiting(town) == []


def test_the_kitchen_and_the_operator_are_told(town: Database, clock: StoppedClock) -> None:
    order, request = asked(town, clock)
    decide(town, clock, request, accepts=False, why="米饭不够")
    with town.read() as session:
        told = {(one.to, one.key) for one in session.exec(select(Notice))}
    assert (f"kitchen:{order.kitchen_code}", "notice.late_order") in told
    assert ("operator", "notice.late_refused") in told


def test_a_refusal_needs_a_reason_and_the_meal_is_not_cooked(town: Database, clock: StoppedClock) -> None:
    order, request = asked(town, clock)
    with pytest.raises(InvalidError):
        decide(town, clock, request, accepts=False)
    decide(town, clock, request, accepts=False, why="米饭不够")
    assert state_of(town, order) == OrderState.REFUSED
    with pytest.raises(ConflictError):
        decide(town, clock, request, accepts=True)


def test_a_late_cancellation_leaves_the_meal_until_the_kitchen_accepts(town: Database, clock: StoppedClock) -> None:
    order = in_time(town, clock, nobody_ordered(town))
    assert order.id is not None
    ask_late_cancel(town, order.id, reason="住院", by="desk", clock=clock)
    assert state_of(town, order) == OrderState.PLACED
    with pytest.raises(ConflictError):
        ask_late_cancel(town, order.id, reason="住院", by="desk", clock=clock)
    decide(town, clock, waiting(town)[-1], accepts=True)
    assert state_of(town, order) == OrderState.CANCELLED


def test_what_can_still_be_ordered_as_usual_is_not_asked_late(town: Database, clock: StoppedClock) -> None:
    placing = nobody_ordered(town)
    clock.instant = IN_TIME
    with pytest.raises(ConflictError, match="15:00"):
        ask_late(town, placing, LUNCH, reason="忘了", clock=clock)


def test_a_meal_that_is_over_cannot_be_asked_for(town: Database, clock: StoppedClock) -> None:
    placing = nobody_ordered(town)
    clock.instant = instant_of(MONDAY, 14 * 3600)
    with pytest.raises(ConflictError):
        ask_late(town, placing, LUNCH, reason="忘了", clock=clock)


@pytest.mark.parametrize("reason", ["", "   ", "长" * 201])
def test_without_a_proper_reason_nothing_is_asked(town: Database, clock: StoppedClock, reason: str) -> None:
    with pytest.raises(InvalidError):
        ask_late(town, nobody_ordered(town), LUNCH, reason=reason, clock=clock)
    assert waiting(town) == []


def test_what_is_not_there_is_refused(town: Database, clock: StoppedClock) -> None:
    with pytest.raises(NotFoundError):
        decide(town, clock, 404, accepts=True)
    with pytest.raises(NotFoundError):
        ask_late_cancel(town, 404, reason="住院", by="desk", clock=clock)


def test_who_has_the_meal_or_has_asked_already_is_refused(town: Database, clock: StoppedClock) -> None:
    placing = nobody_ordered(town)
    asked(town, clock, placing)
    with pytest.raises(ConflictError):
        ask_late(town, placing, LUNCH, reason="再要一份", clock=clock)


def test_while_the_meal_is_being_planned_nothing_is_accepted(town: Database, clock: StoppedClock) -> None:
    order, request = asked(town, clock)
    Claim(town, clock, MONDAY, Meal.LUNCH).take(actor="desk", early=True)
    with pytest.raises(ConflictError):
        decide(town, clock, request, accepts=True)
    assert state_of(town, order) == OrderState.REQUESTED


def test_what_is_accepted_after_publishing_is_planned_again_and_brought(town: Database, clock: StoppedClock) -> None:
    kit = Kitbag(town, clock, SETTINGS, "desk")
    placing = nobody_ordered(town)
    with town.write() as session:
        standing = session.exec(select(StandingOrder).where(StandingOrder.elder_number == placing.elder_number)).one()
        session.delete(standing)
    run_meal(MONDAY, Meal.LUNCH, kit, early=True)
    order, request = asked(town, clock, placing)
    decide(town, clock, request, accepts=True)
    with town.read() as session:
        assert [job.name for job in session.exec(select(Job))] == ["replan"]
    replan_meal(MONDAY, Meal.LUNCH, kit)
    with town.read() as session:
        planned = session.exec(select(PlannedOrder).where(PlannedOrder.order_id == order.id)).all()
    assert planned


def test_a_wish_is_not_accepted_once_the_meal_is_over(town: Database, clock: StoppedClock) -> None:
    order, request = asked(town, clock)
    clock.instant = instant_of(MONDAY, 14 * 3600)
    with pytest.raises(ConflictError):
        decide(town, clock, request, accepts=True)
    assert state_of(town, order) == OrderState.REQUESTED
    decide(town, clock, request, accepts=False, why="已过时间")


def test_a_wish_that_no_kitchen_has_answered_can_be_taken_back(town: Database, clock: StoppedClock) -> None:
    order, request = asked(town, clock)
    assert order.id is not None
    assert cancel_order(town, order.id, by="desk", clock=clock).state == OrderState.CANCELLED
    assert waiting(town) == []
    with pytest.raises(ConflictError):
        decide(town, clock, request, accepts=True)


def test_several_wishes_are_accepted_for_one_new_plan(town: Database, clock: StoppedClock) -> None:
    kit = Kitbag(town, clock, SETTINGS, "desk")
    placings = [Placing(number, OrderSource.PHONE, "desk") for number in ("E01", "E02")]
    with town.write() as session:
        for placing in placings:
            of_elder = select(StandingOrder).where(StandingOrder.elder_number == placing.elder_number)
            session.delete(session.exec(of_elder).one())
    run_meal(MONDAY, Meal.LUNCH, kit, early=True)
    for placing in placings:
        _, request = asked(town, clock, placing)
        decide(town, clock, request, accepts=True)
    with town.read() as session:
        assert [job.name for job in session.exec(select(Job))] == ["replan"]


def test_a_wish_whose_elder_has_left_the_service_since_is_not_accepted(town: Database, clock: StoppedClock) -> None:
    order, request = asked(town, clock)
    with town.write() as session:
        session.get_one(Elder, order.elder_number).state = ElderState.STOPPED
    with pytest.raises(InvalidError) as refusal:
        decide(town, clock, request, accepts=True)
    assert refusal.value.key == "error.elder_not_served"
    assert (state_of(town, order), waiting(town)) == (OrderState.REQUESTED, [request])
    decide(town, clock, request, accepts=False, why="已停止服务")


def test_a_wish_that_clashes_with_a_diet_noted_since_is_not_accepted(town: Database, clock: StoppedClock) -> None:
    wish = Wish(MONDAY, Meal.LUNCH, Fulfilment.HOME, "D1")
    order = ask_late(town, nobody_ordered(town), wish, reason="出院回家", clock=clock)
    with town.write() as session:
        session.get_one(Elder, order.elder_number).excludes = "pork"
    with pytest.raises(InvalidError, match="猪肉"):
        decide(town, clock, waiting(town)[-1], accepts=True)
    assert (state_of(town, order), len(waiting(town))) == (OrderState.REQUESTED, 1)


def test_a_wish_for_a_dish_that_has_left_the_menu_is_not_accepted(town: Database, clock: StoppedClock) -> None:
    wish = Wish(MONDAY, Meal.LUNCH, Fulfilment.HOME, "D1")
    order = ask_late(town, nobody_ordered(town), wish, reason="出院回家", clock=clock)
    with town.write() as session:
        for entry in session.exec(select(MenuEntry).where(MenuEntry.dish_code == "D1")).all():
            session.delete(entry)
    with pytest.raises(InvalidError) as refusal:
        decide(town, clock, waiting(town)[-1], accepts=True)
    assert refusal.value.key == "error.dish_not_on_menu"
    assert state_of(town, order) == OrderState.REQUESTED


def test_a_late_cancellation_is_accepted_whoever_the_elder_is_by_then(town: Database, clock: StoppedClock) -> None:
    order = in_time(town, clock, nobody_ordered(town))
    ask_late_cancel(town, order.id or 0, reason="住院", by="desk", clock=clock)
    with town.write() as session:
        session.get_one(Elder, order.elder_number).state = ElderState.DECEASED
    decide(town, clock, waiting(town)[-1], accepts=True)
    assert state_of(town, order) == OrderState.CANCELLED
