"""Diets at the counter: a dish that somebody must not eat is refused when it is ordered, and another one is named.

Three axes, none of which falls back to a default dish: texture, therapeutic limits, exclusions. What somebody only
dislikes is theirs to choose.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from sqlmodel import Session, col, select

from kitchens import meals
from kitchens.clash import DishClash, find_clash
from service.errors import InvalidError
from service.tables import Dish, Elder, MenuEntry
from service.texts import Key

Word = TypeVar("Word", bound=StrEnum)


def words(kind: type[Word], line: str) -> frozenset[Word]:
    """Return the words of `kind` that a column holds parted by spaces."""
    return frozenset(kind(word) for word in line.split())


def diet_of(elder: Elder) -> meals.Diet:
    """Return what an elder may eat."""
    return meals.Diet(
        texture=meals.Texture(elder.texture),
        limits=words(meals.Limit, elder.limits),
        excludes=words(meals.Ingredient, elder.excludes),
        dislikes=words(meals.Ingredient, elder.dislikes),
    )


def dish_value(dish: Dish) -> meals.Dish:
    """Return a dish as planning sees it."""
    return meals.Dish(
        dish_id=dish.code,
        name=dish.name,
        contains=words(meals.Ingredient, dish.contains),
        textures=words(meals.Texture, dish.textures),
        keeps=words(meals.Limit, dish.keeps),
    )


def refuse_clashing(
    session: Session, elder: Elder, service_day: date, meal: meals.Meal, dish_code: str | None, kitchen_code: str | None
) -> None:
    """Refuse a dish that the elder must not eat, or any order where nothing on that day's menus is for the elder.

    The replacement that is named comes from the elder's own kitchen if that has one. Without any menu yet nothing is
    known and nothing refused.

    Raises
    ------
    InvalidError
        Then, with what clashes and the dish to order instead.
    """
    diet, menus = diet_of(elder), list_menus(session, service_day, meal)
    if not menus:
        return
    dishes = {dish.dish_id: dish for menu in menus.values() for dish in menu}
    own = menus.get(kitchen_code or "", ())
    others = (dish for menu in menus.values() for dish in menu)
    instead = next((dish for dish in (*own, *others) if _may_eat(diet, dish)), None)
    if instead is None:
        raise InvalidError("error.nothing_fits", elder=elder.number, day=service_day)
    wished = dishes.get(dish_code or "")
    clash = find_clash(diet, wished) if wished is not None else None
    if wished is not None and clash is not None and clash.is_hard:
        raise InvalidError(
            "error.dish_clash", elder=elder.number, dish=wished.name, why=_said(clash), instead=instead.name
        )


def _may_eat(diet: meals.Diet, dish: meals.Dish) -> bool:
    clash = find_clash(diet, dish)
    return clash is None or not clash.is_hard


def _said(clash: DishClash) -> list[Key]:
    """Return what speaks against a dish, as keys of words."""
    return [
        *(Key(f"ingredient.{one}") for one in clash.ingredients),
        *(Key(f"clash.not.{one}") for one in clash.limits),
        *([Key("clash.texture")] if clash.texture else []),
    ]


def list_menus(session: Session, service_day: date, meal: meals.Meal) -> Mapping[str, tuple[meals.Dish, ...]]:
    """Return what each kitchen offers, in the order of its menu."""
    rows = session.exec(
        select(MenuEntry, Dish)
        .join(Dish, col(Dish.code) == col(MenuEntry.dish_code))
        .where(MenuEntry.service_day == service_day, MenuEntry.meal == meal)
        .order_by(col(MenuEntry.kitchen_code), col(MenuEntry.rank))
    )
    menus: dict[str, tuple[meals.Dish, ...]] = {}
    for entry, dish in rows:
        menus[entry.kitchen_code] = (*menus.get(entry.kitchen_code, ()), dish_value(dish))
    return menus
