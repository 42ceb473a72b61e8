"""What is cooked together: a kitchen's orders cut into lots of one dish, texture and variant, as large as a pan.

A variant is what speaks against the dish that somebody would otherwise get: specials with the same clash share a pot,
so that nobody else's meal is made in it. Everything is cut before it is timed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kitchens.batches_stove import Work, fitting
from kitchens.clash import find_clash
from kitchens.food_clock import FoodRules, Keeping, keeping_of, planned_eat_by_s
from kitchens.meals import HARDNESS, Dish, Fulfilment, Texture
from kitchens.plan import Supplied
from kitchens.problem import DayProblem, Kitchen, Order
from kitchens.reach import radians, ways_m

PACKING_S = 600
"""Seconds from the end of a batch until its boxes are packed."""

LONGEST_BATCH_S = 2700
"""The longest a batch may take at the kitchen's pace."""

SPARE_PERCENT = 3
"""Portions on top, as far as the kitchen has room for them: never instead of an ordered meal."""

Variant = tuple[str, ...]
Line = tuple[str, Texture, Variant]
"""A dish in a texture and variant: what is cooked together."""


@dataclass(frozen=True, slots=True)
class Cutting:
    """How batches are cut.

    Raises
    ------
    ValueError
        If the spare or the packing time is negative, or a batch could take no time at all.
    """

    food: FoodRules
    spare_percent: int
    longest_batch_s: int
    packing_s: int

    def __post_init__(self) -> None:
        if self.spare_percent < 0 or self.packing_s < 0 or self.longest_batch_s < 1:
            raise ValueError("expected no negative spare or packing time, and a batch of at least a second")


@dataclass(slots=True)
class Lot:
    """A batch in the making: its orders, the meal point asked for first, and the portions on top."""

    line: Line
    orders: list[Supplied]
    first: int
    is_special: bool
    spare: int = 0

    def size(self) -> int:
        """Return everything that lies in the pan."""
        return len(self.orders) + self.spare


class Counter:
    """A kitchen with what it owes: the menu, turns, needs and lines that cutting asks for."""

    def __init__(self, problem: DayProblem, kitchen: Kitchen, owed: Sequence[Supplied], works: Sequence[Work]) -> None:
        self.kitchen, self.works = kitchen, works
        self.dishes = {dish.dish_id: dish for dish in kitchen.menu}
        self.rank = {dish.dish_id: at for at, dish in enumerate(kitchen.menu)}
        self.orders = {order.order_id: order for order in problem.orders}
        self.turn = turn_of_points(problem, kitchen, owed)
        self.lines: dict[Line, list[Supplied]] = defaultdict(list)
        for one in owed:
            self.lines[one.dish_id, one.texture, self._variant(one)].append(one)

    def _variant(self, one: Supplied) -> Variant:
        wished = self.dishes.get(one.instead_of or "")
        return variant_of(self.orders[one.order_id], wished) if wished is not None else ()

    def dish(self, line: Line) -> Dish | None:
        """Return the dish of a line, None for one that is not on the menu."""
        return self.dishes.get(line[0])

    def keeping(self, line: Line) -> Keeping:
        """Return how a line is kept between the stove and the table."""
        dish = self.dish(line)
        return Keeping.HOT if dish is None else keeping_of(dish)

    def most(self, line: Line, longest_batch_s: int) -> int:
        """Return the largest batch of a line: what every station that may cook it holds, and cooks in the time."""
        able = fitting(self.works, self.dish(line))
        return max(1, min(min(work.pan, work.pace * longest_batch_s // 3600) for work in able))


def variant_of(order: Order, wished: Dish) -> Variant:
    """Return the ingredients and limits that keep somebody from the dish they wished for or would usually get."""
    clash = find_clash(order.diet, wished)
    return () if clash is None else tuple(str(word) for word in (*clash.ingredients, *clash.limits))


def is_special(one: Supplied) -> bool:
    """Return whether an order must not be mixed up with a plain one."""
    return one.texture is not Texture.REGULAR or one.instead_of is not None


def needs_s(problem: DayProblem, owed: Sequence[Supplied]) -> dict[int, int]:
    """Return until when the meal of each order must keep: the opening of its point, or the end of the home's window."""
    orders = {order.order_id: order for order in problem.orders}
    windows = {point.point_id: point.window for point in problem.points}
    needs: dict[int, int] = {}
    for one in owed:
        order = orders[one.order_id]
        if order.fulfilment is Fulfilment.HOME:
            needs[one.order_id] = (order.window or windows[one.point_id]).end_s
        else:
            needs[one.order_id] = windows[one.point_id].start_s
    return needs


def is_too_old(lot: Lot, finish_s: int, need_s: Mapping[int, int], food: FoodRules, keeping: Keeping) -> bool:
    """Return whether something of a lot would be past its time when it is needed."""
    latest_s = planned_eat_by_s(finish_s, food, keeping) - food.eating_allowance_s
    return any(need_s[one.order_id] > latest_s for one in lot.orders)


def turn_of_points(problem: DayProblem, kitchen: Kitchen, owed: Sequence[Supplied]) -> dict[str, int]:
    """Return the turn of each meal point at the stove: the farthest first, the one the kitchen stands in last."""
    wanted = {one.point_id for one in owed}
    points = [point for point in problem.points if point.point_id in wanted]
    far = ways_m(radians([kitchen.place]), radians([point.place for point in points]))[0].tolist()
    ranked = sorted(
        zip(points, far, strict=True),
        key=lambda one: (one[0].point_id == kitchen.point_id, -one[1], one[0].point_id),
    )
    return {point.point_id: at for at, (point, _) in enumerate(ranked)}


def cut_lots(counter: Counter, cutting: Cutting, room: int, need_s: Mapping[int, int] | None = None) -> list[Lot]:
    """Return lots of even size for each line, in the order in which they are cooked; by need if it is given.

    `room` is how many portions on top the kitchen can bear. None of them stands in the way of an ordered meal.
    """

    def first(one: Supplied) -> tuple[int, bool, int, int]:
        urgent = need_s[one.order_id] if need_s is not None else 0
        return (urgent, not is_special(one), counter.turn[one.point_id], one.order_id)

    def cooked(lot: Lot) -> tuple[int, bool, int, int, int, Variant]:
        urgent = max(need_s[one.order_id] for one in lot.orders) if need_s is not None else 0
        # By need the specials come last of their like, otherwise first.
        turn = (lot.is_special == (need_s is not None), lot.first)
        return (urgent, *turn, counter.rank.get(lot.line[0], 0), -HARDNESS[lot.line[1]], lot.line[2])

    spare = _spare_of_lines(counter, cutting.spare_percent, room)
    lots: list[Lot] = []
    for line, orders in counter.lines.items():
        orders.sort(key=first)
        special = all(is_special(one) for one in orders)
        most = counter.most(line, cutting.longest_batch_s)
        # In a kitchen with one line of work the portions on top do not count against the length of a batch.
        within = spare[line] if counter.kitchen.stations else 0
        parts = -(-(len(orders) + within) // most)
        of_line = []
        for part in range(parts):
            some = orders[len(orders) * part // parts : len(orders) * (part + 1) // parts]
            if some:
                of_line.append(Lot(line, some, min(counter.turn[one.point_id] for one in some), special))
        _hand_out(of_line, spare[line], most if counter.kitchen.stations else None)
        lots += of_line
    return sorted(lots, key=cooked)


def _spare_of_lines(counter: Counter, usual_percent: int, room: int) -> dict[Line, int]:
    """Return the portions on top of each line: its percentage rounded to the nearest, the largest line first.

    The spare of a dish in a texture is set by all that is made of it, and lies in the pot of the plain ones.
    """
    portions: dict[tuple[str, Texture], int] = defaultdict(int)
    pot: dict[tuple[str, Texture], Line] = {}
    for line, orders in sorted(counter.lines.items(), key=lambda one: (len(one[0][2]), one[0][2])):
        portions[line[:2]] += len(orders)
        pot.setdefault(line[:2], line)
    spare = dict.fromkeys(counter.lines, 0)
    for made, count in sorted(portions.items(), key=lambda one: -one[1]):
        dish = counter.dish(pot[made])
        percent = usual_percent if dish is None or dish.spare_percent is None else dish.spare_percent
        spare[pot[made]] = max(0, min(room, (count * percent + 50) // 100))
        room -= spare[pot[made]]
    return spare


def _hand_out(lots: Sequence[Lot], spare: int, most: int | None) -> None:
    """Spread the spare of a line over its lots as evenly as their pans allow; what fits in no pan is not cooked."""
    for at, lot in enumerate(lots):
        share = spare * (at + 1) // len(lots) - spare * at // len(lots)
        lot.spare = share if most is None else max(0, min(share, most - len(lot.orders)))
