from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from kitchens.meals import Fulfilment, Meal
from service.claims import Claim
from service.clock import StoppedClock, instant_of
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.orders import Placing, Wish, cancel_order, place_order
from service.standing import generate_ahead
from service.standing_changes import (
    OneDay,
    Repeat,
    change_standing,
    end_standing,
    except_day,
    list_standing,
    pause_standing,
)
from service.tables import Elder, ElderAbsence, ElderState, KitchenMeal, MealOrder, OrderSource, OrderState
from tests.service.towns import MONDAY, found_town

FRIDAY_MORNING = instant_of(MONDAY - timedelta(days=3), 9 * 3600)
WORKDAYS = Repeat("12345", Fulfilment.HOME, MONDAY)


@pytest.fixture
def town(database: Database, clock: StoppedClock) -> Database:
    """The thirty elders' town on the Friday before, with dinners as with lunches."""
    found_town(database)
    with database.write() as session:
        for work in session.exec(select(KitchenMeal)).all():
            session.add(KitchenMeal(**(work.model_dump() | {"meal": Meal.DINNER})))
    clock.instant = FRIDAY_MORNING
    return database


def some_elder(database: Database) -> str:
    with database.read() as session:
        elders = session.exec(select(Elder).where(Elder.state == ElderState.ACTIVE).order_by(col(Elder.number)))
        return next(elder.number for elder in elders if elder.meal_point_code)


def begin(database: Database, clock: StoppedClock, repeat: Repeat = WORKDAYS) -> tuple[str, int]:
    elder = some_elder(database)
    standing = change_standing(database, elder, Meal.DINNER, repeat, by="desk", clock=clock)
    assert standing.id is not None
    return elder, standing.id


def dinners(database: Database, elder: str) -> dict[date, MealOrder]:
    with database.read() as session:
        of_elder = select(MealOrder).where(MealOrder.elder_number == elder, MealOrder.meal == Meal.DINNER)
        return {one.service_day: one for one in session.exec(of_elder.order_by(col(MealOrder.service_day)))}


def states(database: Database, elder: str) -> dict[date, str]:
    return {day: order.state for day, order in dinners(database, elder).items()}


def cancelled(database: Database, order: MealOrder, clock: StoppedClock) -> None:
    assert order.id is not None
    cancel_order(database, order.id, by="desk", clock=clock)


def test_a_standing_order_is_written_out_for_the_next_two_weeks_of_service_days(
    town: Database, clock: StoppedClock
) -> None:
    elder, _ = begin(town, clock)
    days = states(town, elder)
    assert list(days) == [MONDAY + timedelta(days=n) for n in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)]
    assert set(days.values()) == {OrderState.PLACED}


def test_the_clock_writes_the_next_days_out_and_doing_it_twice_changes_nothing(
    town: Database, clock: StoppedClock
) -> None:
    elder, _ = begin(town, clock)
    clock.advance(3 * 24 * 3600)
    assert generate_ahead(town, clock).made >= 1
    assert MONDAY + timedelta(days=14) in dinners(town, elder)
    again = generate_ahead(town, clock)
    assert (again.made, again.changed, again.withdrawn) == (0, 0, 0)


def test_a_pause_withdraws_what_was_written_out_and_its_end_brings_it_back(town: Database, clock: StoppedClock) -> None:
    elder, standing = begin(town, clock)
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    pause_standing(town, standing, tuesday, tuesday, by="desk", clock=clock)
    assert states(town, elder)[tuesday] == OrderState.WITHDRAWN
    assert states(town, elder)[wednesday] == OrderState.PLACED
    pause_standing(town, standing, None, None, by="desk", clock=clock)
    assert states(town, elder)[tuesday] == OrderState.PLACED


def test_a_persons_word_is_never_overwritten_and_a_cancelled_meal_never_comes_back(
    town: Database, clock: StoppedClock
) -> None:
    elder, standing = begin(town, clock)
    tuesday = MONDAY + timedelta(days=1)
    cancelled(town, dinners(town, elder)[MONDAY], clock)
    cancelled(town, dinners(town, elder)[tuesday], clock)
    wish = Wish(tuesday, Meal.DINNER, Fulfilment.PICK_UP, proxy_name="样本邻居")
    place_order(town, Placing(elder, OrderSource.PHONE, "desk"), wish, clock=clock)
    for from_day in (MONDAY, None):
        pause_standing(town, standing, from_day, None, by="desk", clock=clock)
        generate_ahead(town, clock)
        days = dinners(town, elder)
        assert (days[MONDAY].state, days[tuesday].state) == (OrderState.CANCELLED, OrderState.PLACED)
        assert (days[tuesday].fulfilment, days[tuesday].proxy_name) == (Fulfilment.PICK_UP, "样本邻居")


def test_one_day_can_be_skipped_or_taken_otherwise(town: Database, clock: StoppedClock) -> None:
    elder, standing = begin(town, clock)
    tuesday = MONDAY + timedelta(days=1)
    except_day(town, standing, OneDay(MONDAY), by="desk", clock=clock)
    except_day(town, standing, OneDay(tuesday, skips=False, fulfilment=Fulfilment.DINE_IN), by="desk", clock=clock)
    assert states(town, elder)[MONDAY] == OrderState.WITHDRAWN
    assert dinners(town, elder)[tuesday].fulfilment == Fulfilment.DINE_IN
    except_day(town, standing, OneDay(MONDAY, skips=False, fulfilment=Fulfilment.HOME), by="desk", clock=clock)
    assert states(town, elder)[MONDAY] == OrderState.PLACED


def test_after_the_cut_off_a_change_leaves_the_kitchens_count_alone(town: Database, clock: StoppedClock) -> None:
    elder, standing = begin(town, clock)
    clock.instant = instant_of(MONDAY - timedelta(days=3), 16 * 3600)
    end_standing(town, standing, MONDAY - timedelta(days=1), by="desk", clock=clock)
    days = states(town, elder)
    assert days[MONDAY] == OrderState.PLACED
    assert days[MONDAY + timedelta(days=1)] == OrderState.WITHDRAWN


def test_an_elder_who_is_no_longer_served_gets_no_further_meals(town: Database, clock: StoppedClock) -> None:
    elder, _ = begin(town, clock)
    with town.write() as session:
        session.get_one(Elder, elder).state = ElderState.PAUSED
    assert generate_ahead(town, clock).withdrawn >= 10
    assert set(states(town, elder).values()) == {OrderState.WITHDRAWN}


def test_who_is_known_to_be_away_gets_nothing_by_itself_but_may_order(town: Database, clock: StoppedClock) -> None:
    elder, _ = begin(town, clock)
    tuesday = MONDAY + timedelta(days=1)
    with town.write() as session:
        session.add(ElderAbsence(elder_number=elder, from_day=MONDAY, until_day=tuesday, reason="hospital"))
    generate_ahead(town, clock)
    days = states(town, elder)
    assert (days[MONDAY], days[tuesday]) == (OrderState.WITHDRAWN, OrderState.WITHDRAWN)
    assert days[MONDAY + timedelta(days=2)] == OrderState.PLACED
    wish = Wish(tuesday, Meal.DINNER, Fulfilment.HOME)
    assert place_order(town, Placing(elder, OrderSource.PHONE, "desk"), wish, clock=clock).state == OrderState.PLACED


def test_a_closed_meal_is_left_as_it_is(town: Database, clock: StoppedClock) -> None:
    elder, standing = begin(town, clock)
    Claim(town, clock, MONDAY, Meal.DINNER).take(actor="desk", early=True)
    end_standing(town, standing, MONDAY - timedelta(days=1), by="desk", clock=clock)
    assert states(town, elder)[MONDAY] == OrderState.PLACED


@pytest.mark.parametrize(
    "repeat",
    [
        Repeat("", Fulfilment.HOME, MONDAY),
        Repeat("08", Fulfilment.HOME, MONDAY),
        Repeat("21", Fulfilment.HOME, MONDAY),
        Repeat("11", Fulfilment.HOME, MONDAY),
        Repeat("1", Fulfilment.HOME, MONDAY, MONDAY - timedelta(days=1)),
        Repeat("1", Fulfilment.HOME, MONDAY, dish_code="D404"),
    ],
    ids=["no day", "no such day", "out of order", "twice", "ends before it begins", "unknown dish"],
)
def test_a_pattern_that_cannot_be_is_refused(town: Database, clock: StoppedClock, repeat: Repeat) -> None:
    with pytest.raises(InvalidError):
        change_standing(town, some_elder(town), Meal.DINNER, repeat, by="desk", clock=clock)


def test_changes_that_cannot_be_are_refused_and_change_nothing(town: Database, clock: StoppedClock) -> None:
    elder, standing = begin(town, clock)
    before = states(town, elder)
    for odd in (
        OneDay(MONDAY, skips=True, fulfilment=Fulfilment.HOME),
        OneDay(MONDAY, skips=False),
        OneDay(MONDAY, skips=False, dish_code="D404"),
    ):
        with pytest.raises(InvalidError):
            except_day(town, standing, odd, by="desk", clock=clock)
    with pytest.raises(InvalidError):
        pause_standing(town, standing, None, MONDAY, by="desk", clock=clock)
    with pytest.raises(NotFoundError):
        end_standing(town, 404, MONDAY, by="desk", clock=clock)
    assert states(town, elder) == before


def test_the_standing_orders_of_an_elder_are_listed(town: Database, clock: StoppedClock) -> None:
    elder, standing = begin(town, clock)
    with town.read() as session:
        assert standing in {one.id for one in list_standing(session, elder)}


def test_a_standing_order_does_not_go_round_the_cut_off(town: Database, clock: StoppedClock) -> None:
    elder = some_elder(town)
    clock.instant = instant_of(MONDAY - timedelta(days=3), 15 * 3600 + 60)
    early = Repeat("12345", Fulfilment.HOME, MONDAY - timedelta(days=3))
    change_standing(town, elder, Meal.DINNER, early, by="desk", clock=clock)
    assert MONDAY not in states(town, elder)
    assert states(town, elder)[MONDAY + timedelta(days=1)] == OrderState.PLACED
    Claim(town, clock, MONDAY, Meal.DINNER).take(actor="desk", early=True)
    assert MONDAY not in states(town, elder)


def test_a_standing_order_beyond_what_the_kitchen_can_cook_is_refused_whole(
    town: Database, clock: StoppedClock
) -> None:
    elder = some_elder(town)
    with town.write() as session:
        for work in session.exec(select(KitchenMeal)).all():
            work.capacity_meals = 0
    with pytest.raises(ConflictError):
        change_standing(town, elder, Meal.DINNER, WORKDAYS, by="desk", clock=clock)
    assert states(town, elder) == {}


def test_an_end_before_the_beginning_is_refused(town: Database, clock: StoppedClock) -> None:
    _, standing = begin(town, clock)
    with pytest.raises(InvalidError):
        end_standing(town, standing, MONDAY - timedelta(days=2), by="desk", clock=clock)
