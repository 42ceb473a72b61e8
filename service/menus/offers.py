"""What an elder can order: the own kitchen's menu of a meal, with the day's price, what is left and what clashes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from kitchens.clash import DishClash, find_clash
from kitchens.meals import Diet, Meal
from service.capacity import ordered_of, placed_by_dish
from service.diets import diet_of
from service.menus.choices import choices_of
from service.menus.course_prices import Chosen, extra_fen, extras_on
from service.menus.dishes import Pantry, open_pantry
from service.menus.of_day import day_menus
from service.menus.prices import price_on, prices_on
from service.tables import Dish, Elder, EntryState, KitchenMeal, MealOrder, MealPoint, MenuEntry


@dataclass(frozen=True, slots=True)
class CourseOption:
    """One dish that can be chosen in a course; `extra_fen` comes on top of the price of the set."""

    dish_code: str
    name: str
    name_en: str
    extra_fen: int
    clash: DishClash | None

    @property
    def is_safe(self) -> bool:
        """Return whether the elder may eat it."""
        return self.clash is None or not self.clash.is_hard


@dataclass(frozen=True, slots=True)
class Course:
    """A part of a set meal of which exactly `pick` are chosen, each another one."""

    number: int
    name: str
    name_en: str
    pick: int
    options: tuple[CourseOption, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """One dish as an elder sees it.

    Attributes
    ----------
    rank
        Its place on the menu; the lowest one offered is the usual dish.
    price_fen
        The price of the service day, without extras of courses.
    left
        Portions that can still be ordered, None where nobody has said how many there are.
    clash
        What speaks against it for this elder, hard or soft.
    choices
        The courses of a set meal, in order.
    """

    rank: int
    dish_code: str
    name: str
    name_en: str
    price_fen: int
    left: int | None
    clash: DishClash | None
    choices: tuple[Course, ...] = ()

    @property
    def is_safe(self) -> bool:
        """Return whether the elder may eat it."""
        return self.clash is None or not self.clash.is_hard


def best_of(offers: Iterable[Offer]) -> Offer | None:
    """Return what is made for an elder who names no dish, as planning chooses it; None where nothing may be eaten.

    The first on the menu without anything disliked, else the one with the least (`kitchens.clash.choose_from`).
    """
    safe = [one for one in offers if one.is_safe]
    return min(safe, key=lambda one: len(one.clash.dislikes) if one.clash else 0, default=None)


def list_offers(session: Session, elder: Elder, service_day: date, meal: Meal) -> list[Offer]:
    """Return what the elder's own kitchen offers, in the order of its menu; nothing for who has no kitchen.

    What clashes is what that day's real ingredients clash with.
    """
    point = session.get(MealPoint, elder.meal_point_code) if elder.meal_point_code else None
    if point is None or point.kitchen_code is None:
        return []
    kitchen_code = point.kitchen_code
    rows = list_entries(session, kitchen_code, service_day, meal)
    left = portions_left(session, kitchen_code, service_day, meal, [entry for entry, _ in rows])
    pantry = open_pantry(session, service_day, meal, [dish for _, dish in rows])
    prices = prices_on(session, (dish.code for _, dish in rows), service_day)
    extras = extras_on(session, (dish.code for _, dish in rows), service_day)
    diet = diet_of(elder)
    return [
        Offer(
            rank=entry.rank,
            dish_code=dish.code,
            name=dish.name,
            name_en=dish.name_en,
            price_fen=prices[dish.code],
            left=left[dish.code],
            clash=find_clash(diet, pantry.value(dish.code, kitchen_code)),
            choices=_courses(pantry, dish.code, kitchen_code, diet, extras),
        )
        for entry, dish in rows
    ]


def _courses(
    pantry: Pantry, dish_code: str, kitchen_code: str, diet: Diet, extras: Mapping[Chosen, int]
) -> tuple[Course, ...]:
    return tuple(
        Course(
            number=one.course.position,
            name=one.course.name,
            name_en=one.course.name_en,
            pick=one.course.pick,
            options=tuple(
                CourseOption(
                    dish_code=dish.code,
                    name=dish.name,
                    name_en=dish.name_en,
                    extra_fen=extras[one.course.code, dish.code],
                    clash=find_clash(diet, pantry.value(dish.code, kitchen_code)),
                )
                for _, dish in one.options
            ),
        )
        for one in pantry.courses.get(dish_code, ())
    )


def list_entries(session: Session, kitchen_code: str, service_day: date, meal: Meal) -> list[tuple[MenuEntry, Dish]]:
    """Return what a kitchen offers at a meal with its dishes, the usual one first."""
    rows = session.exec(
        select(MenuEntry, Dish)
        .join(Dish, col(Dish.code) == col(MenuEntry.dish_code))
        .where(MenuEntry.kitchen_code == kitchen_code, MenuEntry.service_day == service_day, MenuEntry.meal == meal)
        .where(MenuEntry.state == EntryState.OFFERED)
        .order_by(col(MenuEntry.rank))
    )
    return [(entry, dish) for entry, dish in rows]


def portions_left(
    session: Session, kitchen_code: str, service_day: date, meal: Meal, offered: Sequence[MenuEntry]
) -> Mapping[str, int | None]:
    """Return what is left of each dish offered: of its own portions and of what the kitchen can cook in all."""
    counts = placed_by_dish(session, kitchen_code, service_day, meal)
    able = session.get(KitchenMeal, (kitchen_code, meal))
    room = None if able is None else able.capacity_meals - sum(counts.values())
    left: dict[str, int | None] = {}
    for place, entry in enumerate(offered):
        ordered = ordered_of(counts, entry.dish_code, is_usual=place == 0)
        own = None if entry.capacity_meals is None else entry.capacity_meals - ordered
        known = [max(0, some) for some in (own, room) if some is not None]
        left[entry.dish_code] = min(known, default=None)
    return left


@dataclass(frozen=True, slots=True)
class Sold:
    """What goes with an order, and what it costs before any subsidy; None where nobody knows yet."""

    choices: tuple[str, ...]
    price_fen: int | None


def sold(session: Session, order: MealOrder) -> Sold:
    """Return what an order has chosen and what it costs, with what its choices add.

    An order of nothing in particular costs what its kitchen makes of the menu for its elder.
    """
    menus = day_menus(session, order.service_day, Meal(order.meal))
    dish_code = order.dish_code or menus.made_for(order.kitchen_code, _diet_of_order(session, order))
    if dish_code is None:
        return Sold((), None)
    price_fen = menus.prices_fen.get(dish_code)
    if price_fen is None:
        price_fen = price_on(session, dish_code, order.service_day)
    if not menus.has_courses(dish_code):
        return Sold((), price_fen)
    return Sold(choices_of(session, order.id or 0), price_fen + extra_fen(session, order.id or 0, dish_code))


def _diet_of_order(session: Session, order: MealOrder) -> Diet:
    return diet_of(session.get_one(Elder, order.elder_number))
