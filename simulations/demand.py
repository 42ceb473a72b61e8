"""The single orders of a day: what elders without a standing order ask for by kiosk, telephone, worker or family.

Together with the standing orders they bring an ordinary day to 1,250 diners, about one in five at home. Values only:
whoever plays the day places them through the order function like anybody else's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from sqlmodel import Session, col, select

from kitchens.meals import Fulfilment, Meal
from service.standing import is_in_force
from service.tables import Elder, ElderState, MealPoint, MenuEntry, OrderSource, StandingOrder
from simulations import people
from simulations.people import drawing, pick, shuffled
from simulations.recipes import SET_RANK
from simulations.town import Town, menu_entries

DINERS = 1250
SPREAD = 0.02
"""A day has up to this share more or fewer diners than usual."""

HOMES = 235
HOMES_SPREAD = 0.06
MOST_SINGLE = 220
DISH_WISH = 0.3
SOURCES: tuple[tuple[float, OrderSource], ...] = (
    (0.46, OrderSource.KIOSK),
    (0.30, OrderSource.PHONE),
    (0.12, OrderSource.WORKER),
    (0.12, OrderSource.FAMILY),
)

__all__ = ["DemandFacts", "SingleOrder", "facts_in", "facts_of", "single_orders"]


@dataclass(frozen=True, slots=True)
class SingleOrder:
    """One meal that somebody will ask for; `placed_by` says who, as the order function keeps it."""

    elder_number: str
    service_day: date
    meal: Meal
    fulfilment: Fulfilment
    dish_code: str | None
    source: OrderSource
    placed_by: str


@dataclass(frozen=True, slots=True)
class DemandFacts:
    """What the demand depends on: who there is, who eats anyway, and the day's menus."""

    elders: Sequence[Elder]
    standing_orders: Sequence[StandingOrder]
    meal_points: Sequence[MealPoint]
    menus: Sequence[MenuEntry]


def facts_of(town: Town, service_day: date) -> DemandFacts:
    """Return the facts of a town that no database has seen yet."""
    return DemandFacts(town.elders, town.standing_orders, town.meal_points, menu_entries(town, [service_day]))


def facts_in(session: Session, service_day: date) -> DemandFacts:
    """Return the facts of the district that a database holds."""
    return DemandFacts(
        session.exec(select(Elder).order_by(col(Elder.number))).all(),
        session.exec(select(StandingOrder).order_by(col(StandingOrder.elder_number))).all(),
        session.exec(select(MealPoint).order_by(col(MealPoint.code))).all(),
        session.exec(select(MenuEntry).where(MenuEntry.service_day == service_day)).all(),
    )


def single_orders(
    facts: DemandFacts, service_day: date, *, seed: int, meal: Meal = Meal.LUNCH
) -> tuple[SingleOrder, ...]:
    """Return the single orders of one meal; the same facts, day and seed give the same orders.

    Nobody who eats by a standing order, is not active or has no meal point asks; nobody without a known door asks for
    a meal at home. At most `MOST_SINGLE` ask, so that a day on which no standing order holds stays small.
    """
    draw = drawing(seed, "single", service_day.isoformat(), meal.value)
    weekday = str(service_day.isoweekday())
    standing = {
        order.elder_number: order.fulfilment
        for order in facts.standing_orders
        if order.meal == meal and weekday in order.weekdays and is_in_force(order, service_day)
    }
    active = {e.number: e for e in facts.elders if e.state == ElderState.ACTIVE and e.meal_point_code is not None}
    eating = [fulfilment for number, fulfilment in standing.items() if number in active]
    diners = round(DINERS * (1 - SPREAD + 2 * SPREAD * draw.random()))
    homes = round(HOMES * (1 - HOMES_SPREAD + 2 * HOMES_SPREAD * draw.random()))
    asking = shuffled(draw, [active[number] for number in sorted(active) if number not in standing])
    asking = asking[: max(0, min(MOST_SINGLE, diners - len(eating)))]
    at_home = _at_home(asking, homes - sum(f == Fulfilment.HOME for f in eating), draw)
    dishes = _dishes(facts, meal)
    return tuple(_order(elder, service_day, meal, elder.number in at_home, dishes, draw) for elder in asking)


def _at_home(asking: Iterable[Elder], count: int, draw: Random) -> set[str]:
    """Return who of those asking wants the meal at home: the older, the likelier."""
    found = [elder for elder in asking if elder.lat is not None]
    found.sort(key=lambda e: draw.random() * (e.birth_year - people.REFERENCE_YEAR + 105))
    return {elder.number for elder in found[: max(0, count)]}


def _dishes(facts: DemandFacts, meal: Meal) -> Mapping[str, list[str]]:
    """Return what each meal point's usual kitchen offers, by point, the usual dish first."""
    by_kitchen: defaultdict[str, list[str]] = defaultdict(list)
    for entry in sorted(facts.menus, key=lambda entry: (entry.kitchen_code, entry.rank)):
        if entry.meal == meal:
            by_kitchen[entry.kitchen_code].append(entry.dish_code)
    return {point.code: by_kitchen.get(point.kitchen_code or "", []) for point in facts.meal_points}


def _order(
    elder: Elder, service_day: date, meal: Meal, at_home: bool, dishes: Mapping[str, list[str]], draw: Random
) -> SingleOrder:
    point = elder.meal_point_code or ""
    source = _source(draw)
    there = Fulfilment.DINE_IN if draw.random() < 0.8 else Fulfilment.PICK_UP
    offered = dishes.get(point, [])
    others = [*offered[1:3], *offered[SET_RANK - 1 : SET_RANK]]
    wishes = others if elder.texture == "regular" and not (elder.limits or elder.excludes) else []
    return SingleOrder(
        elder_number=elder.number,
        service_day=service_day,
        meal=meal,
        fulfilment=Fulfilment.HOME if at_home else there,
        dish_code=pick(draw, wishes) if wishes and draw.random() < DISH_WISH else None,
        source=source,
        placed_by=_who(elder, source, point),
    )


def _source(draw: Random) -> OrderSource:
    at = draw.random()
    for share, source in SOURCES:
        if at < share:
            return source
        at -= share
    return SOURCES[0][1]


def _who(elder: Elder, source: OrderSource, point: str) -> str:
    """Return who places the order: the kiosk, the operator, the point's worker, or the elder's contact."""
    if source is OrderSource.KIOSK:
        return f"kiosk:{point}"
    if source is OrderSource.WORKER:
        return f"worker:{point}"
    return "operator" if source is OrderSource.PHONE else f"family:{elder.number}"
