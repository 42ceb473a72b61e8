from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlmodel import select

from kitchens.meals import Fulfilment, Meal
from service.clock import StoppedClock, instant_of
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.orders import cancel_order, generate_standing_orders, place_order
from service.tables import (
    Elder,
    Kitchen,
    MealDay,
    MealOrder,
    MealPoint,
    MealState,
    OrderSource,
    OrderState,
    StandingOrder,
)

MONDAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 20)


@pytest.fixture
def town(database: Database) -> Database:
    """One meal point, and Ah Yat who may eat there, Ah Yi who has stopped, Ah Saam who has no meal point."""
    with database.write() as session:
        session.add(
            Kitchen(
                code="K1",
                name="甲厨房",
                mode="own_kitchen",
                address="甲路",
                licence="样本",
                phone="1",
                lat=23.1,
                lon=113.3,
            )
        )
        session.flush()
        session.add(
            MealPoint(
                code="P1",
                name="甲饭堂",
                address="甲路1号",
                phone="1",
                lat=23.1,
                lon=113.3,
                kitchen_code="K1",
                capacity_meals=50,
            )
        )
        session.flush()
        for number, state, point in (("E1", "active", "P1"), ("E2", "stopped", "P1"), ("E3", "active", None)):
            session.add(
                Elder(
                    number=number,
                    name=f"样本{number}",
                    birth_year=1940,
                    phone="1",
                    state=state,
                    meal_point_code=point,
                    address="甲路2号",
                )
            )
    return database


def order_lunch(database: Database, clock: StoppedClock, elder: str = "E1", **changes: object) -> MealOrder:
    wish = {
        "elder_number": elder,
        "service_day": MONDAY,
        "meal": Meal.LUNCH,
        "fulfilment": Fulfilment.DINE_IN,
        "source": OrderSource.PHONE,
        "placed_by": "desk",
    }
    return place_order(database, clock=clock, **{**wish, **changes})  # type: ignore[arg-type]


def stored(database: Database) -> list[MealOrder]:
    with database.read() as session:
        return list(session.exec(select(MealOrder)))


def test_an_order_before_the_cut_off_is_kept(town: Database, clock: StoppedClock) -> None:
    order = order_lunch(town, clock)
    assert [(one.id, one.state, one.placed_at) for one in stored(town)] == [(order.id, "placed", clock.now())]


def test_the_cut_off_of_monday_is_friday_afternoon(town: Database, clock: StoppedClock) -> None:
    clock.instant = instant_of(FRIDAY, 15 * 3600)
    order_lunch(town, clock)
    clock.advance(1)
    with pytest.raises(ConflictError, match="2026-11-20 15:00"):
        order_lunch(town, clock, "E3")
    assert len(stored(town)) == 1


def test_an_unknown_elder_is_refused_in_both_languages(town: Database, clock: StoppedClock) -> None:
    with pytest.raises(NotFoundError) as refusal:
        order_lunch(town, clock, "E9")
    assert "E9" in refusal.value.say("zh")
    assert "E9" in refusal.value.say("en")
    assert stored(town) == []


def test_an_elder_who_has_left_the_service_is_refused(town: Database, clock: StoppedClock) -> None:
    with pytest.raises(InvalidError):
        order_lunch(town, clock, "E2")


def test_a_weekend_is_no_service_day_but_a_make_up_saturday_is(town: Database, clock: StoppedClock) -> None:
    with pytest.raises(InvalidError):
        order_lunch(town, clock, service_day=date(2026, 11, 28))
    # 2026-10-10 is a Saturday on which China works for the National Day holiday.
    clock.instant = instant_of(date(2026, 10, 9), 10 * 3600)
    assert order_lunch(town, clock, service_day=date(2026, 10, 10)).id


def test_a_dish_that_is_on_no_menu_is_refused(town: Database, clock: StoppedClock) -> None:
    with pytest.raises(InvalidError):
        order_lunch(town, clock, dish_code="D404")


def test_one_meal_a_person_and_slot(town: Database, clock: StoppedClock) -> None:
    order_lunch(town, clock)
    with pytest.raises(ConflictError):
        order_lunch(town, clock, fulfilment=Fulfilment.HOME)
    assert len(stored(town)) == 1


def test_the_same_key_returns_the_same_order(town: Database, clock: StoppedClock) -> None:
    first = order_lunch(town, clock, idempotency_key="k-1")
    assert order_lunch(town, clock, idempotency_key="k-1").id == first.id


def test_two_clerks_at_once_make_one_order(town: Database, clock: StoppedClock) -> None:
    def try_once(_: int) -> str:
        try:
            order_lunch(town, clock)
        except ConflictError:
            return "refused"
        return "kept"

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(try_once, range(8)))
    assert answers == ["kept"] + ["refused"] * 7
    assert len(stored(town)) == 1


def test_a_cancelled_meal_stays_cancelled_when_the_standing_orders_are_made(
    town: Database, clock: StoppedClock
) -> None:
    with town.write() as session:
        for elder in ("E1", "E2", "E3"):
            session.add(
                StandingOrder(
                    elder_number=elder, meal=Meal.LUNCH, weekdays="135", fulfilment=Fulfilment.HOME, from_day=FRIDAY
                )
            )
    order = order_lunch(town, clock)
    assert order.id is not None
    cancel_order(town, order.id, by="desk", clock=clock)
    with town.write() as session:
        assert generate_standing_orders(session, MONDAY, Meal.LUNCH, clock=clock) == 1
        assert generate_standing_orders(session, MONDAY, Meal.LUNCH, clock=clock) == 0
    states = {(one.elder_number, one.state, one.source) for one in stored(town)}
    assert states == {("E1", OrderState.CANCELLED, OrderSource.PHONE), ("E3", OrderState.PLACED, OrderSource.STANDING)}


def test_a_pause_and_a_weekday_that_is_not_in_the_pattern_make_no_order(town: Database, clock: StoppedClock) -> None:
    with town.write() as session:
        session.add(
            StandingOrder(
                elder_number="E1",
                meal=Meal.LUNCH,
                weekdays="12",
                fulfilment=Fulfilment.HOME,
                from_day=FRIDAY,
                paused_from=MONDAY,
                paused_until=MONDAY,
            )
        )
    with town.write() as session:
        made = [
            generate_standing_orders(session, MONDAY + timedelta(days=ahead), Meal.LUNCH, clock=clock)
            for ahead in range(4)
        ]
    assert made == [0, 1, 0, 0]


def test_no_order_slips_in_after_the_meal_was_closed(town: Database, clock: StoppedClock) -> None:
    with town.write() as session:
        session.add(MealDay(service_day=MONDAY, meal=Meal.LUNCH, state=MealState.CLOSED))
    with pytest.raises(ConflictError):
        order_lunch(town, clock)
    assert stored(town) == []


def test_a_meal_can_be_ordered_again_after_it_was_cancelled(town: Database, clock: StoppedClock) -> None:
    order = order_lunch(town, clock)
    assert order.id is not None
    cancel_order(town, order.id, by="desk", clock=clock)
    with pytest.raises(ConflictError):
        cancel_order(town, order.id, by="desk", clock=clock)
    assert order_lunch(town, clock).state == OrderState.PLACED
    with pytest.raises(NotFoundError):
        cancel_order(town, 404, by="desk", clock=clock)
