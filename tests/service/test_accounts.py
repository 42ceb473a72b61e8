"""An account holds what was paid in and what settled meals cost; what lies ahead is shown apart, and no money twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from kitchens.meals import Fulfilment
from service.access import Reach
from service.clock import StoppedClock, instant_of
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.idempotency import call_of
from service.money.accounts import (
    Balance,
    Paying,
    balance,
    list_payments,
    list_tills,
    record_payment,
    set_delivery_fee,
)
from service.money.periods import settle_period
from service.settings import Settings
from service.subsidies import get_scheme
from service.tables import DeliveryFee, Elder, MealOrder, MenuEntry, PaidBy, Payment
from tests.service.money_town import MONDAY, MoneyTown, found_money_town


@pytest.fixture
def town(database: Database, clock: StoppedClock) -> MoneyTown:
    """The district with two elders."""
    return two_elders(database, clock)


@pytest.fixture
def few(sqlite_database: Database, clock: StoppedClock) -> MoneyTown:
    """The same on one database."""
    return two_elders(sqlite_database, clock)


def two_elders(database: Database, clock: StoppedClock) -> MoneyTown:
    town = found_money_town(database, clock)
    town.elder("E1")
    town.elder("E2", point="P2")
    return town


def pay(town: MoneyTown, fen: int, how: PaidBy = PaidBy.TOP_UP, number: str = "E1", **other: Any) -> Payment:
    call = other.pop("call", None)
    return record_payment(town.database, Paying(number, fen, how, **other), by="till", clock=town.clock, call=call)


def standing(town: MoneyTown, number: str = "E1") -> Balance:
    with town.database.read() as session:
        return balance(session, number, settings=Settings(), clock=town.clock)


def test_a_balance_is_payments_less_settled_meals_with_meals_ahead_apart(town: MoneyTown) -> None:
    pay(town, 5000)
    first = town.order("E1")
    town.order("E1", day=MONDAY + timedelta(days=1), way=Fulfilment.HOME)
    assert standing(town) == Balance("E1", 5000, 0, 2, 2000)
    town.publish()
    town.take(first)
    town.clock.instant = instant_of(MONDAY + timedelta(days=1), 9 * 3600)
    assert (standing(town).ahead_meals, standing(town).left_fen) == (2, 5000)
    settle_period(
        town.database,
        since=MONDAY,
        until=MONDAY,
        scheme=get_scheme("guangzhou-2024"),
        by="district",
        clock=town.clock,
    )
    found = standing(town)
    assert (found.paid_in_fen, found.owed_fen, found.left_fen) == (5000, 1000, 4000)
    assert (found.ahead_meals, found.ahead_fen) == (1, 1000)
    assert standing(town, "E2") == Balance("E2", 0, 0, 0, 0)


def test_a_meal_that_nobody_had_costs_nothing_and_is_not_ahead_once_its_day_is_over(few: MoneyTown) -> None:
    few.order("E1")
    assert standing(few).ahead_meals == 1
    few.clock.instant = instant_of(MONDAY + timedelta(days=1), 9 * 3600)
    assert standing(few).ahead_meals == 0


def test_the_same_call_takes_the_money_once_and_another_body_is_refused(town: MoneyTown) -> None:
    call = call_of("till", "key-0001", "payment", {"fen": 100})
    first = pay(town, 100, PaidBy.CASH, call=call)
    assert pay(town, 100, PaidBy.CASH, call=call).id == first.id
    with pytest.raises(InvalidError):
        pay(town, 200, PaidBy.CASH, call=call_of("till", "key-0001", "payment", {"fen": 200}))
    with town.database.read() as session:
        assert [(one.fen, one.how, one.by) for one in session.exec(select(Payment))] == [(100, "cash", "till")]


def test_a_refund_goes_back_as_a_row_of_its_own_and_never_beyond_what_is_left(few: MoneyTown) -> None:
    pay(few, 1000)
    with pytest.raises(ConflictError, match=r"10\.00"):
        pay(few, 1001, PaidBy.REFUND)
    assert pay(few, 1000, PaidBy.REFUND, note=" 长者搬离 ").fen == -1000
    with few.database.read() as session:
        assert [(one.fen, one.note) for one in list_payments(session, "E1")] == [(-1000, "长者搬离"), (1000, "")]
    with pytest.raises(ConflictError, match=r"0\.00"):
        pay(few, 1, PaidBy.REFUND)


@pytest.mark.parametrize("fen", [0, -1, 500_001])
def test_an_odd_amount_is_refused(few: MoneyTown, fen: int) -> None:
    with pytest.raises(InvalidError, match=r"5000\.00"):
        pay(few, fen)
    assert standing(few).paid_in_fen == 0


def test_unknown_elders_points_and_long_notes_are_refused(few: MoneyTown) -> None:
    with pytest.raises(NotFoundError, match="E9"):
        pay(few, 1, number="E9")
    with pytest.raises(NotFoundError, match="P9"):
        pay(few, 1, meal_point_code="P9")
    with pytest.raises(InvalidError, match="200"):
        pay(few, 1, note="x" * 201)
    with few.database.read() as session:
        assert session.exec(select(Payment)).all() == []


def test_the_tills_of_a_day_are_counted_by_point_and_way(few: MoneyTown) -> None:
    few.clock.instant = instant_of(MONDAY, 0)
    pay(few, 300, PaidBy.CASH, meal_point_code="P1")
    pay(few, 200, PaidBy.CASH, number="E2", meal_point_code="P1")
    few.clock.instant = instant_of(MONDAY, 24 * 3600 - 1)
    pay(few, 700, PaidBy.CARD, meal_point_code="P2", terminal="T2")
    pay(few, 50, PaidBy.TOP_UP)
    few.clock.instant = instant_of(MONDAY, 24 * 3600)
    pay(few, 1, PaidBy.CASH, meal_point_code="P1")
    with few.database.read() as session:
        lines = list_tills(session, MONDAY)
        own = list_tills(session, MONDAY, Reach(meal_point="P2"))
    said = [(one.meal_point_code, one.how.value, one.payments, one.fen) for one in lines]
    assert said == [(None, "top_up", 1, 50), ("P1", "cash", 2, 500), ("P2", "card", 1, 700)]
    assert [(one.meal_point_code, one.fen) for one in own] == [("P2", 700)]


def test_what_a_merged_double_paid_and_ate_is_the_same_persons(few: MoneyTown) -> None:
    pay(few, 500, number="E2")
    pay(few, 100)
    with few.database.write() as session:
        session.get_one(Elder, "E2").merged_into = "E1"
    assert (standing(few, "E2").elder_number, standing(few).paid_in_fen) == ("E1", 600)
    assert pay(few, 1, number="E2").elder_number == "E1"


@pytest.mark.parametrize("table", ["payment", "delivery_fee"])
def test_the_database_refuses_to_change_or_remove_what_was_paid(town: MoneyTown, table: str) -> None:
    pay(town, 100)
    town.fee(200)
    for statement in (f"UPDATE {table} SET fen = 1", f"DELETE FROM {table}"):
        with pytest.raises(IntegrityError, match="only ever added"), town.database.write() as session:
            session.execute(sql(statement))


def test_a_delivery_fee_is_set_from_a_day_on_and_never_backwards(few: MoneyTown) -> None:
    few.clock.instant = instant_of(MONDAY, 9 * 3600)
    set_delivery_fee(few.database, 300, from_day=MONDAY, meal_point_code="P1", by="district", clock=few.clock)
    wrong: list[tuple[int, int, str | None, type[Exception]]] = [
        (300, -1, None, InvalidError),
        (-1, 0, None, InvalidError),
        (500_001, 0, None, InvalidError),
        (300, 0, "P9", NotFoundError),
    ]
    for fen, offset, point, error in wrong:
        day = MONDAY + timedelta(days=offset)
        with pytest.raises(error):
            set_delivery_fee(few.database, fen, from_day=day, meal_point_code=point, by="d", clock=few.clock)
    with few.database.read() as session:
        assert [(one.meal_point_code, one.fen) for one in session.exec(select(DeliveryFee))] == [("P1", 300)]


def test_a_meal_whose_menu_is_not_known_yet_is_counted_apart(few: MoneyTown) -> None:
    few.order("E1")
    late = few.order("E1", day=MONDAY + timedelta(days=1))
    with few.database.write() as session:
        session.get_one(MealOrder, late).service_day = MONDAY + timedelta(days=30)
    assert standing(few) == Balance("E1", 0, 0, 1, 1000, 1)


def test_a_meal_of_the_week_that_nobody_had_uses_no_cap_of_the_meals_ahead(few: MoneyTown) -> None:
    for day in range(3):
        few.order("E1", day=MONDAY + timedelta(days=day))
    few.clock.instant = instant_of(MONDAY + timedelta(days=1), 9 * 3600)
    assert (standing(few).ahead_meals, standing(few).ahead_fen) == (2, 2000)


def test_a_settled_meal_that_nobody_can_price_any_more_hides_no_meal_ahead(few: MoneyTown) -> None:
    had, ahead = few.order("E1"), few.order("E1", day=MONDAY + timedelta(days=1))
    few.publish()
    few.take(had)
    few.clock.instant = instant_of(MONDAY + timedelta(days=1), 9 * 3600)
    gz = get_scheme("guangzhou-2024")
    settle_period(few.database, since=MONDAY, until=MONDAY, scheme=gz, by="district", clock=few.clock)
    with few.database.write() as session:
        session.delete(session.get_one(MenuEntry, ("K1", MONDAY, "lunch", 1)))
        assert session.get_one(MealOrder, ahead).dish_code is None
    found = standing(few)
    assert (found.owed_fen, found.ahead_meals, found.ahead_fen, found.unpriced_meals) == (1000, 1, 1000, 0)
