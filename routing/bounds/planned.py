"""A plan as columns: its courier days, for the master problem to begin with."""

from __future__ import annotations

from routing.bounds.build import Second
from routing.bounds.day import CourierDay
from routing.bounds.master import Duals
from routing.bounds.trace import LOAD
from routing.plan import RunPlan
from routing.problem import RunProblem


def planned_days(problem: RunProblem, second: Second, plan: RunPlan) -> list[CourierDay]:
    """Return the days that a plan makes, without those that visit a home or point the bound does not know."""
    doors = second.streets.doors
    point_at = {point.point_id: n for n, point in enumerate(problem.points)}
    pairs = zip(doors.home.tolist(), doors.point.tolist(), strict=True)
    node_at = {(second.homes[h], problem.points[p].point_id): n for n, (h, p) in enumerate(pairs)}
    couriers = {courier.courier_id: courier for courier in problem.couriers}
    rooms = second.streets.kinds.capacity
    days = []
    for run in plan.courier_runs:
        courier = couriers[run.courier_id]
        mine = [g for g, one in enumerate(second.groups) if one.start == point_at[courier.point_id]]
        nodes: list[int | None] = []
        for trip in run.trips:
            nodes += [LOAD, *(node_at.get((visit.home_id, trip.point_id)) for visit in trip.visits)]
        if mine and None not in nodes:
            g = min(mine, key=lambda g: abs(int(rooms[second.groups[g].kind]) - courier.capacity_boxes))
            metres = float(run.metres + second.fixed_m[second.groups[g].kind])
            days.append(CourierDay(g, tuple(n for n in nodes if n is not None), metres))
    return days


def shared_out(second: Second, days: list[CourierDay]) -> Duals:
    """Return prices of homes that share out what their days cost."""
    duals: Duals = {}
    for day in days:
        homes = [int(second.streets.doors.home[n]) for n in day.nodes if n != LOAD]
        duals |= {("home", h, 0): day.metres / len(homes) for h in homes}
    return duals
