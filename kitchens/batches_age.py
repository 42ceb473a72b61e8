"""How old food is when it is eaten: what a schedule of batches costs, and what it is told by before any van is planned.

All boxes of a kitchen for one meal point leave together, packed after the last of their batches. They are eaten when
they have come there, and not before the tables are seated or the elder's window begins. A schedule costs the seconds
from the end of cooking until then, portion by portion; what comes after the tables want it or the window ends costs
more, and so does what would be eaten past its time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kitchens.batches_lots import is_special
from kitchens.dispatch import HOME_WINDOWS, TABLES_BY_S, van_s
from kitchens.food_clock import FoodRules
from kitchens.meals import Fulfilment
from kitchens.plan import BatchPlan, Supplied, SupplyPlan
from kitchens.problem import DayProblem, Kitchen

AGE = 10
"""Cost of a second of a portion's age, in tenths."""

SPECIAL_AGE = 9
"""The same for a special: a little less, so that of two schedules alike the one that cooks specials first is taken."""

LATE = 200
"""Cost of a second by which a portion comes later than it is wanted."""

TOO_OLD = 2000
"""Cost of a second by which a portion is eaten later than the food clock and the eating allowance let it."""

SEATED_BEFORE_S = 3600
"""So long before the tables are to be supplied at the latest the first of them eat."""

Guests = tuple[str, int, int]
"""Who is served alike: the meal point, from when they can eat, and by when they want to."""


@dataclass(frozen=True, slots=True)
class Table:
    """A kitchen's guests as a schedule is judged by: each order's, and the seconds from packing to each meal point."""

    guests: Mapping[int, Guests]
    way_s: Mapping[str, int]
    packing_s: int


def table_of(problem: DayProblem, kitchen: Kitchen, owed: Iterable[Supplied], packing_s: int) -> Table:
    """Return who eats what a kitchen cooks, when and where, as far as it is known before the vans are."""
    orders = {order.order_id: order for order in problem.orders}
    points = {point.point_id: point for point in problem.points}
    guests: dict[int, Guests] = {}
    way_s: dict[str, int] = {}
    for one in owed:
        order, point = orders[one.order_id], points[one.point_id]
        if order.fulfilment is Fulfilment.HOME:
            window = order.window or HOME_WINDOWS[problem.meal]
            guests[one.order_id] = (one.point_id, window.start_s, window.end_s)
        else:
            by_s = TABLES_BY_S[problem.meal]
            guests[one.order_id] = (one.point_id, max(point.window.start_s, by_s - SEATED_BEFORE_S), by_s)
        if one.point_id not in way_s:
            on_site = kitchen.point_id == one.point_id
            way_s[one.point_id] = 0 if on_site else van_s(kitchen.place, point.place)
    return Table(guests, way_s, packing_s)


def weight_of(one: Supplied) -> int:
    """Return what a second of an order's age costs."""
    return SPECIAL_AGE if is_special(one) else AGE


def age_of_plan(problem: DayProblem, supply: SupplyPlan, plan: BatchPlan, rules: FoodRules, packing_s: int) -> int:
    """Return what a schedule costs, in tenths of a portion-second."""
    by_kitchen: dict[str, list[Supplied]] = defaultdict(list)
    batch_of = {order_id: batch for batch in plan.batches for order_id in batch.orders}
    for one in supply.supplied:
        if one.order_id in batch_of:
            by_kitchen[one.kitchen_id].append(one)
    cost = 0
    for kitchen in problem.kitchens:
        owed = by_kitchen.get(kitchen.kitchen_id, [])
        table = table_of(problem, kitchen, owed, packing_s)
        finishes = {one.order_id: batch_of[one.order_id].finish_s for one in owed}
        within = {
            one.order_id: batch_of[one.order_id].eat_by_s - batch_of[one.order_id].finish_s - rules.eating_allowance_s
            for one in owed
        }
        cost += age_of(table, owed, finishes, within)
    return cost


def age_of(table: Table, owed: Iterable[Supplied], finishes_s: Mapping[int, int], within_s: Mapping[int, int]) -> int:
    """Return what a kitchen's schedule costs; `finishes_s` and `within_s` (how long it keeps) are by order."""
    owed = list(owed)
    ready_s: dict[str, int] = {}
    for one in owed:
        ready_s[one.point_id] = max(ready_s.get(one.point_id, 0), finishes_s[one.order_id])
    cost = 0
    for one in owed:
        point, opens_s, by_s = table.guests[one.order_id]
        eaten_s = max(ready_s[point] + table.packing_s + table.way_s[point], opens_s)
        age_s = eaten_s - finishes_s[one.order_id]
        cost += weight_of(one) * age_s + LATE * max(0, eaten_s - by_s)
        cost += TOO_OLD * max(0, age_s - within_s[one.order_id])
    return cost
