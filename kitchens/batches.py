"""What is cooked together, and when: a plain backward schedule, so that food is young.

One line of work per kitchen: from the last minute before packing backwards, batch before batch. Batches that serve
only specials (a softer texture, a replaced dish) come first on the line, where a mistake can still be mended; the
ordinary ones follow, those for far meal points before those for near ones, so that the far vans can leave early.

Where the line is so long that what is cooked first would be too old when it is needed, need decides instead: first
what is eaten first (tables from the opening of the meal point, homes by the end of their windows), specials last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kitchens.food_clock import USUAL_RULES, FoodRules, planned_eat_by_s
from kitchens.meals import HARDNESS, Fulfilment, Texture
from kitchens.plan import Batch, BatchPlan, LeftOut, Supplied, SupplyPlan
from kitchens.problem import DayProblem, Kitchen
from kitchens.reach import cookable, radians, ways_m
from routing.plan import Reason

PACKING_S = 600
"""Seconds from the end of a batch until its boxes are packed."""

LONGEST_BATCH_S = 2700
"""The longest a batch may take at the kitchen's pace."""

SPARE_PERCENT = 3
"""Portions on top, as far as the kitchen has room for them: never instead of an ordered meal."""

Line = tuple[str, Texture]
"""A dish in a texture: what is cooked together."""


@dataclass(frozen=True, slots=True)
class _Cutting:
    """How batches are cut."""

    food: FoodRules
    spare_percent: int
    longest_batch_s: int
    packing_s: int

    def __post_init__(self) -> None:
        if self.spare_percent < 0 or self.packing_s < 0 or self.longest_batch_s < 1:
            raise ValueError("expected no negative spare or packing time, and a batch of at least a second")


def plan_batches(
    problem: DayProblem,
    supply: SupplyPlan,
    *,
    rules: FoodRules = USUAL_RULES,
    spare_percent: int = SPARE_PERCENT,
    longest_batch_s: int = LONGEST_BATCH_S,
    packing_s: int = PACKING_S,
) -> BatchPlan:
    """Return the batches of every kitchen, and the orders that no time at the stove remains for.

    Batches stand by kitchen and start; an id reads as kitchen and turn, such as "K03-02". `rules` gives the eat-by.

    Raises
    ------
    ValueError
        If the spare or the packing time is negative, or a batch could take no time at all.
    """
    cutting = _Cutting(rules, spare_percent, longest_batch_s, packing_s)
    by_kitchen: dict[str, list[Supplied]] = defaultdict(list)
    for one in supply.supplied:
        by_kitchen[one.kitchen_id].append(one)
    batches: list[Batch] = []
    left_out: list[LeftOut] = []
    for kitchen in problem.kitchens:
        owed = sorted(by_kitchen.get(kitchen.kitchen_id, ()), key=lambda one: one.order_id)
        room = cookable(kitchen, cutting.packing_s)
        left_out += (LeftOut(one.order_id, Reason.KITCHEN_FULL, kitchen.kitchen_id) for one in owed[room:])
        batches += _kitchen_batches(problem, kitchen, owed[:room], cutting)
    return BatchPlan(tuple(batches), tuple(left_out))


@dataclass(slots=True)
class _Lot:
    """A batch in the making: its orders, the meal point asked for first, and the portions on top."""

    line: Line
    orders: list[Supplied]
    first: int
    is_special: bool
    spare: int = 0

    def size(self) -> int:
        return len(self.orders) + self.spare


def _kitchen_batches(problem: DayProblem, kitchen: Kitchen, owed: Sequence[Supplied], cutting: _Cutting) -> list[Batch]:
    turn = _turn_of_points(problem, kitchen, owed)
    need_s = _needs_s(problem, owed)
    lots = _cut_lots(kitchen, owed, turn, cutting)
    timed = _time(kitchen, lots, cutting)
    if any(_is_too_old(lot, finish_s, need_s, cutting.food) for lot, _, finish_s in timed):
        timed = _time(kitchen, _cut_lots(kitchen, owed, turn, cutting, need_s), cutting)
    return [
        Batch(
            batch_id=f"{kitchen.kitchen_id}-{number:02d}",
            kitchen_id=kitchen.kitchen_id,
            dish_id=lot.line[0],
            texture=lot.line[1],
            orders=tuple(one.order_id for one in lot.orders),
            portions=len(lot.orders),
            spare=lot.spare,
            start_s=start_s,
            finish_s=finish_s,
            eat_by_s=planned_eat_by_s(finish_s, cutting.food),
        )
        for number, (lot, start_s, finish_s) in enumerate(timed, start=1)
    ]


def _needs_s(problem: DayProblem, owed: Sequence[Supplied]) -> dict[int, int]:
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


def _is_too_old(lot: _Lot, finish_s: int, need_s: Mapping[int, int], food: FoodRules) -> bool:
    latest_s = planned_eat_by_s(finish_s, food) - food.eating_allowance_s
    return any(need_s[one.order_id] > latest_s for one in lot.orders)


def _time(kitchen: Kitchen, lots: Sequence[_Lot], cutting: _Cutting) -> list[tuple[_Lot, int, int]]:
    """Return each lot with its spare, and when it starts and finishes: as late as packing allows."""
    ordered = sum(len(lot.orders) for lot in lots)
    _add_spare(lots, cookable(kitchen, cutting.packing_s) - ordered, cutting.spare_percent)
    end_s = kitchen.cooking.end_s - cutting.packing_s
    after = sum(lot.size() for lot in lots)
    timed = []
    for lot in lots:
        start_s = end_s - _cooking_s(kitchen, after)
        after -= lot.size()
        timed.append((lot, start_s, end_s - _cooking_s(kitchen, after)))
    return timed


def _cooking_s(kitchen: Kitchen, meals: int) -> int:
    """Return the seconds for `meals` meals, rounded up."""
    return -(-meals * 3600 // kitchen.meals_per_hour)


def _turn_of_points(problem: DayProblem, kitchen: Kitchen, owed: Sequence[Supplied]) -> dict[str, int]:
    """Return the turn of each meal point at the stove: the farthest first, the one the kitchen stands in last."""
    wanted = {one.point_id for one in owed}
    points = [point for point in problem.points if point.point_id in wanted]
    far = ways_m(radians([kitchen.place]), radians([point.place for point in points]))[0].tolist()
    ranked = sorted(
        zip(points, far, strict=True),
        key=lambda one: (one[0].point_id == kitchen.point_id, -one[1], one[0].point_id),
    )
    return {point.point_id: at for at, (point, _) in enumerate(ranked)}


def _cut_lots(
    kitchen: Kitchen,
    owed: Sequence[Supplied],
    turn: Mapping[str, int],
    cutting: _Cutting,
    need_s: Mapping[int, int] | None = None,
) -> list[_Lot]:
    """Return lots of even size per dish and texture, in the order in which they are cooked; by need if it is given."""
    lines: dict[Line, list[Supplied]] = defaultdict(list)
    for one in owed:
        lines[one.dish_id, one.texture].append(one)
    most = max(1, kitchen.meals_per_hour * cutting.longest_batch_s // 3600)
    rank = {dish.dish_id: at for at, dish in enumerate(kitchen.menu)}

    def first(one: Supplied) -> tuple[int, bool, int, int]:
        urgent = need_s[one.order_id] if need_s is not None else 0
        return (urgent, not _is_special(one), turn[one.point_id], one.order_id)

    def cooked(lot: _Lot) -> tuple[int, bool, int, int, int]:
        urgent = max(need_s[one.order_id] for one in lot.orders) if need_s is not None else 0
        # By need the specials come last of their like, otherwise first.
        return (urgent, lot.is_special == (need_s is not None), lot.first, rank[lot.line[0]], -HARDNESS[lot.line[1]])

    lots = []
    for line, orders in lines.items():
        orders.sort(key=first)
        special = all(_is_special(one) for one in orders)
        parts = -(-len(orders) // most)
        for part in range(parts):
            some = orders[len(orders) * part // parts : len(orders) * (part + 1) // parts]
            lots.append(_Lot(line, some, min(turn[one.point_id] for one in some), special))
    return sorted(lots, key=cooked)


def _is_special(one: Supplied) -> bool:
    return one.texture is not Texture.REGULAR or one.instead_of is not None


def _add_spare(lots: Sequence[_Lot], room: int, percent: int) -> None:
    """Give each line its percentage, rounded to the nearest, spread over its lots; the largest line first.

    The spare of a line is set by the whole line, not lot by lot: many small lots must not round it away or up.
    """
    lines: dict[Line, list[_Lot]] = defaultdict(list)
    for lot in lots:
        lines[lot.line].append(lot)
    for some in sorted(lines.values(), key=lambda some: -sum(len(lot.orders) for lot in some)):
        portions = sum(len(lot.orders) for lot in some)
        spare = min(room, (portions * percent + 50) // 100)
        room -= spare
        for at, lot in enumerate(some):
            lot.spare = spare * (at + 1) // len(some) - spare * at // len(some)
