"""The district by VROOM: each kitchen's vans, then all couriers of its zone in one model. It knows no second trip.

The package is `pyvroom`; it is no dependency of ours, so this module is loaded only where it is installed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import vroom

from benchmarks.routing.assemble import Index, VanTrips, arrivals, boxes_wanted, plan_of, van_runs
from benchmarks.routing.peers_district import Zone, courier_matrices, zone_of
from routing.plan import RunPlan

LEVEL = 5
"""The deepest exploration."""

LATEST_S = 48 * 3600


def vroom_pipeline(index: Index, seconds: float, seed: int) -> RunPlan:
    """Return VROOM's plan; it stops by itself, at the latest when its part of the seconds is over."""
    del seed
    kitchens = index.problem.kitchens
    each = seconds / (3 * len(kitchens))
    vans = _all_vans(index, boxes_wanted(index.problem, {}), {}, each)
    ready = arrivals(van_runs(index, vans))
    trips: dict[str, list[tuple[str, list[str]]]] = {}
    for kitchen in kitchens:
        trips |= _couriers(index, zone_of(index, kitchen.kitchen_id), ready, each)
    return plan_of(index, _all_vans(index, boxes_wanted(index.problem, trips), ready, each), trips)


def _all_vans(
    index: Index, boxes: Mapping[tuple[str, str], int], ready: Mapping[tuple[str, str], int], each: float
) -> VanTrips:
    vans: dict[str, list[list[tuple[str, int]]]] = {}
    for kitchen in index.problem.kitchens:
        vans |= _vans(index, kitchen.kitchen_id, boxes, ready, each)
    return vans


def _solved(given: vroom.Input, metres: np.ndarray, seconds_of: np.ndarray, limit_s: float) -> dict[int, list[int]]:
    """Return the jobs of each vehicle in order."""
    given.set_durations_matrix("car", seconds_of.astype(np.uint32))
    given.set_costs_matrix("car", metres.astype(np.uint32))
    answer = given.solve(exploration_level=LEVEL, nb_threads=1, timeout=timedelta(seconds=limit_s))
    rows = answer.routes[answer.routes["type"] == "job"]
    return {
        int(vehicle): [int(job) for job in group["id"]] for vehicle, group in rows.groupby("vehicle_id", sort=False)
    }


def _vans(
    index: Index,
    kitchen_id: str,
    boxes: Mapping[tuple[str, str], int],
    ready: Mapping[tuple[str, str], int],
    limit_s: float,
) -> dict[str, list[list[tuple[str, int]]]]:
    """Return the trips of a kitchen's vans; what lay ready at a time in the plan before must be there by then again."""
    problem = index.problem
    vans = [van for van in problem.vans if van.kitchen_id == kitchen_id]
    owed = [one for one in problem.consignments if one.kitchen_id == kitchen_id and boxes[kitchen_id, one.point_id]]
    points = [problem.points[index.point_at[one.point_id]] for one in owed]
    rows = [index.kitchen_at[kitchen_id], *(len(problem.kitchens) + index.point_at[p.point_id] for p in points)]
    begin_s = max(one.ready_s for one in owed) + vans[0].loading_s
    given = vroom.Input()
    for n, van in enumerate(vans):
        given.add_vehicle(
            vroom.Vehicle(
                n,
                start=0,
                end=0,
                capacity=[van.capacity_boxes],
                time_window=(max(begin_s, van.shift.start_s + van.loading_s), van.shift.end_s),
                costs=vroom.VehicleCosts(fixed=van.fixed_cost_m),
            )
        )
    for n, (one, point) in enumerate(zip(owed, points, strict=True), 1):
        by_s = min(one.due_s, ready.get((kitchen_id, one.point_id), LATEST_S) - point.handling_s)
        times = [(point.window.start_s, by_s)]
        given.add_job(
            vroom.Job(
                n,
                location=n,
                delivery=[boxes[kitchen_id, one.point_id]],
                default_service=point.handling_s,
                time_windows=times,
            )
        )
    block = np.ix_(rows, rows)
    found = _solved(given, problem.van_travel.metres[block], problem.van_travel.seconds[block], limit_s)
    return {
        vans[v].van_id: [[(owed[job - 1].point_id, boxes[kitchen_id, owed[job - 1].point_id]) for job in jobs]]
        for v, jobs in found.items()
    }


def _couriers(
    index: Index, zone: Zone, ready: Mapping[tuple[str, str], int], limit_s: float
) -> dict[str, list[tuple[str, list[str]]]]:
    metres, travel_s = courier_matrices(index, zone)
    at, homes_from = {point: n for n, point in enumerate(zone.points)}, len(zone.points) + 1
    given = vroom.Input()
    for n, courier in enumerate(zone.couriers):
        begin_s = max(courier.shift.start_s, ready.get((zone.kitchen_id, courier.point_id), 0))
        given.add_vehicle(
            vroom.Vehicle(
                n,
                start=at[courier.point_id],
                capacity=[courier.capacity_boxes],
                time_window=(begin_s, max(begin_s + 1, courier.shift.end_s)),
                costs=vroom.VehicleCosts(fixed=courier.fixed_cost_m),
            )
        )
    for n, home in enumerate(zone.homes):
        times = [(home.window.start_s, min(home.window.end_s, home.latest_s))]
        job = vroom.Job(
            n, location=homes_from + n, delivery=[home.boxes], default_service=home.service_s, time_windows=times
        )
        given.add_job(job)
    found = _solved(given, metres, travel_s, limit_s)
    return {
        zone.couriers[v].courier_id: [(zone.couriers[v].point_id, [zone.homes[job].home_id for job in jobs])]
        for v, jobs in found.items()
    }
