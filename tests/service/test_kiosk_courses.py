"""The courses of a set meal at the kiosk: what is asked, what is chosen, and what it costs in the end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from kitchens.meals import Meal
from service.clock import StoppedClock
from service.db import Database
from service.devices import add_kiosk
from service.kiosk import Said, Screen, answer, screen_of
from service.menus.choices import choices_of
from service.menus.offers import sold
from service.settings import Settings
from service.tables import Course, CourseOption, Dish, Elder, ElderCard, ElderPlace, MealOrder, MenuEntry
from tests.service.towns import MONDAY, found_town

SETTINGS = Settings(_env_file=None)  # type: ignore[call-arg]
TUESDAY = MONDAY + timedelta(days=1)
SIDES = (("S1", "egg", 0), ("S2", "soy", 200), ("S3", "nuts", 0), ("S4", "", 50))
SOUPS = (("S5", "pork", 0), ("S6", "", 100))
RICE = (("S7", "", 0), ("S8", "nuts", 0))


class Standing:
    """Elder E04, who may eat no nuts, in front of the kiosk."""

    def __init__(self, database: Database, clock: StoppedClock) -> None:
        self.database, self.clock = database, clock
        self.device = add_kiosk(database, "P1", by="test", clock=clock)[0]

    @property
    def screen(self) -> Screen:
        with self.database.read() as session:
            return screen_of(session, self.device, settings=SETTINGS, clock=self.clock)

    def press(self, *pressed: str) -> str:
        for one in pressed:
            said = Said(self.screen.turn, one, "SAMPLE-4" if one == "who" else "")
            answer(self.database, self.device, said, settings=SETTINGS, clock=self.clock)
        return self.screen.step


@pytest.fixture
def kiosk(database: Database, clock: StoppedClock) -> Standing:
    """D2 is a set meal: two of four sides, one of two soups, and a rice of which E04 can have only one."""
    found_town(database)
    with database.write() as session:
        for code, contains, _ in (*SIDES, *SOUPS, *RICE):
            session.add(Dish(code=code, name=f"样菜{code}", name_en=f"part {code}", price_fen=0, contains=contains))
        for position, (name, pick, _) in enumerate(COURSES, start=1):
            session.add(Course(code=f"C{position}", dish_code="D2", position=position, name=name, pick=pick))
        session.flush()
        for position, (_, _, options) in enumerate(COURSES, start=1):
            for rank, (code, _, extra_fen) in enumerate(options, start=1):
                option = {"course_code": f"C{position}", "dish_code": code, "rank": rank, "extra_fen": extra_fen}
                session.add(CourseOption(**option))
        for rank, dish in enumerate(("D1", "D2"), start=1):
            session.add(MenuEntry(kitchen_code="K1", service_day=TUESDAY, meal=Meal.LUNCH, rank=rank, dish_code=dish))
        session.add(ElderCard(elder_number="E04", kind="benefit", card_number="SAMPLE-4"))
        session.add(ElderPlace(elder_number="E04", kind="residence", city="广州市", district="海珠区"))
        session.get_one(Elder, "E04").excludes = "nuts"
    return Standing(database, clock)


COURSES = (("小菜", 2, SIDES), ("汤", 1, SOUPS), ("饭", 1, RICE))


def placed(kiosk: Standing) -> tuple[tuple[str, ...], int | None]:
    """Return what goes with the one order, and its price with what that adds."""
    with kiosk.database.read() as session:
        (order,) = session.exec(select(MealOrder)).all()
        return choices_of(session, order.id or 0), sold(session, order).price_fen


def test_each_course_with_a_choice_is_one_question(kiosk: Standing) -> None:
    assert kiosk.press("who", "dish:D2") == "course"
    assert (kiosk.screen.says["course"], kiosk.screen.says["pick"], kiosk.screen.says["of"]) == ("小菜", 2, 3)
    assert [tile.dish_code for tile in kiosk.screen.says["others"]] == ["S3"]
    assert kiosk.press("option:S4") == "course"
    assert kiosk.screen.says["chosen"] == ["S4"]
    kiosk.press("option:S2")
    assert kiosk.screen.says["course"] == "汤"
    # Of the rice only one can be had: there is nothing to ask.
    assert kiosk.press("option:S6") == "way"
    kiosk.press("way:dine_in", f"day:{MONDAY}")
    (line,) = kiosk.screen.says["lines"]
    assert (line.dish.chosen, line.dish.is_open) == (("样菜S2", "样菜S4", "样菜S6", "样菜S7"), False)
    assert line.price_fen == 1300 + 200 + 50 + 100
    assert kiosk.press("place") == "placed"
    assert placed(kiosk) == (("S2", "S4", "S6", "S7"), line.price_fen)


def test_what_is_left_open_costs_what_the_kitchen_makes(kiosk: Standing) -> None:
    kiosk.press("who", "dish:D2", "course:open", "course:open", "way:dine_in", f"day:{MONDAY}")
    (line,) = kiosk.screen.says["lines"]
    assert (line.dish.chosen, line.dish.is_open) == (("样菜S7",), True)
    kiosk.press("place")
    assert placed(kiosk) == (("S1", "S2", "S5", "S7"), line.price_fen)
    assert line.price_fen == 1300 + 200


def test_what_clashes_is_no_answer_nor_is_half_a_course(kiosk: Standing) -> None:
    kiosk.press("who", "dish:D2")
    for odd in ("option:S3", "option:S6", "option:", "course:done"):
        assert kiosk.press(odd) == "trouble"
        kiosk.press("back")
    assert (kiosk.screen.step, kiosk.screen.says["chosen"]) == ("course", [])
    kiosk.press("back")
    assert kiosk.press("option:S1") == "trouble"


def test_back_leads_to_the_course_before_and_another_dish_forgets_the_choices(kiosk: Standing) -> None:
    kiosk.press("who", "dish:D2", "option:S1", "option:S2", "back")
    assert (kiosk.screen.says["course"], kiosk.screen.says["chosen"]) == ("小菜", ["S1", "S2"])
    kiosk.press("course:done", "option:S5", "back", "option:S6", "back", "back", "back")
    assert kiosk.screen.step == "dish"
    kiosk.press("dish:D2")
    assert kiosk.screen.says["chosen"] == []


def test_a_whole_week_has_the_choices_where_the_dish_is_cooked(kiosk: Standing) -> None:
    with kiosk.database.write() as session:
        session.get_one(MenuEntry, ("K1", TUESDAY, Meal.LUNCH, 2)).capacity_meals = 0
    kiosk.press("who", "dish:D2", "option:S1", "option:S4", "option:S6", "way:dine_in", "day:week")
    monday, tuesday = kiosk.screen.says["lines"]
    assert (monday.dish.dish_code, len(monday.dish.chosen)) == ("D2", 4)
    assert (tuesday.dish.dish_code, tuesday.dish.chosen, tuesday.dish.is_open) == ("D1", (), False)


def test_the_last_portion_gone_while_one_chooses_is_said(kiosk: Standing) -> None:
    kiosk.press("who", "dish:D2")
    with kiosk.database.write() as session:
        session.get_one(MenuEntry, ("K1", MONDAY, Meal.LUNCH, 2)).capacity_meals = 0
    assert kiosk.press("option:S1") == "trouble"
    assert kiosk.screen.says["name"] == "full"


def test_the_same_again_is_the_same_with_what_went_with_it(kiosk: Standing) -> None:
    kiosk.press("who", "dish:D2", "option:S1", "option:S4", "option:S6", "way:dine_in", f"day:{MONDAY}", "place")
    kiosk.press("leave", "who", "other_day")
    assert kiosk.screen.step == "same"
    assert kiosk.screen.says["tile"].chosen == ("样菜S1", "样菜S4", "样菜S6", "样菜S7")
    kiosk.press("same:yes", f"day:{TUESDAY}")
    (line,) = kiosk.screen.says["lines"]
    assert line.price_fen == 1300 + 50 + 100


def test_an_elder_whose_residence_nobody_has_noted_orders_and_is_told_the_full_price(kiosk: Standing) -> None:
    with kiosk.database.write() as session:
        session.delete(session.exec(select(ElderPlace)).one())
    assert kiosk.press("who", "dish:D1", "way:dine_in", f"day:{MONDAY}") == "read_back"
    (line,) = kiosk.screen.says["lines"]
    assert (line.price_fen, line.pays_fen) == (1300, 1300)
    assert kiosk.press("place") == "placed"
    assert placed(kiosk) == ((), 1300)


def test_who_is_known_to_live_elsewhere_is_still_sent_to_the_desk(kiosk: Standing) -> None:
    with kiosk.database.write() as session:
        session.exec(select(ElderPlace)).one().city = "佛山市"
    assert kiosk.press("who") == "trouble"
    assert kiosk.screen.says["name"] == "not_entitled"
