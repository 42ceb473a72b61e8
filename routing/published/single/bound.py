"""What no plan of a published instance with one echelon can cost less than: its loads bind, its times do not."""

from __future__ import annotations

import math

import numpy as np

from routing.bounds.load_trips import LoadTrips, bound_of
from routing.engine.budget import Budget
from routing.published.boxes import in_boxes
from routing.published.single.instance import Convention, Floats, SingleInstance

HAIR = 1e-6
"""Less than any cost of whole numbers means."""


def bound(instance: SingleInstance, known: float, budget: Budget) -> float | None:
    """Return a bound, None where a load is 0 or a vehicle takes too many, or trips may end at another depot.

    `known` is the cost of some plan.
    """
    boxes = in_boxes(instance.demand[instance.depots :], max(v.capacity for v in instance.vehicles))
    if boxes is None or any(set(v.reload_depots) - {v.depot} for v in instance.vehicles):
        return None
    bases, stops = np.unique([v.depot for v in instance.vehicles]), np.arange(instance.depots, instance.size)
    out = _legs(instance)[np.ix_(bases, stops)]
    trips = LoadTrips(
        between=_legs(instance)[np.ix_(stops, stops)],
        out=out,
        back=np.ascontiguousarray(_legs(instance)[np.ix_(stops, bases)].T),
        carry=np.zeros_like(out),
        boxes=boxes[0],
        capacity=boxes[1],
    )
    found = bound_of(trips, known, budget)
    whole = instance.convention not in {Convention.DOUBLE, Convention.TENTHS}
    return float(math.ceil(found - HAIR)) if found is not None and whole else found


def _legs(instance: SingleInstance) -> Floats:
    """Return the distance between any two nodes in the convention's unit."""
    if instance.given.size:
        return instance.given
    legs: Floats = np.hypot(*np.moveaxis(instance.places[:, None] - instance.places[None], 2, 0))
    match instance.convention:
        case Convention.NEAREST:
            return np.floor(legs + 0.5)
        case Convention.THOUSANDTHS:
            return np.rint(1_000 * legs)
        case Convention.TENTHS:
            return np.floor(10 * legs) / 10
        case Convention.DIMACS:
            return np.floor(10 * legs)
        case Convention.DOUBLE:
            return legs
