"""A meal ordered at the kiosk, from the swipe to the kitchen's count and into the elder's hands."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import delete, select

from kitchens.meals import Meal
from service.board.heads import find_plan
from service.board.kitchen import kitchen_view
from service.clock import StoppedClock, instant_of
from service.daily import Kitbag, run_meal
from service.db import Database
from service.devices import add_kiosk
from service.kiosk import Said, Screen, answer, screen_of
from service.settings import Settings
from service.tables import Device, ElderCard, ElderPlace, MealOrder, PlannedOrder, StandingOrder, TakenMeal
from tests.service.towns import MONDAY, found_town

SETTINGS = Settings(_env_file=None, effort="quick")  # type: ignore[call-arg]
EVENING_S = 20 * 3600


class Standing:
    """Somebody in front of a kiosk, without a browser."""

    def __init__(self, database: Database, device: Device, clock: StoppedClock) -> None:
        self.database, self.device, self.clock = database, device, clock

    @property
    def screen(self) -> Screen:
        with self.database.read() as session:
            return screen_of(session, self.device, settings=SETTINGS, clock=self.clock)

    def press(self, pressed: str, given: str = "") -> str:
        said = Said(self.screen.turn, pressed, given)
        answer(self.database, self.device, said, settings=SETTINGS, clock=self.clock)
        return self.screen.step


@pytest.fixture
def kiosk(sqlite_database: Database, clock: StoppedClock) -> Standing:
    """The thirty elders' town without any standing order: whatever is cooked was ordered at the kiosk of P1."""
    found_town(sqlite_database)
    with sqlite_database.write() as session:
        session.execute(delete(StandingOrder))
        for number in (1, 2, 3):
            session.add(ElderCard(elder_number=f"E0{number}", kind="benefit", card_number=f"SAMPLE-{number}"))
            session.add(ElderPlace(elder_number=f"E0{number}", kind="residence", city="广州市", district="海珠区"))
    device, _ = add_kiosk(sqlite_database, "P1", by="test", clock=clock)
    return Standing(sqlite_database, device, clock)


def order(kiosk: Standing, card: str, dish: str, way: str, day: date) -> None:
    kiosk.press("who", card)
    kiosk.press(f"dish:{dish}")
    if kiosk.press(f"way:{way}") == "proxy":
        kiosk.press("proxy:me")
    assert kiosk.press(f"day:{day}") == "read_back"
    assert kiosk.press("place") == "placed"
    kiosk.press("leave")


def test_what_is_ordered_at_the_kiosk_is_cooked_planned_and_taken(kiosk: Standing, clock: StoppedClock) -> None:
    database = kiosk.database
    order(kiosk, "SAMPLE-1", "D2", "dine_in", MONDAY)
    order(kiosk, "SAMPLE-2", "D1", "home", MONDAY)
    order(kiosk, "SAMPLE-3", "D2", "pick_up", MONDAY)
    kiosk.press("who", "SAMPLE-3")
    kiosk.press("mine")
    with database.read() as session:
        third = session.exec(select(MealOrder.id).where(MealOrder.elder_number == "E03")).one()
    kiosk.press(f"cancel:{third}")
    kiosk.press("leave")

    clock.instant = instant_of(MONDAY - timedelta(days=3), EVENING_S)
    published = run_meal(MONDAY, Meal.LUNCH, Kitbag(database, clock, SETTINGS, "test"))

    assert published.left_out == ()
    with database.read() as session:
        plan = find_plan(session, MONDAY, Meal.LUNCH)
        assert plan is not None
        view = kitchen_view(session, plan, "K1", clock)
        counted = {row.dish_name: row.total - row.spare for row in view.counts}
        planned = session.exec(select(PlannedOrder).where(PlannedOrder.plan_id == plan.id)).all()
    assert counted == {"样餐D1": 1, "样餐D2": 1}
    assert len(planned) == 2

    clock.instant = instant_of(MONDAY, 11 * 3600)
    assert kiosk.press("who", "SAMPLE-1") == "take"
    assert kiosk.press("take") == "taken"
    kiosk.press("leave")
    # Who has it brought home has nothing to take here.
    assert kiosk.press("who", "SAMPLE-2") != "take"
    with database.read() as session:
        (taken,) = session.exec(select(TakenMeal)).all()
        assert session.get_one(MealOrder, taken.order_id).elder_number == "E01"
