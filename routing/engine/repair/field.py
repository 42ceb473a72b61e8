"""The field of a repair: everything that does not change while it runs, as arrays of numbers.

Stops are doors. Their boxes are on board of one vehicle already, or lie at a hub: a meal point, or a bike whose rider
is gone. Costs are metres; what counts for more than any metre has a price far above them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Matrix = NDArray[np.int32]
Records = NDArray[np.void]

NEVER = 1 << 40
"""A time that never comes."""

FORBIDDEN = 1 << 40
"""A price that forbids a pairing of stop and vehicle."""

OUT_M = 10**14
LATE_M = 10**10
LATE_M_PER_S = 10**5
"""Prices of a home left out, of a home visited after its window, and of each second of that: whoever can be served is,
then fewest are late, then by fewest seconds, then metres count. Ten thousand homes stay below 2^63."""

SOFT_OUT_M = 50_000
SOFT_LATE_M = 3_000
SOFT_LATE_M_PER_S = 10
"""The same prices while the search wanders: low enough that a way to something better may lead over somebody late."""

ON_BOARD = -1
"""The hub of a stop whose boxes are on board."""

ANYBODY = -1
"""The owner of a stop that is nobody's yet."""

AS_THE_VEHICLE = -1
"""The seconds at a hub where each vehicle takes its own time to load."""

INSERT_NEAR = 24
"""Beside how many of the nearest stops rows are sought for a stop."""

RUIN_NEAR = 60
"""Among how many of the nearest stops the strings of one ruin are sought."""

VEHICLES_NEAR = 6
"""How many of the vehicles nearest to a hub are asked as well."""


STOP = np.dtype(
    [
        (name, np.int64)
        for name in (
            "place",
            "boxes",
            "hub",
            "owner",
            "release",
            "service",
            "opens",
            "wanted",
            "closes",
            "due",
            "late_price",
            "floors",
            "choosy",
        )
    ]
)
"""A stop: its place, boxes, the hub where they lie from `release` on (or `ON_BOARD` of its `owner`), seconds of the
hand-over, which starts from `opens` on, after `wanted` only if declared late, after `closes` never; the promised time
and metres for each second later; floors; and whether it cares who comes (1: read `pair_cost`)."""

WAY = np.dtype([(name, np.int32) for name in ("metres", "seconds")])
"""From one place to another."""

HUB = np.dtype([(name, np.int64) for name in ("place", "opens", "closes", "takes", "counts")])
"""A hub: loading starts and ends within its times and takes so long; whether it counts as a trip (1) or not (0)."""

VEHICLE = np.dtype(
    [
        (name, np.int64)
        for name in (
            "start",
            "free",
            "end_by",
            "capacity",
            "carried",
            "loading",
            "trips_left",
            "fixed",
            "pace",
            "climbed",
            "floor_price",
        )
    ]
)
"""A vehicle: where it is at `free`, by when it must be done, boxes it can carry and carries now, seconds of loading,
trips it may still begin, the price of using it at all (0 once it is used), pace in percent, floors climbed so far, and
metres times the square of its floors, over 100."""


class Field(NamedTuple):
    """The arrays; n stops, d hubs, k vehicles, m places.

    Attributes
    ----------
    ways
        Records of `WAY` (m, m).
    stops, hubs, vehicles
        Records of `STOP` (n,), `HUB` (d,), `VEHICLE` (k,).
    pair_cost
        Shape (n, k): price (or bonus) of this vehicle at this stop, `FORBIDDEN` where it must not go.
    near
        Shape (n, <= `RUIN_NEAR`): the other stops, nearest first.
    near_vehicles
        Shape (d, <= `VEHICLES_NEAR`): the vehicles nearest to each hub.
    """

    ways: Records
    stops: Records
    hubs: Records
    vehicles: Records
    pair_cost: Rows
    near: Rows
    near_vehicles: Rows


def ways_of(seconds: Matrix, metres: Matrix) -> Records:
    """Return both matrices, shape (m, m), as ways."""
    ways = np.empty(metres.shape, dtype=WAY)
    ways["metres"], ways["seconds"] = metres, seconds
    return ways


def nearest(metres: NDArray[np.int64], width: int) -> Rows:
    """Return for each row the columns with the smallest values in order, ties by number."""
    width = max(0, min(metres.shape[1], width))
    if width < metres.shape[1]:
        few = np.argpartition(metres, width, axis=1)[:, :width]
        few.sort(axis=1)
    else:
        few = np.broadcast_to(np.arange(width), (len(metres), width))
    order = np.argsort(np.take_along_axis(metres, few, axis=1), axis=1, kind="stable")
    return np.ascontiguousarray(np.take_along_axis(few, order, axis=1).astype(np.int64))


def nearest_stops(ways: Records, place: Rows) -> Rows:
    """Return for each stop the others, nearest first there and back."""
    there = ways["metres"][np.ix_(place, place)].astype(np.int64)
    round_trip = there + there.T
    np.fill_diagonal(round_trip, NEVER)
    return nearest(round_trip, min(len(place) - 1, RUIN_NEAR))


def nearest_vehicles(ways: Records, starts: Rows, hubs: Rows) -> Rows:
    """Return for each hub the vehicles that stand nearest to it now."""
    return nearest(ways["metres"][np.ix_(starts, hubs)].T.astype(np.int64), VEHICLES_NEAR)
