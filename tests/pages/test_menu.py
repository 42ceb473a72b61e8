"""The menu pages in a real browser: read, driven by keyboard, changed, refused."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from kitchens.meals import Fulfilment, Meal
from service.clock import instant_of
from service.orders import Placing, Wish, place_order
from service.tables import (
    Course,
    CourseOption,
    CoursePrice,
    Dish,
    DishPrice,
    Elder,
    EntryState,
    Ingredient,
    MenuEntry,
    MenuSwap,
    OrderSource,
    RecipeLine,
)
from tests.pages.axe import violations
from tests.pages.conftest import Look, Site
from tests.pages.seeing import troubles_of

pytestmark = pytest.mark.browser

OPEN = "for (const one of document.querySelectorAll('main details')) one.open = true"
TUESDAY = date(2026, 11, 24)
MEAL_PAGE = f"/menu/K01/{TUESDAY}/lunch"


@pytest.fixture
def site_with_menu(site: Site) -> Site:
    """Tuesday's lunch of K01: a dish with a recipe, a set with courses, one sold out, one taken off; a price ahead."""
    site.clock.instant = instant_of(date(2026, 11, 23), 9 * 3600)
    with site.database.write() as session:
        session.add_all(
            [
                Ingredient(code="tomato", name="番茄", name_en="tomato"),
                Ingredient(code="egg", name="鸡蛋", name_en="egg", contains="egg"),
                Ingredient(code="oil", name="菜籽油", name_en="rapeseed oil"),
                Ingredient(code="peanut-oil", name="花生油", name_en="peanut oil", contains="peanut"),
                Dish(code="S01", name="自选套餐", name_en="set of your choice", price_fen=1600),
                Dish(code="R01", name="白米饭", name_en="rice", price_fen=0),
                Dish(code="R02", name="馒头", name_en="steamed bun", price_fen=0, contains="gluten"),
                DishPrice(dish_code="D01", from_day=date(2026, 12, 1), price_fen=1600, announced_on=date(2026, 11, 20)),
            ]
        )
        session.flush()
        session.add_all(RecipeLine(dish_code="D01", ingredient_code=c, grams=g) for c, g in RECIPE)
        session.add(Course(code="S01-1", dish_code="S01", position=1, name="主食", name_en="staple", pick=1))
        session.flush()
        session.add_all(
            [
                CourseOption(course_code="S01-1", rank=1, dish_code="R01"),
                CourseOption(course_code="S01-1", rank=2, dish_code="R02", extra_fen=100),
            ]
        )
        session.add_all(
            MenuEntry(kitchen_code="K01", service_day=TUESDAY, meal=Meal.LUNCH, rank=rank, dish_code=dish, **more)
            for rank, dish, more in (
                (1, "D01", {"capacity_meals": 40}),
                (2, "S01", {"from_cycle": True}),
                (3, "D02", {"capacity_meals": 0}),
                (4, "D03", {"state": EntryState.TAKEN_OFF}),
            )
        )
        elder = session.get_one(Elder, "E0001")
        elder.texture, elder.limits, elder.excludes = "regular", "", "peanut"
    placing = Placing("E0001", OrderSource.PHONE, "jiexian")
    place_order(site.database, placing, Wish(TUESDAY, Meal.LUNCH, Fulfilment.DINE_IN, "D01"), clock=site.clock)
    return site


RECIPE = (("tomato", 120), ("egg", 90), ("oil", 10))


def swap_the_oil(site: Site) -> None:
    with site.database.write() as session:
        session.add(
            MenuSwap(
                kitchen_code="K01",
                service_day=TUESDAY,
                meal=Meal.LUNCH,
                dish_code="D01",
                out_code="oil",
                in_code="peanut-oil",
                made_at=site.clock.now(),
                made_by="chufang",
            )
        )


PAGES = {
    "week": ("/menu?kitchen=K01", "fuwutai"),
    "week of a kitchen": ("/menu", "chufang"),
    "week of an operator": ("/menu?kitchen=K01", "jiexian"),
    "meal": (MEAL_PAGE, "fuwutai"),
    "meal of a meal point": (MEAL_PAGE, "peican"),
    "closed meal": ("/menu/K01/2026-11-23/lunch", "chufang"),
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1440])
def test_every_menu_page_can_be_read_reached_and_hit(
    look: Look, site_with_menu: Site, tmp_path: Path, width: int, language: str
) -> None:
    swap_the_oil(site_with_menu)
    found = {}
    for name, (path, user) in PAGES.items():
        page = look(path, user, width=width, language=language)
        page.evaluate(OPEN)
        page.screenshot(path=tmp_path / f"{name}-{width}-{language}.png", full_page=True)
        troubles = troubles_of(page)
        if rules := violations(page):
            troubles["axe"] = rules
        if troubles:
            found[name] = troubles
    assert found == {}


def test_the_week_is_walked_through_and_a_meal_opened_by_keyboard_alone(look: Look, site_with_menu: Site) -> None:
    page = look("/menu", "chufang")
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{MEAL_PAGE}")
    assert "¥15.00" in page.inner_text("main")
    assert "¥16.00" in page.inner_text("main")


def test_a_swap_of_the_day_shows_who_clashes_and_what_is_made_instead(look: Look, site_with_menu: Site) -> None:
    page = look(MEAL_PAGE, "chufang")
    assert page.is_visible("text=没有订单与当天食材冲突")
    page.click("text=配方：番茄炒蛋套餐")
    page.select_option("select[name=out]", "oil")
    page.select_option("select[name=into]", "peanut-oil")
    page.click("text=替换当天食材")
    page.wait_for_load_state("networkidle")
    said = page.inner_text(".trouble")
    assert "1 份订单与当天食材冲突" in said
    assert "花生" in said
    assert "自选套餐＋白米饭" in said
    page.click("summary:has-text('番茄炒蛋套餐')")
    page.click("button[aria-label='取消替换菜籽油']")
    page.wait_for_load_state("networkidle")
    assert page.is_visible("text=没有订单与当天食材冲突")


def test_a_dish_is_limited_and_taken_off_and_its_price_announced(look: Look, site_with_menu: Site) -> None:
    page = look(MEAL_PAGE, "fuwutai")
    page.evaluate(OPEN)
    line = page.locator("section.menu-line").first
    line.locator("input[name=capacity]").fill("12")
    line.locator("text=保存").click()
    page.wait_for_load_state("networkidle")
    assert "还剩 11 份" in page.inner_text("section.menu-line >> nth=0")
    page.evaluate(OPEN)
    line.locator("input[name=yuan]").fill("15.50")
    line.locator("button:has-text('公示')").click()
    page.wait_for_load_state("networkidle")
    with site_with_menu.database.read() as session:
        version = session.get_one(DishPrice, ("D01", date(2026, 11, 23) + timedelta(days=7)))
    assert (version.price_fen, version.announced_by) == (1550, "fuwutai")


def test_a_kitchen_sees_no_other_kitchens_menu(look: Look, site_with_menu: Site) -> None:
    page = look("/menu?kitchen=K02", "chufang")
    page.complaints.clear()
    assert "section.week" not in page.content()
    assert page.locator("section.week").count() == 0


def test_the_price_of_a_choice_is_announced_on_the_page_of_its_set_meal(look: Look, site_with_menu: Site) -> None:
    page = look(MEAL_PAGE, "fuwutai")
    page.evaluate(OPEN)
    line = page.locator("section.menu-line").nth(1)
    form = line.locator("form[action$='/extra']")
    form.locator("select").select_option("S01-1/R02")
    form.locator("input[name=yuan]").fill("1.50")
    form.locator("button").click()
    page.wait_for_load_state("networkidle")
    with site_with_menu.database.read() as session:
        version = session.get_one(CoursePrice, ("S01-1", "R02", date(2026, 11, 23) + timedelta(days=7)))
    assert (version.extra_fen, version.announced_by) == (150, "fuwutai")
    page.evaluate(OPEN)
    said = page.inner_text("section.menu-line >> nth=1")
    assert "+¥1.50" in said
    assert "+¥1.00" in said, "until then it costs what it has cost"
