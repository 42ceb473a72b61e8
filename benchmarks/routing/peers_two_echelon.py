"""Two echelons one after the other: the second as one model with several depots, then the first exactly.

This is what a plain user of a library gets: the model of the second echelon knows nothing of the trucks, and cannot
bound how many freighters there are over all satellites together.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.routing.peers_single import plain_pyvrp, tuned_ortools
from routing.engine.first.level import first_level
from routing.engine.first.routes import first_routes
from routing.published.single.instance import NO_LIMIT, Convention, SingleInstance, SinglePlan, Vehicle
from routing.published.two_echelon.plan import FreighterRoute, TruckRoute, TwoEchelonPlan
from routing.published.two_echelon.read import TwoEchelon

FIRST_SHARE = 0.05
"""Share of the seconds that is left for the first echelon."""


def sequential(
    instance: TwoEchelon, how: str, seconds: float, seed: int, clock: Callable[[], float]
) -> TwoEchelonPlan | None:
    """Return the plan of one library for both echelons, or None if it finds none."""
    second = second_echelon(instance)
    solve = plain_pyvrp if how == "pyvrp" else tuned_ortools
    found = solve(second, seconds * (1 - FIRST_SHARE), seed, clock)
    if found is None or not found.tours:
        return None
    routes = _freighters(second, found)
    loads = np.zeros(len(instance.satellites))
    for route in routes:
        loads[route.satellite] += sum(instance.demand[customer] for customer in route.customers)
    return TwoEchelonPlan(_trucks(instance, loads), routes)


def second_echelon(instance: TwoEchelon) -> SingleInstance:
    """Return customers and satellites as an instance with several depots."""
    fleet, satellites, n = instance.freighters, len(instance.satellites), len(instance.customers)
    nodes = satellites + n
    each = min(fleet.per_satellite, fleet.count) if fleet.per_satellite > 0 else fleet.count
    return SingleInstance(
        name=instance.name,
        convention=Convention.THOUSANDTHS,
        depots=satellites,
        places=np.vstack((instance.satellites, instance.customers)) / instance.divisor,
        demand=np.concatenate((np.zeros(satellites), instance.demand)),
        service=np.zeros(nodes),
        release=np.zeros(nodes),
        windows=np.column_stack((np.zeros(nodes), np.full(nodes, NO_LIMIT))),
        vehicles=tuple(Vehicle(fleet.capacity, depot) for depot in range(satellites) for _ in range(each)),
        fleet_is_named=True,
    )


def _freighters(second: SingleInstance, plan: SinglePlan) -> tuple[FreighterRoute, ...]:
    return tuple(
        FreighterRoute(second.vehicles[tour.vehicle].depot, tuple(node - second.depots for node in trip))
        for tour in plan.tours
        for trip in tour.trips
    )


def _trucks(instance: TwoEchelon, loads: np.ndarray) -> tuple[TruckRoute, ...]:
    places = np.vstack((instance.depot, instance.satellites))
    apart = places[:, None, :] - places[None, :, :]
    distance = np.sqrt((apart**2).sum(axis=2)) / instance.divisor
    fleet = instance.trucks
    level = first_level(
        distance, fleet.capacity, fleet.count, fleet.cost_per_distance, fleet.fixed_cost, instance.handling
    )
    try:
        trucks = first_routes(level, distance, loads)
    except ValueError:
        # No trucks bring these loads: the checker will say so of a plan without them.
        return ()
    drops = (tuple(zip(truck.satellites, truck.quantities, strict=True)) for truck in trucks)
    return tuple(TruckRoute(number, dropped) for number, dropped in enumerate(drops))
