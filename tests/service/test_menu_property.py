"""Whatever the menu, the swaps and the choices: nobody is served what they must not eat, every portion is counted."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from kitchens.assign import assign_supply_plain
from kitchens.batches import plan_batches
from kitchens.clash import find_clash
from kitchens.meals import HARDNESS, Fulfilment, Meal, Texture
from service.access import EVERYTHING
from service.clock import StoppedClock
from service.db import Database, open_database
from service.diets import diet_of
from service.errors import ConflictError, InvalidError
from service.menus.changes import Slot, Swap, swap_ingredient
from service.menus.dishes import list_menus
from service.orders import Placing, Wish, place_order
from service.planning import read_question
from service.tables import Course, Dish, Elder, MealDay, MealOrder, OrderChoice, OrderSource
from tests.service.test_menu_days import INGREDIENTS, OPTIONS, add_set_meal
from tests.service.towns import MONDAY, found_town

FRIDAY = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
K1 = Slot("K1", MONDAY, Meal.LUNCH)
WORDS = ("pork", "gluten", "soy", "poultry", "peanut", "egg", "nuts")
some_words = st.sets(st.sampled_from(WORDS), max_size=3).map(lambda words: " ".join(sorted(words)))
textures = st.sets(st.sampled_from([str(one) for one in Texture]), min_size=1).map(lambda some: " ".join(sorted(some)))
diets = st.fixed_dictionaries(
    {
        "excludes": some_words,
        "dislikes": some_words,
        "texture": st.sampled_from([str(one) for one in Texture]),
        "limits": st.sampled_from(["", "low_salt", "renal low_sugar"]),
    }
)
dish_rows = st.fixed_dictionaries(
    {
        "contains": some_words,
        "textures": textures,
        "keeps": st.sampled_from(["", "low_salt", "low_salt low_sugar renal"]),
    }
)
wishes = st.tuples(
    st.sampled_from([None, "D1", "D2", "S1"]), st.lists(st.sampled_from(sorted(OPTIONS)), max_size=3).map(tuple)
)
swaps = st.lists(
    st.tuples(
        st.sampled_from([("S1", "oil"), ("S1", "chicken"), ("V1", "oil")]),
        st.sampled_from([None, *sorted(INGREDIENTS)]),
    ),
    max_size=3,
)
ELDERS = ("E01", "E02", "E03")
CODES = ("D1", "D2", "S1", *sorted(OPTIONS))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.fixed_dictionaries(dict.fromkeys(CODES, dish_rows)),
    elders=st.fixed_dictionaries(dict.fromkeys(ELDERS, st.tuples(diets, wishes))),
    early=swaps,
    late=swaps,
)
def test_nobody_is_served_what_they_must_not_eat(
    sqlite_template: Path, rows: dict, elders: dict, early: list, late: list
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(sqlite_template, Path(folder) / "town.db")
        database = open_database(f"sqlite:///{Path(folder) / 'town.db'}")
        try:
            hold_the_day(database, rows, elders, early, late)
        finally:
            database.engine.dispose()


def hold_the_day(database: Database, rows: dict, elders: dict, early: list, late: list) -> None:
    clock = StoppedClock(FRIDAY)
    found_town(database)
    add_set_meal(database)
    with database.write() as session:
        for code, row in rows.items():
            session.get_one(Dish, code).sqlmodel_update(row)
        for number, (diet, _) in elders.items():
            session.get_one(Elder, number).sqlmodel_update(diet)
    cook_with(database, clock, early)
    for number, (_, (dish, choices)) in elders.items():
        try:
            wish = Wish(MONDAY, Meal.LUNCH, Fulfilment.DINE_IN, dish, choices=choices)
            place_order(database, Placing(number, OrderSource.PHONE, "desk"), wish, clock=clock)
        except (InvalidError, ConflictError):
            continue
    no_accepted_order_clashes(database)
    cook_with(database, clock, late)
    the_plan_keeps_every_diet_and_counts_every_portion(database)


def cook_with(database: Database, clock: StoppedClock, swapped: list) -> None:
    for (dish, out), into in swapped:
        if into != out:
            swap_ingredient(database, K1, Swap(dish, out, into), reach=EVERYTHING, by="chef", clock=clock)


def no_accepted_order_clashes(database: Database) -> None:
    with database.read() as session:
        cooked = {dish.dish_id: dish for dish in list_menus(session, MONDAY, Meal.LUNCH)["K1"]}
        options = {o.dish_id: o for dish in cooked.values() for course in dish.courses for o in course.options}
        picks = {course.code: course.pick for course in session.exec(select(Course))}
        for order in session.exec(select(MealOrder)).all():
            diet = diet_of(session.get_one(Elder, order.elder_number))
            chosen = session.exec(select(OrderChoice).where(OrderChoice.order_id == order.id)).all()
            eaten = [cooked[order.dish_code]] if order.dish_code else []
            for dish in (*eaten, *(options[one.dish_code] for one in chosen)):
                clash = find_clash(diet, dish)
                assert clash is None or not clash.is_hard
            if order.dish_code == "S1":
                assert {c: sum(o.course_code == c for o in chosen) for c in picks} == picks


def the_plan_keeps_every_diet_and_counts_every_portion(database: Database) -> None:
    with database.write() as session:
        if session.get(MealDay, (MONDAY, Meal.LUNCH)) is None:
            session.add(MealDay(service_day=MONDAY, meal=Meal.LUNCH))
    with database.read() as session:
        day = read_question(session, MONDAY, Meal.LUNCH).day
    supply = assign_supply_plain(day)
    batches = plan_batches(day, supply).batches
    menus = {kitchen.kitchen_id: {dish.dish_id: dish for dish in kitchen.menu} for kitchen in day.kitchens}
    orders = {order.order_id: order for order in day.orders}
    assert sorted([one.order_id for one in (*supply.supplied, *supply.left_out)]) == sorted(orders)
    assert sum(batch.portions for batch in batches) == len(supply.supplied)
    for one in supply.supplied:
        diet, dish = orders[one.order_id].diet, menus[one.kitchen_id][one.dish_id]
        options = {o.dish_id: o for course in dish.courses for o in course.options}
        made = [(dish, one.texture), *((options[part.dish_id], part.texture) for part in one.parts)]
        for food, texture in made:
            assert not food.contains & diet.excludes
            assert diet.limits <= food.keeps
            assert texture in food.textures
            assert HARDNESS[texture] <= HARDNESS[diet.texture]
        assert len(one.parts) == sum(course.pick for course in dish.courses)
