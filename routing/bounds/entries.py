"""How often couriers must come to each meal point at least: cuts for the master problem.

One who comes can do so much before going elsewhere; whatever the homes there take, divided by that and rounded up, is
how many must come (k-path cuts, Kohl, Desrosiers, Madsen, Solomon and Soumis 1999).
"""

from __future__ import annotations

import math

import numpy as np

from routing.bounds.build import Second
from routing.bounds.completion import Rest, fill_rest
from routing.bounds.states import States
from routing.bounds.streets import NEVER, Prices
from routing.bounds.trace import first_ways

RIDE_S = 45
"""About what a ride from door to door takes; it only weighs homes against each other."""

UNIT_S = 200
"""About what a home takes; weights stay near 1."""

ROUNDING = 1e-3


def least_entries(second: Second, states: States, rest: Rest) -> list[int]:
    """Return for each meal point how many times a courier comes from elsewhere, or begins there, at least.

    Homes that may be served from several points count nowhere. `rest` is room to compute in.
    """
    streets, points = second.streets, len(second.streets.point_open_s)
    out = streets.out._replace(metres=np.zeros_like(streets.out.metres))
    free = streets._replace(out=out, back_m=np.zeros_like(streets.back_m))
    states = states._replace(metres=np.zeros_like(states.metres))
    doors, left = streets.doors, int(streets.kinds.trips.max()) - 1
    single = np.bincount(doors.home, minlength=len(second.homes))[doors.home] == 1
    stay = np.where(np.eye(points, dtype=bool), 0.0, float(NEVER))
    least = np.zeros(points, dtype=np.int64)
    # Round about may be faster than straight on, so that nothing but the shift says when one may be there.
    now = min((int(second.first_s[g, one.start]) for g, one in enumerate(second.groups)), default=NEVER)
    for weight in (np.ones(len(doors.home)), (doors.service_s + RIDE_S) / UNIT_S):
        worth = np.where(single, weight, 0.0)
        prices = Prices(worth, stay)
        fill_rest(free, prices, states, rest)
        for p in range(points):
            cost, _ = first_ways(free, prices, states, rest, p, now, left, 0)
            most = ROUNDING - float(cost.min(initial=0.0))
            if most <= ROUNDING:
                continue
            least[p] = max(least[p], math.ceil(worth[doors.point == p].sum() / most - ROUNDING))
    return [int(n) for n in least]
