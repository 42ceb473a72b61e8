"""Who could serve whom: the rules that both assignments obey, in numbers.

- Who eats in or picks up keeps their own meal point. A home is handed over by its own point if that has couriers with
  room in their boxes, otherwise by the nearest point that has: points without couriers lend to their neighbours.
- A meal point gets its usual kitchen unless capacity or diet forbid it; then the kitchen that stands in it; then the
  nearest others, each further pair of kitchen and point at the price of a drive.
- Who was served from elsewhere yesterday is rather served from there again, as long as that is among what is needed:
  it makes no table, home or meal leave its own, it decides only where those go who must.
- A kitchen cooks only what its stations can, and for a diet that needs a line of its own only if it has that line.
- A kitchen without a van serves only the point it stands in. No kitchen takes more than it can cook in its hours, no
  point more than it can handle, no point more homes than its couriers' boxes hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kitchens.clash import Choice, Clash, choose_dish
from kitchens.meals import HARDNESS, Capability, Diet, Dish, Fulfilment, Ingredient, StationKind, Texture
from kitchens.problem import DayProblem, Kitchen, Order
from routing.places import Place

EARTH_M = 6_371_009.0
NOWHERE = -1
Pair = tuple[int, int]
"""(kitchen, meal point) by their numbers in the problem."""

NO_PAIR: Pair = (NOWHERE, NOWHERE)

Group = tuple[int, int, int]
"""Orders alike: able kitchens as a bit mask, meal point, and the other kitchen that cooked for them yesterday."""

_Asked = tuple[Diet, str | None, tuple[str, ...]]
"""What an order asks of a kitchen: orders that ask the same are answered once."""


@dataclass(frozen=True, slots=True)
class SupplyRules:
    """Prices and times of the assignment.

    Attributes
    ----------
    packing_s
        Seconds from the end of the last batch until it is packed; no meal is cooked in them.
    other_kitchen_m
        What one more pair of kitchen and meal point costs beyond the way between them, in metres of driving.
    away_m
        What one meal that does not come from the usual kitchen costs, in metres: more than any drive, so that the
        usual kitchen is left only where it must be.
    sticky_m
        What it is worth that a meal that must come from elsewhere comes from where it came yesterday.
    other_street_m
        What handing a home over to a meal point of another sub-district (街道) costs beyond the way, where both are
        known.
    """

    packing_s: int = 600
    other_kitchen_m: int = 5_000
    away_m: int = 20_000
    sticky_m: int = 2_000
    other_street_m: int = 400


USUAL_SUPPLY = SupplyRules()


def cookable(kitchen: Kitchen, packing_s: int) -> int:
    """Return how many meals a kitchen can cook in its hours, at most its capacity."""
    at_stove_s = max(0, kitchen.cooking.end_s - kitchen.cooking.start_s - packing_s)
    return min(kitchen.capacity_meals, at_stove_s * kitchen.meals_per_hour // 3600)


def lines_needed(diet: Diet) -> frozenset[Capability]:
    """Return what a kitchen must be able to do for a diet beyond having a dish that fits.

    Minced and puréed meals need a kitchen that makes them, who takes no pork a line without it, and who must leave
    anything else out a line that is kept free of it.
    """
    needed = {Capability.PUREE} if HARDNESS[diet.texture] <= HARDNESS[Texture.MINCED] else set()
    if Ingredient.PORK in diet.excludes:
        needed.add(Capability.HALAL)
    if diet.excludes - {Ingredient.PORK}:
        needed.add(Capability.ALLERGEN_FREE)
    return frozenset(needed)


def may_cook_for(kitchens: Sequence[Kitchen], kitchen: Kitchen, diet: Diet) -> bool:
    """Return whether a kitchen has the lines that a diet needs; where no kitchen has told of any, all may."""
    return lines_needed(diet) <= kitchen.capabilities or not any(one.capabilities for one in kitchens)


def can_make(kitchen: Kitchen, dish: Dish) -> bool:
    """Return whether a kitchen has something to cook a dish on; without stations it is one line that cooks all."""
    kinds = {one.kind for one in kitchen.stations}
    return not kinds or (bool(kinds - {StationKind.COLD}) if dish.station is None else dish.station in kinds)


Radians = tuple[NDArray[np.float64], NDArray[np.float64]]


def ways_m(origins: Radians, targets: Radians) -> NDArray[np.int64]:
    """Return great-circle metres (haversine), shape (len(origins), len(targets))."""
    (lat_a, lon_a), (lat_b, lon_b) = origins, targets
    half_lat = np.sin((lat_a[:, None] - lat_b[None, :]) / 2) ** 2
    half_lon = np.sin((lon_a[:, None] - lon_b[None, :]) / 2) ** 2
    h = half_lat + np.cos(lat_a)[:, None] * np.cos(lat_b)[None, :] * half_lon
    metres: NDArray[np.int64] = np.rint(2 * EARTH_M * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0)))).astype(np.int64)
    return metres


def radians(places: Sequence[Place]) -> Radians:
    """Return latitudes and longitudes of places in radians."""
    degrees = np.array([(place.lat, place.lon) for place in places], dtype=np.float64).reshape(-1, 2)
    return np.radians(degrees[:, 0]), np.radians(degrees[:, 1])


class Reach:
    """The day's orders, kitchens and points by number, and which pairs are possible.

    Attributes
    ----------
    kitchen_meals, point_meals, point_boxes
        Room of each kitchen and point at the start.
    usual
        Number of each point's usual kitchen, `NOWHERE` without one.
    reaches
        Shape (kitchens, points): whether the kitchen can bring meals to the point.
    drive_m
        Shape (kitchens, points): price of the pair; 0 for the usual kitchen, 1 for one that stands in the point.
    brings
        For each point, bit mask of the kitchens that reach it.
    own
        Number of each order's own point, `NOWHERE` without a known one.
    lenders
        Points that have couriers with boxes.
    able
        Bit mask of the kitchens that can make something that the elder of each order may eat.
    """

    def __init__(self, problem: DayProblem, rules: SupplyRules) -> None:
        self.problem, self.rules = problem, rules
        kitchens, points = problem.kitchens, problem.points
        kitchen_at = {kitchen.kitchen_id: n for n, kitchen in enumerate(kitchens)}
        point_at = {point.point_id: n for n, point in enumerate(points)}
        self.kitchen_meals = [cookable(kitchen, rules.packing_s) for kitchen in kitchens]
        self.point_meals = [point.capacity_meals for point in points]
        self.point_boxes = [point.courier_boxes for point in points]
        self.usual = [kitchen_at.get(point.kitchen_id or "", NOWHERE) for point in points]
        self.stands_in = [point_at.get(kitchen.point_id or "", NOWHERE) for kitchen in kitchens]
        self.reaches = np.array([[k.delivers] * len(points) for k in kitchens]).reshape(len(kitchens), len(points))
        self.drive_m = (
            ways_m(radians([k.place for k in kitchens]), radians([p.place for p in points])) + rules.other_kitchen_m
        )
        for k, p in enumerate(self.stands_in):
            if p != NOWHERE:
                self.reaches[k, p] = True
                self.drive_m[k, p] = 1
        for p, k in enumerate(self.usual):
            if k != NOWHERE:
                self.drive_m[k, p] = 0
        self.own = [point_at.get(order.point_id or "", NOWHERE) for order in problem.orders]
        self.lenders = [p for p, point in enumerate(points) if point.courier_boxes > 0]
        self.brings = [sum(1 << k for k in np.flatnonzero(column).tolist()) for column in self.reaches.T]
        makes = [replace(k, menu=tuple(dish for dish in k.menu if can_make(k, dish))) for k in kitchens]
        self._menu = {kitchen.menu: kitchen for kitchen in makes}
        self._menu_of = [list(self._menu).index(kitchen.menu) for kitchen in makes]
        self._lines_told = any(kitchen.capabilities for kitchen in kitchens)
        self.former = [
            (kitchen_at.get(one.former[0], NOWHERE), point_at.get(one.former[1], NOWHERE)) if one.former else NO_PAIR
            for one in problem.orders
        ]
        self._choices: dict[_Asked, tuple[Choice | Clash, ...]] = {}
        self._able_of: dict[_Asked, int] = {}
        self._serving: dict[tuple[int, int], tuple[int, ...]] = {}
        self.able = [self._able(order) for order in problem.orders]
        self._lenders_at = radians([points[p].place for p in self.lenders])

    def choice(self, n: int, kitchen: int) -> Choice | Clash:
        """Return what a kitchen makes for the order with number `n`."""
        return self._all_choices(self.problem.orders[n])[kitchen]

    def is_home(self, n: int) -> bool:
        """Return whether the order goes to a door."""
        return self.problem.orders[n].fulfilment is Fulfilment.HOME

    def serving(self, able: int, point: int) -> tuple[int, ...]:
        """Return the kitchens of the bit mask `able` that reach `point`, the cheapest first."""
        key = (able, point)
        if key not in self._serving:
            found = [k for k in range(len(self.kitchen_meals)) if able >> k & 1 and self.reaches[k, point]]
            self._serving[key] = tuple(sorted(found, key=lambda k: (self.drive_m[k, point], k)))
        return self._serving[key]

    def group(self, n: int, point: int) -> Group:
        """Return the group of an order that is handed over at `point`."""
        former = self.former[n][0]
        return self.able[n], point, NOWHERE if former == self.usual[point] else former

    def meal_m(self, kitchen: int, group: Group) -> int:
        """Return the price of one meal of a group from a kitchen, without the drive."""
        if self.usual[group[1]] == kitchen:
            return 0
        return self.rules.away_m - (self.rules.sticky_m if kitchen == group[2] else 0)

    def lending_m(self, numbers: Sequence[int]) -> NDArray[np.int64]:
        """Return what it costs to hand each of these homes over at each of `lenders`, shape (len(numbers), lenders).

        The metres, more into another sub-district, less where the home was handed over yesterday.
        """
        orders = [self.problem.orders[n] for n in numbers]
        costs = self.ways_to_lenders_m([_door(order) for order in orders])
        streets = [self.problem.points[p].street_id for p in self.lenders]
        column = {p: at for at, p in enumerate(self.lenders)}
        for row, (n, order) in enumerate(zip(numbers, orders, strict=True)):
            if order.street_id:
                costs[row] += [self.rules.other_street_m * (one not in {"", order.street_id}) for one in streets]
            at = column.get(self.former[n][1])
            if at is not None:
                costs[row, at] = max(0, int(costs[row, at]) - self.rules.sticky_m)
        return costs

    def ways_to_lenders_m(self, places: Sequence[Place]) -> NDArray[np.int64]:
        """Return metres from each of `places` to each of `lenders`, shape (len(places), len(lenders))."""
        return ways_m(radians(places), self._lenders_at)

    def may_cook(self, kitchen: int, diet: Diet) -> bool:
        """Return whether a kitchen has the lines that a diet needs."""
        return not self._lines_told or lines_needed(diet) <= self.problem.kitchens[kitchen].capabilities

    def _all_choices(self, order: Order) -> tuple[Choice | Clash, ...]:
        key = (order.diet, order.dish_id, order.choices)
        if key not in self._choices:
            by_menu = [choose_dish(order, kitchen) for kitchen in self._menu.values()]
            self._choices[key] = tuple(by_menu[menu] for menu in self._menu_of)
        return self._choices[key]

    def _able(self, order: Order) -> int:
        key = (order.diet, order.dish_id, order.choices)
        if key not in self._able_of:
            choices = self._all_choices(order)
            self._able_of[key] = sum(
                1 << k
                for k, choice in enumerate(choices)
                if isinstance(choice, Choice) and self.may_cook(k, order.diet)
            )
        return self._able_of[key]


def _door(order: Order) -> Place:
    if order.place is None:
        raise ValueError(f"order {order.order_id}: expected a door")
    return order.place


class Room:
    """What kitchens and points have left."""

    def __init__(self, reach: Reach, assigned: Sequence[Pair | None]) -> None:
        self.kitchens = list(reach.kitchen_meals)
        self.points = list(reach.point_meals)
        self.boxes = list(reach.point_boxes)
        for n, pair in enumerate(assigned):
            if pair is not None:
                self.kitchens[pair[0]] -= 1
                self.hold(pair[1], is_home=reach.is_home(n))

    def has_place(self, point: int, *, is_home: bool) -> bool:
        """Return whether the point can hand over one more."""
        return self.points[point] > 0 and (not is_home or self.boxes[point] > 0)

    def hold(self, point: int, *, is_home: bool, meals: int = 1) -> None:
        """Take room at the point, or give it back with `meals` = -1."""
        self.points[point] -= meals
        if is_home:
            self.boxes[point] -= meals
