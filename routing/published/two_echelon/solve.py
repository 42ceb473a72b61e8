"""Solve a published two-echelon instance with the search over satellites."""

from __future__ import annotations

import numpy as np

from routing.engine.budget import Budget
from routing.engine.first.cost import NOTHING
from routing.engine.first.level import EXACT_OPEN, FirstLevel, first_level
from routing.engine.first.routes import first_routes, routes_of
from routing.engine.satellites.field import Field, field_of
from routing.engine.satellites.search import Found, search
from routing.published.two_echelon.plan import FreighterRoute, TruckRoute, TwoEchelonPlan, as_json
from routing.published.two_echelon.read import Floats, TwoEchelon

__all__ = ["as_json", "solve"]


def solve(instance: TwoEchelon, *, budget: Budget, seed: int, cores: int = 1) -> TwoEchelonPlan:
    """Return the best plan found within the budget; the search may end earlier when nothing better has come for long.

    Raises
    ------
    ValueError
        If there are more satellites than the first echelon takes (16), or the freighters cannot be loaded.
    """
    trucks = _distances(np.vstack((instance.depot, instance.satellites)), instance.divisor)
    found = search(_field(instance, trucks), lambda: _level(instance, trucks), budget, seed, cores)
    return _plan(instance, trucks, found)


def _distances(places: Floats, divisor: float) -> Floats:
    apart = places[:, None, :] - places[None, :, :]
    lengths: Floats = np.sqrt((apart**2).sum(axis=2)) / divisor
    return lengths


def _level(instance: TwoEchelon, trucks: Floats) -> FirstLevel:
    fleet = instance.trucks
    return first_level(
        trucks, fleet.capacity, fleet.count, fleet.cost_per_distance, fleet.fixed_cost, instance.handling
    )


def _field(instance: TwoEchelon, trucks: Floats) -> Field:
    fleet = instance.freighters
    places = np.vstack((instance.satellites, instance.customers))
    return field_of(
        _distances(places, instance.divisor) * fleet.cost_per_distance,
        np.concatenate((np.zeros(len(instance.handling)), instance.demand)),
        trucks * instance.trucks.cost_per_distance,
        instance.handling,
        capacity=fleet.capacity,
        fixed=fleet.fixed_cost,
        fleet=(fleet.count, fleet.per_satellite),
    )


def _plan(instance: TwoEchelon, trucks: Floats, found: Found) -> TwoEchelonPlan:
    level = _level(instance, trucks)
    if (found.loads > NOTHING).sum() > EXACT_OPEN:
        stops = [[at for at in range(len(found.loads)) if bits >> at & 1] for bits in found.trucks]
        first = routes_of(level, trucks, found.loads, stops)
    else:
        first = first_routes(level, trucks, found.loads)
    return TwoEchelonPlan(
        tuple(
            TruckRoute(number, tuple(zip(truck.satellites, truck.quantities, strict=True)))
            for number, truck in enumerate(first)
        ),
        tuple(FreighterRoute(satellite, customers) for satellite, customers in found.routes),
    )
