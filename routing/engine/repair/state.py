"""The state of a repair: what every vehicle still does, as one row of steps with their times and loads.

A stop i is the mark i, fetching boxes at hub d the mark -1 - d. A stop's boxes are fetched at the last step at its hub
before it: later fetching loads the vehicle for a shorter time and asks for less. Each step knows by when it must begin
so that nothing after it breaks a hard limit, and by when so that nobody after it is later than now.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.engine.compiled import compiled, inlined
from routing.engine.repair.field import (
    AS_THE_VEHICLE,
    LATE_M,
    LATE_M_PER_S,
    SOFT_LATE_M,
    SOFT_LATE_M_PER_S,
    Field,
    Records,
)

STEP = np.dtype(
    [(name, np.int64) for name in ("mark", "place", "ready", "begin", "leave", "hard", "soft", "load")],
)
"""A step: its mark and place; when it may begin, begins and is left; by when it must be reached so that all limits
hold, and so that nobody gets later; the boxes on board when it is left."""

ROW = np.dtype([(name, np.int64) for name in ("length", "cost", "soft", "trips", "climbed")])
"""A row: its steps, metres with all prices and with the soft ones, trips begun and floors climbed."""

SPOT = np.dtype([("vehicle", np.int64), ("at", np.int64)])
"""Where a stop is: its vehicle (-1: none) and its position."""

AS_IS = 100
"""Percent of a vehicle that is as fast as the ways say."""

FINE = -1
"""No step is to blame."""


class State(NamedTuple):
    """Records of `ROW` (k,), `STEP` (k, w) and `SPOT` (n,): k vehicles with room for w steps, n stops.

    `blink`, shape (1,), is how often a place is overlooked when a stop is put back.
    """

    rows: Records
    steps: Records
    spots: Records
    blink: NDArray[np.float64]


def empty_state(field: Field) -> State:
    """Return empty rows, each with room for every stop and a fetching before each."""
    k, n = len(field.vehicles), len(field.stops)
    spots = np.zeros(n, dtype=SPOT)
    spots["vehicle"] = -1
    return State(np.zeros(k, dtype=ROW), np.zeros((k, 2 * n + 2), dtype=STEP), spots, np.zeros(1))


@inlined
def paced(seconds: int, percent: int) -> int:
    """Return the seconds of a way at a pace, rounded up."""
    return int(seconds) if percent == AS_IS else (int(seconds) * percent + AS_IS - 1) // AS_IS


@inlined
def takes(field: Field, v: int, hub: int) -> int:
    """Return the seconds vehicle `v` loads at the hub."""
    seconds = field.hubs[hub].takes
    return int(field.vehicles[v].loading if seconds == AS_THE_VEHICLE else seconds)


@inlined
def lateness(field: Field, i: int, begin: int) -> int:
    """Return the price of beginning at stop `i` only then."""
    stop = field.stops[i]
    price = max(np.int64(0), begin - stop.due) * stop.late_price
    if begin > stop.wanted:
        price += LATE_M + LATE_M_PER_S * (begin - stop.wanted)
    return int(price)


@compiled
def refresh(field: Field, state: State, v: int) -> int:
    """Recompute times, loads and cost of row `v`; return the first position that breaks a rule, or `FINE`."""
    row = state.rows[v]
    if row.length == 0:
        row.cost = row.soft = row.trips = 0
        row.climbed = field.vehicles[v].climbed
        return FINE
    blame = _forward(field, state, v)
    if blame == FINE:
        _backward(field, state, v)
    return blame


@compiled
def _forward(field: Field, state: State, v: int) -> int:
    vehicle, row = field.vehicles[v], state.rows[v]
    here, now, load, blame, spared = vehicle.start, vehicle.free, vehicle.carried, FINE, 0
    row.cost, row.trips, row.climbed = vehicle.fixed, 0, vehicle.climbed
    for p in range(row.length):
        step = state.steps[v, p]
        mark, broken = step.mark, False
        step.place = field.stops[mark].place if mark >= 0 else field.hubs[-1 - mark].place
        way = field.ways[here, step.place]
        row.cost += way.metres
        now += paced(way.seconds, vehicle.pace)
        if mark >= 0:
            stop, spot = field.stops[mark], state.spots[mark]
            step.ready = stop.opens
            step.begin = now = max(now, stop.opens)
            row.cost += lateness(field, mark, now)
            if now > stop.wanted:
                spared += (LATE_M - SOFT_LATE_M) + (LATE_M_PER_S - SOFT_LATE_M_PER_S) * (now - stop.wanted)
            if stop.choosy:
                row.cost += field.pair_cost[mark, v]
            broken = now > stop.closes
            now += stop.service
            load -= stop.boxes
            row.climbed += stop.floors
            spot.vehicle, spot.at = v, p
        else:
            load += _fetched(field, state, v, p)
            step.begin = now = max(now, step.ready)
            now += takes(field, v, -1 - mark)
            row.trips += field.hubs[-1 - mark].counts
            broken = now > field.hubs[-1 - mark].closes or load > vehicle.capacity or row.trips > vehicle.trips_left
        step.leave, step.load, here = now, load, step.place
        if (broken or now > vehicle.end_by) and blame == FINE:
            blame = p
    row.cost += vehicle.floor_price * (row.climbed * row.climbed // 100 - vehicle.climbed * vehicle.climbed // 100)
    row.soft = row.cost - spared
    return blame


@inlined
def _fetched(field: Field, state: State, v: int, p: int) -> int:
    """Note from when the fetching at position `p` can begin; return its boxes."""
    mark, boxes, length = state.steps[v, p].mark, np.int64(0), state.rows[v].length
    ready = field.hubs[-1 - mark].opens
    q = p + 1
    while q < length and state.steps[v, q].mark != mark:
        i = state.steps[v, q].mark
        if i >= 0 and field.stops[i].hub == -1 - mark:
            boxes += field.stops[i].boxes
            ready = max(ready, field.stops[i].release)
        q += 1
    state.steps[v, p].ready = ready
    return int(boxes)


@compiled
def _backward(field: Field, state: State, v: int) -> None:
    vehicle, length = field.vehicles[v], state.rows[v].length
    hard = soft = vehicle.end_by
    for p in range(length - 1, -1, -1):
        step = state.steps[v, p]
        if p + 1 < length:
            ride = paced(field.ways[step.place, state.steps[v, p + 1].place].seconds, vehicle.pace)
            hard -= ride
            soft -= ride
        busy = step.leave - step.begin
        hard -= busy
        soft -= busy
        if step.mark >= 0:
            stop = field.stops[step.mark]
            hard = min(hard, stop.closes)
            soft = min(soft, max(step.begin, min(stop.wanted, stop.due)))
        else:
            hard = min(hard, field.hubs[-1 - step.mark].closes - busy)
        soft = min(soft, hard)
        step.hard, step.soft = hard, soft


@compiled
def insert_mark(state: State, v: int, p: int, mark: int) -> None:
    """Put `mark` before position `p` of row `v`; times are stale until `refresh`."""
    for q in range(state.rows[v].length, p, -1):
        state.steps[v, q].mark = state.steps[v, q - 1].mark
    state.steps[v, p].mark = mark
    state.rows[v].length += 1


@compiled
def drop_absent(field: Field, state: State, v: int) -> None:
    """Close row `v` up over stops that are no longer its own and fetchings that serve nobody."""
    row, kept = state.rows[v], 0
    for p in range(row.length):
        mark = state.steps[v, p].mark
        if mark < 0 or state.spots[mark].vehicle == v:
            state.steps[v, kept].mark = mark
            kept += 1
    row.length, kept = kept, 0
    for p in range(row.length):
        mark = state.steps[v, p].mark
        if mark >= 0 or _serves(field, state, v, p):
            state.steps[v, kept].mark = mark
            kept += 1
    row.length = kept


@inlined
def _serves(field: Field, state: State, v: int, p: int) -> bool:
    """Return whether anybody's boxes are fetched at position `p`."""
    mark, length = state.steps[v, p].mark, state.rows[v].length
    found, q = False, p + 1
    while q < length and not found and state.steps[v, q].mark != mark:
        i = state.steps[v, q].mark
        found = i >= 0 and field.stops[i].hub == -1 - mark
        q += 1
    return found


@compiled
def drop_for(field: Field, state: State, v: int, p: int) -> int:
    """Take the stop out of row `v` that the broken rule at position `p` is to be blamed on; return it.

    At a hub that is the last stop whose boxes are fetched there.
    """
    mark = state.steps[v, p].mark
    guilty = mark
    if mark < 0:
        for q in range(p + 1, state.rows[v].length):
            i = state.steps[v, q].mark
            if i == mark:
                break
            if i >= 0 and field.stops[i].hub == -1 - mark:
                guilty = i
    state.spots[guilty].vehicle = -1
    drop_absent(field, state, v)
    return int(guilty)
