"""Standing orders (长期订餐): a weekday pattern that is written out as orders two weeks ahead.

What the generator wrote and nobody touched follows its pattern: it changes with it, is withdrawn when it ends, and
comes back. What a person ordered or cancelled is never overwritten, and a cancelled meal never comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from kitchens.meals import Meal
from service.calendar import cut_off, is_service_day
from service.clock import Clock, local_day
from service.db import Database
from service.orders import hold_open
from service.people import list_away
from service.tables import (
    Elder,
    ElderState,
    MealOrder,
    MealPoint,
    OrderSource,
    OrderState,
    StandingException,
    StandingOrder,
)

DAYS_AHEAD = 14
GENERATOR = "standing"
TOUCHED_BY_NOBODY = (OrderState.PLACED, OrderState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a standing order says about one meal of one day."""

    elder_number: str
    fulfilment: str
    dish_code: str | None
    meal_point_code: str | None
    kitchen_code: str | None
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Written:
    """What the generator did to one meal: orders made or brought back, changed, and withdrawn."""

    made: int
    changed: int
    withdrawn: int


def generate_ahead(database: Database, clock: Clock, *, days: int = DAYS_AHEAD) -> Written:
    """Write out all standing orders for the next days, each meal in a transaction of its own."""
    today = local_day(clock.now())
    total = [0, 0, 0]
    for ahead in range(days + 1):
        for meal in Meal:
            day = today + timedelta(days=ahead)
            with database.write() as session:
                if not hold_open(session, day, meal):
                    continue
                found = generate_standing_orders(session, day, meal, clock=clock)
            total = [a + b for a, b in zip(total, (found.made, found.changed, found.withdrawn), strict=True)]
    return Written(*total)


def generate_standing_orders(
    session: Session,
    service_day: date,
    meal: Meal,
    *,
    clock: Clock,
    elder_number: str | None = None,
    catches_up: bool = False,
) -> Written:
    """Write out the standing orders of one meal, of one elder or of all, and return what was done.

    After a meal point's cut-off nothing is changed behind the kitchen's back. Who closes the meal `catches_up`: makes
    what should have been made before. The caller holds the meal open, or closes it in the same transaction.
    """
    points = {point.code: point for point in session.exec(select(MealPoint))}
    wanted = _patterns(session, service_day, meal, points, elder_number)
    of_meal = select(MealOrder).where(MealOrder.service_day == service_day, MealOrder.meal == meal)
    if elder_number is not None:
        of_meal = of_meal.where(MealOrder.elder_number == elder_number)
    rows = {order.elder_number: order for order in session.exec(of_meal)}
    limits = {code: cut_off(point, service_day, meal) for code, point in points.items()}
    closed = {code for code, limit in limits.items() if clock.now() > limit}
    new = [one for number, one in wanted.items() if number not in rows]
    missing = [
        one
        for one in new
        if _is_in_time(one, limits, service_day, meal) and (catches_up or one.meal_point_code not in closed)
    ]
    if missing:
        session.execute(insert(MealOrder), [_new(one, service_day, meal, clock.now()) for one in missing])
    own = [o for o in rows.values() if _is_generated(o) and o.meal_point_code not in closed]
    revived, changed, withdrawn = _follow(own, wanted)
    session.add_all(own)
    session.flush()
    return Written(len(missing) + revived, changed, withdrawn)


def _is_in_time(pattern: Pattern, limits: Mapping[str, datetime], service_day: date, meal: Meal) -> bool:
    """Return whether what a pattern says was said before the cut-off of its meal point."""
    limit = limits.get(pattern.meal_point_code or "") or cut_off(None, service_day, meal)
    return pattern.changed_at is None or pattern.changed_at <= limit


def _is_generated(order: MealOrder) -> bool:
    return order.placed_by == GENERATOR and order.changed_at is None and order.state in TOUCHED_BY_NOBODY


def _follow(orders: Iterable[MealOrder], wanted: Mapping[str, Pattern]) -> tuple[int, int, int]:
    """Make generated orders what their patterns say; return how many came back, changed, and were withdrawn."""
    revived = changed = withdrawn = 0
    for order in orders:
        pattern = wanted.get(order.elder_number)
        if pattern is None:
            withdrawn += order.state == OrderState.PLACED
            order.state = OrderState.WITHDRAWN
            continue
        was_placed = order.state == OrderState.PLACED
        before = (order.fulfilment, order.dish_code, order.meal_point_code, order.kitchen_code)
        order.state = OrderState.PLACED
        order.fulfilment, order.dish_code = pattern.fulfilment, pattern.dish_code
        order.meal_point_code, order.kitchen_code = pattern.meal_point_code, pattern.kitchen_code
        after = (order.fulfilment, order.dish_code, order.meal_point_code, order.kitchen_code)
        revived += not was_placed
        changed += was_placed and before != after
    return revived, changed, withdrawn


def _patterns(
    session: Session, service_day: date, meal: Meal, points: Mapping[str, MealPoint], elder_number: str | None
) -> dict[str, Pattern]:
    """Return what holds on a day on which the elder's meal point serves, in the order of the elders' numbers.

    Who is known to be away gets nothing by itself; who rings up from home may order all the same.
    """
    serves = {code: is_service_day(point, service_day) for code, point in points.items()}
    serves_else = is_service_day(None, service_day)
    standing = (
        select(StandingOrder, Elder.meal_point_code)
        .join(Elder, col(Elder.number) == col(StandingOrder.elder_number))
        .where(StandingOrder.meal == meal, Elder.state == ElderState.ACTIVE)
        .where(col(StandingOrder.weekdays).contains(str(service_day.isoweekday())))
        .order_by(col(StandingOrder.elder_number))
    )
    if elder_number is not None:
        standing = standing.where(StandingOrder.elder_number == elder_number)
    away = set(list_away(session, service_day, None if elder_number is None else [elder_number]))
    exceptions = {
        one.standing_order_id: one
        for one in session.exec(select(StandingException).where(StandingException.service_day == service_day))
    }
    found: dict[str, Pattern] = {}
    for order, point_code in session.exec(standing).all():
        odd = exceptions.get(order.id or 0)
        if not is_in_force(order, service_day) or order.elder_number in away or (odd is not None and odd.skips):
            continue
        if serves.get(point_code or "", serves_else):
            point = points.get(point_code or "")
            found[order.elder_number] = Pattern(
                elder_number=order.elder_number,
                fulfilment=odd.fulfilment if odd and odd.fulfilment else order.fulfilment,
                dish_code=odd.dish_code if odd and odd.dish_code else order.dish_code,
                meal_point_code=point_code,
                kitchen_code=point.kitchen_code if point else None,
                changed_at=order.changed_at,
            )
    return found


def _new(pattern: Pattern, service_day: date, meal: Meal, now: datetime) -> dict[str, Any]:
    return {
        "elder_number": pattern.elder_number,
        "service_day": service_day,
        "meal": meal,
        "fulfilment": pattern.fulfilment,
        "dish_code": pattern.dish_code,
        "meal_point_code": pattern.meal_point_code,
        "kitchen_code": pattern.kitchen_code,
        "proxy_name": "",
        "state": OrderState.PLACED,
        "source": OrderSource.STANDING,
        "placed_by": GENERATOR,
        "placed_at": now,
    }


def has_standing_orders(session: Session, service_day: date, meal: Meal) -> bool:
    """Return whether a standing order would make a meal on this day that nobody has decided about yet."""
    points = {point.code: point for point in session.exec(select(MealPoint))}
    decided = select(MealOrder.elder_number).where(MealOrder.service_day == service_day, MealOrder.meal == meal)
    return bool(_patterns(session, service_day, meal, points, None).keys() - set(session.exec(decided)))


def is_in_force(standing: StandingOrder, day: date) -> bool:
    """Return whether a standing order holds on `day`: begun, not ended, not paused."""
    if day < standing.from_day or (standing.until_day is not None and day > standing.until_day):
        return False
    return not is_paused(standing, day)


def is_paused(standing: StandingOrder, day: date) -> bool:
    """Return whether a standing order rests on `day`."""
    if standing.paused_from is None or day < standing.paused_from:
        return False
    return standing.paused_until is None or day <= standing.paused_until
