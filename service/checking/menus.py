"""What is in each dish as a kitchen cooks it at one meal, put together from the rows for the check alone."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sqlmodel import Session, col, select

from kitchens import meals, problem
from routing.places import Place, Window
from service.tables import (
    Course,
    CourseOption,
    Dish,
    EntryState,
    Ingredient,
    Kitchen,
    KitchenMeal,
    KitchenStation,
    MealPoint,
    MenuEntry,
    MenuSwap,
    RecipeLine,
)


def kitchens_as_cooked(session: Session, service_day: date, meal: meals.Meal) -> tuple[problem.Kitchen, ...]:
    """Return every kitchen that cooks a meal, with its menu of that day and its stations."""
    contents = _Contents(session, service_day, meal)
    offered: dict[str, list[str]] = defaultdict(list)
    entries = select(MenuEntry).where(
        MenuEntry.service_day == service_day, MenuEntry.meal == meal, MenuEntry.state == EntryState.OFFERED
    )
    for entry in session.exec(entries.order_by(col(MenuEntry.rank))):
        offered[entry.kitchen_code].append(entry.dish_code)
    stations: dict[str, list[problem.Station]] = defaultdict(list)
    for row in session.exec(select(KitchenStation)):
        kind = meals.StationKind(row.kind)
        stations[row.kitchen_code].append(problem.Station(row.code, kind, row.meals_per_hour, row.pan_portions))
    stands_in = {one.kitchen_code: one.code for one in session.exec(select(MealPoint)) if one.kitchen_on_site}
    cooking = session.exec(
        select(Kitchen, KitchenMeal)
        .join(KitchenMeal, col(KitchenMeal.kitchen_code) == col(Kitchen.code))
        .where(KitchenMeal.meal == meal)
        .order_by(col(Kitchen.code))
    )
    return tuple(
        problem.Kitchen(
            kitchen_id=kitchen.code,
            place=Place(kitchen.lat, kitchen.lon),
            mode=meals.ProvisionMode(kitchen.mode),
            menu=tuple(contents.dish(code, kitchen.code) for code in offered[kitchen.code]),
            capacity_meals=work.capacity_meals,
            meals_per_hour=work.meals_per_hour,
            cooking=Window(work.cooking_start_s, work.cooking_end_s),
            point_id=stands_in.get(kitchen.code),
            stations=tuple(stations[kitchen.code]),
        )
        for kitchen, work in cooking
    )


class _Contents:
    """Recipes, swaps and courses of one meal."""

    def __init__(self, session: Session, service_day: date, meal: meals.Meal) -> None:
        self.dishes = {one.code: one for one in session.exec(select(Dish))}
        self.brings = {one.code: one.contains for one in session.exec(select(Ingredient))}
        self.recipes: dict[str, list[str]] = defaultdict(list)
        for line in session.exec(select(RecipeLine)):
            self.recipes[line.dish_code].append(line.ingredient_code)
        swaps = select(MenuSwap).where(MenuSwap.service_day == service_day, MenuSwap.meal == meal, col(MenuSwap.holds))
        self.swapped = {(one.kitchen_code, one.dish_code, one.out_code): one.in_code for one in session.exec(swaps)}
        self.courses: dict[str, list[Course]] = defaultdict(list)
        for course in session.exec(select(Course).order_by(col(Course.position))):
            self.courses[course.dish_code].append(course)
        self.options: dict[str, list[str]] = defaultdict(list)
        for option in session.exec(select(CourseOption).order_by(col(CourseOption.rank))):
            self.options[option.course_code].append(option.dish_code)

    def dish(self, code: str, kitchen: str) -> meals.Dish:
        """Return a dish with its courses, with what is in it in this kitchen that day."""
        row = self.dishes[code]
        words = row.contains.split()
        for ingredient in self.recipes[code]:
            used = self.swapped.get((kitchen, code, ingredient), ingredient)
            words += self.brings[used].split() if used is not None else []
        return meals.Dish(
            dish_id=code,
            name=row.name,
            contains=frozenset(meals.Ingredient(word) for word in words),
            textures=frozenset(meals.Texture(word) for word in row.textures.split()),
            keeps=frozenset(meals.Limit(word) for word in row.keeps.split()),
            courses=tuple(
                meals.Course(one.code, one.pick, tuple(self.dish(option, kitchen) for option in self.options[one.code]))
                for one in self.courses[code]
            ),
            station=None if row.station is None else meals.StationKind(row.station),
        )
