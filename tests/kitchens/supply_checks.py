"""An independent check of an assignment: it knows the rules of the question and nothing of how it was answered."""

from __future__ import annotations

from collections import Counter

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array
from scipy.sparse.csgraph import maximum_flow

from kitchens.meals import HARDNESS, Capability, Fulfilment, Ingredient, StationKind, Texture
from kitchens.plan import SupplyPlan
from kitchens.problem import DayProblem, Kitchen, Order
from kitchens.reach import radians, ways_m
from routing.plan import Reason


def can_cook(kitchen: Kitchen, order: Order) -> bool:
    kinds = {station.kind for station in kitchen.stations}
    return any(
        not dish.contains & order.diet.excludes
        and order.diet.limits <= dish.keeps
        and any(HARDNESS[texture] <= HARDNESS[order.diet.texture] for texture in dish.textures)
        and (not kinds or (dish.station in kinds if dish.station else bool(kinds - {StationKind.COLD})))
        for dish in kitchen.menu
    )


def has_line(problem: DayProblem, kitchen: Kitchen, order: Order) -> bool:
    """Whether the kitchen has what the diet asks for beside the dish; where no kitchen has told, all have."""
    if all(not one.capabilities for one in problem.kitchens):
        return True
    asked = {
        Capability.PUREE: order.diet.texture in {Texture.MINCED, Texture.PUREED},
        Capability.HALAL: Ingredient.PORK in order.diet.excludes,
        Capability.ALLERGEN_FREE: bool(order.diet.excludes - {Ingredient.PORK}),
    }
    return all(one in kitchen.capabilities for one, is_asked in asked.items() if is_asked)


def most_meals(kitchen: Kitchen) -> int:
    seconds = max(0, kitchen.cooking.end_s - kitchen.cooking.start_s - 600)
    return min(kitchen.capacity_meals, seconds * kitchen.meals_per_hour // 3600)


def check_supply(problem: DayProblem, plan: SupplyPlan) -> None:
    """Assert that everyone stands in the plan once, that nothing overflows, and that every reason is true."""
    orders = {order.order_id: order for order in problem.orders}
    kitchens = {kitchen.kitchen_id: kitchen for kitchen in problem.kitchens}
    points = {point.point_id: point for point in problem.points}
    named = [one.order_id for one in plan.supplied] + [one.order_id for one in plan.left_out]
    assert sorted(named) == sorted(orders)
    cooked = Counter(one.kitchen_id for one in plan.supplied)
    handed = Counter(one.point_id for one in plan.supplied)
    homes = Counter(one.point_id for one in plan.supplied if orders[one.order_id].fulfilment is Fulfilment.HOME)
    assert all(cooked[k] <= most_meals(kitchens[k]) for k in cooked)
    assert all(handed[p] <= points[p].capacity_meals for p in handed)
    assert all(homes[p] <= points[p].courier_boxes for p in homes)
    for one in plan.supplied:
        order, kitchen = orders[one.order_id], kitchens[one.kitchen_id]
        dish = next(dish for dish in kitchen.menu if dish.dish_id == one.dish_id)
        assert not dish.contains & order.diet.excludes
        assert order.diet.limits <= dish.keeps
        assert one.texture in dish.textures
        assert HARDNESS[one.texture] <= HARDNESS[order.diet.texture]
        assert kitchen.delivers or kitchen.point_id == one.point_id
        assert has_line(problem, kitchen, order)
        if order.fulfilment is Fulfilment.HOME:
            assert order.place is not None
        else:
            assert one.point_id == order.point_id
    room = {k: most_meals(kitchens[k]) - cooked[k] for k in kitchens}
    for lost in plan.left_out:
        order = orders[lost.order_id]
        is_home = order.fulfilment is Fulfilment.HOME
        allowed = [p for p in points.values() if (p.courier_boxes > 0 if is_home else p.point_id == order.point_id)]
        open_points = [
            p
            for p in allowed
            if handed[p.point_id] < p.capacity_meals and (not is_home or homes[p.point_id] < p.courier_boxes)
        ]
        reaching = [k for k in kitchens.values() if any(k.delivers or k.point_id == p.point_id for p in allowed)]
        dished = [k for k in reaching if can_cook(k, order)]
        able = [k for k in dished if has_line(problem, k, order)]
        free = [
            k for k in able if room[k.kitchen_id] and any(k.delivers or k.point_id == p.point_id for p in open_points)
        ]
        truth = {
            Reason.NO_POSITION: is_home and order.place is None,
            Reason.NO_MEAL_POINT: not points if is_home else order.point_id not in points,
            Reason.NO_COURIER: is_home and not allowed,
            Reason.NO_KITCHEN: not reaching or (not free and usual_kitchen(problem, order) is None),
            Reason.NO_DISH: not dished,
            Reason.NO_LINE: bool(dished) and not able,
            Reason.NO_CAPACITY: not open_points,
            Reason.KITCHEN_FULL: bool(able) and not free,
        }
        assert truth[lost.reason], (lost, order)
        if lost.reason in {Reason.NO_CAPACITY, Reason.KITCHEN_FULL, Reason.NO_KITCHEN}:
            assert not free, ("could have been served", lost)


def usual_kitchen(problem: DayProblem, order: Order) -> str | None:
    point = next((p for p in problem.points if p.point_id == order.point_id), None)
    known = {kitchen.kitchen_id for kitchen in problem.kitchens}
    return point.kitchen_id if point is not None and point.kitchen_id in known else None


def most_served(problem: DayProblem) -> int:
    """Return how many orders can be served at all, where every kitchen has a van: a flow, order by order."""
    kitchens, points, orders = problem.kitchens, problem.points, problem.orders
    first_kitchen, first_order = 2, 2 + len(kitchens)
    first_point = first_order + 2 * len(orders)
    first_box = first_point + len(points)
    arcs: list[tuple[int, int, int]] = []
    arcs += ((0, first_kitchen + k, most_meals(kitchen)) for k, kitchen in enumerate(kitchens))
    arcs += ((first_point + p, 1, point.capacity_meals) for p, point in enumerate(points))
    arcs += ((first_box + p, first_point + p, point.courier_boxes) for p, point in enumerate(points))
    for n, order in enumerate(orders):
        enter = first_order + 2 * n
        arcs.append((enter, enter + 1, 1))
        arcs += ((first_kitchen + k, enter, 1) for k, kitchen in enumerate(kitchens) if can_cook(kitchen, order))
        for p, point in enumerate(points):
            if order.fulfilment is Fulfilment.HOME:
                if order.place is not None:
                    arcs.append((enter + 1, first_box + p, 1))
            elif point.point_id == order.point_id:
                arcs.append((enter + 1, first_point + p, 1))
    tails, heads, rooms = (np.array(column, dtype=np.int32) for column in zip(*arcs, strict=True))
    size = first_box + len(points)
    return int(maximum_flow(coo_array((rooms, (tails, heads)), shape=(size, size)).tocsr(), 0, 1).flow_value)


def best_hand_over(problem: DayProblem) -> tuple[int, int, int]:
    """Return the best (orders not served, homes lent, metres to lent homes) where every kitchen has a van.

    By integer programming over every (order, kitchen, point); for tiny towns.
    """
    metres = {
        (o.order_id, p.point_id): int(ways_m(radians([o.place]), radians([p.place]))[0, 0]) if o.place else 0
        for o in problem.orders
        for p in problem.points
    }
    choices = [
        (order, kitchen, point)
        for order in problem.orders
        for kitchen in problem.kitchens
        for point in problem.points
        if can_cook(kitchen, order)
        and (order.place is not None if order.fulfilment is Fulfilment.HOME else point.point_id == order.point_id)
    ]
    if not choices:
        return (len(problem.orders), 0, 0)
    lent = [order.point_id != point.point_id for order, _, point in choices]
    far = [
        metres[order.order_id, point.point_id] * is_lent
        for (order, _, point), is_lent in zip(choices, lent, strict=True)
    ]
    limits: list[tuple[list[bool], int]] = [
        *(([order is one for order, _, _ in choices], 1) for one in problem.orders),
        *(([kitchen is one for _, kitchen, _ in choices], most_meals(one)) for one in problem.kitchens),
        *(([point is one for _, _, point in choices], one.capacity_meals) for one in problem.points),
        *(
            ([point is one and order.fulfilment is Fulfilment.HOME for order, _, point in choices], one.courier_boxes)
            for one in problem.points
        ),
    ]
    price = np.array([-1e8 + 1e6 * is_lent + way for is_lent, way in zip(lent, far, strict=True)])
    rows = LinearConstraint(
        np.array([row for row, _ in limits], dtype=float), ub=np.array([most for _, most in limits])
    )
    found = milp(price, constraints=rows, integrality=np.ones(len(choices)), bounds=Bounds(0, 1))
    taken = [n for n, value in enumerate(found.x) if value > 0.5]
    return (len(problem.orders) - len(taken), sum(lent[n] for n in taken), sum(far[n] for n in taken))
