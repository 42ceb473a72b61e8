"""Cycles written out ahead, and prices announced ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import select

from kitchens.meals import Fulfilment, Meal
from service.access import EVERYTHING
from service.clock import StoppedClock
from service.db import Database
from service.errors import InvalidError, NotFoundError
from service.menus.changes import Entry, Slot, change_entry
from service.menus.cycles import Cycle, CycleDish, LaidOut, lay_ahead, list_cycles, put_cycle, week_of_cycle
from service.menus.offers import list_offers, price_on
from service.menus.prices import announce_price, list_prices
from service.orders import Placing, Wish, place_order
from service.tables import Dish, Elder, EntryState, MealDay, MealState, MenuEntry, OrderSource
from tests.service.towns import found_town

NEXT_MONDAY = date(2026, 11, 30)
TUESDAY = date(2026, 11, 24)
CYCLE = Cycle(
    "K1-L",
    "K1",
    Meal.LUNCH,
    2,
    date(2026, 11, 16),
    None,
    (CycleDish(1, 1, 1, "D1", 40), CycleDish(2, 1, 1, "D2"), CycleDish(2, 2, 1, "D1")),
)


@pytest.fixture
def town(database: Database) -> Database:
    found_town(database)
    return database


def put(database: Database, clock: StoppedClock, cycle: Cycle = CYCLE) -> LaidOut:
    return put_cycle(database, cycle, by="chef", clock=clock)


def entries(database: Database, day: date) -> list[tuple[int, str, str, bool]]:
    with database.read() as session:
        rows = session.exec(
            select(MenuEntry)
            .where(MenuEntry.kitchen_code == "K1", MenuEntry.service_day == day)
            .order_by(MenuEntry.rank)  # type: ignore[arg-type]
        )
        return [(row.rank, row.dish_code, row.state, row.from_cycle) for row in rows]


def by_hand(database: Database, clock: StoppedClock, day: date, entry: Entry) -> None:
    change_entry(database, Slot("K1", day, Meal.LUNCH), entry, reach=EVERYTHING, by="chef", clock=clock)


def test_the_week_of_a_cycle_is_counted_from_its_first_monday() -> None:
    first = date(2026, 11, 16)
    assert [week_of_cycle(first, 2, first + timedelta(days=n)) for n in (0, 6, 7, 13, 14)] == [1, 1, 2, 2, 1]


def test_a_cycle_is_written_out_two_weeks_ahead_and_leaves_dated_menus_alone(
    town: Database, clock: StoppedClock
) -> None:
    before = entries(town, date(2026, 11, 23))
    assert put(town, clock) == LaidOut(made=2)
    assert entries(town, date(2026, 11, 23)) == before
    assert entries(town, TUESDAY) == [(1, "D1", "offered", True)]
    assert entries(town, NEXT_MONDAY) == [(1, "D1", "offered", True)]
    assert entries(town, date(2026, 12, 7)) == []
    assert lay_ahead(town, clock) == LaidOut()


def test_each_day_one_day_more_is_written_out(town: Database, clock: StoppedClock) -> None:
    put(town, clock)
    clock.advance(3 * 86_400)
    assert lay_ahead(town, clock) == LaidOut(made=1)
    assert entries(town, date(2026, 12, 7)) == [(1, "D2", "offered", True)]


def test_a_cycle_never_overwrites_a_persons_word_nor_brings_back_what_was_taken_off(
    town: Database, clock: StoppedClock
) -> None:
    put(town, clock)
    by_hand(town, clock, NEXT_MONDAY, Entry(1, "D2", 5))
    by_hand(town, clock, TUESDAY, Entry(1, "D1", is_offered=False))
    changed = replace(CYCLE, dishes=(*CYCLE.dishes, CycleDish(2, 2, 2, "D2"), CycleDish(1, 1, 3, "D2")))
    put(town, clock, changed)
    lay_ahead(town, clock)
    assert entries(town, NEXT_MONDAY) == [(1, "D2", "offered", False)]
    assert entries(town, TUESDAY) == [(1, "D1", "taken_off", False), (2, "D2", "offered", True)]


def test_a_cycle_that_changes_is_followed_and_what_it_no_longer_says_is_withdrawn_and_comes_back(
    town: Database, clock: StoppedClock
) -> None:
    put(town, clock)
    put(town, clock, replace(CYCLE, dishes=(CycleDish(1, 1, 1, "D2"),)))
    assert entries(town, NEXT_MONDAY) == [(1, "D2", "offered", True)]
    assert entries(town, TUESDAY) == [(1, "D1", EntryState.WITHDRAWN, True)]
    with town.read() as session:
        assert list_offers(session, session.get_one(Elder, "E01"), TUESDAY, Meal.LUNCH) == []
    assert put(town, clock) == LaidOut(made=1, changed=1)
    assert entries(town, TUESDAY) == [(1, "D1", "offered", True)]


def test_a_dish_that_somebody_has_ordered_stays_on_the_menu(town: Database, clock: StoppedClock) -> None:
    put(town, clock)
    wish = Wish(TUESDAY, Meal.LUNCH, Fulfilment.DINE_IN, "D1")
    place_order(town, Placing("E01", OrderSource.PHONE, "desk"), wish, clock=clock)
    put(town, clock, replace(CYCLE, dishes=(CycleDish(2, 2, 1, "D2"),)))
    assert entries(town, TUESDAY) == [(1, "D1", "offered", True)]


def test_a_closed_meal_is_not_written_to(town: Database, clock: StoppedClock) -> None:
    with town.write() as session:
        session.add(MealDay(service_day=TUESDAY, meal=Meal.LUNCH, state=MealState.CLOSED))
    put(town, clock)
    assert entries(town, TUESDAY) == []


@pytest.mark.parametrize(
    "odd",
    [
        {"first_monday": date(2026, 11, 17)},
        {"weeks": 0},
        {"weeks": 9},
        {"until_day": date(2026, 11, 1)},
        {"dishes": (CycleDish(3, 1, 1, "D1"),)},
        {"dishes": (CycleDish(1, 1, 1, "D1"), CycleDish(1, 1, 1, "D2"))},
        {"dishes": (CycleDish(1, 1, 1, "D9"),)},
        {"kitchen_code": "K9"},
    ],
)
def test_an_odd_cycle_is_refused_and_changes_nothing(
    town: Database, clock: StoppedClock, odd: dict[str, object]
) -> None:
    with pytest.raises((InvalidError, NotFoundError)):
        put(town, clock, replace(CYCLE, **odd))  # type: ignore[arg-type]
    with town.read() as session:
        assert list_cycles(session) == []


def test_the_code_of_a_cycle_stands_for_one_kitchen(town: Database, clock: StoppedClock) -> None:
    put(town, clock)
    with pytest.raises(InvalidError):
        put(town, clock, replace(CYCLE, kitchen_code="K2"))
    with town.read() as session:
        assert list_cycles(session) == [CYCLE]


def announce(database: Database, clock: StoppedClock, day: date, fen: int, notice_days: int = 7) -> None:
    announce_price(database, "D1", day, fen, notice_days=notice_days, by="district", clock=clock)


def test_the_price_of_a_day_is_the_version_in_force_on_it(town: Database, clock: StoppedClock) -> None:
    announce(town, clock, date(2026, 11, 27), 1400)
    announce(town, clock, date(2026, 12, 27), 1450)
    days = [date(2026, 11, 26), date(2026, 11, 27), date(2026, 12, 26), date(2026, 12, 27)]
    with town.write() as session:
        session.get_one(Dish, "D1").price_fen = 9900
    with town.read() as session:
        assert [price_on(session, "D1", day) for day in days] == [1300, 1400, 1400, 1450]


def test_a_price_is_announced_so_many_days_ahead(town: Database, clock: StoppedClock) -> None:
    with pytest.raises(InvalidError, match="2026-11-27"):
        announce(town, clock, date(2026, 11, 26), 1400)
    announce(town, clock, date(2026, 11, 27), 1400)


def test_a_price_in_force_is_never_edited_and_one_ahead_is_announced_anew(town: Database, clock: StoppedClock) -> None:
    announce(town, clock, date(2026, 11, 27), 1400)
    clock.advance(86_400)
    announce(town, clock, date(2026, 11, 28), 1500)
    announce(town, clock, date(2026, 11, 28), 1450)
    clock.advance(8 * 86_400)
    for past in (date(2026, 11, 27), date(2026, 11, 28)):
        with pytest.raises(InvalidError):
            announce(town, clock, past, 1)
    with town.read() as session:
        assert [version.price_fen for version in list_prices(session, "D1")] == [1450, 1400, 1300]


def test_without_notice_days_a_price_of_today_is_announced_once(town: Database, clock: StoppedClock) -> None:
    today = date(2026, 11, 20)
    announce(town, clock, today, 1400, notice_days=0)
    with pytest.raises(InvalidError, match="2026-11-21"):
        announce(town, clock, today, 1, notice_days=0)
    with town.read() as session:
        assert price_on(session, "D1", today) == 1400


@pytest.mark.parametrize("fen", [-1, 100_001])
def test_a_price_that_is_none_is_refused(town: Database, clock: StoppedClock, fen: int) -> None:
    with pytest.raises(InvalidError):
        announce(town, clock, date(2026, 12, 27), fen)
    with pytest.raises(NotFoundError):
        announce_price(town, "D9", date(2026, 12, 27), 1, notice_days=7, by="district", clock=clock)
