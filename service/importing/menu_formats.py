"""The formats of what stands behind menus: ingredients and recipes, courses, price versions, cycles."""

from __future__ import annotations

from typing import Annotated, ClassVar

from service.importing import cells
from service.importing.columns import FileRow, Fills


class IngredientRow(FileRow):
    """What a kitchen buys."""

    KIND: ClassVar[str] = "ingredients"
    TABLE: ClassVar[str] = "ingredient"
    KEY: ClassVar[tuple[str, ...]] = ("code",)

    code: Annotated[cells.Code, Fills("peanut-oil")]
    name: Annotated[cells.Text, Fills("花生油")]
    name_en: Annotated[cells.Text, Fills("peanut oil")] = ""
    contains: Annotated[cells.IngredientWords, Fills("peanut")] = ""


class RecipeRow(FileRow):
    """One ingredient of one dish."""

    KIND: ClassVar[str] = "recipes"
    TABLE: ClassVar[str] = "recipe_line"
    KEY: ClassVar[tuple[str, ...]] = ("dish_code", "ingredient_code")

    dish_code: Annotated[cells.Code, Fills("D01", refers="dishes")]
    ingredient_code: Annotated[cells.Code, Fills("peanut-oil", refers="ingredients")]
    grams: Annotated[cells.Grams, Fills("12")]


class CourseRow(FileRow):
    """A part of a set meal of which some are chosen."""

    KIND: ClassVar[str] = "courses"
    TABLE: ClassVar[str] = "course"
    KEY: ClassVar[tuple[str, ...]] = ("code",)

    code: Annotated[cells.Code, Fills("S01-1")]
    dish_code: Annotated[cells.Code, Fills("S01", refers="dishes")]
    position: Annotated[cells.Rank, Fills("1")]
    name: Annotated[cells.Text, Fills("主食")]
    name_en: Annotated[cells.Text, Fills("staple")] = ""
    pick: Annotated[cells.Rank, Fills("1")] = 1


class CourseOptionRow(FileRow):
    """One dish that can be chosen in a course."""

    KIND: ClassVar[str] = "course_options"
    TABLE: ClassVar[str] = "course_option"
    KEY: ClassVar[tuple[str, ...]] = ("course_code", "rank")

    course_code: Annotated[cells.Code, Fills("S01-1", refers="courses")]
    rank: Annotated[cells.Rank, Fills("1")]
    dish_code: Annotated[cells.Code, Fills("R01", refers="dishes")]
    extra_fen: Annotated[cells.Fen, Fills("100")] = 0


class PriceRow(FileRow):
    """What a dish costs from a day on; a version that stands is never changed by a file."""

    KIND: ClassVar[str] = "dish_prices"
    TABLE: ClassVar[str] = "dish_price"
    KEY: ClassVar[tuple[str, ...]] = ("dish_code", "from_day")
    ORDERED: ClassVar[tuple[tuple[str, str], ...]] = (("announced_on", "from_day"),)

    dish_code: Annotated[cells.Code, Fills("D01", refers="dishes")]
    from_day: Annotated[cells.Day, Fills("2027-01-04")]
    price_fen: Annotated[cells.Fen, Fills("1400")]
    announced_on: Annotated[cells.Day, Fills("2026-12-21")]
    announced_by: Annotated[cells.Text, Fills("district")] = ""


class CoursePriceRow(FileRow):
    """What a choice in a course costs on top from a day on; a version that stands is never changed by a file."""

    KIND: ClassVar[str] = "course_prices"
    TABLE: ClassVar[str] = "course_price"
    KEY: ClassVar[tuple[str, ...]] = ("course_code", "dish_code", "from_day")
    ORDERED: ClassVar[tuple[tuple[str, str], ...]] = (("announced_on", "from_day"),)

    course_code: Annotated[cells.Code, Fills("S01-2", refers="courses")]
    dish_code: Annotated[cells.Code, Fills("V04", refers="dishes")]
    from_day: Annotated[cells.Day, Fills("2027-01-04")]
    extra_fen: Annotated[cells.Fen, Fills("150")]
    announced_on: Annotated[cells.Day, Fills("2026-12-21")]
    announced_by: Annotated[cells.Text, Fills("district")] = ""


class CycleRow(FileRow):
    """A menu of one kitchen and meal that is kept, and written out ahead week by week."""

    KIND: ClassVar[str] = "cycles"
    TABLE: ClassVar[str] = "menu_cycle"
    KEY: ClassVar[tuple[str, ...]] = ("code",)
    ORDERED: ClassVar[tuple[tuple[str, str], ...]] = (("first_monday", "until_day"),)

    code: Annotated[cells.Code, Fills("HZ-K01-L")]
    kitchen_code: Annotated[cells.Code, Fills("HZ-K01", refers="kitchens")]
    meal: Annotated[cells.MealWord, Fills("lunch")]
    weeks: Annotated[cells.Week, Fills("2")] = 1
    first_monday: Annotated[cells.Monday, Fills("2026-11-02")]
    until_day: Annotated[cells.DayOrNone, Fills("2027-01-31")] = None


class CycleEntryRow(FileRow):
    """One dish of a cycle that is kept."""

    KIND: ClassVar[str] = "cycle_entries"
    TABLE: ClassVar[str] = "cycle_entry"
    KEY: ClassVar[tuple[str, ...]] = ("cycle_code", "week", "weekday", "rank")

    cycle_code: Annotated[cells.Code, Fills("HZ-K01-L", refers="cycles")]
    week: Annotated[cells.Week, Fills("1")]
    weekday: Annotated[cells.Weekday, Fills("1")]
    rank: Annotated[cells.Rank, Fills("6")]
    dish_code: Annotated[cells.Code, Fills("S01", refers="dishes")]
    capacity_meals: Annotated[cells.CountOrNone, Fills("40")] = None


MENU_KINDS: tuple[type[FileRow], ...] = (
    IngredientRow,
    RecipeRow,
    CourseRow,
    CourseOptionRow,
    PriceRow,
    CoursePriceRow,
    CycleRow,
    CycleEntryRow,
)
"""In the order in which they refer to each other; dishes and kitchens come before."""
