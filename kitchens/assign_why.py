"""Why somebody is not served from where they usually are: told from the question and the answer, not by the solver.

Each exception is one machine word with the ids and the metres of its sentence, such as `kitchen.full:K01:K03:1520`:
the cause, where it would usually come from, where it does come from, and how far apart these are from each other. It is
stored with the order and put into words by whoever shows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from kitchens.clash import Choice, choose_dish
from kitchens.meals import Fulfilment
from kitchens.plan import Supplied, SupplyPlan
from kitchens.problem import DayProblem, Kitchen, MealPoint, Order
from kitchens.reach import can_make, may_cook_for, radians, ways_m
from routing.places import Place

BY_ROAD = "point.road"
CAUSES = (
    "kitchen.none",
    "kitchen.van",
    "kitchen.dish",
    "kitchen.line",
    "kitchen.full",
    "point.none",
    "point.no_courier",
    "point.full",
    BY_ROAD,
)
AS_BEFORE = "as_before"


def exceptions(day: DayProblem, supply: SupplyPlan) -> dict[int, str]:
    """Return for each order that is not served from its own meal point by the usual kitchen why that is, in words."""
    teller = _Teller(day, supply)
    told = {one.order_id: " ".join(teller.words(one)) for one in supply.supplied}
    return {order_id: words for order_id, words in told.items() if words}


class _Teller:
    """What was full in the end, and who had to go elsewhere."""

    def __init__(self, day: DayProblem, supply: SupplyPlan) -> None:
        self.day = day
        self.orders = {one.order_id: one for one in day.orders}
        self.kitchens = {one.kitchen_id: one for one in day.kitchens}
        self.points = {one.point_id: one for one in day.points}
        homes = {one.order_id for one in day.orders if one.fulfilment is Fulfilment.HOME}
        self.handed = Counter(one.point_id for one in supply.supplied)
        self.boxes = Counter(one.point_id for one in supply.supplied if one.order_id in homes)
        self._dishes: dict[tuple[object, ...], bool] = {}

    def words(self, one: Supplied) -> Iterator[str]:
        order = self.orders[one.order_id]
        if order.fulfilment is Fulfilment.HOME and one.point_id != order.point_id:
            own = self.points.get(order.point_id or "")
            place, other = order.place, self.points[one.point_id].place
            yield f"{self._why_point(own)}:{order.point_id or ''}:{one.point_id}:{_way_m(place, other)}"
        usual = self.kitchens.get(self.points[one.point_id].kitchen_id or "")
        if usual is None or usual.kitchen_id != one.kitchen_id:
            way_m = _way_m(self.kitchens[one.kitchen_id].place, self.points[one.point_id].place)
            cause = self._why_kitchen(order, usual, one.point_id)
            yield f"{cause}:{usual.kitchen_id if usual else ''}:{one.kitchen_id}:{way_m}"
            if order.former is not None and order.former[0] == one.kitchen_id:
                yield AS_BEFORE

    def _why_point(self, own: MealPoint | None) -> str:
        if own is None:
            return "point.none"
        if not own.courier_boxes:
            return "point.no_courier"
        is_full = self.boxes[own.point_id] >= own.courier_boxes or self.handed[own.point_id] >= own.capacity_meals
        return "point.full" if is_full else BY_ROAD

    def _why_kitchen(self, order: Order, usual: Kitchen | None, point_id: str) -> str:
        if usual is None:
            return "kitchen.none"
        if not usual.delivers and usual.point_id != point_id:
            return "kitchen.van"
        if not self._has_dish(order, usual):
            return "kitchen.dish"
        return "kitchen.full" if may_cook_for(self.day.kitchens, usual, order.diet) else "kitchen.line"

    def _has_dish(self, order: Order, kitchen: Kitchen) -> bool:
        key = (kitchen.kitchen_id, order.diet, order.dish_id, order.choices)
        if key not in self._dishes:
            makes = replace(kitchen, menu=tuple(dish for dish in kitchen.menu if can_make(kitchen, dish)))
            self._dishes[key] = isinstance(choose_dish(order, makes), Choice)
        return self._dishes[key]


def _way_m(one: Place | None, other: Place) -> int:
    return int(ways_m(radians([one]), radians([other]))[0, 0]) if one is not None else 0


def told(detail: str) -> tuple[tuple[str, Mapping[str, str | int]], ...]:
    """Return the stored words as causes with the values of their sentences; words of something else are left out."""
    found: list[tuple[str, Mapping[str, str | int]]] = []
    for word in detail.split():
        if word == AS_BEFORE:
            found.append((AS_BEFORE, {}))
            continue
        cause, _, rest = word.partition(":")
        values = rest.split(":")
        if cause in CAUSES and len(values) == 3 and values[2].isdecimal():
            kind = cause.partition(".")[0]
            own = {"kitchen": "usual_kitchen", "point": "own_point"}[kind]
            found.append((cause, {own: values[0], kind: values[1], "way_m": int(values[2])}))
    return tuple(found)
