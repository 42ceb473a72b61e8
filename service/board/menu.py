"""A kitchen's menus as its people see them: the week at a glance, and one meal with all that can be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from kitchens.meals import Meal
from service.access import Reach
from service.clock import Clock, local_day
from service.errors import NotAllowedError, NotFoundError
from service.menus.course_prices import Chosen, extras_on, list_extras
from service.menus.dishes import CourseRows, Pantry, open_pantry
from service.menus.offers import portions_left
from service.menus.prices import list_prices, prices_on
from service.tables import (
    CoursePrice,
    Dish,
    DishPrice,
    EntryState,
    Ingredient,
    Kitchen,
    KitchenMeal,
    MealDay,
    MealPoint,
    MealState,
    MenuEntry,
    MenuSwap,
    RecipeLine,
)

DAYS = 7


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A course of a set meal: how many of which dishes, each with what it costs on top."""

    name: str
    name_en: str
    pick: int
    options: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class MenuLine:
    """One dish on a menu, with what is really in it that day; `left` is None where nobody has said how many."""

    rank: int
    dish_code: str
    dish_name: str
    name_en: str
    price_fen: int
    capacity_meals: int | None
    left: int | None
    state: EntryState
    from_cycle: bool
    contains: tuple[str, ...]
    textures: tuple[str, ...]
    keeps: tuple[str, ...]
    is_swapped: bool
    courses: tuple[CourseLine, ...]

    @property
    def is_offered(self) -> bool:
        """Return whether it can be ordered."""
        return self.state is EntryState.OFFERED


@dataclass(frozen=True, slots=True)
class Menu:
    """One kitchen's menu of one meal; `is_open` while orders are taken and it can be changed."""

    kitchen_code: str
    service_day: date
    meal: Meal
    is_open: bool
    lines: tuple[MenuLine, ...]


@dataclass(frozen=True, slots=True)
class MenuWeek:
    """A kitchen's menus from a Monday on: `days` by day, each with its menus in the order of `meals`."""

    kitchen_code: str
    kitchen_name: str
    monday: date
    meals: tuple[Meal, ...]
    days: tuple[tuple[date, tuple[Menu, ...]], ...]


@dataclass(frozen=True, slots=True)
class RecipeRow:
    """One ingredient of a dish, and what stands in for it that day; `is_swapped` with nobody coming in: left out."""

    code: str
    name: str
    name_en: str
    grams: int
    contains: tuple[str, ...]
    is_swapped: bool
    instead: str
    instead_en: str
    made_by: str


@dataclass(frozen=True, slots=True)
class PotView:
    """A dish that is cooked for a menu line (it itself, or one of its courses) with its recipe."""

    dish_code: str
    dish_name: str
    recipe: tuple[RecipeRow, ...]


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """One dish that can be chosen in a course, with the versions of what it costs on top, the newest first."""

    course_code: str
    course_name: str
    course_name_en: str
    dish_code: str
    dish_name: str
    extras: tuple[CoursePrice, ...]


@dataclass(frozen=True, slots=True)
class EntryView:
    """A line of a menu with the pots that it takes, its price versions, the newest first, and its choices."""

    line: MenuLine
    pots: tuple[PotView, ...]
    prices: tuple[DishPrice, ...]
    choices: tuple[ChoiceView, ...]


def list_kitchens(session: Session, reach: Reach) -> tuple[tuple[str, str], ...]:
    """Return code and name of the kitchens whose menus somebody sees: the own one, the point's one, or all."""
    wanted = select(Kitchen).where(Kitchen.active).order_by(col(Kitchen.code))
    if reach.kitchen is not None:
        wanted = wanted.where(Kitchen.code == reach.kitchen)
    if reach.meal_point is not None:
        cooks = select(MealPoint.kitchen_code).where(MealPoint.code == reach.meal_point)
        wanted = wanted.where(col(Kitchen.code).in_(cooks))
    return tuple((kitchen.code, kitchen.name) for kitchen in session.exec(wanted))


def get_kitchen_name(session: Session, kitchen_code: str, reach: Reach) -> str:
    """Return the name of a kitchen whose menu somebody may see.

    Raises
    ------
    NotFoundError
        If there is no such kitchen.
    NotAllowedError
        If it is another one's.
    """
    kitchen = session.get(Kitchen, kitchen_code)
    if kitchen is None:
        raise NotFoundError("progress.unknown_kitchen", kitchen=kitchen_code)
    if kitchen_code not in dict(list_kitchens(session, reach)) and reach != Reach():
        raise NotAllowedError("access.not_yours")
    return kitchen.name


def menu_week(session: Session, kitchen_code: str, day: date, *, reach: Reach, clock: Clock) -> MenuWeek:
    """Return the week of a kitchen's menus that `day` lies in.

    Raises
    ------
    NotFoundError, NotAllowedError
        As `get_kitchen_name`.
    """
    name = get_kitchen_name(session, kitchen_code, reach)
    monday = day - timedelta(days=day.weekday())
    days = [monday + timedelta(days=n) for n in range(DAYS)]
    cooked = set(session.exec(select(KitchenMeal.meal).where(KitchenMeal.kitchen_code == kitchen_code)))
    listed = select(MenuEntry.meal).where(
        MenuEntry.kitchen_code == kitchen_code, col(MenuEntry.service_day).between(days[0], days[-1])
    )
    known = cooked | set(session.exec(listed.distinct()))
    meals = tuple(meal for meal in Meal if meal in known) or (Meal.LUNCH,)
    return MenuWeek(
        kitchen_code=kitchen_code,
        kitchen_name=name,
        monday=monday,
        meals=meals,
        days=tuple(
            (one, tuple(menu_of(session, kitchen_code, one, meal, clock=clock) for meal in meals)) for one in days
        ),
    )


def menu_of(session: Session, kitchen_code: str, service_day: date, meal: Meal, *, clock: Clock) -> Menu:
    """Return one kitchen's menu of one meal, what was taken off or withdrawn too."""
    rows = _rows(session, kitchen_code, service_day, meal)
    pantry = open_pantry(session, service_day, meal, [dish for _, dish in rows])
    prices = prices_on(session, (dish.code for _, dish in rows), service_day)
    extras = extras_on(session, (dish.code for _, dish in rows), service_day)
    offered = [entry for entry, _ in rows if entry.state == EntryState.OFFERED]
    left = portions_left(session, kitchen_code, service_day, meal, offered)
    state = session.get(MealDay, (service_day, meal))
    is_open = state is None or state.state == MealState.OPEN
    return Menu(
        kitchen_code=kitchen_code,
        service_day=service_day,
        meal=meal,
        is_open=is_open and service_day >= local_day(clock.now()),
        lines=tuple(_line(entry, dish, pantry, prices[dish.code], extras, left.get(dish.code)) for entry, dish in rows),
    )


def _rows(session: Session, kitchen_code: str, service_day: date, meal: Meal) -> list[tuple[MenuEntry, Dish]]:
    rows = session.exec(
        select(MenuEntry, Dish)
        .join(Dish, col(Dish.code) == col(MenuEntry.dish_code))
        .where(MenuEntry.kitchen_code == kitchen_code, MenuEntry.service_day == service_day, MenuEntry.meal == meal)
        .order_by(col(MenuEntry.rank))
    )
    return [(entry, dish) for entry, dish in rows]


def _line(
    entry: MenuEntry, dish: Dish, pantry: Pantry, price_fen: int, extras: Mapping[Chosen, int], left: int | None
) -> MenuLine:
    value = pantry.value(dish.code, entry.kitchen_code)
    courses = pantry.courses.get(dish.code, ())
    pots = [dish.code, *(option.code for one in courses for _, option in one.options)]
    brings = {word for course in value.courses for option in course.options for word in option.contains}
    return MenuLine(
        rank=entry.rank,
        dish_code=dish.code,
        dish_name=dish.name,
        name_en=dish.name_en,
        price_fen=price_fen,
        capacity_meals=entry.capacity_meals,
        left=left if entry.state == EntryState.OFFERED else None,
        state=EntryState(entry.state),
        from_cycle=entry.from_cycle,
        contains=tuple(sorted({str(word) for word in value.contains | brings})),
        textures=tuple(sorted(str(word) for word in value.textures)),
        keeps=tuple(sorted(str(word) for word in value.keeps)),
        is_swapped=any((entry.kitchen_code, pot) in pantry.swaps for pot in pots),
        courses=tuple(
            CourseLine(
                one.course.name,
                one.course.name_en,
                one.course.pick,
                tuple((option.name, extras[one.course.code, option.code]) for _, option in one.options),
            )
            for one in courses
        ),
    )


def list_entry_views(session: Session, menu: Menu) -> tuple[EntryView, ...]:
    """Return the lines of a menu with their recipes, swaps and price versions."""
    rows = _rows(session, menu.kitchen_code, menu.service_day, menu.meal)
    pantry = open_pantry(session, menu.service_day, menu.meal, [dish for _, dish in rows])
    swaps = {
        (swap.dish_code, swap.out_code): swap
        for swap in session.exec(
            select(MenuSwap).where(
                MenuSwap.kitchen_code == menu.kitchen_code,
                MenuSwap.service_day == menu.service_day,
                MenuSwap.meal == menu.meal,
                col(MenuSwap.holds),
            )
        )
    }
    names = {one.code: (one.name, one.name_en) for one in session.exec(select(Ingredient))}
    views = []
    for line in menu.lines:
        courses = pantry.courses.get(line.dish_code, ())
        cooked = [pantry.dishes[line.dish_code], *(option for one in courses for _, option in one.options)]
        pots = tuple(PotView(dish.code, dish.name, tuple(_recipe(session, dish.code, swaps, names))) for dish in cooked)
        prices = tuple(list_prices(session, line.dish_code))
        views.append(EntryView(line, pots, prices, _choices(session, line.dish_code, courses)))
    return tuple(views)


def _choices(session: Session, dish_code: str, courses: Sequence[CourseRows]) -> tuple[ChoiceView, ...]:
    versions = list_extras(session, dish_code) if courses else []
    return tuple(
        ChoiceView(
            course_code=one.course.code,
            course_name=one.course.name,
            course_name_en=one.course.name_en,
            dish_code=dish.code,
            dish_name=dish.name,
            extras=tuple(row for row in versions if (row.course_code, row.dish_code) == (one.course.code, dish.code)),
        )
        for one in courses
        for _, dish in one.options
    )


def _recipe(
    session: Session, dish_code: str, swaps: dict[tuple[str, str], MenuSwap], names: dict[str, tuple[str, str]]
) -> Sequence[RecipeRow]:
    rows = session.exec(
        select(RecipeLine, Ingredient)
        .join(Ingredient, col(Ingredient.code) == col(RecipeLine.ingredient_code))
        .where(RecipeLine.dish_code == dish_code)
        .order_by(col(RecipeLine.grams).desc(), col(RecipeLine.ingredient_code))
    )
    found = []
    for line, ingredient in rows:
        swap = swaps.get((dish_code, ingredient.code))
        instead, instead_en = names.get(swap.in_code or "", ("", "")) if swap is not None else ("", "")
        found.append(
            RecipeRow(
                code=ingredient.code,
                name=ingredient.name,
                name_en=ingredient.name_en,
                grams=line.grams,
                contains=tuple(ingredient.contains.split()),
                is_swapped=swap is not None,
                instead=instead,
                instead_en=instead_en,
                made_by=swap.made_by if swap is not None else "",
            )
        )
    return found


def list_dishes(session: Session) -> list[Dish]:
    """Return all dishes by code."""
    return list(session.exec(select(Dish).order_by(col(Dish.code))))


def list_ingredients(session: Session) -> list[Ingredient]:
    """Return all ingredients by code."""
    return list(session.exec(select(Ingredient).order_by(col(Ingredient.code))))
