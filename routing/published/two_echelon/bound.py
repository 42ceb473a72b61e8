"""What no plan of a published two-echelon instance can cost less than."""

from __future__ import annotations

import numpy as np

from routing.bounds.load_trips import LoadTrips, bound_of
from routing.engine.budget import Budget
from routing.published.boxes import in_boxes
from routing.published.two_echelon.read import Floats, TwoEchelon


def bound(instance: TwoEchelon, known: float, budget: Budget) -> float | None:
    """Return a bound, None where a load is 0 or a vehicle takes too many; `known` is the cost of some plan.

    A truck that calls at a satellite drives there and back at least, and carries no more than it can: so much of a full
    truck's way, and of its price, is laid on every unit that goes through the satellite.
    """
    boxes = in_boxes(instance.demand, instance.freighters.capacity)
    if boxes is None:
        return None
    trucks, freighters = instance.trucks, instance.freighters
    way = 2 * trucks.cost_per_distance * _apart(instance, instance.satellites, instance.depot[None])[:, 0]
    a_unit = (way + trucks.fixed_cost) / trucks.capacity + instance.handling
    out = freighters.cost_per_distance * _apart(instance, instance.satellites, instance.customers)
    trips = LoadTrips(
        between=freighters.cost_per_distance * _apart(instance, instance.customers, instance.customers),
        out=out + freighters.fixed_cost,
        back=out,
        carry=a_unit[:, None] * instance.demand,
        boxes=boxes[0],
        capacity=boxes[1],
    )
    return bound_of(trips, known, budget)


def _apart(instance: TwoEchelon, here: Floats, there: Floats) -> Floats:
    lengths: Floats = np.hypot(*np.moveaxis(here[:, None] - there[None], 2, 0)) / instance.divisor
    return lengths
