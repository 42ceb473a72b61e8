"""From finished rides to the plan: runs of vans and couriers, with nobody sent off earlier than needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from routing.ground import ALWAYS
from routing.plan import CourierRun, Trip, VanRun, VanStop, Visit
from routing.problem import RunProblem
from routing.rides import Load, Ride
from routing.supply import VanGround


def van_runs(problem: RunProblem, supply: VanGround, rides: Sequence[Ride]) -> list[VanRun]:
    """Return one run per trip; parts for one meal point that follow each other become one unloading."""
    runs: list[VanRun] = []
    for van_id, ride in zip(supply.van_ids, rides, strict=True):
        free_s = ride.vehicle.free_s
        for load in ride.loads:
            run = _van_run(problem, supply, van_id, ride, load, free_s)
            runs.append(run)
            free_s = run.back_s
    return runs


def _van_run(problem: RunProblem, supply: VanGround, van_id: str, ride: Ride, load: Load, free_s: int) -> VanRun:
    ground, vehicle = ride.ground, ride.vehicle
    points = {len(problem.kitchens) + n: point for n, point in enumerate(problem.points)}
    halts = [(place, _batches(supply, parts)) for place, parts in groupby(load.stops, lambda i: ground.stops[i].place)]
    release_s = max(ground.stops[i].release_s for i in load.stops)
    depart_s = max(free_s, release_s) + vehicle.loading_s
    first = halts[0][0]
    depart_s += max(0, points[first].window.start_s - depart_s - ground.seconds[load.depot][first])
    here, now, metres, stops = load.depot, depart_s, 0, []
    for place, batches in halts:
        arrive_s = now + ground.seconds[here][place]
        metres += ground.metres[here][place]
        now = max(arrive_s, points[place].window.start_s) + points[place].handling_s
        stops += [VanStop(points[place].point_id, arrive_s, now, boxes, batch) for batch, boxes in batches.items()]
        here = place
    back_s = now + ground.seconds[here][load.depot]
    return VanRun(van_id, supply.kitchen_id, depart_s, tuple(stops), back_s, metres + ground.metres[here][load.depot])


def _batches(supply: VanGround, parts: Iterable[int]) -> dict[str, int]:
    """Return the boxes of each batch in one unloading."""
    batches: dict[str, int] = {}
    for i in parts:
        batch = supply.consignments[i].batch
        batches[batch] = batches.get(batch, 0) + supply.boxes[i]
    return batches


def courier_runs(problem: RunProblem, rides: Sequence[Ride]) -> list[CourierRun]:
    """Return one run per courier that has a trip."""
    runs: list[CourierRun] = []
    for courier, ride in zip(problem.couriers, rides, strict=True):
        if ride.loads:
            trips = tuple(_trip(problem, ride, load) for load in ride.loads)
            runs.append(CourierRun(courier.courier_id, trips, ride.end_s, ride.metres))
    return runs


def _trip(problem: RunProblem, ride: Ride, load: Load) -> Trip:
    """Return the trip; a wait at the first door is spent at the meal point instead, while that is open."""
    ground = ride.ground
    first = ground.stops[load.stops[0]]
    ride_s = ride.sec[load.depot][first.place]
    spare_s = max(0, first.open_s - load.depart_s - ride_s)
    spare_s = min(spare_s, ground.depots.get(load.depot, ALWAYS).end_s - load.depart_s)
    here, now = load.depot, load.depart_s + spare_s
    visits = []
    for i in load.stops:
        stop = ground.stops[i]
        arrive_s = now + ride.sec[here][stop.place]
        start_s = max(arrive_s, stop.open_s)
        now, here = start_s + stop.service_s, stop.place
        visits.append(Visit(problem.homes[i].home_id, arrive_s, start_s, now))
    point_id = problem.points[load.depot].point_id
    return Trip(point_id, load.load_s + spare_s, load.depart_s + spare_s, load.boxes, tuple(visits))
