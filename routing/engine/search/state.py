"""The state of a search: the trips of every vehicle as one row of steps, with their times.

A row is what a vehicle does, in order: a depot d is the mark -1 - d and begins a trip, a stop i is the mark i. Every
row that is not empty begins with a depot, and behind every row stands its end. Each step knows when the vehicle leaves
it at the earliest and by when it must be reached so that everything after it still holds, so that an insertion is
judged without walking the row.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.engine.compiled import compiled, inlined
from routing.engine.search.field import Field, Records

Rows = NDArray[np.int64]

STEP = np.dtype(
    [(name, np.int64) for name in ("mark", "place", "head", "way", "ride", "leave", "latest", "load", "carried")]
)
"""A step: its mark and place, the position of the depot that began its trip, the metres and seconds to it, its
earliest leaving, the latest start of its hand-over (or of its loading); at depots also when loading starts and how
many boxes."""

ROW = np.dtype([(name, np.int64) for name in ("length", "trips", "climbed", "cost")])
"""A row: its steps, trips, floors, and metres with all prices."""

END = 1 << 40
"""The mark behind the last step of a row: where the vehicle must be at its end, and by when."""

AS_IS = 100
"""Percent of a vehicle that is as fast as the ways say."""

SPOT = np.dtype([("vehicle", np.int64), ("at", np.int64)])
"""Where a stop is: its vehicle (-1: none) and its position."""


class State(NamedTuple):
    """Records of `ROW` (k,), `STEP` (k, w) and `SPOT` (n,): k vehicles with room for w steps, ends too, n stops."""

    rows: Records
    steps: Records
    spots: Records


def empty_state(field: Field) -> State:
    """Return rows of idle vehicles, with room for every stop in one row."""
    k, n = len(field.vehicles), len(field.stops)
    width = n + int(min(n, field.vehicles["trips_most"].max(initial=1))) + 3
    spots = np.zeros(n, dtype=SPOT)
    spots["vehicle"] = -1
    return State(np.zeros(k, dtype=ROW), np.zeros((k, width), dtype=STEP), spots)


@inlined
def paced(seconds: int, percent: int) -> int:
    """Return the seconds of a way at a pace, rounded up."""
    return int(seconds) if percent == AS_IS else (int(seconds) * percent + AS_IS - 1) // AS_IS


@compiled
def refresh(field: Field, state: State, v: int) -> bool:
    """Recompute times, boxes and cost of row `v`, whose steps are linked; return whether every rule holds."""
    row, vehicle = state.rows[v], field.vehicles[v]
    end = state.steps[v, row.length]
    end.mark, end.place, end.latest = END, vehicle.back, vehicle.end_by
    if row.length == 0:
        row.trips = row.climbed = row.cost = end.way = end.ride = 0
        return True
    holds = _forward(field, state, v)
    row.cost += end.way
    return _backward(field, state, v) and holds


@inlined
def link(field: Field, state: State, v: int, p: int) -> None:
    """Fill place and way of position `p` of row `v`, which may be the end, by its mark and the step before it."""
    step, vehicle = state.steps[v, p], field.vehicles[v]
    step.place = vehicle.back
    if p < state.rows[v].length:
        step.place = field.stops[step.mark].place if step.mark >= 0 else field.depots[-1 - step.mark].place
    way = field.ways[step.place, state.steps[v, p - 1].place if p > 0 else vehicle.start]
    step.way, step.ride = way.metres_back, paced(way.seconds_back, vehicle.pace)


@compiled
def link_all(field: Field, state: State, v: int) -> None:
    """Link every step of row `v`, and its end, after its marks were written anew."""
    for p in range(state.rows[v].length + 1):
        link(field, state, v, p)


@compiled
def _forward(field: Field, state: State, v: int) -> bool:
    vehicle, row = field.vehicles[v], state.rows[v]
    now, head, trips, floors, cost = vehicle.free, 0, 0, 0, vehicle.fixed
    holds = True
    for p in range(row.length):
        step = state.steps[v, p]
        mark = step.mark
        now += step.ride
        cost += step.way
        if mark < 0:
            head, trips = p, trips + 1
            now = max(now, _ready(field, state, v, p))
            step.load = now
            now += vehicle.loading
            holds = holds and step.carried <= vehicle.capacity
        else:
            stop, spot = field.stops[mark], state.spots[mark]
            now = max(now, stop.opens)
            cost += max(0, now - stop.due) * stop.late_price
            if stop.choosy:
                cost += field.pair_cost[mark, v] + field.depot_cost[mark, -1 - state.steps[v, head].mark]
            now += stop.service
            floors += stop.floors
            spot.vehicle, spot.at = v, p
        step.head, step.leave = head, now
    row.trips, row.climbed = trips, floors
    row.cost = cost + vehicle.floor_price * floors * floors // 100
    return holds and trips <= vehicle.trips_most


@inlined
def _ready(field: Field, state: State, v: int, p: int) -> int:
    """Return from when the trip that begins at position `p` can load, and note its boxes."""
    depot, boxes, length = -1 - state.steps[v, p].mark, 0, state.rows[v].length
    ready = field.depots[depot].opens
    q = p + 1
    while q < length and state.steps[v, q].mark >= 0:
        stop = field.stops[state.steps[v, q].mark]
        boxes += stop.boxes
        ready = max(ready, field.release[stop.batch, depot])
        q += 1
    state.steps[v, p].carried = boxes
    return int(ready)


@compiled
def _backward(field: Field, state: State, v: int) -> bool:
    """Fill the latest times; return whether the earliest ones keep them."""
    vehicle = field.vehicles[v]
    deadline, holds = vehicle.end_by, True
    for p in range(state.rows[v].length - 1, -1, -1):
        step = state.steps[v, p]
        deadline -= state.steps[v, p + 1].ride
        if step.mark >= 0:
            stop = field.stops[step.mark]
            deadline = min(stop.closes, deadline - stop.service)
            holds = holds and step.leave - stop.service <= deadline
        else:
            deadline = min(field.depots[-1 - step.mark].closes, deadline) - vehicle.loading
            holds = holds and step.load <= deadline
        step.latest = deadline
    return holds


@compiled
def insert_mark(field: Field, state: State, v: int, p: int, mark: int) -> None:
    """Put `mark` before position `p` of row `v`, linked; times are stale until `refresh`."""
    for q in range(state.rows[v].length, p - 1, -1):
        state.steps[v, q + 1] = state.steps[v, q]
    state.steps[v, p].mark = mark
    state.rows[v].length += 1
    link(field, state, v, p)
    link(field, state, v, p + 1)


@compiled
def drop_absent(field: Field, state: State, v: int) -> None:
    """Close up row `v` over the stops that are no longer its own, and over trips without a stop; it stays linked."""
    kept, length, gap = 0, state.rows[v].length, False
    for p in range(length):
        mark = state.steps[v, p].mark
        if mark >= 0 and state.spots[mark].vehicle != v:
            gap = True
            continue
        if mark < 0 and kept > 0 and state.steps[v, kept - 1].mark < 0:
            kept, gap = kept - 1, True
        if kept < p:
            state.steps[v, kept] = state.steps[v, p]
        if gap:
            link(field, state, v, kept)
        kept, gap = kept + 1, False
    if kept > 0 and state.steps[v, kept - 1].mark < 0:
        kept -= 1
    if kept < length:
        state.rows[v].length = kept
        link(field, state, v, kept)
