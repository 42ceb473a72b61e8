"""The district by PyVRP: vans first, then couriers point by point, then one model of each kitchen's zone.

Each kitchen's meal points and homes are a zone of their own, so that one model with several depots may say which point
serves a home. A courier's route ends at a depot that lies 0 m and 0 s from every door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyvrp
import pyvrp.stop

from benchmarks.routing.assemble import (
    CourierTrips,
    Index,
    VanTrips,
    arrivals,
    boxes_wanted,
    plan_of,
    van_runs,
)
from routing.costs import costs_of
from routing.plan import RunPlan
from routing.problem import Courier, Home

VAN_SHARE = 0.05
"""Share of the seconds for each of the two plans of the vans."""

POINT_S = 0.05
"""Seconds of PyVRP for each meal point by itself."""

WANTED_S = (10 * 3600 + 40 * 60, 10 * 3600 + 55 * 60, None)
"""By when the vans should have been everywhere; None: by the latest time that is allowed."""


def pyvrp_pipeline(index: Index, seconds: float, seed: int) -> RunPlan:
    """Return PyVRP's plan: vans and points one by one, from there a zone model a kitchen, vans again for what changed.

    How early the vans should come is tried in all ways; the cheapest draft in which fewest are left out goes on.
    """
    drafts = [_draft(index, wanted_s, seconds * VAN_SHARE / len(WANTED_S), seed) for wanted_s in WANTED_S]
    problem = index.problem
    vans, first = min(drafts, key=lambda draft: _worth(index, *draft))
    ready = arrivals(van_runs(index, vans))
    left = seconds * (1 - 2 * VAN_SHARE) - POINT_S * len(problem.points) * len(WANTED_S)
    trips: dict[str, list[tuple[str, list[str]]]] = {}
    for kitchen in problem.kitchens:
        zone = zone_of(index, kitchen.kitchen_id)
        share = max(0.1, left * len(zone.homes) / len(problem.homes))
        trips |= ride(index, zone, ready, share, seed, first)
    again = _vans(index, boxes_wanted(problem, trips), seconds * VAN_SHARE, seed, ready, None)
    return plan_of(index, again, trips)


def _draft(index: Index, wanted_s: int | None, seconds: float, seed: int) -> tuple[VanTrips, CourierTrips]:
    """Return vans that should have come by then, and the couriers of each point by itself."""
    vans = _vans(index, boxes_wanted(index.problem, {}), seconds, seed, {}, wanted_s)
    ready = arrivals(van_runs(index, vans))
    first: dict[str, list[tuple[str, list[str]]]] = {}
    for kitchen in index.problem.kitchens:
        zone = zone_of(index, kitchen.kitchen_id)
        for own in map(zone.only, zone.points):
            if own.homes and own.couriers:
                first |= ride(index, own, ready, POINT_S, seed, {})
    return vans, first


def _worth(index: Index, vans: VanTrips, couriers: CourierTrips) -> tuple[int, int]:
    plan = plan_of(index, vans, couriers)
    return len(plan.left_out_homes), costs_of(index.problem, plan).total_m


@dataclass(frozen=True, slots=True)
class Zone:
    """Some meal points of one kitchen with their couriers and homes."""

    kitchen_id: str
    points: tuple[str, ...]
    couriers: tuple[Courier, ...]
    homes: tuple[Home, ...]

    def only(self, point: str) -> Zone:
        """Return one meal point of it."""
        couriers = tuple(courier for courier in self.couriers if courier.point_id == point)
        return Zone(self.kitchen_id, (point,), couriers, tuple(h for h in self.homes if h.point_id == point))


def zone_of(index: Index, kitchen_id: str) -> Zone:
    """Return everything of a kitchen."""
    homes = tuple(home for home in index.problem.homes if home.kitchen_id == kitchen_id)
    points = sorted({one.point_id for home in homes for one in home.points}, key=index.point_at.__getitem__)
    couriers = tuple(courier for courier in index.problem.couriers if courier.point_id in points)
    return Zone(kitchen_id, tuple(points), couriers, homes)


def ride(
    index: Index,
    zone: Zone,
    ready: Mapping[tuple[str, str], int],
    seconds: float,
    seed: int,
    first: CourierTrips,
) -> dict[str, list[tuple[str, list[str]]]]:
    """Return PyVRP's trips of the zone's couriers, warm-started where `first` has some."""
    data = _courier_data(index, zone, ready)
    number = {home.home_id: n for n, home in enumerate(zone.homes)}
    at = {point: n for n, point in enumerate(zone.points)}
    start = None
    if first:
        routes = []
        for n, courier in enumerate(zone.couriers):
            acts: list[pyvrp.Activity] = []
            for place, (point, homes) in enumerate(first.get(courier.courier_id, ())):
                acts += [pyvrp.Activity(pyvrp.ActivityType.DEPOT, at[point])] if place else []
                acts += [pyvrp.Activity(pyvrp.ActivityType.CLIENT, number[home]) for home in homes]
            if acts:
                routes.append(pyvrp.Route(data, acts, n))
        start = pyvrp.Solution(data, routes)
    stop = pyvrp.stop.MaxRuntime(seconds)
    best = pyvrp.solve(data, stop, seed=seed, initial_solution=start, display=False, collect_stats=False).best
    return _trips(zone, best)


def _trips(zone: Zone, best: pyvrp.Solution) -> dict[str, list[tuple[str, list[str]]]]:
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for route in best.routes():
        courier = zone.couriers[route.vehicle_type()]
        trips: list[tuple[str, list[str]]] = [(courier.point_id, [])]
        for activity in route.schedule():
            if activity.is_client():
                trips[-1][1].append(zone.homes[activity.idx].home_id)
            elif trips[-1][1]:
                trips.append((courier.point_id, []))
        found[courier.courier_id] = [(point, homes) for point, homes in trips if homes]
    return found


def courier_matrices(index: Index, zone: Zone) -> tuple[Any, Any]:
    """Return metres and seconds between points, the free end, and homes; a point's own seconds hold the loading."""
    rows = [index.point_at[point] for point in zone.points]
    rows += [rows[0]] + [index.home_at[home.home_id] for home in zone.homes]
    travel, end = index.problem.courier_travel, len(zone.points)
    metres = travel.metres[np.ix_(rows, rows)].astype(np.int64)
    seconds = travel.seconds[np.ix_(rows, rows)].astype(np.int64)
    seconds[:end, end + 1 :] += zone.couriers[0].loading_s
    metres[:, end] = seconds[:, end] = 0
    metres[end, :] = seconds[end, :] = 0
    return metres, seconds


def _courier_data(index: Index, zone: Zone, ready: Mapping[tuple[str, str], int]) -> pyvrp.ProblemData:
    metres, seconds = courier_matrices(index, zone)
    at, end = {point: n for n, point in enumerate(zone.points)}, len(zone.points)
    types = [
        pyvrp.VehicleType(
            1,
            [courier.capacity_boxes],
            start_depot=at[courier.point_id],
            end_depot=end,
            fixed_cost=courier.fixed_cost_m,
            tw_early=max(courier.shift.start_s, ready.get((zone.kitchen_id, courier.point_id), 0)),
            tw_late=courier.shift.end_s,
            reload_depots=[at[courier.point_id]],
            max_reloads=courier.max_trips - 1,
        )
        for courier in zone.couriers
    ]
    clients = [
        pyvrp.Client(
            end + 1 + n,
            delivery=[home.boxes],
            service_duration=home.service_s,
            tw_early=home.window.start_s,
            tw_late=min(home.window.end_s, home.latest_s),
        )
        for n, home in enumerate(zone.homes)
    ]
    places = [pyvrp.Location(0, 0)] * (end + 1 + len(clients))
    return pyvrp.ProblemData(places, clients, [pyvrp.Depot(n) for n in range(end + 1)], types, [metres], [seconds])


def _vans(
    index: Index,
    boxes: Mapping[tuple[str, str], int],
    seconds: float,
    seed: int,
    latest: Mapping[tuple[str, str], int],
    wanted_s: int | None,
) -> VanTrips:
    """Return PyVRP's trips of all vans for these boxes; `latest` bounds when they must lie ready."""
    trips: dict[str, list[list[tuple[str, int]]]] = {}
    for kitchen in index.problem.kitchens:
        share = seconds / len(index.problem.kitchens)
        data, lots = _van_data(index, kitchen.kitchen_id, boxes, latest, wanted_s)
        best = pyvrp.solve(data, pyvrp.stop.MaxRuntime(share), seed=seed, display=False, collect_stats=False).best
        vans = [van for van in index.problem.vans if van.kitchen_id == kitchen.kitchen_id]
        for number, route in enumerate(best.routes()):
            rounds: list[list[tuple[str, int]]] = [[]]
            for activity in route.schedule():
                if activity.is_client():
                    rounds[-1].append(lots[activity.idx])
                elif rounds[-1]:
                    rounds.append([])
            trips[vans[number].van_id] = [drops for drops in rounds if drops]
    return trips


def _van_data(
    index: Index,
    kitchen_id: str,
    boxes: Mapping[tuple[str, str], int],
    latest: Mapping[tuple[str, str], int],
    wanted_s: int | None,
) -> tuple[pyvrp.ProblemData, list[tuple[str, int]]]:
    problem = index.problem
    vans = [van for van in problem.vans if van.kitchen_id == kitchen_id]
    lots: list[tuple[str, int]] = []
    clients, rows = [], [index.kitchen_at[kitchen_id]]
    for one in problem.consignments:
        rest = boxes[one.kitchen_id, one.point_id] if one.kitchen_id == kitchen_id else 0
        point = problem.points[index.point_at[one.point_id]]
        bound = latest.get((kitchen_id, one.point_id), one.due_s + point.handling_s) - point.handling_s
        by_s = min(one.due_s, max(bound, one.ready_s), one.due_s if latest or wanted_s is None else wanted_s)
        while rest > 0:
            part = min(rest, vans[0].capacity_boxes)
            lots.append((one.point_id, part))
            rows.append(len(problem.kitchens) + index.point_at[one.point_id])
            clients.append(
                pyvrp.Client(
                    len(lots),
                    delivery=[part],
                    service_duration=point.handling_s,
                    tw_early=point.window.start_s,
                    tw_late=by_s,
                    release_time=one.ready_s,
                )
            )
            rest -= part
    metres = problem.van_travel.metres[np.ix_(rows, rows)].astype(np.int64)
    seconds = problem.van_travel.seconds[np.ix_(rows, rows)].astype(np.int64)
    seconds[0, 1:] += vans[0].loading_s
    kind = pyvrp.VehicleType(
        len(vans),
        [vans[0].capacity_boxes],
        fixed_cost=vans[0].fixed_cost_m,
        tw_early=vans[0].shift.start_s,
        tw_late=vans[0].shift.end_s,
        reload_depots=[0],
    )
    places = [pyvrp.Location(0, 0)] * len(rows)
    return pyvrp.ProblemData(places, clients, [pyvrp.Depot(0)], [kind], [metres], [seconds]), lots
