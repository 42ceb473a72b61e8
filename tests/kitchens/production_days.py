"""Days of tiny towns whose kitchens have stations, and what was published of them as the check reads it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from kitchens.assign import assign_supply_plain
from kitchens.batches import plan_batches
from kitchens.batches_settling import settle_batches
from kitchens.check import Departure, Handover, Part, PlannedBatch, PlannedMeal, PublishedDay
from kitchens.dispatch import runs_problem
from kitchens.food_clock import USUAL_RULES
from kitchens.meals import Meal, StationKind
from kitchens.plan import BatchPlan, DayPlan, SupplyPlan
from kitchens.problem import DayProblem, Kitchen, Station
from kitchens.settling import supply_as_planned
from routing.insertion import plan_runs_plain
from routing.places import Window
from routing.problem import Courier, RunProblem, Van
from tests.kitchens.towns import DAY, Bees, H, Planned, random_day

Planner = Callable[[DayProblem, SupplyPlan], BatchPlan]


def with_stations(town: DayProblem, chance: random.Random) -> DayProblem:
    """The same town, its kitchens with stations at random and its dishes each on some kind of them."""
    kinds = list(StationKind)

    def kitchen(one: Kitchen) -> Kitchen:
        menu = tuple(replace(dish, station=chance.choice([None, *kinds[:3], *kinds[:3], *kinds])) for dish in one.menu)
        stations = tuple(
            Station(f"S{n}", chance.choice(kinds), chance.randint(1, 2 * one.meals_per_hour), chance.randint(1, 40))
            for n in range(chance.randint(0, 4))
        )
        return replace(one, menu=menu, stations=stations)

    return replace(town, kitchens=tuple(kitchen(one) for one in town.kitchens))


def station_day(chance: random.Random, orders: int, kitchens: int, points: int, slack: float) -> DayProblem:
    return with_stations(random_day(chance, orders, kitchens, points, slack=slack, area=20), chance)


def on_the_road(town: DayProblem, planner: Planner = plan_batches) -> Planned:
    """The day from orders to doors, without a solver on the road, and everything cooked as late as it may be."""
    supply = assign_supply_plain(town)
    batches = planner(town, supply)
    vans = [
        Van(f"V-{k.kitchen_id}-{n}", k.kitchen_id, 60, Window(6 * H, 15 * H)) for k in town.kitchens for n in (1, 2)
    ]
    couriers = [
        Courier(f"C-{p.point_id}-{n}", p.point_id, 20, Window(9 * H, 14 * H))
        for p in town.points
        if p.courier_boxes
        for n in (1, 2)
    ]
    problem = runs_problem(town, supply, batches, vans, couriers, Bees(), allowance_s=1800)
    runs = plan_runs_plain(problem)
    settled = settle_batches(town, supply, batches, problem, runs, allowance_s=1800)
    supply = supply_as_planned(supply, problem, runs)
    return Planned(town, settled.problem, DayPlan(DAY, Meal.LUNCH, supply, settled.batches, runs))


def published(done: Planned) -> PublishedDay:
    """What the check is given of a planned day."""
    day, plan, problem = done.day, done.plan, done.runs
    batch_of = {order_id: batch for batch in plan.batches.batches for order_id in batch.orders}
    supplied = {one.order_id: one for one in plan.supply.supplied}
    meals = []
    for order in day.orders:
        batch, one = batch_of.get(order.order_id), supplied.get(order.order_id)
        if batch is None or one is None:
            meals.append(PlannedMeal(order.order_id, order.diet, reason="left_out"))
            continue
        meals.append(
            PlannedMeal(
                order.order_id,
                order.diet,
                "",
                one.kitchen_id,
                one.dish_id,
                one.texture.value,
                batch.batch_id,
                one.point_id,
                tuple(Part(part.dish_id, part.texture.value) for part in one.parts),
            )
        )
    return PublishedDay(
        ordered=frozenset(order.order_id for order in day.orders),
        meals=tuple(meals),
        batches=tuple(
            PlannedBatch(
                b.batch_id,
                b.kitchen_id,
                b.dish_id,
                b.texture.value,
                b.portions,
                b.spare,
                b.start_s,
                b.finish_s,
                b.eat_by_s,
                b.station_id,
            )
            for b in plan.batches.batches
        ),
        kitchens=day.kitchens,
        handovers=_doors(plan, problem, batch_of),
        departures=tuple(
            Departure(f"{run.van_id} {run.depart_s}", run.kitchen_id, stop.point_id, run.depart_s, stop.boxes)
            for run in plan.runs.van_runs
            for stop in run.stops
        ),
        rules=USUAL_RULES,
        overtime_s={},
        safe_until_s={},
    )


def _doors(plan: DayPlan, problem: RunProblem, batch_of: dict[int, object]) -> tuple[Handover, ...]:
    homes = {home.home_id: home for home in problem.homes}
    on_site = {(one.kitchen_id, one.point_id) for one in problem.consignments if one.on_site}
    return tuple(
        Handover(
            visit.home_id,
            visit.start_s,
            homes[visit.home_id].latest_s,
            tuple(batch_of[order].batch_id for order in homes[visit.home_id].orders),  # type: ignore[attr-defined]
            trip.depart_s if (homes[visit.home_id].kitchen_id, trip.point_id) in on_site else None,
        )
        for run in plan.runs.courier_runs
        for trip in run.trips
        for visit in trip.visits
    )
