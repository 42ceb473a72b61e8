"""Menus are read once and kept, and never after somebody has changed them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, event, insert, update
from sqlmodel import Session, SQLModel, col, select

from kitchens.meals import Fulfilment, Meal
from service.clock import StoppedClock, instant_of
from service.db import Database
from service.menus.of_day import DayMenus, day_menus
from service.menus.watch import WATCHED
from service.orders import Placing, Wish, place_order
from service.tables import (
    Course,
    CourseOption,
    Dish,
    EntryState,
    MenuEntry,
    MenuSwap,
    MenuVersion,
    OrderSource,
    RecipeLine,
)
from service.tables import Ingredient as IngredientRow
from tests.service.towns import MONDAY, found_town


@pytest.fixture
def town(database: Database) -> Database:
    """A town whose first dish has a recipe, a swap, and a course of two."""
    found_town(database)
    with database.write() as session:
        session.add_all(
            [
                IngredientRow(code="soy", name="豉油", contains="soy"),
                IngredientRow(code="egg", name="蛋", contains="egg"),
            ]
        )
        session.add_all([Dish(code="A1", name="小菜一", price_fen=0), Dish(code="A2", name="小菜二", price_fen=0)])
        session.flush()
        session.add(RecipeLine(dish_code="D1", ingredient_code="soy", grams=5))
        session.add(Course(code="C1", dish_code="D1", position=1, name="小菜"))
        session.flush()
        session.add_all([CourseOption(course_code="C1", rank=n, dish_code=f"A{n}") for n in (1, 2)])
        session.add(
            MenuSwap(
                kitchen_code="K1",
                service_day=MONDAY,
                meal=Meal.LUNCH,
                dish_code="D1",
                out_code="soy",
                in_code="egg",
                made_at=instant_of(MONDAY, 0),
                made_by="chef",
            )
        )
    return database


def lunch(database: Database) -> DayMenus:
    with database.write() as session:
        return day_menus(session, MONDAY, Meal.LUNCH)


CHANGES: dict[str, Callable[[Session], Any]] = {
    "a dish by its row": lambda s: setattr(s.get_one(Dish, "D1"), "name", "另一道"),
    "dishes by a statement": lambda s: s.execute(update(Dish).values(name="另一道")),
    "an entry by its row": lambda s: setattr(
        s.get_one(MenuEntry, ("K1", MONDAY, Meal.LUNCH, 1)), "state", EntryState.TAKEN_OFF
    ),
    "an entry that is deleted": lambda s: s.delete(s.get_one(MenuEntry, ("K1", MONDAY, Meal.LUNCH, 2))),
    "entries deleted by a statement": lambda s: s.execute(delete(MenuEntry).where(col(MenuEntry.rank) == 2)),
    "an ingredient": lambda s: setattr(s.get_one(IngredientRow, "egg"), "contains", ""),
    "a line of a recipe": lambda s: s.execute(
        insert(RecipeLine), [{"dish_code": "D2", "ingredient_code": "egg", "grams": 3}]
    ),
    "a swap": lambda s: setattr(s.exec(select(MenuSwap)).one(), "holds", False),
    "a course": lambda s: setattr(s.get_one(Course, "C1"), "pick", 2),
    "an option": lambda s: s.delete(s.get_one(CourseOption, ("C1", 2))),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_whoever_changes_what_menus_are_made_of_is_seen_at_once(
    town: Database, change: Callable[[Session], Any]
) -> None:
    before = lunch(town)
    with town.write() as session:
        change(session)
    assert lunch(town) != before


RENAME = """
import sys
from service.db import open_database
from service.tables import Dish
with open_database(sys.argv[1]).write() as session:
    session.get_one(Dish, "D1").name = "另一道"
"""


def test_another_process_that_changes_a_menu_is_seen_even_if_it_never_asks_for_menus(town: Database) -> None:
    before = lunch(town)
    url = town.engine.url.render_as_string(hide_password=False)
    subprocess.run([sys.executable, "-c", RENAME, url], check=True)
    assert lunch(town) != before


def test_a_transaction_sees_its_own_change_and_nobody_keeps_it_if_it_is_undone(town: Database) -> None:
    before = lunch(town)
    with town.write() as session:
        session.get_one(Dish, "D1").name = "另一道"
        assert day_menus(session, MONDAY, Meal.LUNCH) != before
        session.rollback()
    assert lunch(town) == before


def test_menus_are_read_once_until_they_change(town: Database) -> None:
    lunch(town)
    asked: list[str] = []
    event.listen(town.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    lunch(town)
    assert len([one for one in asked if one.startswith("SELECT")]) == 1


def test_an_order_changes_no_menu(town: Database, clock: StoppedClock) -> None:
    def changes() -> int | None:
        with town.read() as session:
            return session.exec(select(MenuVersion.changes)).first()

    before = changes()
    wish = Wish(MONDAY, Meal.LUNCH, Fulfilment.DINE_IN, "D2")
    place_order(town, Placing("E01", OrderSource.PHONE, "desk"), wish, clock=clock)
    assert changes() == before


def test_every_table_that_menus_are_read_from_is_watched(town: Database) -> None:
    read: set[str] = set()

    def note(*args: Any) -> None:
        read.update(name for name in SQLModel.metadata.tables if f" {name} " in f"{args[2]} ".replace("\n", " "))

    with town.write() as session:
        session.get_one(Dish, "D2").name = "又一道"
    event.listen(town.engine, "before_cursor_execute", note)
    lunch(town)
    assert read - {"menu_version"} == WATCHED
