"""The couriers of one meal point: a task that can be sent to a worker, and its answer."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from routing.engine.ortools.model import Bounds, Trips, search
from routing.filling import empty_rides, fill, near_vehicles, possible_pairs
from routing.ground import Ground
from routing.rides import Ride


@dataclass(frozen=True, slots=True)
class PointTask:
    """The homes of one meal point and the couriers who may load there, on a small ground of their own.

    `homes`, `couriers` are the numbers of the ground's stops and vehicles in the whole problem.
    """

    homes: tuple[int, ...]
    couriers: tuple[int, ...]
    ground: Ground
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class PointAnswer:
    """The trips of each courier of the task, as numbers of homes in the whole problem."""

    couriers: tuple[int, ...]
    trips: tuple[Trips, ...]
    was_cut_short: bool


def point_tasks(ground: Ground, homes: Sequence[int], bounds: Bounds) -> list[PointTask]:
    """Return one task for each meal point that has both homes waiting and couriers of its own."""
    tasks = []
    for depot in sorted({ground.stops[n].depot for n in homes}):
        own = [v for v, vehicle in enumerate(ground.vehicles) if vehicle.start == depot and vehicle.capacity > 0]
        mine = [n for n in homes if ground.stops[n].depot == depot]
        if own:
            tasks.append(PointTask(tuple(mine), tuple(own), small_ground(ground, mine, own), bounds))
    return tasks


def small_ground(ground: Ground, homes: Sequence[int], couriers: Sequence[int]) -> Ground:
    """Return a ground with these homes and couriers and only the ways they need, so that it is small to send."""
    few = ground.only(homes, couriers)
    places = sorted(
        {s.place for s in few.stops} | {s.depot for s in few.stops} | {v.start for v in few.vehicles},
    )
    at = {place: n for n, place in enumerate(places)}
    paces = {vehicle.pace_percent for vehicle in few.vehicles}
    return Ground(
        seconds=_cut(ground.seconds, places),
        metres=_cut(ground.metres, places),
        stops=tuple(replace(stop, place=at[stop.place], depot=at[stop.depot]) for stop in few.stops),
        vehicles=tuple(replace(vehicle, start=at[vehicle.start]) for vehicle in few.vehicles),
        depots={at[place]: window for place, window in ground.depots.items() if place in at},
        stretched={pace: _cut(rows, places) for pace, rows in ground.stretched.items() if pace in paces},
    )


def _cut(rows: Sequence[array[int]], places: Sequence[int]) -> list[array[int]]:
    pick = itemgetter(*places) if len(places) > 1 else lambda row: (row[places[0]],)
    return [array("i", pick(rows[place])) for place in places]


def plan_point(task: PointTask) -> PointAnswer:
    """Return the best trips found for one meal point; the same task gives the same answer everywhere.

    The plain insertion gives the solver its start: from nothing OR-Tools finds no plan for a tight point that needs
    second trips. The better of the two is returned, so the answer is never worse than the plain one.
    """
    ground = task.ground
    able, stops = possible_pairs(ground)
    trips: list[Trips] = [() for _ in ground.vehicles]
    cut = False
    if stops:
        found, cut = plan_depot(ground.only(stops, able), task.bounds)
        for v, of_vehicle in zip(able, found, strict=True):
            trips[v] = tuple(tuple(task.homes[stops[i]] for i in trip) for trip in of_vehicle)
    return PointAnswer(task.couriers, tuple(trips), cut)


def plan_depot(ground: Ground, bounds: Bounds) -> tuple[tuple[Trips, ...], bool]:
    """Return the better of the plain start and what the solver makes of it, and whether the clock cut it off."""
    rides = empty_rides(ground)
    fill(rides, range(len(ground.stops)), near_vehicles(ground, len(rides)))
    start = tuple(ride.trips() for ride in rides)
    trips_each = max(len(of_courier) for of_courier in start) + 1
    fewer = tuple(replace(v, max_trips=min(v.max_trips, trips_each)) for v in ground.vehicles)
    found = search(replace(ground, vehicles=fewer), bounds, start=start)
    if found.trips is not None and _worth(ground, found.trips) < _worth(ground, start):
        return found.trips, found.was_cut_short
    return start, found.was_cut_short


def _worth(ground: Ground, trips: Sequence[Trips]) -> tuple[int, int]:
    """Return (boxes left out, cost); trips that break a rule are worth nothing."""
    rides = [Ride(ground, vehicle, of_vehicle) for vehicle, of_vehicle in zip(ground.vehicles, trips, strict=True)]
    if not all(ride.refresh() for ride in rides):
        return 1 << 60, 0
    brought = sum(load.boxes for ride in rides for load in ride.loads)
    return sum(stop.boxes for stop in ground.stops) - brought, sum(ride.cost_m for ride in rides)
