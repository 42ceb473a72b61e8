"""Supply and question as the plan of the road has settled them: every home at the meal point that really serves it.

Before the road is planned every home stands at the meal point that the assignment chose, or that a person holds it at.
The road may serve it from another of its points. Papers, labels and the account follow the road.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from kitchens.meals import Fulfilment
from kitchens.plan import SupplyPlan
from kitchens.problem import DayProblem
from routing.plan import RunPlan
from routing.problem import Alternative, Home, RunProblem

Lot = tuple[str, str, str]
"""(kitchen, meal point, batch): what names a consignment."""


def held_supply(day: DayProblem, supply: SupplyPlan, held: Mapping[str, str]) -> SupplyPlan:
    """Return the supply with the homes of these elders at the meal points that a person has chosen for them.

    A choice counts only where the home's kitchen brings meals to that meal point anyway: no van goes out for it alone.
    """
    supplied_pairs = {(one.kitchen_id, one.point_id) for one in supply.supplied}
    to_doors = {order.order_id: order.elder_id for order in day.orders if order.fulfilment is Fulfilment.HOME}
    moved = []
    for one in supply.supplied:
        point_id = held.get(to_doors.get(one.order_id, ""), one.point_id)
        moved.append(replace(one, point_id=point_id) if (one.kitchen_id, point_id) in supplied_pairs else one)
    return replace(supply, supplied=tuple(moved))


def supply_as_planned(supply: SupplyPlan, problem: RunProblem, runs: RunPlan) -> SupplyPlan:
    """Return the supply with each order that a courier brings at the meal point of the trip that brings it."""
    point_of = _points(runs)
    moves = {
        order_id: point_of[home.home_id]
        for home in problem.homes
        if point_of.get(home.home_id, home.point_id) != home.point_id
        for order_id in home.orders
    }
    if not moves:
        return supply
    return replace(
        supply,
        supplied=tuple(
            replace(one, point_id=moves[one.order_id]) if one.order_id in moves else one for one in supply.supplied
        ),
    )


def problem_as_planned(problem: RunProblem, runs: RunPlan) -> RunProblem:
    """Return the question with each home at the meal point of its trip, and the boxes moved with it.

    The plan answers both questions; only the price of serving a home from elsewhere is gone from this one.
    """
    point_of = _points(runs)
    boxes: Counter[Lot] = Counter()
    homes = []
    for home in problem.homes:
        settled = _settled(home, point_of.get(home.home_id, home.point_id))
        if settled is not home:
            boxes[home.kitchen_id, home.point_id, home.batch] -= home.boxes
            boxes[home.kitchen_id, settled.point_id, home.batch] += home.boxes
        homes.append(settled)
    if not boxes:
        return problem
    consignments = tuple(
        replace(one, boxes=one.boxes + boxes[one.kitchen_id, one.point_id, one.batch]) for one in problem.consignments
    )
    return replace(problem, homes=tuple(homes), consignments=consignments)


def _points(runs: RunPlan) -> dict[str, str]:
    """Return the meal point that each visited home is served from."""
    return {visit.home_id: trip.point_id for run in runs.courier_runs for trip in run.trips for visit in trip.visits}


def _settled(home: Home, point_id: str) -> Home:
    if point_id == home.point_id:
        return home
    others = tuple(Alternative(one.point_id) for one in home.points if one.point_id != point_id)
    return replace(home, point_id=point_id, alternatives=others)
