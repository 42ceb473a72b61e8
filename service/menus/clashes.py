"""Whose order clashes with what is really cooked: after an ingredient was swapped, or a dish taken off the menu.

Before the plan it is the order as it was placed that is looked at; once there is a plan, the dish that it has made. Who
wished for nothing in particular is named only where the day's change makes the usual dish clash: the plan gives them
another one, as it does every day to those who may not eat the usual dish.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from kitchens.clash import Choice, DishClash, choose_from, find_clash, may_eat
from kitchens.meals import Diet, Dish, Meal
from service.access import EVERYTHING, Reach
from service.board.heads import find_plan
from service.board.names import shortened
from service.diets import diet_of, said
from service.menus.choices import choices_of_meal
from service.menus.dishes import list_menus
from service.tables import Elder, MealOrder, OrderState, PlannedOrder, PlannedPart
from service.texts import Key

Menu = tuple[Dish, ...]


@dataclass(frozen=True, slots=True)
class OrderClash:
    """One order that must not be served as it stands.

    Attributes
    ----------
    dish_code, dish_name
        What clashes: the dish, or a dish chosen in one of its courses.
    why
        Keys of words; empty where the dish is not on the menu any more.
    instead_code, instead_name
        What the kitchen makes instead, with the dishes of its courses; None and "" where nothing fits.
    is_planned
        Whether a published plan has the clashing dish made: then papers are wrong, and the meal must be planned again.
    """

    order_id: int
    elder_number: str
    short_name: str
    kitchen_code: str
    meal_point_code: str
    dish_code: str
    dish_name: str
    why: tuple[Key, ...]
    instead_code: str | None
    instead_name: str
    is_planned: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be cooked for an order as things stand, and where."""

    kitchen_code: str
    dish_code: str | None
    choices: tuple[str, ...]
    is_planned: bool


def list_clashes(
    session: Session, service_day: date, meal: Meal, *, kitchen_code: str | None = None, reach: Reach = EVERYTHING
) -> list[OrderClash]:
    """Return the orders of a meal that clash with that day's real ingredients, by order, within a reach."""
    menus, as_written = list_menus(session, service_day, meal), list_menus(session, service_day, meal, swaps=False)
    if not menus:
        return []
    asked = _asked(session, service_day, meal)
    found = []
    for order, elder in session.exec(
        select(MealOrder, Elder)
        .join(Elder, col(Elder.number) == col(MealOrder.elder_number))
        .where(MealOrder.service_day == service_day, MealOrder.meal == meal, MealOrder.state == OrderState.PLACED)
        .order_by(col(MealOrder.id))
    ):
        one = asked[order.id or 0]
        if one.kitchen_code not in menus or kitchen_code not in (None, one.kitchen_code):
            continue
        if reach.kitchen not in (None, one.kitchen_code) or reach.meal_point not in (None, order.meal_point_code):
            continue
        diet = diet_of(elder)
        clash = _clash(diet, one, menus, as_written.get(one.kitchen_code, ()))
        if clash is not None:
            found.append(_order_clash(order, elder, one, menus, clash))
    return found


def _asked(session: Session, service_day: date, meal: Meal) -> dict[int, _Asked]:
    """Return what each order asks for, or what the newest plan has made of it."""
    chosen = choices_of_meal(session, service_day, meal)
    orders = session.exec(select(MealOrder).where(MealOrder.service_day == service_day, MealOrder.meal == meal))
    asked = {
        order.id or 0: _Asked(
            order.kitchen_code or "", order.dish_code, chosen.get(order.id or 0, ()), is_planned=False
        )
        for order in orders
    }
    plan = find_plan(session, service_day, meal)
    if plan is None:
        return asked
    parts: dict[int, tuple[str, ...]] = {}
    for part in session.exec(select(PlannedPart).where(PlannedPart.plan_id == plan.id)):
        parts[part.order_id] = (*parts.get(part.order_id, ()), part.dish_code)
    for one in session.exec(select(PlannedOrder).where(PlannedOrder.plan_id == plan.id)):
        if one.kitchen_code is not None:
            asked[one.order_id] = _Asked(one.kitchen_code, one.dish_code, parts.get(one.order_id, ()), is_planned=True)
    return asked


def _clash(diet: Diet, asked: _Asked, menus: Mapping[str, Menu], as_written: Menu) -> tuple[str, DishClash] | None:
    """Return which dish clashes and how, None if nothing does; a dish on no menu clashes with nothing but that."""
    menu = menus[asked.kitchen_code]
    if asked.dish_code is None:
        usual = menu[0]
        clash = find_clash(diet, usual)
        before = next((dish for dish in as_written if dish.dish_id == usual.dish_id), usual)
        is_new = clash is not None and clash.is_hard and may_eat(diet, before)
        return (usual.name, clash) if clash is not None and is_new else None
    dish = next((one for one in menu if one.dish_id == asked.dish_code), None)
    if dish is None:
        # Another kitchen may still have it; the plan asks there.
        elsewhere = any(one.dish_id == asked.dish_code for other in menus.values() for one in other)
        return None if elsewhere else ("", DishClash(asked.dish_code, on_menu=False))
    chosen = [option for course in dish.courses for option in course.options if option.dish_id in asked.choices]
    for one in (dish, *chosen):
        clash = find_clash(diet, one)
        if clash is not None and clash.is_hard:
            return one.name, clash
    return None


def _order_clash(
    order: MealOrder, elder: Elder, asked: _Asked, menus: Mapping[str, Menu], found: tuple[str, DishClash]
) -> OrderClash:
    name, clash = found
    menu = menus[asked.kitchen_code]
    made = choose_from(menu, diet_of(elder), asked.dish_code, asked.choices)
    return OrderClash(
        order_id=order.id or 0,
        elder_number=elder.number,
        short_name=shortened(elder.name),
        kitchen_code=asked.kitchen_code,
        meal_point_code=order.meal_point_code or "",
        dish_code=clash.dish_id,
        dish_name=name or clash.dish_id,
        why=tuple(said(clash)),
        instead_code=made.dish_id if isinstance(made, Choice) else None,
        instead_name=_named(menu, made) if isinstance(made, Choice) else "",
        is_planned=asked.is_planned,
    )


def _named(menu: Menu, made: Choice) -> str:
    dish = next(one for one in menu if one.dish_id == made.dish_id)
    names = {option.dish_id: option.name for course in dish.courses for option in course.options}
    return "＋".join((dish.name, *(names[part.dish_id] for part in made.parts)))
