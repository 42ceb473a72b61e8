"""What an elder is told before a meal is what is settled after it, whichever dish and whoever cooked it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from kitchens.meals import Fulfilment, Meal
from service.clock import StoppedClock, instant_of
from service.db import Database
from service.menus.course_prices import announce_extra
from service.menus.offers import sold
from service.money.accounts import balance
from service.money.periods import settle_period
from service.money.quoting import Quoting, quote
from service.orders import Placing, Wish, place_order
from service.settings import Settings
from service.subsidies import get_scheme
from service.tables import (
    Batch,
    Course,
    CourseOption,
    Dish,
    Elder,
    Kitchen,
    KitchenMeal,
    LedgerEntry,
    MealOrder,
    MenuEntry,
    OrderSource,
    PlannedOrder,
    SettledMeal,
)
from tests.service.money_town import ADDRESS, MONDAY, MoneyTown, found_money_town

HOME = Fulfilment.HOME
NEXT_MONDAY = MONDAY + timedelta(days=7)


@pytest.fixture
def town(database: Database, clock: StoppedClock) -> MoneyTown:
    """D1 at 13 yuan is the usual dish, D2 costs 15, D3 costs 11; E1 may not eat D1, which has pork in it."""
    town = found_money_town(database, clock)
    town.dish("D2", 1500)
    town.dish("D3", 1100)
    town.elder("E1", excludes="pork")
    town.elder("E2")
    with town.database.write() as session:
        session.get_one(Dish, "D1").contains = "pork"
    return town


def told(town: MoneyTown, number: str, dish: str | None = None, **wish: Any) -> tuple[int, int, int]:
    """What is said beforehand: the price, the fee, and what the elder pays."""
    wished: dict[str, Any] = {"service_day": MONDAY, "meal": Meal.LUNCH, "fulfilment": Fulfilment.DINE_IN, **wish}
    with town.database.read() as session:
        elder = session.get_one(Elder, number)
        found = quote(session, elder, Wish(dish_code=dish, **wished), settings=Settings(), clock=town.clock)
        return found.price_fen, found.delivery_fee_fen, found.pays_fen


def ahead(town: MoneyTown, number: str) -> int:
    with town.database.read() as session:
        return balance(session, number, settings=Settings(), clock=town.clock).ahead_fen


def sold_at(town: MoneyTown, order: int) -> int | None:
    with town.database.read() as session:
        return sold(session, session.get_one(MealOrder, order)).price_fen


def replan(town: MoneyTown, order: int, **made: str) -> None:
    """Have the plan make this of an order."""
    with town.database.write() as session:
        session.exec(select(PlannedOrder).where(PlannedOrder.order_id == order)).one().sqlmodel_update(made)


def settled(town: MoneyTown, order: int, since: date = MONDAY) -> tuple[int, int, int]:
    """Settle the week and return what was booked for an order, in the words of `told`."""
    town.clock.instant = instant_of(since + timedelta(days=7), 9 * 3600)
    period = {"since": since, "until": since + timedelta(days=6), "scheme": get_scheme("guangzhou-2024")}
    settle_period(town.database, **period, by="district", clock=town.clock)  # type: ignore[arg-type]
    with town.database.read() as session:
        facts = session.exec(select(SettledMeal.facts).where(SettledMeal.order_id == order)).one()
        own = select(LedgerEntry.fen).where(LedgerEntry.order_id == order, LedgerEntry.payer == "elder")
        return facts["price_fen"], facts["delivery_fee_fen"], sum(session.exec(own))


def test_who_names_no_dish_is_told_and_pays_the_price_of_what_is_made_and_not_of_a_usual_dish_nobody_gave_them(
    town: MoneyTown,
) -> None:
    expected = (1500, 0, 1200)
    assert told(town, "E1") == expected
    assert told(town, "E2") == (1300, 0, 1000)
    order = town.order("E1")
    assert (sold_at(town, order), ahead(town, "E1")) == (1500, 1200)
    town.publish()
    replan(town, order, dish_code="D2", instead_of="D1")
    town.take(order)
    assert settled(town, order) == expected


def test_one_meal_that_is_asked_for_twice_on_a_screen_is_told_at_one_price(town: MoneyTown) -> None:
    wish = Wish(MONDAY, Meal.LUNCH, Fulfilment.DINE_IN)
    with town.database.read() as session:
        elder = session.get_one(Elder, "E1")
        quoting = Quoting.of(session, elder, settings=Settings(), clock=town.clock)
        assert [quoting.quote(wish).price_fen for _ in range(2)] == [1500, 1500]


def test_a_dish_without_what_the_elder_dislikes_is_told_and_paid_as_it_is_planned(town: MoneyTown) -> None:
    with town.database.write() as session:
        session.get_one(Dish, "D2").contains = "egg"
        session.get_one(Elder, "E1").dislikes = "egg"
    assert told(town, "E1") == (1100, 0, 825)


def test_what_another_kitchen_cooks_instead_costs_what_the_own_kitchen_would_have_made(town: MoneyTown) -> None:
    with town.database.write() as session:
        session.add(Kitchen(code="K2", name="邻街厨房", mode="own_kitchen", licence="样例", **ADDRESS))
        session.flush()
        hours = {"meals_per_hour": 900, "cooking_start_s": 6 * 3600, "cooking_end_s": 10 * 3600}
        session.add(KitchenMeal(kitchen_code="K2", meal=Meal.LUNCH, capacity_meals=900, **hours))
        session.add(Dish(code="D9", name="贵餐", price_fen=2500))
        session.flush()
        session.add(MenuEntry(kitchen_code="K2", service_day=MONDAY, meal=Meal.LUNCH, rank=1, dish_code="D9"))
    order = town.order("E1")
    expected = told(town, "E1")
    town.publish()
    replan(town, order, dish_code="D9", kitchen_code="K2")
    with town.database.write() as session:
        session.exec(select(Batch)).one().kitchen_code = "K2"
    town.take(order)
    assert settled(town, order)[0] == expected[0] == 1500


def test_who_is_moved_to_another_meal_point_pays_the_fee_that_was_told(town: MoneyTown) -> None:
    town.fee(200)
    town.fee(500, point="P2")
    expected = told(town, "E2", fulfilment=HOME)
    order = town.order("E2", way=HOME)
    town.publish()
    replan(town, order, meal_point_code="P2")
    town.bring(order)
    assert settled(town, order) == expected == (1300, 200, 1200)


def test_a_diet_that_changes_after_a_meal_changes_no_price_of_it(town: MoneyTown) -> None:
    order = town.order("E2")
    expected = told(town, "E2")
    town.publish()
    town.take(order)
    with town.database.write() as session:
        session.get_one(Elder, "E2").excludes = "pork"
    assert settled(town, order) == expected


def test_a_named_dish_costs_its_own_price_whatever_was_made_in_its_place(town: MoneyTown) -> None:
    order = town.order("E2", "D3")
    expected = told(town, "E2", "D3")
    town.publish()
    replan(town, order, dish_code="D2", instead_of="D3")
    town.take(order)
    assert settled(town, order) == expected == (1100, 0, 825)


def test_an_elder_of_no_kitchen_pays_for_what_the_kitchen_that_cooked_has_made(town: MoneyTown) -> None:
    order = town.order("E2")
    town.publish()
    with town.database.write() as session:
        session.get_one(MealOrder, order).kitchen_code = None
    replan(town, order, dish_code="D3")
    town.take(order)
    assert settled(town, order) == (1100, 0, 825)


# ------------------------------------------------------------------------------------------------- courses of a set


def with_set(town: MoneyTown) -> None:
    """D2 is a set of two courses of one dish each; V1 stands in both, at 1 yuan in the first and 0.50 in the second."""
    with town.database.write() as session:
        session.add_all(Dish(code=code, name=f"配{code}", price_fen=0) for code in ("R1", "V1", "V2"))
        session.add_all(Course(code=f"C{n}", dish_code="D2", position=n, name=f"第{n}组") for n in (1, 2))
        session.flush()
        for course, options in (("C1", (("R1", 0), ("V1", 100))), ("C2", (("V1", 50), ("V2", 0)))):
            for rank, (dish, extra) in enumerate(options, start=1):
                session.add(CourseOption(course_code=course, rank=rank, dish_code=dish, extra_fen=extra))


def ordered_set(town: MoneyTown, *choices: str, day: date = MONDAY) -> int:
    town.clock.instant = instant_of(MONDAY - timedelta(days=3), 9 * 3600)
    placing = Placing("E2", OrderSource.PHONE, "desk")
    wish = Wish(day, Meal.LUNCH, Fulfilment.DINE_IN, "D2", choices=choices)
    return place_order(town.database, placing, wish, clock=town.clock).id or 0


@pytest.mark.parametrize(
    ("choices", "price_fen"),
    [(("R1",), 1550), (("R1", "V2"), 1500), ((), 1550), (("V1",), 1650)],
    ids=["second left open", "both chosen", "both left open", "taken in both"],
)
def test_a_dish_that_stands_in_two_courses_costs_what_it_costs_in_those_where_it_is_served(
    town: MoneyTown, choices: tuple[str, ...], price_fen: int
) -> None:
    with_set(town)
    expected = told(town, "E2", "D2", choices=choices)
    assert expected[0] == price_fen
    order = ordered_set(town, *choices)
    assert (sold_at(town, order), ahead(town, "E2")) == (price_fen, expected[2])
    town.publish()
    town.take(order)
    assert settled(town, order) == expected


def test_what_cannot_be_ordered_is_told_at_the_price_of_the_dish_alone(town: MoneyTown) -> None:
    with_set(town)
    assert told(town, "E2", "D2", choices=("V1", "V2"))[0] == 1500


def test_choices_that_go_with_another_dish_than_the_one_made_cost_nothing(town: MoneyTown) -> None:
    """Who named no dish and chose of the usual set is made another dish when the set has what they dislike."""
    with_set(town)
    with town.database.write() as session:
        session.get_one(MenuEntry, ("K1", MONDAY, "lunch", 1)).state = "taken_off"
        session.get_one(Dish, "D2").contains = "egg"
        session.get_one(Elder, "E2").dislikes = "egg"
    expected = told(town, "E2", choices=("V1",))
    town.clock.instant = instant_of(MONDAY - timedelta(days=3), 9 * 3600)
    wish = Wish(MONDAY, Meal.LUNCH, Fulfilment.DINE_IN, None, choices=("V1",))
    placed = place_order(town.database, Placing("E2", OrderSource.PHONE, "desk"), wish, clock=town.clock)
    order = placed.id or 0
    assert (sold_at(town, order), ahead(town, "E2")) == (1100, 825)
    town.publish()
    replan(town, order, dish_code="D3", instead_of="D2")
    town.take(order)
    assert settled(town, order) == expected == (1100, 0, 825)


def test_a_choice_costs_what_was_announced_for_the_day_it_is_served_on(town: MoneyTown) -> None:
    with_set(town)
    town.clock.instant = instant_of(MONDAY - timedelta(days=3), 9 * 3600)
    announce_extra(town.database, ("C1", "V1"), NEXT_MONDAY, 180, notice_days=7, by="district", clock=town.clock)
    with town.database.write() as session:
        # The option's own row is what was there before any version; changed later, it changes no price.
        session.get_one(CourseOption, ("C1", 2)).extra_fen = 9900
    assert told(town, "E2", "D2", choices=("V1",))[0] == 1650
    assert told(town, "E2", "D2", choices=("V1",), service_day=NEXT_MONDAY)[0] == 1730
    orders = [ordered_set(town, "V1", day=day) for day in (MONDAY, NEXT_MONDAY)]
    for order, day in zip(orders, (MONDAY, NEXT_MONDAY), strict=True):
        town.publish(day)
        town.take(order)
    assert [sold_at(town, order) for order in orders] == [1650, 1730]
    assert [settled(town, order, day)[0] for order, day in zip(orders, (MONDAY, NEXT_MONDAY), strict=True)] == [
        1650,
        1730,
    ]
