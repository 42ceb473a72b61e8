"""How little the rest of a courier's day can cost: a backward recursion over time, trips left and states.

Times are rounded down to buckets, and loads are watched only where that is asked for, so the answer is a bound for
every day; on its cheapest days the master problem feeds. Days are planned backwards, whole stretches of buckets at a
time: a stretch no longer than the shortest step depends on later stretches alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.bounds.states import States
from routing.bounds.streets import NEVER, Ints, Prices, Streets
from routing.engine.compiled import compiled, compiled_with_arrays

Costs = NDArray[np.float32]


class Rest(NamedTuple):
    """The least cost of what follows.

    Attributes
    ----------
    begin_s, shift
        Bucket b holds the times from begin_s + (b << shift) on.
    block
        So many buckets fit into the shortest step.
    boxes
        Shape (nodes,): what a visit takes of the load; all 0 where loads are not watched.
    states
        How many there are.
    best
        Shape (trips left, levels * states, buckets): after leaving the door, level by level of boxes handed
        over in this trip; 0 where the day had better end.
    load
        Shape (trips left, points, buckets): of going to load at a meal point then, with so many trips after it.
    again
        Shape (trips left, nodes, buckets): of the cheapest next load after the door.
    """

    begin_s: int
    shift: int
    block: int
    boxes: Ints
    states: int
    best: Costs
    load: Costs
    again: Costs


def shortest_step_s(streets: Streets) -> int:
    """Return the shortest time from leaving one door to leaving the next."""
    if not len(streets.between.to):
        return NEVER
    return int((streets.between.seconds + streets.doors.service_s[streets.between.to]).min())


def make_rest(streets: Streets, states: int, shift: int, levels: int) -> Rest:
    """Return room for the answer of `fill_rest`; no step may be shorter than a bucket.

    `levels` is 1 where loads are not watched, else 1 more than the largest load.
    """
    doors = streets.doors
    begin_s = int(min(streets.point_open_s.min(), (doors.open_s + doors.service_s).min()))
    end_s = int((doors.close_s + doors.service_s).max())
    trips, buckets = int(streets.kinds.trips.max()), max(1, (end_s - begin_s >> shift) + 1)
    block = max(1, min(buckets, shortest_step_s(streets) >> shift))
    return Rest(
        begin_s,
        shift,
        block,
        doors.boxes if levels > 1 else np.zeros_like(doors.boxes),
        states,
        np.zeros((trips, levels * states, buckets), np.float32),
        np.zeros((trips, len(streets.point_open_s), buckets), np.float32),
        np.zeros((trips, len(doors.home), buckets), np.float32),
    )


@compiled
def bucket_of(rest: Rest, time_s: int) -> int:
    """Return the bucket of a time; the last one holds all later times too."""
    return int(max(0, min(rest.load.shape[2] - 1, (time_s - rest.begin_s) >> rest.shift)))


@compiled_with_arrays
def fill_rest(streets: Streets, prices: Prices, states: States, rest: Rest) -> None:
    """Fill the rest for every state and time."""
    trips, points, _ = rest.load.shape
    doors = streets.doors
    edge_m = np.zeros(len(states.to), np.float32)
    for e in range(len(states.to)):
        edge_m[e] = states.metres[e] - prices.prize[states.node[states.to[e]]]
    edges, first = _edges(streets, states, rest)
    for left in range(trips):
        if left > 0:
            _again(streets, prices, rest.load[left - 1], rest.again[left], rest.shift)
        begin = 0
        for p in range(points):
            end = begin
            while end < len(doors.point) and doors.point[end] == p:
                end += 1
            _doors(states, rest, edges, edge_m, first, left, states.first[begin], states.first[end])
            begin = end
        for p in range(points):
            _loads(streets, prices, states, rest, left, p)


@compiled_with_arrays
def _doors(
    states: States, rest: Rest, edges: NDArray[np.int32], edge_m: Costs, first: NDArray[np.int32], left: int,
    begin: int, end: int,
) -> None:  # fmt: skip
    """Fill the doors of one meal point, those of the states from `begin` to `end`; so few stay in a fast memory."""
    plane, high = rest.best[left], rest.load.shape[2]
    flat, levels = plane.reshape(-1), plane.shape[0] // rest.states
    while high > 0:
        low = max(0, high - rest.block)
        for level in range(levels):
            for s in range(begin, end):
                i, row = states.node[s], level * rest.states + s
                since = max(low, first[i])
                if since < high:
                    plane[row, since:high] = rest.again[left, i, since:high]
                    _door(states, rest, edges, edge_m, flat, row, since, high)
        high = low


@compiled
def last_start_s(streets: Streets, j: int) -> int:
    """Return the latest start of the hand-over at node j that keeps its window and the longest shift."""
    return int(min(streets.doors.close_s[j], streets.kinds.end_s.max() - streets.doors.service_s[j]))


@compiled_with_arrays
def _edges(streets: Streets, states: States, rest: Rest) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return for each edge, in buckets: waits before, shut from, later by, left at after waiting; and first buckets.

    The first bucket of a node is that of the earliest time it can be left.
    """
    doors, shift = streets.doors, rest.shift
    edges = np.zeros((len(states.to), 4), np.int32)
    for e in range(len(states.to)):
        j = states.node[states.to[e]]
        way_s = rest.begin_s + states.seconds[e]
        edges[e, 0] = -((way_s - doors.open_s[j]) >> shift)
        edges[e, 1] = ((last_start_s(streets, j) - way_s) >> shift) + 1
        edges[e, 2] = (states.seconds[e] + doors.service_s[j]) >> shift
        edges[e, 3] = (doors.open_s[j] + doors.service_s[j] - rest.begin_s) >> shift
    first = np.zeros(len(doors.home), np.int32)
    for i in range(len(doors.home)):
        first[i] = max(0, (doors.open_s[i] + doors.service_s[i] - rest.begin_s) >> shift)
    return edges, first


@compiled
def _least(flat: Costs, target: int, source: Costs, begin: int, more: np.float32, buckets: int) -> None:
    """Lower a stretch of `flat` to a stretch of `source` and more, wherever that is less.

    Unsigned indices tell the compiler that none is negative: only so it takes eight numbers at a time.
    """
    for n in range(buckets):
        value = source[np.uint64(begin + n)] + more
        old = flat[np.uint64(target + n)]
        flat[np.uint64(target + n)] = value if value < old else old


@compiled
def _lower(flat: Costs, target: int, value: np.float32, buckets: int) -> None:
    """Lower a stretch of `flat` to one value, wherever that is less."""
    for n in range(buckets):
        old = flat[np.uint64(target + n)]
        flat[np.uint64(target + n)] = value if value < old else old


@compiled
def _again(streets: Streets, prices: Prices, load: Costs, again: Costs, shift: int) -> None:
    """Fill the cheapest next load after each node."""
    buckets = load.shape[1]
    again[:] = 0
    loads, flat = load.reshape(-1), again.reshape(-1)
    for i in range(again.shape[0]):
        for p in range(load.shape[0]):
            later = int(streets.back_s[i, p] >> shift)
            if later < buckets:
                more = np.float32(streets.back_m[i, p] + prices.enter_m[streets.doors.point[i], p])
                _least(flat, i * buckets, loads, p * buckets + later, more, buckets - later)


@compiled
def _door(
    states: States, rest: Rest, edges: NDArray[np.int32], edge_m: Costs, flat: Costs, row: int, low: int, high: int
) -> None:
    """Fill the buckets from low to high of one row of states; all that it leads to is filled."""
    s, buckets, rows = row % rest.states, rest.load.shape[2], rest.best.shape[1]
    level, base = row - s, row * buckets
    for e in range(states.at[s], states.at[s + 1]):
        there = level + rest.boxes[states.node[states.to[e]]] * rest.states + states.to[e]
        if there >= rows:
            continue
        after = there * buckets
        waits, begin, end = min(high, edges[e, 0]), max(low, edges[e, 0]), min(high, edges[e, 1])
        if low < waits:
            _lower(flat, base + low, edge_m[e] + flat[after + edges[e, 3]], waits - low)
        if begin < end:
            _least(flat, base + begin, flat, after + begin + edges[e, 2], edge_m[e], end - begin)


@compiled
def row_at(states: States, rest: Rest, used: int, j: int) -> int:
    """Return the row of node j, nothing remembered, after `used` boxes and its own; -1 where that is too much."""
    row = (used + rest.boxes[j]) * rest.states + states.first[j]
    return int(row) if row < rest.best.shape[1] else -1


@compiled
def _loads(streets: Streets, prices: Prices, states: States, rest: Rest, left: int, p: int) -> None:
    """Fill the loads at one meal point: at once, or when it opens."""
    doors, ways, shift, buckets = streets.doors, streets.out, rest.shift, rest.load.shape[2]
    row, flat, loading_s = rest.load[left, p], rest.best[left].reshape(-1), streets.kinds.loading_s.min()
    open_s, shut_s = streets.point_open_s[p], streets.point_shut_s[p] - loading_s
    row[:] = 0
    if open_s > shut_s:
        return
    low, high = -((rest.begin_s - open_s) >> shift), min(buckets, ((shut_s - rest.begin_s) >> shift) + 1)
    for a in range(ways.at[p], ways.at[p + 1]):
        j = ways.to[a]
        there, more = row_at(states, rest, 0, j), np.float32(ways.metres[a] - prices.prize[j])
        if there < 0:
            continue
        after, way_s = there * buckets, rest.begin_s + loading_s + ways.seconds[a]
        opens = -((way_s - doors.open_s[j]) >> shift)
        shuts = ((last_start_s(streets, j) - way_s) >> shift) + 1
        waits, begin, end = min(high, opens), max(low, opens), min(high, shuts)
        if low < waits:
            left_at = (doors.open_s[j] + doors.service_s[j] - rest.begin_s) >> shift
            _lower(row, low, more + flat[after + left_at], waits - low)
        if begin < end:
            later = (loading_s + ways.seconds[a] + doors.service_s[j]) >> shift
            _least(row, begin, flat, after + begin + later, more, end - begin)
    _lower(row, 0, np.float32(least_load(streets, prices, states, rest, left, p, open_s)[0]), min(low, buckets))


@compiled
def least_load(
    streets: Streets, prices: Prices, states: States, rest: Rest, left: int, p: int, now: int
) -> tuple[float, int, int]:
    """Return the least cost when one may load at p from `now` on, with the way out and the leaving time it takes.

    The way is -1 where a day had better not load again.
    """
    doors, ways, loading_s = streets.doors, streets.out, streets.kinds.loading_s.min()
    cost, way, left_s = 0.0, -1, 0
    gone = loading_s + max(now, streets.point_open_s[p])
    if gone > streets.point_shut_s[p]:
        return cost, way, left_s
    for a in range(ways.at[p], ways.at[p + 1]):
        j = ways.to[a]
        start, there = max(gone + ways.seconds[a], doors.open_s[j]), row_at(states, rest, 0, j)
        if start <= last_start_s(streets, j) and there >= 0:
            leave = start + doors.service_s[j]
            found = ways.metres[a] - prices.prize[j] + rest.best[left, there, bucket_of(rest, leave)]
            if found < cost:
                cost, way, left_s = found, a, leave
    return cost, way, left_s
