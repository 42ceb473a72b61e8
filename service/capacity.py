"""How many meals a kitchen and a dish can bear, and what can be ordered at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select

from kitchens.meals import Meal
from service.errors import ConflictError, InvalidError
from service.menus.of_day import day_menus
from service.tables import KitchenMeal, MealOrder, OrderState
from service.texts import Key

# Asked with every order, so built once.
_COUNTS: Any = (
    select(MealOrder.dish_code, func.count())
    .where(
        MealOrder.service_day == bindparam("day"),
        MealOrder.meal == bindparam("meal"),
        MealOrder.kitchen_code == bindparam("kitchen"),
        MealOrder.state == OrderState.PLACED,
    )
    .group_by(col(MealOrder.dish_code))
)
_HELD_CAPACITY: Any = (
    select(KitchenMeal.capacity_meals)
    .where(KitchenMeal.kitchen_code == bindparam("kitchen"), KitchenMeal.meal == bindparam("meal"))
    .with_for_update()
)


def refuse_if_full(
    session: Session, kitchen_code: str | None, service_day: date, meal: Meal, dish_code: str | None
) -> None:
    """Refuse a meal more than the kitchen or the dish allows, and hold the count until the transaction ends.

    Raises
    ------
    ConflictError
        Then.
    InvalidError
        If no kitchen cooks this meal at all.
    """
    if kitchen_code is None:
        return
    most = _held_capacity(session, kitchen_code, meal)
    if most is None:
        _refuse_uncooked(session, meal)
        return
    counts = placed_by_dish(session, kitchen_code, service_day, meal)
    if sum(counts.values()) >= most:
        raise ConflictError("error.kitchen_full", day=service_day, most=most)
    limits = day_menus(session, service_day, meal).limits.get(kitchen_code, ())
    dish, limit = next((one for one in limits if dish_code in (None, one[0])), (None, None))
    if dish is None or limit is None:
        return
    if ordered_of(counts, dish, is_usual=dish == limits[0][0]) >= limit:
        raise ConflictError("error.dish_full", dish=dish, day=service_day, most=limit)


def refuse_if_over(session: Session, kitchen_code: str | None, service_day: date, meal: Meal) -> None:
    """Refuse what was just written if the kitchen now has more than it can cook.

    Raises
    ------
    ConflictError
        Then.
    """
    if kitchen_code is None:
        return
    most = _held_capacity(session, kitchen_code, meal)
    if most is not None and sum(placed_by_dish(session, kitchen_code, service_day, meal).values()) > most:
        raise ConflictError("error.kitchen_full", day=service_day, most=most)


def refuse_unknown_dish(session: Session, service_day: date, meal: Meal, dish_code: str | None) -> None:
    """Refuse a dish that is on no kitchen's menu of the meal: another kitchen than the usual one may cook it.

    Raises
    ------
    InvalidError
        Then.
    """
    if dish_code is not None and not day_menus(session, service_day, meal).offers(dish_code):
        raise InvalidError("error.dish_not_on_menu", dish=dish_code, day=service_day)


def _held_capacity(session: Session, kitchen_code: str, meal: Meal) -> int | None:
    """Return how many meals a kitchen can cook, its row locked, so that two orders cannot both be the last one."""
    found = session.connection().execute(_HELD_CAPACITY, {"kitchen": kitchen_code, "meal": meal}).scalar()
    return None if found is None else int(found)


def placed_by_dish(session: Session, kitchen_code: str, service_day: date, meal: Meal) -> dict[str | None, int]:
    """Return how many meals are ordered of a kitchen, by dish; without a dish the usual one is meant."""
    asked = {"day": service_day, "meal": meal, "kitchen": kitchen_code}
    rows: Any = session.connection().execute(_COUNTS, asked)
    return dict(rows.all())


def _refuse_uncooked(session: Session, meal: Meal) -> None:
    """Refuse a meal that no kitchen cooks at all; where no kitchen's hours are known yet, nothing is refused."""
    cooked = set(session.exec(select(KitchenMeal.meal).distinct()))
    if cooked and meal not in cooked:
        raise InvalidError("error.meal_not_cooked", meal=Key(f"meal.{meal}"))


def ordered_of(counts: Mapping[str | None, int], dish_code: str, *, is_usual: bool) -> int:
    """Return how many portions of a dish are ordered; who named none gets the usual one."""
    return counts.get(dish_code, 0) + (counts.get(None, 0) if is_usual else 0)
