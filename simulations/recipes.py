"""The sample's set meal with choices: recipe, courses and cycle; and one price that will change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from service.tables import Course, CourseOption, CycleEntry, Dish, DishPrice, Ingredient, MenuCycle, RecipeLine
from simulations.dishes import station_of

SET = "S01"
SET_RANK = 6
SET_PORTIONS = 60

INGREDIENTS: tuple[tuple[str, str, str, str], ...] = (
    ("bean-curd", "豆腐", "bean curd", "soy"),
    ("chicken", "鸡腿肉", "chicken leg", "poultry"),
    ("choy-sum", "菜心", "choy sum", ""),
    ("egg", "鸡蛋", "egg", "egg"),
    ("garlic", "蒜", "garlic", ""),
    ("oyster-sauce", "蚝油", "oyster sauce", "shellfish soy gluten"),
    ("peanut", "花生", "peanuts", "peanut"),
    ("peanut-oil", "花生油", "peanut oil", "peanut"),
    ("rapeseed-oil", "菜籽油", "rapeseed oil", ""),
    ("rice", "大米", "rice", ""),
    ("soy-sauce", "生抽", "light soy sauce", "soy gluten"),
    ("soy-sauce-gf", "无麸质生抽", "gluten-free soy sauce", "soy"),
    ("spinach", "菠菜", "spinach", ""),
    ("wheat-flour", "面粉", "wheat flour", "gluten"),
    ("winter-melon", "冬瓜", "winter melon", ""),
)

DISHES: tuple[tuple[str, str, str, int, tuple[tuple[str, int], ...]], ...] = (
    (
        SET,
        "自选套餐（豉油鸡、冬瓜汤）",
        "Set of your choice (soy-sauce chicken, winter melon soup)",
        1500,
        (("chicken", 110), ("winter-melon", 80), ("soy-sauce", 12), ("rapeseed-oil", 8)),
    ),
    ("R01", "白米饭", "Rice", 200, (("rice", 100),)),
    ("R02", "馒头", "Steamed bun", 200, (("wheat-flour", 90),)),
    ("V01", "蒜蓉菜心", "Choy sum with garlic", 300, (("choy-sum", 130), ("garlic", 6), ("rapeseed-oil", 6))),
    ("V02", "红烧豆腐", "Braised bean curd", 300, (("bean-curd", 120), ("soy-sauce", 8), ("rapeseed-oil", 6))),
    ("V03", "蒸水蛋", "Steamed egg", 300, (("egg", 60), ("soy-sauce", 4))),
    ("V04", "花生拌菠菜", "Spinach with peanuts", 400, (("spinach", 120), ("peanut", 15), ("soy-sauce", 4))),
)
SOFT_TOO = "regular soft"

COURSES: tuple[tuple[str, str, str, int, tuple[tuple[str, int], ...]], ...] = (
    ("S01-1", "主食", "Staple", 1, (("R01", 0), ("R02", 0))),
    ("S01-2", "小菜", "Side dishes", 2, (("V01", 0), ("V02", 0), ("V03", 0), ("V04", 100))),
)


@dataclass(frozen=True, slots=True)
class SetMeal:
    """Everything that stands behind the sample's set meal, as rows; each in the order of its keys."""

    dishes: tuple[Dish, ...]
    ingredients: tuple[Ingredient, ...]
    recipes: tuple[RecipeLine, ...]
    courses: tuple[Course, ...]
    options: tuple[CourseOption, ...]
    prices: tuple[DishPrice, ...]
    cycles: tuple[MenuCycle, ...]
    cycle_entries: tuple[CycleEntry, ...]


def set_meal(kitchen_code: str) -> SetMeal:
    """Return the set meal that one kitchen offers at lunch from Monday to Friday; what is in it stands in recipes."""
    cycle = MenuCycle(
        code=f"{kitchen_code}-L", kitchen_code=kitchen_code, meal="lunch", weeks=1, first_monday=date(2026, 1, 5)
    )
    return SetMeal(
        dishes=tuple(
            Dish(
                code=code,
                name=name,
                name_en=english,
                price_fen=price_fen,
                textures=SOFT_TOO,
                station=station_of(name).value,
            )
            for code, name, english, price_fen, _ in DISHES
        ),
        ingredients=tuple(
            Ingredient(code=code, name=name, name_en=english, contains=contains)
            for code, name, english, contains in INGREDIENTS
        ),
        recipes=tuple(
            RecipeLine(dish_code=code, ingredient_code=ingredient, grams=grams)
            for code, _, _, _, recipe in DISHES
            for ingredient, grams in recipe
        ),
        courses=_courses(),
        options=_options(),
        prices=(DEARER,),
        cycles=(cycle,),
        cycle_entries=tuple(_entry(cycle, weekday) for weekday in range(1, 6)),
    )


DEARER = DishPrice(
    dish_code="A01",
    from_day=date(2027, 1, 4),
    price_fen=1400,
    announced_on=date(2026, 11, 16),
    announced_by="district",
)


def _courses() -> tuple[Course, ...]:
    return tuple(
        Course(code=code, dish_code=SET, position=position, name=name, name_en=english, pick=pick)
        for position, (code, name, english, pick, _) in enumerate(COURSES, start=1)
    )


def _options() -> tuple[CourseOption, ...]:
    return tuple(
        CourseOption(course_code=code, rank=rank, dish_code=dish, extra_fen=extra_fen)
        for code, _, _, _, options in COURSES
        for rank, (dish, extra_fen) in enumerate(options, start=1)
    )


def _entry(cycle: MenuCycle, weekday: int) -> CycleEntry:
    return CycleEntry(
        cycle_code=cycle.code, week=1, weekday=weekday, rank=SET_RANK, dish_code=SET, capacity_meals=SET_PORTIONS
    )
