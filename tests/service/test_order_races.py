"""One elder at two kiosks, on the telephone and in a family's page at the same moment: one meal a slot, no mishap."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import select

from kitchens.meals import Fulfilment, Meal
from service.clock import StoppedClock
from service.db import Database
from service.desk.acts import Choice, Seat, order_meal
from service.desk.grid import find_cell
from service.devices import add_kiosk
from service.kiosk import Said, answer, screen_of
from service.orders import Placing, Wish, place_orders
from service.people.record import get_record
from service.settings import Settings
from service.tables import Device, ElderCard, ElderPlace, MealOrder, MenuEntry, OrderSource
from tests.service.test_late_races import at_once
from tests.service.towns import MONDAY, found_town

SETTINGS = Settings(_env_file=None)
WEEK = [MONDAY + timedelta(days=more) for more in range(5)]
TOLD = {"done", "error.already_ordered", "desk.changed_meanwhile"}


@pytest.fixture
def town(database: Database) -> Database:
    """The thirty elders' town; E04 has a card."""
    found_town(database)
    with database.write() as session:
        for day in WEEK[1:]:
            for rank, dish in enumerate(("D1", "D2"), start=1):
                session.add(MenuEntry(kitchen_code="K1", service_day=day, meal=Meal.LUNCH, rank=rank, dish_code=dish))
        session.add(ElderCard(elder_number="E04", kind="benefit", card_number="SAMPLE-4"))
        session.add(ElderPlace(elder_number="E04", kind="residence", city="广州市", district="海珠区"))
    return database


def step(town: Database, device: Device, clock: StoppedClock) -> tuple[str, str]:
    with town.read() as session:
        screen = screen_of(session, device, settings=SETTINGS, clock=clock)
        return screen.step, screen.turn


def press(town: Database, device: Device, clock: StoppedClock, *pressed: str) -> None:
    for one in pressed:
        said = Said(step(town, device, clock)[1], one, "SAMPLE-4" if one == "who" else "")
        answer(town, device, said, settings=SETTINGS, clock=clock)


@pytest.mark.parametrize("_again", range(3))
def test_a_week_ordered_from_four_places_at_once_is_one_meal_a_day(
    town: Database, clock: StoppedClock, _again: int
) -> None:
    kiosks = [add_kiosk(town, "P1", by="test", clock=clock)[0] for _ in range(2)]
    for kiosk, dish in zip(kiosks, ("D1", "D2"), strict=True):
        press(town, kiosk, clock, "who", f"dish:{dish}", "way:dine_in", "day:week")
        assert step(town, kiosk, clock)[0] == "read_back"
    with town.read() as session:
        stamp = find_cell(session, get_record(session, "E04"), WEEK[1], Meal.LUNCH, clock=clock).stamp
    choice = Choice(WEEK[1], Meal.LUNCH, stamp, 2)
    family = Seat("E04", "link-1", OrderSource.FAMILY)
    ticket = [Wish(day, Meal.LUNCH, Fulfilment.DINE_IN, "D1") for day in WEEK]
    told = at_once(
        lambda: press(town, kiosks[0], clock, "place"),
        lambda: press(town, kiosks[1], clock, "place"),
        lambda: order_meal(town, family, choice, clock=clock),
        lambda: place_orders(town, Placing("E04", OrderSource.PHONE, "desk"), ticket, clock=clock),
    )
    with town.read() as session:
        orders = session.exec(select(MealOrder).where(MealOrder.elder_number == "E04")).all()
    assert set(told) <= TOLD, told
    assert {step(town, kiosk, clock)[0] for kiosk in kiosks} <= {"placed", "already", "trouble"}
    days = Counter(order.service_day for order in orders if order.state == "placed")
    # Who comes first has the whole week, or the family its one meal; never two of a day.
    assert days in (dict.fromkeys(WEEK, 1), {WEEK[1]: 1})
