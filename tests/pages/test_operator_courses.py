"""A set meal on the telephone: its courses are chosen by digits, as fast as a dish, or left to the kitchen."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from service.menus.choices import choices_of
from service.tables import Course, CourseOption, Dish, Elder, MealOrder, MenuEntry
from tests.pages.axe import violations
from tests.pages.conftest import Look, Site
from tests.pages.desk_town import REGULAR
from tests.pages.seeing import troubles_of
from tests.pages.test_operator import TUESDAY, press, settle, site, state
from tests.pages.town import DAY

__all__ = ["site"]

pytestmark = pytest.mark.browser

SIDES = (("S1", "egg", 0), ("S2", "", 200), ("S3", "nuts", 0), ("S4", "", 0))
SOUPS = (("S5", "", 0), ("S6", "", 0))
SET = "D03"


@pytest.fixture(autouse=True)
def offered(site: Site) -> None:
    """One dish is a set meal of two sides of four and one soup of two; the elder may eat no nuts."""
    with site.database.write() as session:
        for code, contains, _ in (*SIDES, *SOUPS):
            words = {"name": f"样菜{code}", "name_en": f"part {code}", "textures": "regular soft minced"}
            session.add(Dish(code=code, price_fen=0, contains=contains, keeps="low_salt low_sugar", **words))
        for position, (name, name_en, pick) in enumerate((("小菜", "sides", 2), ("汤", "soup", 1)), start=1):
            session.add(
                Course(code=f"C{position}", dish_code=SET, position=position, name=name, name_en=name_en, pick=pick)
            )
        session.flush()
        for course, options in (("C1", SIDES), ("C2", SOUPS)):
            for rank, (code, _, extra_fen) in enumerate(options, start=1):
                session.add(CourseOption(course_code=course, dish_code=code, rank=rank, extra_fen=extra_fen))
        session.get_one(Elder, REGULAR).excludes = "nuts"


def digit_of_set(site: Site) -> str:
    with site.database.read() as session:
        on_tuesday = select(MenuEntry.rank).where(
            MenuEntry.kitchen_code == "K01",
            MenuEntry.service_day == DAY + timedelta(days=1),
            MenuEntry.meal == "lunch",
            MenuEntry.dish_code == SET,
        )
        return str(session.exec(on_tuesday).one())


def ordered(site: Site) -> tuple[str | None, tuple[str, ...]] | None:
    with site.database.read() as session:
        of_elder = select(MealOrder).where(MealOrder.elder_number == REGULAR, MealOrder.service_day > DAY)
        order = session.exec(of_elder.where(MealOrder.state == "placed")).first()
        return None if order is None else (order.dish_code, choices_of(session, order.id or 0))


def at_elder(look: Look, **view: Any) -> Any:
    page = look(f"/operator?elder={REGULAR}", "jiexian", **view)
    page.wait_for_selector("template.course", state="attached")
    return page


def test_a_digit_for_the_set_and_one_for_each_choice_order_it(look: Look, site: Site) -> None:
    page = at_elder(look)
    # As fast as fingers are: nothing waits for a screen.
    for key in (digit_of_set(site), "3", "2", "2"):
        page.keyboard.press(key)
    page.wait_for_selector(f".cell[data-day='{TUESDAY}'][data-meal=lunch][data-has]")
    settle(page)
    assert ordered(site) == (SET, ("S2", "S4", "S6"))  # the third that may be eaten is S4
    page.wait_for_selector(".goes")
    assert page.inner_text(".goes").split() == ["样菜S2", "样菜S4", "样菜S6"]
    press(page, "u")
    assert (state(page), ordered(site)) == ("open", None)
    assert page.complaints == []


def test_enter_leaves_the_rest_to_the_kitchen_and_escape_orders_nothing(look: Look, site: Site) -> None:
    page = at_elder(look)
    number = digit_of_set(site)
    press(page, number, "2", "Backspace", "Escape")
    settle(page)
    assert ordered(site) is None
    page.wait_for_selector("template.course", state="attached")
    press(page, number)
    page.wait_for_selector("body[data-course='1']")
    press(page, "2", "Enter")
    assert ordered(site) == (SET, ("S1", "S2", "S5"))
    assert page.complaints == []


def test_another_choice_takes_the_place_of_the_first(look: Look, site: Site) -> None:
    page = at_elder(look)
    number = digit_of_set(site)
    press(page, number, "1", "2", "1")
    page.wait_for_selector("template.course", state="attached")
    press(page, number, "2", "3", "2")
    assert ordered(site) == (SET, ("S2", "S4", "S6"))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1440])
def test_a_course_can_be_read_reached_and_hit(
    look: Look, site: Site, tmp_path: Path, width: int, language: str
) -> None:
    page = at_elder(look, width=width, language=language)
    press(page, digit_of_set(site), "1")
    page.wait_for_selector(".option-key[aria-pressed=true]")
    page.screenshot(path=tmp_path / f"course-{width}-{language}.png", full_page=True)
    assert troubles_of(page) == {}
    assert violations(page) == []
    page.click(".option-key[data-option=S2]")
    page.wait_for_selector("body[data-course='2']")
    page.click("[data-course=rest]")
    settle(page)
    assert ordered(site) == (SET, ("S1", "S2", "S5"))
