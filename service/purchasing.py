"""What kitchens have to buy: from the batches of what is published, and from the orders so far of what is not yet.

What is ordered is counted where the elder belongs and as it was wished; the plan may move some of it later.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from kitchens.batches_lots import SPARE_PERCENT
from kitchens.clash import choose_parts, may_eat
from kitchens.facts import RecipeFacts
from kitchens.food_clock import rules_of_day
from kitchens.meals import Diet, Dish, Meal
from kitchens.purchase import MealNeed, Pot, Purchases, purchases
from service.db import Database
from service.errors import InvalidError
from service.menus.choices import choices_of_meal
from service.menus.dishes import list_menus
from service.tables import (
    Batch,
    Ingredient,
    MealOrder,
    MenuSwap,
    OrderState,
    Plan,
    PlannedOrder,
    PlannedPart,
    RecipeLine,
)

MOST_DAYS = 31

Recipes = dict[tuple[str, str], tuple[RecipeFacts, ...]]


@dataclass(frozen=True, slots=True)
class Bought:
    """The purchases of some days, and which of their meals are not planned yet."""

    first: date
    last: date
    purchases: Purchases
    unplanned: tuple[tuple[date, Meal], ...]


def list_purchases(database: Database, first: date, last: date, *, kitchen_code: str = "") -> Bought:
    """Return what the kitchens (or one of them) need for all meals from `first` to `last`.

    Raises
    ------
    InvalidError
        If the days are the wrong way round, or more than a month.
    """
    if not 0 <= (last - first).days < MOST_DAYS:
        raise InvalidError("error.purchase_days", first=first, last=last, most=MOST_DAYS)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    with database.read() as session:
        needs = [need for day in days for meal in Meal if (need := read_need(session, day, meal)).pots]
    needs = [_of_kitchen(need, kitchen_code) for need in needs]
    unplanned = tuple((need.service_day, need.meal) for need in needs if not need.is_planned)
    return Bought(first, last, purchases(needs, rules_of_day(first).sample_min_g), unplanned)


def _of_kitchen(need: MealNeed, kitchen_code: str) -> MealNeed:
    pots = tuple(pot for pot in need.pots if kitchen_code in ("", pot.kitchen_id))
    return MealNeed(need.service_day, need.meal, pots, need.recipes, need.is_planned)


def read_need(session: Session, service_day: date, meal: Meal) -> MealNeed:
    """Return what one meal asks of the kitchens: as it is planned, or as it is ordered so far."""
    of_meal = select(Plan).where(Plan.service_day == service_day, Plan.meal == meal)
    plan = session.exec(of_meal.order_by(col(Plan.version).desc()).limit(1)).first()
    pots = _ordered(session, service_day, meal) if plan is None else _planned(session, plan)
    recipes = recipes_of_meal(session, service_day, meal)
    return MealNeed(service_day, meal, tuple(pots), recipes, plan is not None)


def recipes_of_meal(session: Session, service_day: date, meal: Meal) -> Recipes:
    """Return what each kitchen makes each dish of at one meal, by (kitchen, dish), with what it swaps that day.

    An ingredient that is replaced weighs what it stands in for; one that is left out is gone.
    """
    ingredients = {one.code: one for one in session.exec(select(Ingredient))}
    lines: dict[str, list[RecipeLine]] = defaultdict(list)
    for line in session.exec(select(RecipeLine).order_by(col(RecipeLine.dish_code), col(RecipeLine.ingredient_code))):
        lines[line.dish_code].append(line)
    of_meal = select(MenuSwap).where(MenuSwap.service_day == service_day, MenuSwap.meal == meal, col(MenuSwap.holds))
    swaps = {(one.kitchen_code, one.dish_code, one.out_code): one.in_code for one in session.exec(of_meal)}
    recipes: Recipes = {}
    for kitchen, menu in list_menus(session, service_day, meal).items():
        offered = {option.dish_id for one in menu for option in _with_options(one)}
        for dish in sorted(offered & lines.keys()):
            used: dict[str, int] = defaultdict(int)
            for line in lines[dish]:
                code = swaps.get((kitchen, dish, line.ingredient_code), line.ingredient_code)
                if code is not None:
                    used[code] += line.grams
            recipes[kitchen, dish] = tuple(
                RecipeFacts(code, ingredients[code].name, grams, tuple(ingredients[code].contains.split()))
                for code, grams in used.items()
            )
    return recipes


def _with_options(dish: Dish) -> Iterator[Dish]:
    yield dish
    for course in dish.courses:
        yield from course.options


def _planned(session: Session, plan: Plan) -> Iterator[Pot]:
    """Yield the dishes of each published batch: its own with the spare, and what goes with it as its orders say."""
    asked = (
        select(PlannedOrder.batch_id, PlannedPart.dish_code, func.count())
        .join(PlannedPart, _same_order())
        .where(PlannedOrder.plan_id == plan.id, col(PlannedOrder.batch_id).is_not(None))
        .group_by(col(PlannedOrder.batch_id), col(PlannedPart.dish_code))
    )
    parts: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for batch_id, dish, count in session.execute(asked):
        parts[batch_id].append((dish, count))
    of_plan = select(Batch).where(Batch.plan_id == plan.id).order_by(col(Batch.kitchen_code), col(Batch.code))
    for batch in session.exec(of_plan):
        total = batch.portions + batch.spare
        yield Pot(batch.kitchen_code, batch.dish_code, total)
        for dish, count in sorted(parts[batch.id or 0]):
            yield Pot(batch.kitchen_code, dish, -(-count * total // max(1, batch.portions)))


def _same_order() -> Any:
    return (col(PlannedPart.plan_id) == col(PlannedOrder.plan_id)) & (
        col(PlannedPart.order_id) == col(PlannedOrder.order_id)
    )


def _ordered(session: Session, service_day: date, meal: Meal) -> Iterator[Pot]:
    """Yield one pot for each dish of each kitchen, with the usual spare."""
    menus = list_menus(session, service_day, meal)
    chosen = choices_of_meal(session, service_day, meal)
    portions: Counter[tuple[str, str]] = Counter()
    of_meal = select(MealOrder).where(
        MealOrder.service_day == service_day, MealOrder.meal == meal, MealOrder.state == OrderState.PLACED
    )
    for order in session.exec(of_meal):
        menu = menus.get(order.kitchen_code or "", ())
        dish = _wished(menu, order.dish_code)
        if dish is None or order.kitchen_code is None:
            continue
        portions[order.kitchen_code, dish.dish_id] += 1
        for part in choose_parts(Diet(), dish, chosen.get(order.id or 0, ())) if may_eat(Diet(), dish) else ():
            portions[order.kitchen_code, part.dish_id] += 1
    spare = _spare_percents(menus)
    for (kitchen, code), count in sorted(portions.items()):
        percent = spare.get((kitchen, code), SPARE_PERCENT)
        yield Pot(kitchen, code, count + (count * percent + 50) // 100)


def _wished(menu: tuple[Dish, ...], code: str | None) -> Dish | None:
    """Return the wished dish, or the usual one where nobody wished for any."""
    return next((dish for dish in menu if code in (None, dish.dish_id)), None)


def _spare_percents(menus: Mapping[str, tuple[Dish, ...]]) -> dict[tuple[str, str], int]:
    return {
        (kitchen, dish.dish_id): dish.spare_percent
        for kitchen, menu in menus.items()
        for dish in menu
        if dish.spare_percent is not None
    }
