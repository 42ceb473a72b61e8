"""What is in a dish on the day it is cooked: its recipe with what the kitchen swaps that day, and its courses.

`Pantry.contains` is the one function that decides it. Ordering, planning and papers all ask it, each through the values
of `kitchens.meals`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from kitchens import meals
from service.tables import Course, CourseOption, Dish, EntryState, Ingredient, MenuEntry, MenuSwap, RecipeLine

Word = TypeVar("Word", bound=StrEnum)
Words = frozenset[meals.Ingredient]

# Asked with every order, so built once.
_ENTRIES: Any = (
    select(MenuEntry.kitchen_code, Dish)
    .join(Dish, col(Dish.code) == col(MenuEntry.dish_code))
    .where(
        MenuEntry.service_day == bindparam("day"),
        MenuEntry.meal == bindparam("meal"),
        MenuEntry.state == EntryState.OFFERED,
    )
    .order_by(col(MenuEntry.kitchen_code), col(MenuEntry.rank))
)
_COURSES: Any = (
    select(Course, CourseOption, Dish)
    .join(CourseOption, col(CourseOption.course_code) == col(Course.code))
    .join(Dish, col(Dish.code) == col(CourseOption.dish_code))
    .where(col(Course.dish_code).in_(bindparam("dishes", expanding=True)))
    .order_by(col(Course.dish_code), col(Course.position), col(CourseOption.rank))
)
_RECIPES: Any = (
    select(RecipeLine.dish_code, RecipeLine.ingredient_code, Ingredient.contains)
    .join(Ingredient, col(Ingredient.code) == col(RecipeLine.ingredient_code))
    .where(col(RecipeLine.dish_code).in_(bindparam("dishes", expanding=True)))
)
_SWAPS: Any = (
    select(MenuSwap.kitchen_code, MenuSwap.dish_code, MenuSwap.out_code, Ingredient.contains)
    .join(Ingredient, col(Ingredient.code) == col(MenuSwap.in_code), isouter=True)
    .where(MenuSwap.service_day == bindparam("day"), MenuSwap.meal == bindparam("meal"), col(MenuSwap.holds))
)


def words(kind: type[Word], line: str) -> frozenset[Word]:
    """Return the words of `kind` that a column holds parted by spaces."""
    return frozenset(kind(word) for word in line.split())


def dish_value(dish: Dish) -> meals.Dish:
    """Return a dish by its own row alone; what is in it on a day says the pantry."""
    return meals.Dish(
        dish_id=dish.code,
        name=dish.name,
        contains=_contents(dish.contains),
        textures=words(meals.Texture, dish.textures),
        keeps=words(meals.Limit, dish.keeps),
        station=None if dish.station is None else meals.StationKind(dish.station),
        spare_percent=dish.spare_percent,
    )


def _contents(line: str | None) -> Words:
    return words(meals.Ingredient, line or "")


@dataclass(frozen=True, slots=True)
class CourseRows:
    """A course with its options, each with its dish, in order."""

    course: Course
    options: tuple[tuple[CourseOption, Dish], ...]


@dataclass(frozen=True, slots=True)
class Pantry:
    """What the dishes of one meal are made of.

    Attributes
    ----------
    dishes
        Dishes by code, those that can be chosen in courses too.
    recipes
        What each ingredient brings along, by dish and ingredient.
    swaps
        What comes in for an ingredient that is swapped, by kitchen and dish and ingredient; nothing if it is left out.
    courses
        The courses of each set meal.
    """

    dishes: Mapping[str, Dish]
    recipes: Mapping[str, Mapping[str, Words]]
    swaps: Mapping[tuple[str, str], Mapping[str, Words]]
    courses: Mapping[str, tuple[CourseRows, ...]]

    def contains(self, dish_code: str, kitchen_code: str) -> Words:
        """Return what is in a dish as a kitchen cooks it that day.

        That is what its own row says, and what its ingredients bring, each as it is or as it is swapped.
        """
        found = set(_contents(self.dishes[dish_code].contains))
        swapped = self.swaps.get((kitchen_code, dish_code), {})
        for ingredient, brings in self.recipes.get(dish_code, {}).items():
            found |= swapped.get(ingredient, brings)
        return frozenset(found)

    def value(self, dish_code: str, kitchen_code: str) -> meals.Dish:
        """Return a dish of a kitchen's menu as planning sees it, with its courses."""
        courses = tuple(
            meals.Course(
                course_id=one.course.code,
                pick=one.course.pick,
                options=tuple(self._plain(dish.code, kitchen_code) for _, dish in one.options),
            )
            for one in self.courses.get(dish_code, ())
        )
        return self._plain(dish_code, kitchen_code, courses)

    def _plain(self, dish_code: str, kitchen_code: str, courses: tuple[meals.Course, ...] = ()) -> meals.Dish:
        plain = dish_value(self.dishes[dish_code])
        return replace(plain, contains=self.contains(dish_code, kitchen_code), courses=courses)


def open_pantry(
    session: Session, service_day: date, meal: meals.Meal, dishes: Collection[Dish], *, swaps: bool = True
) -> Pantry:
    """Return what these dishes are made of at one meal; without `swaps`, as their recipes say."""
    by_code = {dish.code: dish for dish in dishes}
    courses: dict[str, dict[str, CourseRows]] = {}
    for course, option, dish in session.execute(_COURSES, {"dishes": list(by_code)}):
        rows = courses.setdefault(course.dish_code, {}).get(course.code, CourseRows(course, ()))
        courses[course.dish_code][course.code] = CourseRows(course, (*rows.options, (option, dish)))
    by_code |= {dish.code: dish for some in courses.values() for one in some.values() for _, dish in one.options}
    recipes: dict[str, dict[str, Words]] = {}
    for dish_code, ingredient, brings in session.execute(_RECIPES, {"dishes": list(by_code)}):
        recipes.setdefault(dish_code, {})[ingredient] = _contents(brings)
    swapped: dict[tuple[str, str], dict[str, Words]] = {}
    if swaps:
        for kitchen, dish_code, out, brings in session.execute(_SWAPS, {"day": service_day, "meal": meal}):
            swapped.setdefault((kitchen, dish_code), {})[out] = _contents(brings)
    return Pantry(by_code, recipes, swapped, {code: tuple(some.values()) for code, some in courses.items()})


def list_menus(
    session: Session, service_day: date, meal: meals.Meal, *, swaps: bool = True
) -> Mapping[str, tuple[meals.Dish, ...]]:
    """Return what each kitchen offers, in the order of its menu, with that day's real ingredients."""
    rows = [(kitchen, dish) for kitchen, dish in session.execute(_ENTRIES, {"day": service_day, "meal": meal})]
    if not rows:
        return {}
    pantry = open_pantry(session, service_day, meal, [dish for _, dish in rows], swaps=swaps)
    menus: dict[str, tuple[meals.Dish, ...]] = {}
    for kitchen, dish in rows:
        menus[kitchen] = (*menus.get(kitchen, ()), pantry.value(dish.code, kitchen))
    return menus
