from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from kitchens.meals import Fulfilment, Meal
from service.clock import StoppedClock, instant_of
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.idempotency import AT_WORK, Call, call_of, forget_old_answers
from service.orders import Placing, Wish, cancel_order, place_order, place_orders
from service.standing import Written, generate_standing_orders
from service.tables import (
    Dish,
    Elder,
    Kitchen,
    KitchenMeal,
    MealDay,
    MealOrder,
    MealPoint,
    MealState,
    MenuEntry,
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


LUNCH = Wish(MONDAY, Meal.LUNCH, Fulfilment.DINE_IN)


def by_phone(elder: str) -> Placing:
    return Placing(elder, OrderSource.PHONE, "desk")


def order_lunch(
    database: Database, clock: StoppedClock, elder: str = "E1", call: Call | None = None, **changes: Any
) -> MealOrder:
    return place_order(database, by_phone(elder), replace(LUNCH, **changes), clock=clock, call=call)


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
    call = call_of("desk", "key-0001", "place", {"elder": "E1"})
    first = order_lunch(town, clock, call=call)
    assert order_lunch(town, clock, call=call) == first
    # Also when the order is no longer what it was: the answer is the first one.
    assert first.id is not None
    cancel_order(town, first.id, by="desk", clock=clock)
    assert order_lunch(town, clock, call=call) == first
    assert [one.state for one in stored(town)] == [OrderState.CANCELLED]


def test_the_same_key_with_another_body_is_refused_and_another_caller_may_use_it(
    town: Database, clock: StoppedClock
) -> None:
    order_lunch(town, clock, call=call_of("desk", "key-0001", "place", {"elder": "E1"}))
    with pytest.raises(InvalidError, match="key-0001"):
        order_lunch(town, clock, "E3", call=call_of("desk", "key-0001", "place", {"elder": "E3"}))
    assert order_lunch(town, clock, "E3", call=call_of("other", "key-0001", "place", {"elder": "E3"})).id


def test_a_refused_call_keeps_no_answer_and_is_tried_again(town: Database, clock: StoppedClock) -> None:
    call = call_of("desk", "key-0002", "place", {"elder": "E1"})
    order = order_lunch(town, clock)
    with pytest.raises(ConflictError):
        order_lunch(town, clock, call=call)
    assert order.id is not None
    cancel_order(town, order.id, by="desk", clock=clock)
    assert order_lunch(town, clock, call=call).state == OrderState.PLACED


def test_a_call_that_is_at_work_is_refused(town: Database, clock: StoppedClock) -> None:
    call = call_of("desk", "key-0003", "place", {"elder": "E1"})
    with AT_WORK.entered(call), pytest.raises(ConflictError, match="key-0003"):
        order_lunch(town, clock, call=call)
    assert order_lunch(town, clock, call=call).id


def test_one_call_sent_eight_times_at_once_makes_one_order_and_no_other_answer(
    town: Database, clock: StoppedClock
) -> None:
    call = call_of("desk", "key-0004", "place", {"elder": "E1"})

    def send(_: int) -> int | str | None:
        try:
            return order_lunch(town, clock, call=call).id
        except ConflictError as refusal:
            return refusal.key

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(8)))
    order = stored(town)[0]
    assert order.id in answers
    assert answers <= {order.id, "error.key_at_work"}


def test_old_answers_are_forgotten(town: Database, clock: StoppedClock) -> None:
    order_lunch(town, clock, call=call_of("desk", "key-0005", "place", {}))
    assert forget_old_answers(town, clock) == 0
    clock.advance(8 * 24 * 3600)
    assert forget_old_answers(town, clock) == 1


def test_a_ticket_is_placed_whole_or_not_at_all(town: Database, clock: StoppedClock) -> None:
    week = [replace(LUNCH, service_day=MONDAY + timedelta(days=ahead)) for ahead in range(5)]
    order_lunch(town, clock, service_day=MONDAY + timedelta(days=3))
    with pytest.raises(ConflictError):
        place_orders(town, by_phone("E1"), week, clock=clock)
    assert len(stored(town)) == 1
    others = [one for one in week if one.service_day != MONDAY + timedelta(days=3)]
    assert len(place_orders(town, by_phone("E1"), others, clock=clock)) == 4


@pytest.mark.parametrize("wishes", [[], [LUNCH, LUNCH], [LUNCH] * 43], ids=["none", "twice", "too many"])
def test_a_ticket_that_cannot_be_is_refused(town: Database, clock: StoppedClock, wishes: list[Wish]) -> None:
    with pytest.raises(InvalidError):
        place_orders(town, by_phone("E1"), wishes, clock=clock)


def test_a_meal_in_the_far_future_is_refused(town: Database, clock: StoppedClock) -> None:
    with pytest.raises(InvalidError):
        order_lunch(town, clock, service_day=date(2027, 3, 1))


def limit_kitchen(database: Database, meals: int, usual: int | None = None) -> None:
    with database.write() as session:
        session.add(
            KitchenMeal(
                kitchen_code="K1",
                meal=Meal.LUNCH,
                capacity_meals=meals,
                meals_per_hour=60,
                cooking_start_s=0,
                cooking_end_s=36_000,
            )
        )
        session.add_all(
            [Dish(code="D1", name="样本一", price_fen=1300), Dish(code="D2", name="样本二", price_fen=1300)]
        )
        session.flush()
        for rank, dish, most in ((1, "D1", usual), (2, "D2", None)):
            session.add(
                MenuEntry(
                    kitchen_code="K1",
                    service_day=MONDAY,
                    meal=Meal.LUNCH,
                    rank=rank,
                    dish_code=dish,
                    capacity_meals=most,
                )
            )


def test_a_full_kitchen_takes_no_further_order(town: Database, clock: StoppedClock) -> None:
    limit_kitchen(town, 1)
    with town.write() as session:
        session.get_one(Elder, "E2").state = "active"
    first = order_lunch(town, clock)
    with pytest.raises(ConflictError, match="1"):
        order_lunch(town, clock, "E2")
    assert first.id is not None
    cancel_order(town, first.id, by="desk", clock=clock)
    assert order_lunch(town, clock, "E2").id


def test_a_dish_that_is_sold_out_is_refused_and_the_usual_one_counts_for_those_who_chose_none(
    town: Database, clock: StoppedClock
) -> None:
    limit_kitchen(town, 50, usual=1)
    with town.write() as session:
        session.get_one(Elder, "E2").state = "active"
    order_lunch(town, clock)
    with pytest.raises(ConflictError, match="D1"):
        order_lunch(town, clock, "E2", dish_code="D1")
    assert order_lunch(town, clock, "E2", dish_code="D2").kitchen_code == "K1"


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
        assert generate_standing_orders(session, MONDAY, Meal.LUNCH, clock=clock) == Written(1, 0, 0)
        assert generate_standing_orders(session, MONDAY, Meal.LUNCH, clock=clock) == Written(0, 0, 0)
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
            generate_standing_orders(session, MONDAY + timedelta(days=ahead), Meal.LUNCH, clock=clock).made
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


def test_a_dish_that_an_elder_must_not_eat_is_refused_and_another_one_is_named(
    town: Database, clock: StoppedClock
) -> None:
    limit_kitchen(town, 50)
    with town.write() as session:
        session.get_one(Dish, "D1").contains = "pork gluten"
        session.get_one(Elder, "E1").excludes = "pork"
    with pytest.raises(InvalidError) as refusal:
        order_lunch(town, clock, dish_code="D1")
    assert refusal.value.key == "error.dish_clash"
    assert "猪肉" in refusal.value.say("zh")
    assert "样本二" in refusal.value.say("zh")
    assert order_lunch(town, clock, dish_code="D2").dish_code == "D2"


def test_a_texture_never_falls_back_and_an_order_that_nothing_fits_is_refused(
    town: Database, clock: StoppedClock
) -> None:
    limit_kitchen(town, 50)
    with town.write() as session:
        session.get_one(Elder, "E1").texture = "pureed"
        session.get_one(Elder, "E3").limits = "low_salt"
    for elder in ("E1", "E3"):
        with pytest.raises(InvalidError) as refusal:
            order_lunch(town, clock, elder)
        assert refusal.value.key == "error.nothing_fits"


def test_what_is_only_disliked_may_be_ordered(town: Database, clock: StoppedClock) -> None:
    limit_kitchen(town, 50)
    with town.write() as session:
        session.get_one(Dish, "D1").contains = "pork"
        session.get_one(Elder, "E1").dislikes = "pork"
    assert order_lunch(town, clock, dish_code="D1").id


def test_a_text_that_no_database_can_keep_is_refused(town: Database, clock: StoppedClock) -> None:
    with pytest.raises(InvalidError):
        order_lunch(town, clock, proxy_name="a\x00b")
    with pytest.raises(InvalidError):
        order_lunch(town, clock, "E\x001")
    assert stored(town) == []


def test_a_meal_that_no_kitchen_cooks_is_refused(town: Database, clock: StoppedClock) -> None:
    limit_kitchen(town, 50)
    with pytest.raises(InvalidError):
        order_lunch(town, clock, meal=Meal.BREAKFAST)
