"""The field of a search: everything that does not change while it runs, as arrays of numbers.

A search knows stops (doors for couriers, meal points for vans), depots where boxes are loaded (meal points for
couriers, kitchens for vans) and vehicles. Rows of the matrices are places. Seconds and metres are integers; costs
are metres.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Matrix = NDArray[np.int32]

NEVER = 1 << 40
"""A time that never comes: boxes that are not to be had, an end that nobody asks for."""

FORBIDDEN = 1 << 40
"""A price that forbids a pairing of stop and vehicle."""

INSERT_NEAR = 30
"""Beside how many of the nearest stops a stop is tried."""

RUIN_NEAR = 100
"""Among how many of the nearest stops the strings of one ruin are sought."""

DEPOTS_NEAR = 3
"""At how many depots a new trip for a stop is tried."""

VEHICLES_NEAR = 8
"""How many of the vehicles nearest to a depot are asked for a new trip from it."""


BLOCK = 256
"""Rows of distances sorted at a time, so that memory stays small."""

STOP = np.dtype(
    [
        (name, np.int64)
        for name in (
            "place",
            "boxes",
            "batch",
            "service",
            "opens",
            "closes",
            "due",
            "late_price",
            "floors",
            "out_price",
            "choosy",
        )
    ]
)
"""A stop: its place, what it takes and of which batch, how long the hand-over lasts and within which times it must
start, by when it should (and metres of price for each second later), floors to climb, what leaving it out costs, and
whether it cares who comes from where (1: read `pair_cost` and `depot_cost`; 0: they are all zero)."""

WAY = np.dtype([(name, np.int32) for name in ("metres", "metres_back", "seconds", "seconds_back")])
"""Between two places, both ways: what an insertion asks for lies side by side in memory."""

DEPOT = np.dtype([(name, np.int64) for name in ("place", "opens", "closes")])
"""A depot: its place; loading starts and ends within its times."""

VEHICLE = np.dtype(
    [
        (name, np.int64)
        for name in (
            "start",
            "back",
            "free",
            "end_by",
            "capacity",
            "loading",
            "trips_most",
            "fixed",
            "pace",
            "kind",
            "floor_price",
        )
    ]
)
"""A vehicle: the place where it is at `free`, the place where it must be by `end_by` (one that is
no way from anywhere, if it ends at its last stop),
boxes a trip, seconds of loading, trips, price of using it at all, its pace in percent (100: as the ways say), its kind,
and metres times the square of its floors, over 100. Vehicles of one kind are alike in everything, so that one idle one
stands for all."""

Records = NDArray[np.void]


class Field(NamedTuple):
    """The arrays; n stops, d depots, k vehicles, m places. Few and packed, because every call carries them.

    Attributes
    ----------
    ways
        Records of `WAY` (m, m). Number neighbours alike: then what is near lies near in memory, which is what the
        speed of a search hangs on.
    stops, depots, vehicles
        Records of `STOP` (n,), `DEPOT` (d,), `VEHICLE` (k,).
    release
        Shape (batches, d): from when a batch lies ready at the depot, `NEVER` where it does not come.
    depot_cost
        Shape (n, d): price of taking the stop's boxes from there.
    pair_cost
        Shape (n, k): price (or bonus) of this vehicle at this stop, `FORBIDDEN` where it must not go.
    near
        Shape (n, <= `RUIN_NEAR`): the other stops, nearest first.
    near_ways
        Shape (n, <= `INSERT_NEAR`): the ways between the stop and the nearest of `near`, side by side in memory.
    near_depots
        Shape (n, <= `DEPOTS_NEAR`): depots that may serve the stop, cheapest first; -1 where there are fewer.
    near_vehicles
        Shape (d, <= `VEHICLES_NEAR`): vehicles by the way from their start.
    """

    ways: Records
    stops: Records
    depots: Records
    vehicles: Records
    release: Rows
    depot_cost: Rows
    pair_cost: Rows
    near: Matrix
    near_ways: Records
    near_depots: Rows
    near_vehicles: Rows


def ways_of(seconds: Matrix, metres: Matrix) -> Records:
    """Return both matrices, shape (m, m), as ways of m + 1 places; the last is no way from anywhere."""
    m = len(metres)
    ways = np.zeros((m + 1, m + 1), dtype=WAY)
    ways["metres"][:m, :m], ways["metres_back"][:m, :m] = metres, metres.T
    ways["seconds"][:m, :m], ways["seconds_back"][:m, :m] = seconds, seconds.T
    return ways


def nearest_stops(ways: Records, place: Rows) -> Matrix:
    """Return for each stop the others, nearest first, ties by number; shape (n, min(n - 1, `RUIN_NEAR`))."""
    n = len(place)
    width = max(0, min(n - 1, RUIN_NEAR))
    out = np.empty((n, width), dtype=np.int32)
    for first in range(0, n, BLOCK):
        rows = place[first : first + BLOCK]
        block = ways[np.ix_(rows, place)]
        keys = (block["metres"].astype(np.int64) + block["metres_back"]) * n + np.arange(n)
        keys[np.arange(len(rows)), np.arange(first, first + len(rows))] = np.iinfo(np.int64).max
        if width < n - 1:
            keys = np.partition(keys, width, axis=1)[:, :width]
        out[first : first + len(rows)] = np.sort(keys, axis=1)[:, :width] % n
    return out


def ways_near(ways: Records, place: Rows, near: Matrix) -> Records:
    """Return the ways between each stop and its nearest ones, shape (n, <= `INSERT_NEAR`)."""
    return ways[place[:, None], place[near[:, :INSERT_NEAR]]]


def nearest_depots(open_to: NDArray[np.bool_], depot_cost: Rows, ways: Records, place: Rows, depots: Rows) -> Rows:
    """Return for each stop the depots (at these places) open to it, cheapest way and price first; -1 fills up.

    `open_to` and `depot_cost` have shape (n, d).
    """
    n, width = len(place), min(len(depots), DEPOTS_NEAR)
    out = np.full((n, width), -1, dtype=np.int64)
    for i in range(n):
        usable = np.flatnonzero(open_to[i])
        price = ways["metres"][depots[usable], place[i]] + depot_cost[i, usable]
        best = usable[np.argsort(price, kind="stable")][:width]
        out[i, : len(best)] = best
    return out


def nearest_vehicles(ways: Records, start: Rows, depots: Rows) -> Rows:
    """Return for each depot the vehicles with the shortest way to it, ties by number."""
    width = min(len(start), VEHICLES_NEAR)
    out = np.empty((len(depots), width), dtype=np.int64)
    for d, place in enumerate(depots):
        out[d] = _smallest(ways["metres"][start, place].astype(np.int64), width)
    return out


def _smallest(row: Rows, width: int) -> Rows:
    """Return the indices of the `width` smallest values in order, ties by index."""
    if width < len(row):
        border = np.partition(row, width - 1)[width - 1] if width else -1
        chosen = np.flatnonzero(row <= border)
        return chosen[np.argsort(row[chosen], kind="stable")][:width]
    return np.argsort(row, kind="stable")[:width]
