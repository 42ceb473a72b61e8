"""Schedule the batches of a day and print what it costs, how far from the best it is at most, and how long it takes.

python -m benchmarks.production [--city] [--seed 1] [--steps 8] [--full]

Without `--city` it is the sample district's Monday lunch; with it, 20,000 meals in a city of sample districts: the same
kitchens, menus and diets over and over, each a grid apart, every district with its own people. `--full` fills every
kitchen to its capacity. Everything is checked by `kitchens.check`, which shares no code with the planning.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

from benchmarks.paper_day import sample_day
from kitchens.assign import assign_supply_plain
from kitchens.batches import plan_batches as plan_plainly
from kitchens.batches_solver import plan_batches
from kitchens.check import PlannedBatch, PlannedMeal, PublishedDay, check_kitchens
from kitchens.food_clock import USUAL_RULES
from kitchens.plan import Batch, BatchPlan, Supplied, SupplyPlan
from kitchens.problem import DayProblem, Kitchen, MealPoint, Order
from routing.places import Place

CITY_MEALS = 20_000
A_DISTRICT_DEGREES = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description="Schedule the batches of a day.")
    parser.add_argument("--city", action="store_true")
    parser.add_argument("--full", action="store_true", help="every kitchen at its capacity")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=float, default=None)
    asked = parser.parse_args()
    day = sample_day()
    day = _filled(day) if asked.full else day
    day = _city(day, CITY_MEALS) if asked.city else day
    began = time.thread_time()
    supply = assign_supply_plain(day)
    supplied_s = time.thread_time() - began
    began = time.thread_time()
    plain = plan_plainly(day, supply)
    plain_s = time.thread_time() - began
    named = {} if asked.steps is None else {"steps": asked.steps}
    began = time.thread_time()
    solved = plan_batches(day, supply, seed=asked.seed, **named)
    solved_s = time.thread_time() - began
    print(f"{len(supply.supplied)} meals, {len(day.kitchens)} kitchens; assigned plainly in {supplied_s:.1f} s")
    for name, plan, seconds in (("plain", plain, plain_s), ("solver", solved, solved_s)):
        _show(name, plan, seconds, solved.bound)
        print(f"{'':7}violations: {len(check_kitchens(_published(day, supply, plan)))}")


def _show(name: str, plan: BatchPlan, seconds: float, bound: int | None) -> None:
    cost, portions = plan.objective or 0, sum(batch.portions for batch in plan.batches)
    gap = 100 * (cost - (bound or 0)) / cost if cost else 0.0
    print(
        f"{name:7}{len(plan.batches):6} batches  left out {len(plan.left_out):4}  cost {cost}  bound {bound}  "
        f"gap {gap:.2f} %  {cost / 600 / max(1, portions):.1f} min a portion  {seconds:.1f} s of CPU"
    )


def _published(day: DayProblem, supply: SupplyPlan, plan: BatchPlan) -> PublishedDay:
    """Return the day as the check reads it, before any van is planned."""
    batch_of = {order_id: batch.batch_id for batch in plan.batches for order_id in batch.orders}
    supplied = {one.order_id: one for one in supply.supplied if one.order_id in batch_of}
    return PublishedDay(
        ordered=frozenset(order.order_id for order in day.orders),
        meals=tuple(_meal(order, supplied.get(order.order_id), batch_of) for order in day.orders),
        batches=tuple(_batch(one) for one in plan.batches),
        kitchens=day.kitchens,
        handovers=(),
        departures=(),
        rules=USUAL_RULES,
        overtime_s={},
        safe_until_s={},
    )


def _meal(order: Order, one: Supplied | None, batch_of: dict[int, str]) -> PlannedMeal:
    if one is None:
        return PlannedMeal(order.order_id, order.diet, reason="left_out")
    made = (one.kitchen_id, one.dish_id, one.texture.value, batch_of[order.order_id], one.point_id)
    return PlannedMeal(order.order_id, order.diet, "", *made)


def _batch(one: Batch) -> PlannedBatch:
    made = (one.batch_id, one.kitchen_id, one.dish_id, one.texture.value, one.portions, one.spare)
    return PlannedBatch(*made, one.start_s, one.finish_s, one.eat_by_s, one.station_id)


def _filled(day: DayProblem) -> DayProblem:
    """Return the day with its orders repeated until the kitchens are full."""
    room = sum(kitchen.capacity_meals for kitchen in day.kitchens)
    orders = [replace(day.orders[n % len(day.orders)], order_id=n + 1, elder_id=f"{n:06d}") for n in range(room)]
    return replace(day, orders=tuple(orders))


def _city(day: DayProblem, meals: int) -> DayProblem:
    """Return so many districts side by side that they have so many meals together."""
    copies = -(-meals // len(day.orders))
    orders: list[Order] = []
    kitchens: list[Kitchen] = []
    points: list[MealPoint] = []
    for copy in range(copies):
        sign, north = f"{copy:02d}-", copy * A_DISTRICT_DEGREES
        kitchens += (
            replace(
                one,
                kitchen_id=sign + one.kitchen_id,
                place=_moved(one.place, north),
                point_id=None if one.point_id is None else sign + one.point_id,
            )
            for one in day.kitchens
        )
        points += (
            replace(
                one,
                point_id=sign + one.point_id,
                place=_moved(one.place, north),
                kitchen_id=None if one.kitchen_id is None else sign + one.kitchen_id,
            )
            for one in day.points
        )
        orders += (
            replace(
                one,
                order_id=one.order_id + copy * len(day.orders),
                elder_id=sign + one.elder_id,
                point_id=None if one.point_id is None else sign + one.point_id,
                place=None if one.place is None else _moved(one.place, north),
            )
            for one in day.orders
        )
    return replace(day, orders=tuple(orders[:meals]), kitchens=tuple(kitchens), points=tuple(points))


def _moved(place: Place, north: float) -> Place:
    return Place(place.lat + north, place.lon)


if __name__ == "__main__":
    main()
