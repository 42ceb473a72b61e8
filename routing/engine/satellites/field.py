"""What a search over the routes of two echelons is given: places, demands, freighters."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

NEIGHBOURS = 100


class Field(NamedTuple):
    """Places are the satellites, then the customers; costs include the price of distance."""

    away: Floats
    """(P, P) cost from place to place."""
    demand: Floats
    """(P,) 0 for satellites."""
    near: Whole
    """(P, N) customers near each place, the nearest first; a customer's own list begins with itself."""
    detour: Floats
    """(S, S + 1) what a truck's call at a satellite adds at least: to no tour, or beside another satellite."""
    handling: Floats
    """(S,) cost of a unit through a satellite."""
    satellites: int
    capacity: float
    fixed: float
    """Cost of one freighter in use."""
    fleet: int
    """Freighters in all."""
    fleet_each: int
    """Freighters at one satellite."""


def field_of(
    away: Floats,
    demand: Floats,
    trucks: Floats,
    handling: Floats,
    *,
    capacity: float,
    fixed: float,
    fleet: tuple[int, int],
) -> Field:
    """Return the field of a search.

    `away` (P, P) costs between satellites and customers, symmetric; `demand` (P,); `trucks` (S + 1, S + 1) truck costs
    with the depot first; `fleet` = freighters in all and at one satellite.

    Raises
    ------
    ValueError
        If shapes do not fit or a demand is above the capacity.
    """
    count = len(handling)
    if away.shape != (len(demand), len(demand)) or trucks.shape != (count + 1, count + 1) or len(demand) <= count:
        raise ValueError(
            f"expected costs between all places, got {away.shape}, {trucks.shape} for {len(demand)} places"
        )
    if demand.max() > capacity:
        raise ValueError(f"expected no demand above a freighter's capacity {capacity:g}, got {demand.max():g}")
    customers = np.argsort(away[:, count:], axis=1, kind="stable") + count
    for place in range(count, len(demand)):
        row = customers[place]
        customers[place] = np.concatenate(([place], row[row != place]))
    return Field(
        away=np.ascontiguousarray(away, dtype=np.float64),
        demand=np.ascontiguousarray(demand, dtype=np.float64),
        near=np.ascontiguousarray(customers[:, :NEIGHBOURS], dtype=np.int64),
        detour=_detours(trucks),
        handling=np.ascontiguousarray(handling, dtype=np.float64),
        satellites=count,
        capacity=float(capacity),
        fixed=float(fixed),
        fleet=min(fleet[0], len(demand) - count),
        fleet_each=fleet[1],
    )


def _detours(trucks: Floats) -> Floats:
    out, back, between = trucks[0, 1:], trucks[1:, 0], trucks[1:, 1:]
    beside = np.minimum(out[:, None] + between - out[None, :], between.T + back[:, None] - back[None, :])
    return np.ascontiguousarray(np.concatenate(((out + back)[:, None], beside), axis=1))
