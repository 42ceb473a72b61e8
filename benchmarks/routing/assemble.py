"""From orders of stops to a plan with times: what every peer of the district needs, and no search."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from routing.plan import CourierRun, LeftOutHome, MadeBy, Reason, RunPlan, Trip, VanRun, VanStop, Visit
from routing.problem import Courier, Home, RunProblem, Van

VanTrips = Mapping[str, Sequence[Sequence[tuple[str, int]]]]
"""Van -> trips -> (meal point, boxes) in order."""

CourierTrips = Mapping[str, Sequence[tuple[str, Sequence[str]]]]
"""Courier -> trips -> (meal point, homes in order)."""


@dataclass(frozen=True, slots=True)
class Index:
    """A problem's things by id, and the rows of its matrices."""

    problem: RunProblem
    vans: dict[str, Van]
    couriers: dict[str, Courier]
    homes: dict[str, Home]
    kitchen_at: dict[str, int]
    point_at: dict[str, int]
    home_at: dict[str, int]


def index_of(problem: RunProblem) -> Index:
    """Return the index of a problem."""
    points = len(problem.points)
    return Index(
        problem,
        {van.van_id: van for van in problem.vans},
        {courier.courier_id: courier for courier in problem.couriers},
        {home.home_id: home for home in problem.homes},
        {kitchen.kitchen_id: n for n, kitchen in enumerate(problem.kitchens)},
        {point.point_id: n for n, point in enumerate(problem.points)},
        {home.home_id: points + n for n, home in enumerate(problem.homes)},
    )


def boxes_wanted(problem: RunProblem, trips: CourierTrips) -> dict[tuple[str, str], int]:
    """Return the boxes that each kitchen must bring to each meal point if the couriers make these trips."""
    served = {home: point for courier in trips.values() for point, homes in courier for home in homes}
    boxes = {(one.kitchen_id, one.point_id): one.boxes for one in problem.consignments}
    for home in problem.homes:
        there = served.get(home.home_id, home.point_id)
        boxes[home.kitchen_id, home.point_id] -= home.boxes
        boxes[home.kitchen_id, there] += home.boxes
    return boxes


def van_runs(index: Index, trips: VanTrips) -> list[VanRun]:
    """Return the runs of all vans, each as early as can be."""
    runs = []
    ready = {(one.kitchen_id, one.point_id): one.ready_s for one in index.problem.consignments}
    travel, kitchens = index.problem.van_travel, len(index.problem.kitchens)
    for van_id, rounds in trips.items():
        van = index.vans[van_id]
        home, free_s = index.kitchen_at[van.kitchen_id], van.shift.start_s
        for drops in rounds:
            depart_s = max(free_s, *(ready[van.kitchen_id, point] for point, _ in drops)) + van.loading_s
            here, now, metres, stops = home, depart_s, 0, []
            for point_id, boxes in drops:
                there = kitchens + index.point_at[point_id]
                point = index.problem.points[index.point_at[point_id]]
                arrive_s = now + int(travel.seconds[here, there])
                metres += int(travel.metres[here, there])
                now = max(arrive_s, point.window.start_s) + point.handling_s
                stops.append(VanStop(point_id, arrive_s, now, boxes))
                here = there
            free_s = now + int(travel.seconds[here, home])
            metres += int(travel.metres[here, home])
            runs.append(VanRun(van_id, van.kitchen_id, depart_s, tuple(stops), free_s, metres))
    return runs


def arrivals(runs: Sequence[VanRun]) -> dict[tuple[str, str], int]:
    """Return from when all boxes of a kitchen lie ready at a meal point."""
    ready: dict[tuple[str, str], int] = defaultdict(int)
    for run in runs:
        for stop in run.stops:
            ready[run.kitchen_id, stop.point_id] = max(ready[run.kitchen_id, stop.point_id], stop.ready_s)
    return ready


def plan_of(index: Index, vans: VanTrips, couriers: CourierTrips) -> RunPlan:
    """Return the plan with times; homes that cannot be reached in time are left out."""
    runs = van_runs(index, vans)
    ready = arrivals(runs)
    ridden = [_courier_run(index, courier_id, trips, ready) for courier_id, trips in couriers.items()]
    served = Counter(visit.home_id for run in ridden for trip in run.trips for visit in trip.visits)
    left = tuple(LeftOutHome(home, Reason.NOT_SERVED) for home in index.homes if not served[home])
    return RunPlan(tuple(runs), tuple(run for run in ridden if run.trips), left, (), MadeBy.PLAIN)


def _courier_run(
    index: Index, courier_id: str, trips: Sequence[tuple[str, Sequence[str]]], ready: Mapping[tuple[str, str], int]
) -> CourierRun:
    courier, travel = index.couriers[courier_id], index.problem.courier_travel
    here, now, metres = index.point_at[courier.point_id], courier.shift.start_s, 0
    made = []
    for point_id, homes in trips:
        there = index.point_at[point_id]
        point = index.problem.points[there]
        released = [ready.get((index.homes[home].kitchen_id, point_id), 0) for home in homes]
        load_s = max(now + int(travel.seconds[here, there]), point.window.start_s, *released)
        depart_s = load_s + courier.loading_s
        visits, end, end_s, ridden = _visits(index, courier, homes, there, depart_s)
        if visits:
            boxes = sum(index.homes[visit.home_id].boxes for visit in visits)
            made.append(Trip(point_id, load_s, depart_s, boxes, tuple(visits)))
            metres += int(travel.metres[here, there]) + ridden
            here, now = end, end_s
    return CourierRun(courier_id, tuple(made), now, metres)


def _visits(
    index: Index, courier: Courier, homes: Sequence[str], point: int, depart_s: int
) -> tuple[list[Visit], int, int, int]:
    """Return the visits in time, where and when the trip ends, and the metres ridden from the meal point on."""
    travel, here, now, metres, visits = index.problem.courier_travel, point, depart_s, 0, []
    for home_id in homes:
        home, there = index.homes[home_id], index.home_at[home_id]
        arrive_s = now + int(travel.seconds[here, there])
        start_s = max(arrive_s, home.window.start_s)
        leave_s = start_s + home.service_s
        if start_s > min(home.window.end_s, home.latest_s) or leave_s > courier.shift.end_s:
            continue
        visits.append(Visit(home_id, arrive_s, start_s, leave_s))
        metres += int(travel.metres[here, there])
        here, now = there, leave_s
    return visits, here, now, metres
