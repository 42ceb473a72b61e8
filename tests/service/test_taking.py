"""A meal is handed over at its meal point once, on its day, and only where it is to be handed over there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from kitchens.meals import Fulfilment
from service.clock import StoppedClock, instant_of
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.money.taking import find_taken, take_meal
from service.orders import cancel_order
from service.tables import AuditEntry, TakenMeal, TakenWay
from tests.service.money_town import MONDAY, NOON_S, MoneyTown, found_money_town


@pytest.fixture
def town(database: Database, clock: StoppedClock) -> MoneyTown:
    """The district with one elder."""
    town = found_money_town(database, clock)
    town.elder("E1")
    return town


def test_a_meal_is_taken_once_and_the_same_again_returns_the_first(town: MoneyTown) -> None:
    order = town.order("E1")
    first = town.take(order, at_s=NOON_S)
    again = town.take(order, at_s=NOON_S + 60, terminal="T2", way=TakenWay.KEYED)
    assert again == first
    assert (first.at, first.way, first.terminal, first.by) == (instant_of(MONDAY, NOON_S), "swipe", "T1", "point")
    with town.database.read() as session:
        assert session.exec(select(AuditEntry.action).where(AuditEntry.action == "take_meal")).all() == ["take_meal"]
        assert find_taken(session, order) == first
        assert find_taken(session, order + 1) is None


def test_of_eight_terminals_at_once_one_hands_over(town: MoneyTown) -> None:
    order = town.order("E1")
    town.clock.instant = instant_of(MONDAY, NOON_S)

    def swipe(number: int) -> str:
        way = TakenWay.SWIPE
        return take_meal(town.database, order, way=way, terminal=f"T{number}", by="point", clock=town.clock).terminal

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(swipe, range(8)))) == 1
    with town.database.read() as session:
        assert len(session.exec(select(TakenMeal)).all()) == 1


@pytest.mark.parametrize("days", [-1, 1])
def test_a_meal_is_taken_on_its_own_day(town: MoneyTown, days: int) -> None:
    order = town.order("E1")
    town.clock.instant = instant_of(MONDAY + timedelta(days=days), NOON_S)
    with pytest.raises(ConflictError, match="2026-11-23"):
        take_meal(town.database, order, way=TakenWay.SWIPE, terminal="", by="point", clock=town.clock)


def test_what_is_brought_home_cancelled_or_unknown_is_not_taken(town: MoneyTown) -> None:
    home = town.order("E1", way=Fulfilment.HOME)
    with pytest.raises(InvalidError, match="courier"):
        town.take(home)
    town.clock.instant = instant_of(MONDAY - timedelta(days=3), NOON_S)
    cancel_order(town.database, home, by="desk", clock=town.clock)
    cancelled = home
    with town.database.write() as session:
        from service.tables import MealOrder

        session.get_one(MealOrder, cancelled).fulfilment = "dine_in"
    with pytest.raises(ConflictError, match="cancelled"):
        town.take(cancelled)
    with pytest.raises(NotFoundError, match="99"):
        take_meal(town.database, 99, way=TakenWay.SWIPE, terminal="", by="point", clock=town.clock)
    with town.database.read() as session:
        assert session.exec(select(TakenMeal)).all() == []
