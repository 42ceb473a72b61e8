"""One echelon, or a part of it, as PyVRP's data, and its solutions as tours.

PyVRP 0.14 wants integers: each convention's own unit, and for unrounded distances thousandths with times rounded
against us, so that a plan which holds here holds in real numbers too. Vehicles of one kind are one vehicle type with
their depot's window, and a tour is a list of activities: customers, and depots where it reloads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyvrp

from routing.published.single.instance import (
    Convention,
    Floats,
    SingleInstance,
    Tour,
    Vehicle,
)

SCALE = {
    Convention.DOUBLE: 1_000,
    Convention.TENTHS: 10,
    Convention.DIMACS: 10,
    Convention.THOUSANDTHS: 1_000,
    Convention.NEAREST: 1,
}
HAIR = 1e-7
"""Less than any figure means: keeps 30.000000001 from becoming 31."""

LARGEST = 1 << 62


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some customers and vehicles of an instance as PyVRP's data.

    Attributes
    ----------
    nodes
        The customer of each PyVRP client.
    types
        The vehicles of each PyVRP vehicle type, by their number in the instance.
    """

    instance: SingleInstance
    data: pyvrp.ProblemData
    nodes: tuple[int, ...]
    types: tuple[tuple[int, ...], ...]

    def solution(self, tours: Iterable[Tour]) -> pyvrp.Solution:
        """Return these tours as a PyVRP solution; customers that are not of this part are left away."""
        client = {node: n for n, node in enumerate(self.nodes)}
        kind = {vehicle: n for n, vehicles in enumerate(self.types) for vehicle in vehicles}
        routes = []
        for tour in tours:
            activities: list[pyvrp.Activity] = []
            for n, trip in enumerate(tour.trips):
                if n:
                    activities.append(pyvrp.Activity(pyvrp.ActivityType.DEPOT, tour.reloads[n - 1]))
                activities += [pyvrp.Activity(pyvrp.ActivityType.CLIENT, client[c]) for c in trip if c in client]
            routes.append(pyvrp.Route(self.data, activities, kind[tour.vehicle]))
        return pyvrp.Solution(self.data, routes)

    def tours(self, solution: pyvrp.Solution) -> tuple[Tour, ...]:
        """Return a PyVRP solution as tours of this part's vehicles, empty trips left away."""
        free = [list(reversed(vehicles)) for vehicles in self.types]
        tours = []
        for route in solution.routes():
            trips: list[list[int]] = [[]]
            stops: list[int] = []
            for activity in route.schedule():
                if activity.is_client():
                    trips[-1].append(self.nodes[activity.idx])
                elif trips[-1]:
                    stops.append(activity.idx)
                    trips.append([])
            full = [tuple(trip) for trip in trips if trip]
            if full:
                tours.append(Tour(free[route.vehicle_type()].pop(), tuple(full), tuple(stops[: len(full) - 1])))
        return tuple(tours)


def part_of(instance: SingleInstance, nodes: Sequence[int], vehicles: Sequence[int]) -> Part:
    """Return these customers with these vehicles as PyVRP's data."""
    kinds: dict[Vehicle, list[int]] = {}
    for vehicle in vehicles:
        kinds.setdefault(instance.vehicles[vehicle], []).append(vehicle)
    chosen = np.array([*range(instance.depots), *nodes])
    distances, durations = _matrices(instance, chosen)
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(*_place(instance, node)) for node in chosen],
        clients=_clients(instance, nodes),
        depots=[pyvrp.Depot(location=depot) for depot in range(instance.depots)],
        vehicle_types=[_vehicle_type(instance, vehicle, len(same)) for vehicle, same in kinds.items()],
        distance_matrices=[distances],
        duration_matrices=[durations],
    )
    return Part(instance, data, tuple(nodes), tuple(tuple(same) for same in kinds.values()))


def _place(instance: SingleInstance, node: int) -> tuple[int, int]:
    if not len(instance.places):
        return 0, 0
    x, y = np.rint(instance.places[node] * SCALE[instance.convention])
    return int(x), int(y)


def _matrices(instance: SingleInstance, nodes: Any) -> tuple[Any, Any]:
    """Return distances and durations between `nodes`, int64; PyVRP's own types say less than numpy's."""
    if instance.given.size:
        exact: Floats = instance.given[np.ix_(nodes, nodes)]
    else:
        places = instance.places[nodes]
        exact = np.hypot(*(places[:, None, :] - places[None, :, :]).transpose(2, 0, 1))
    scaled = exact * SCALE[instance.convention]
    if instance.convention is Convention.DOUBLE:
        return np.rint(scaled).astype(np.int64), np.ceil(scaled - HAIR).astype(np.int64)
    cut = instance.convention in (Convention.TENTHS, Convention.DIMACS)
    # As the checker and every published value have it: a half goes up, not to the even neighbour.
    whole = (np.floor(scaled) if cut else np.floor(scaled + 0.5)).astype(np.int64)
    return whole, whole


def _clients(instance: SingleInstance, nodes: Sequence[int]) -> list[pyvrp.Client]:
    return [
        pyvrp.Client(
            location=instance.depots + n,
            delivery=[_up(instance.demand[node] * _load_scale(instance))],
            service_duration=_time(instance, instance.service[node], upward=True),
            tw_early=_time(instance, instance.windows[node, 0], upward=True),
            tw_late=_time(instance, instance.windows[node, 1], upward=False),
            release_time=_time(instance, instance.release[node], upward=True),
        )
        for n, node in enumerate(nodes)
    ]


def _vehicle_type(instance: SingleInstance, vehicle: Vehicle, count: int) -> pyvrp.VehicleType:
    begin, end = instance.windows[vehicle.depot]
    return pyvrp.VehicleType(
        num_available=count,
        capacity=[_down(vehicle.capacity * _load_scale(instance))],
        start_depot=vehicle.depot,
        end_depot=vehicle.depot,
        tw_early=_time(instance, begin, upward=True),
        tw_late=_time(instance, end, upward=False),
        shift_duration=_time(instance, vehicle.max_duration, upward=False),
        max_distance=_down(vehicle.max_distance * SCALE[instance.convention]),
        reload_depots=list(vehicle.reload_depots),
        max_reloads=_down(vehicle.max_reloads),
    )


def _load_scale(instance: SingleInstance) -> int:
    return 1 if (instance.demand == np.floor(instance.demand)).all() else 1_000


def _time(instance: SingleInstance, value: float, *, upward: bool) -> int:
    """Return a time in this convention's integers; unrounded ones are rounded against us."""
    scaled = value * SCALE[instance.convention]
    match instance.convention:
        case Convention.DOUBLE:
            return _up(scaled) if upward else _down(scaled)
        case Convention.TENTHS | Convention.DIMACS:
            return _down(scaled)
        case _:
            return _down(scaled + 0.5)


def _up(value: float) -> int:
    return int(np.ceil(value - HAIR))


def _down(value: float) -> int:
    return LARGEST if value >= LARGEST else int(np.floor(value + HAIR))
