"""What an elder sees on the menu of the own kitchen."""

from __future__ import annotations

import pytest

from kitchens.meals import Fulfilment, Ingredient, Meal
from service.clock import StoppedClock
from service.db import Database
from service.errors import NotFoundError
from service.menus.offers import list_offers, price_on
from service.orders import Placing, Wish, place_order
from service.tables import Elder, KitchenMeal, MenuEntry, OrderSource
from tests.service.towns import MONDAY, found_town


@pytest.fixture
def town(database: Database) -> Database:
    found_town(database)
    return database


def order(database: Database, clock: StoppedClock, elder: str, dish: str | None = None) -> None:
    placing = Placing(elder, OrderSource.PHONE, "desk")
    place_order(database, placing, Wish(MONDAY, Meal.LUNCH, Fulfilment.DINE_IN, dish), clock=clock)


def test_an_elder_is_offered_the_own_kitchens_menu_in_its_order_with_the_price(town: Database) -> None:
    with town.read() as session:
        offers = list_offers(session, session.get_one(Elder, "E01"), MONDAY, Meal.LUNCH)
    assert [(one.rank, one.dish_code, one.price_fen, one.left) for one in offers] == [
        (1, "D1", 1300, 60),
        (2, "D2", 1300, 60),
    ]
    assert [one.clash for one in offers] == [None, None]


def test_an_offer_that_clashes_says_with_what(town: Database) -> None:
    with town.read() as session:
        offers = list_offers(session, session.get_one(Elder, "E09"), MONDAY, Meal.LUNCH)
    assert offers[0].clash is not None
    assert offers[0].clash.ingredients == (Ingredient.PORK,)
    assert offers[1].clash is None


def test_what_is_left_counts_the_dish_the_usual_wish_and_the_whole_kitchen(town: Database, clock: StoppedClock) -> None:
    with town.write() as session:
        first = session.get_one(MenuEntry, ("K1", MONDAY, Meal.LUNCH, 1))
        first.capacity_meals = 5
        session.get_one(KitchenMeal, ("K1", Meal.LUNCH)).capacity_meals = 10
    order(town, clock, "E01")
    order(town, clock, "E02", "D1")
    order(town, clock, "E03", "D2")
    order(town, clock, "E21")
    with town.read() as session:
        offers = list_offers(session, session.get_one(Elder, "E04"), MONDAY, Meal.LUNCH)
    assert [one.left for one in offers] == [3, 7]


def test_who_belongs_to_no_kitchen_is_offered_nothing(town: Database) -> None:
    with town.write() as session:
        session.get_one(Elder, "E01").meal_point_code = None
    with town.read() as session:
        assert list_offers(session, session.get_one(Elder, "E01"), MONDAY, Meal.LUNCH) == []


def test_an_unknown_dish_has_no_price(town: Database) -> None:
    with town.read() as session, pytest.raises(NotFoundError, match="D9"):
        price_on(session, "D9", MONDAY)
