"""What a change or an undo at the desk must not lose or bring back: choices, who fetches, diets, what is counted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from kitchens.meals import Fulfilment, Meal
from service.claims import latest_cut_off
from service.clock import StoppedClock
from service.db import Database
from service.desk.acts import Choice, Seat, order_meal
from service.desk.grid import Cell, week_of
from service.desk.undoing import take_back
from service.errors import ConflictError, InvalidError
from service.menus.offers import sold
from service.money.quoting import quote
from service.orders import Placing, Wish, place_order
from service.people import get_record
from service.settings import Settings
from service.tables import Elder, KitchenMeal, MealOrder, OrderSource, OrderState
from tests.service.test_menu_days import add_set_meal, chosen, exclude, order
from tests.service.towns import MONDAY, found_town

SETTINGS = Settings(home=Path("none"))
WHO = "jiexian"


@pytest.fixture
def town(sqlite_database: Database) -> Database:
    found_town(sqlite_database)
    add_set_meal(sqlite_database)
    with sqlite_database.write() as session:
        session.get_one(Elder, "E01").birth_date = date(1940, 1, 1)
    return sqlite_database


def cell(town: Database, clock: StoppedClock) -> Cell:
    with town.read() as session:
        record = get_record(session, "E01")
        _, rows = week_of(session, record, MONDAY, settings=SETTINGS, clock=clock, days=1)
    return next(one for one in rows[0] if one.meal == Meal.LUNCH)


def change(town: Database, clock: StoppedClock, number: int = 0, way: Fulfilment | None = None) -> None:
    seen = cell(town, clock).stamp
    order_meal(town, Seat("E01", WHO), Choice(MONDAY, Meal.LUNCH, seen, number, way), clock=clock)


def stored(town: Database) -> MealOrder:
    with town.read() as session:
        return session.exec(select(MealOrder)).one()


def test_another_way_keeps_what_was_chosen_in_a_set_meal(town: Database, clock: StoppedClock) -> None:
    placed = order(town, clock, "E01", "S1", ("R2", "V4"))
    before = chosen(town, placed.id)
    change(town, clock, way=Fulfilment.HOME)
    assert (chosen(town, placed.id), stored(town).fulfilment) == (before, "home")
    assert before == ["R2", "V1", "V4"]


def test_the_week_shows_a_set_meal_at_the_price_of_its_choices(town: Database, clock: StoppedClock) -> None:
    order(town, clock, "E01", "S1", ("V4",))
    assert cell(town, clock).price_fen == 1600


def test_what_an_order_fills_in_by_itself_is_quoted_too(town: Database, clock: StoppedClock) -> None:
    exclude(town, "E01", excludes="soy egg")
    with town.read() as session:
        wish = Wish(MONDAY, Meal.LUNCH, Fulfilment.DINE_IN, "S1")
        told = quote(session, session.get_one(Elder, "E01"), wish, settings=SETTINGS, clock=clock)
    placed = order(town, clock, "E01", "S1")
    with town.read() as session:
        assert (told.price_fen, sold(session, placed).price_fen) == (1600, 1600)


def test_another_dish_keeps_who_fetches_the_meal(town: Database, clock: StoppedClock) -> None:
    wish = Wish(MONDAY, Meal.LUNCH, Fulfilment.PICK_UP, "D1", "女儿样")
    place_order(town, Placing("E01", OrderSource.PHONE, "desk"), wish, clock=clock)
    change(town, clock, number=2)
    assert (stored(town).dish_code, stored(town).proxy_name) == ("D2", "女儿样")


def test_the_week_never_shows_a_dish_that_the_elder_must_not_eat_as_the_one_ordered(
    town: Database, clock: StoppedClock
) -> None:
    exclude(town, "E01", excludes="pork")
    order(town, clock, "E01", None)
    assert cell(town, clock).dish_name == "样餐D2"


def test_an_undo_brings_back_no_dish_that_is_not_for_the_elder_any_more(town: Database, clock: StoppedClock) -> None:
    order(town, clock, "E01", "D1")
    change(town, clock, number=2)
    exclude(town, "E01", excludes="pork")
    with pytest.raises(InvalidError, match="猪肉"):
        take_back(town, "E01", by=WHO, clock=clock)
    assert (stored(town).state, stored(town).dish_code) == (OrderState.PLACED, "D2")


def test_an_undo_takes_no_second_portion_of_a_full_kitchen(town: Database, clock: StoppedClock) -> None:
    with town.write() as session:
        session.get_one(KitchenMeal, ("K1", Meal.LUNCH)).capacity_meals = 1
    order(town, clock, "E01", "D1")
    change(town, clock, number=2)
    take_back(town, "E01", by=WHO, clock=clock)
    assert stored(town).dish_code == "D1"


def test_after_the_cut_off_an_undo_takes_nothing_from_what_the_kitchen_has_counted(
    town: Database, clock: StoppedClock
) -> None:
    with town.read() as session:
        clock.instant = latest_cut_off(session, MONDAY, Meal.LUNCH)
    change(town, clock)
    clock.advance(1)
    with pytest.raises(ConflictError):
        take_back(town, "E01", by=WHO, clock=clock)
    assert stored(town).state == OrderState.PLACED
