"""The assignment of a large town: `python -m benchmarks.assign [--orders 20000] [--slack 1.05] [--plain] [--seed 1]`.

A made-up town: kitchens and meal points spread over 20 x 15 km, a fifth of all elders with a diet, a fifth of all homes
at meal points without couriers, three in ten kitchens without lines for special diets, and what everybody had
yesterday. Prints seconds, the highest memory of the process, who is served, what it weighs and how far that is from the
best as JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import time
from collections import Counter
from dataclasses import replace
from datetime import date

from kitchens.assign import assign_supply_plain
from kitchens.assign_flow import assign_supply
from kitchens.assign_why import exceptions
from kitchens.meals import (
    Capability,
    Diet,
    Dish,
    Fulfilment,
    Ingredient,
    Limit,
    Meal,
    ProvisionMode,
    Texture,
)
from kitchens.plan import SupplyPlan
from kitchens.problem import DayProblem, Kitchen, MealPoint, Order
from routing.places import Place, Window

DAY = date(2026, 11, 24)
H = 3600
WIDE, HIGH = 0.2, 0.135
ORDERS_A_POINT, ORDERS_A_KITCHEN = 33, 330

DISHES = (
    Dish("D1", "排骨饭", frozenset({Ingredient.PORK, Ingredient.SOY}), frozenset({Texture.REGULAR, Texture.SOFT})),
    Dish("D2", "鸡饭", frozenset({Ingredient.POULTRY}), frozenset({Texture.REGULAR, Texture.SOFT})),
    Dish("D3", "豆腐饭", frozenset({Ingredient.SOY}), frozenset(Texture), frozenset(Limit)),
    Dish("D4", "鱼饭", frozenset({Ingredient.FISH}), frozenset({Texture.REGULAR}), frozenset({Limit.LOW_SALT})),
)


def main() -> None:
    """Assign once and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--slack", type=float, default=1.05, help="what all kitchens can cook over what is ordered")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="without the solver")
    parser.add_argument(
        "--yesterday", action="store_true", help="plan a day before, and see how many stay where they were"
    )
    asked = parser.parse_args()
    town = made_up(asked.orders, asked.slack, asked.seed)
    if asked.yesterday:
        town = _next_day(town, assign_supply(town), random.Random(asked.seed + 1))
    began, used = time.perf_counter(), time.process_time()
    plan = assign_supply_plain(town) if asked.plain else assign_supply(town)
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - used
    spent = {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu_s, 2),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(spent | _figures(town, plan), indent=2))


def _figures(town: DayProblem, plan: SupplyPlan) -> dict[str, object]:
    """Return who is served from where, what it weighs, and how many are where they were the day before."""
    usual = {point.point_id: point.kitchen_id for point in town.points}
    said: dict[str, object] = {
        "orders": len(town.orders),
        "kitchens": len(town.kitchens),
        "points": len(town.points),
        "served": len(plan.supplied),
        "left_out": Counter(str(one.reason) for one in plan.left_out),
        "away_from_usual_kitchen": sum(usual[one.point_id] != one.kitchen_id for one in plan.supplied),
        "told_why": len(exceptions(town, plan)),
        "pairs": len({(one.kitchen_id, one.point_id) for one in plan.supplied}),
    }
    if plan.cost_m is not None and plan.bound_m is not None:
        gap = round(100 * (plan.cost_m - plan.bound_m) / max(1, plan.cost_m), 3)
        said |= {"cost_m": plan.cost_m, "bound_m": plan.bound_m, "gap_percent": gap}
    former = {order.order_id: order.former for order in town.orders if order.former}
    placed = [one for one in plan.supplied if one.order_id in former]
    if placed:
        same = sum(former[one.order_id] == (one.kitchen_id, one.point_id) for one in placed)
        said["as_yesterday_percent"] = round(100 * same / len(placed), 2)
    return said


def _next_day(town: DayProblem, before: SupplyPlan, chance: random.Random) -> DayProblem:
    """Return the same town the day after: one in twenty stays away, everybody else knows where the meal came from."""
    former = {one.order_id: (one.kitchen_id, one.point_id) for one in before.supplied}
    coming = [replace(one, former=former.get(one.order_id)) for one in town.orders if chance.random() > 0.05]
    return replace(town, orders=tuple(coming))


def made_up(orders: int, slack: float, seed: int) -> DayProblem:
    """Return a town; the same figures make the same town."""
    chance = random.Random(seed)
    kitchens = [_kitchen(n, orders, slack, chance) for n in range(max(1, orders // ORDERS_A_KITCHEN))]
    points = [_point(n, kitchens, chance) for n in range(max(1, orders // ORDERS_A_POINT))]
    return DayProblem(
        service_day=DAY,
        meal=Meal.LUNCH,
        orders=tuple(_order(n, points, chance) for n in range(orders)),
        kitchens=tuple(kitchens),
        points=tuple(points),
    )


def _place(chance: random.Random) -> Place:
    return Place(23.0 + HIGH * chance.random(), 113.2 + WIDE * chance.random())


def _kitchen(n: int, orders: int, slack: float, chance: random.Random) -> Kitchen:
    meals = int(slack * orders / max(1, orders // ORDERS_A_KITCHEN) * chance.uniform(0.6, 1.4))
    all_lines = frozenset(Capability)
    return Kitchen(
        kitchen_id=f"K{n:03d}",
        place=_place(chance),
        mode=ProvisionMode.ENTERPRISE,
        menu=tuple(sorted(DISHES, key=lambda _: chance.random())),
        capacity_meals=meals,
        meals_per_hour=meals,
        cooking=Window(8 * H, 10 * H + 1800),
        capabilities=frozenset() if chance.random() < 0.3 else all_lines,
    )


def _point(n: int, kitchens: list[Kitchen], chance: random.Random) -> MealPoint:
    place = _place(chance)
    near = min(kitchens, key=lambda one: (one.place.lat - place.lat) ** 2 + (one.place.lon - place.lon) ** 2)
    boxes = 0 if chance.random() < 0.2 else 30
    return MealPoint(f"P{n:04d}", place, near.kitchen_id, Window(10 * H, 13 * H), 60, boxes, street_id=f"S{n // 20}")


def _order(n: int, points: list[MealPoint], chance: random.Random) -> Order:
    own = chance.choice(points)
    is_home = chance.random() < 0.4
    door = Place(own.place.lat + chance.uniform(-0.005, 0.005), own.place.lon + chance.uniform(-0.005, 0.005))
    diet = Diet()
    if chance.random() < 0.2:
        diet = Diet(
            texture=chance.choice(list(Texture)),
            limits=frozenset(chance.sample(list(Limit), chance.choice([0, 0, 1]))),
            excludes=frozenset(
                chance.sample([Ingredient.PORK, Ingredient.FISH, Ingredient.PEANUT], chance.choice([0, 1]))
            ),
        )
    order = Order(n + 1, f"E{n + 1:05d}", own.point_id, Fulfilment.HOME if is_home else Fulfilment.DINE_IN, diet)
    return replace(order, place=door if is_home else None, street_id=own.street_id)


if __name__ == "__main__":
    main()
