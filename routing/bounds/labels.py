"""The cheapest courier days under given prices, exactly: forward labels in order of time, for up to 64 homes.

A label is a day so far, standing at a door it leaves (`spot` < nodes) or about to load at a meal point (`spot` >=
nodes). One label beats another that is no better in cost, time, room, trips, kind and remembered homes; a label that
cannot end in a day cheaper than `below` (by `completion.py`) is not made. Each door remembers the homes near it, also
over loads (ng-routes: Baldacci, Mingozzi and Roberti 2011, "New route relaxation and pricing strategies for the
vehicle routing problem").
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.bounds.completion import Rest, bucket_of
from routing.bounds.states import States
from routing.bounds.streets import NEVER, Bits, Floats, Ints, Prices, Streets
from routing.engine.compiled import compiled, compiled_with_arrays

NONE = -1
TINY = 1e-7
BITS = 64
NEAR = 14

SPOT, TIME, ROOM, KIND, TRIPS, BEFORE, AFTER, BEHIND, DEAD = range(9)
"""Columns of a label's numbers: AFTER chains the living labels of a list, BEHIND those that wait in a queue."""


class Known(NamedTuple):
    """What is known about the homes: the bit of each node's home, and the bits that each node remembers."""

    own: Bits
    near: Bits


class Pool(NamedTuple):
    """Labels: whole numbers, costs, memories; lists by spot and bucket, and a queue for each bucket.

    `state` holds (labels in use, whether the pool overflowed).
    """

    numbers: NDArray[np.int32]
    cost: Floats
    memory: Bits
    head: NDArray[np.int32]
    cheapest: Floats
    queue: NDArray[np.int32]
    last: NDArray[np.int32]
    state: Ints


class Search(NamedTuple):
    """All that a label needs: `missing[kind]` boxes of the largest load are not on a courier of that kind."""

    streets: Streets
    prices: Prices
    states: States
    rest: Rest
    known: Known
    missing: Ints
    below: float


def known_homes(streets: Streets, homes: int) -> Known:
    """Return bits for up to `BITS` homes, each node remembering the homes nearest to it at its meal point."""
    doors, ways = streets.doors, streets.between
    own = np.left_shift(np.uint64(1), doors.home.astype(np.uint64))
    near = own.copy()
    for i in range(len(near)):
        order = np.argsort(ways.metres[ways.at[i] : ways.at[i + 1]], kind="stable")
        closest = order if homes <= NEAR + 4 else order[:NEAR]
        for a in closest:
            near[i] |= own[ways.to[ways.at[i] + a]]
    return Known(own, near)


def make_pool(size: int, spots: int, buckets: int) -> Pool:
    """Return an empty pool for so many labels."""
    return Pool(
        np.zeros((size, 9), np.int32),
        np.zeros(size),
        np.zeros(size, np.uint64),
        np.zeros((spots, buckets), np.int32),
        np.zeros((spots, buckets)),
        np.zeros(buckets, np.int32),
        np.zeros(buckets, np.int32),
        np.zeros(2, np.int64),
    )


@compiled
def run_labels(search: Search, pool: Pool, start_m: Floats, start_s: Ints) -> float:
    """Make all labels; return the least cost of a day. It is proven unless `pool.state[1]` says that some were lost.

    `start_m`, `start_s` have the shape (points, kinds): price and time of the first load.
    """
    pool.head[:] = NONE
    pool.cheapest[:] = np.inf
    pool.queue[:] = NONE
    pool.last[:] = NONE
    pool.state[:] = 0
    _begin(search, pool, start_m, start_s)
    least, nodes = 0.0, len(search.streets.doors.home)
    for b in range(len(pool.queue)):
        at = pool.queue[b]
        while at != NONE and pool.state[1] == 0:
            if pool.numbers[at, DEAD] == 0 and not _beaten_earlier(pool, at, b):
                if pool.numbers[at, SPOT] >= nodes:
                    _go_out(search, pool, at)
                else:
                    least = min(least, pool.cost[at])
                    _go_on(search, pool, at)
                    _load_again(search, pool, at)
            at = pool.numbers[at, BEHIND]
    return least


@compiled
def _begin(search: Search, pool: Pool, start_m: Floats, start_s: Ints) -> None:
    nodes = len(search.streets.doors.home)
    for p in range(start_m.shape[0]):
        for kind in range(start_m.shape[1]):
            if start_m[p, kind] < np.inf:
                now = max(start_s[p, kind], search.streets.point_open_s[p])
                _make(search, pool, NONE, nodes + p, now, 0, kind, 1, start_m[p, kind], np.uint64(0))


@compiled
def _make(
    search: Search, pool: Pool, before: int, spot: int, time_s: int, room: int, kind: int, trips: int, cost: float,
    memory: np.uint64,
) -> None:  # fmt: skip
    """Make a label unless one of its own list beats it; those it beats die and leave the list."""
    at = pool.state[0]
    if at + 1 >= len(pool.cost):
        pool.state[1] = 1
        return
    label = pool.numbers[at]
    label[SPOT], label[TIME], label[ROOM], label[KIND] = spot, time_s, room, kind
    label[TRIPS], label[BEFORE], label[DEAD], label[BEHIND] = trips, before, 0, NONE
    pool.cost[at], pool.memory[at] = cost, memory
    b = bucket_of(search.rest, time_s)
    prior, other = NONE, pool.head[spot, b]
    while other != NONE:
        following = pool.numbers[other, AFTER]
        if _beats(pool, other, at):
            return
        if _beats(pool, at, other):
            pool.numbers[other, DEAD] = 1
            if prior == NONE:
                pool.head[spot, b] = following
            else:
                pool.numbers[prior, AFTER] = following
        else:
            prior = other
        other = following
    label[AFTER] = pool.head[spot, b]
    pool.head[spot, b] = at
    pool.cheapest[spot, b] = min(pool.cheapest[spot, b], cost)
    if pool.last[b] == NONE:
        pool.queue[b] = at
    else:
        pool.numbers[pool.last[b], BEHIND] = at
    pool.last[b] = at
    pool.state[0] = at + 1


@compiled
def _beats(pool: Pool, a: int, b: int) -> bool:
    if pool.cost[a] > pool.cost[b] + TINY or pool.memory[a] & ~pool.memory[b] != np.uint64(0):
        return False
    one, other = pool.numbers[a], pool.numbers[b]
    if one[TIME] > other[TIME] or one[ROOM] < other[ROOM] or one[TRIPS] > other[TRIPS]:
        return False
    return bool(one[KIND] == other[KIND])


@compiled
def _beaten_earlier(pool: Pool, at: int, b: int) -> bool:
    """Return whether a label of an earlier bucket of the same spot beats this one."""
    spot = pool.numbers[at, SPOT]
    for earlier in range(b):
        if pool.cheapest[spot, earlier] <= pool.cost[at] + TINY:
            other = pool.head[spot, earlier]
            while other != NONE:
                if _beats(pool, other, at):
                    pool.numbers[at, DEAD] = 1
                    return True
                other = pool.numbers[other, AFTER]
    return False


@compiled
def _row_of(search: Search, j: int, room: int, kind: int, memory: np.uint64) -> int:
    """Return the row of `rest` for a label that leaves node j with so much room left."""
    states, known, carried = search.states, search.known, 0
    for n in range(states.members.shape[1]):
        member = states.members[j, n]
        if member != NONE and memory & known.own[member] != np.uint64(0):
            carried |= 1 << n
    level = 0
    if search.rest.best.shape[1] > search.rest.states:
        level = search.missing[kind] + search.streets.kinds.capacity[kind] - room
    return int(level * search.rest.states + states.first[j] + carried)


@compiled
def _visit(search: Search, pool: Pool, at: int, j: int, arrive_s: int, cost: float, room: int) -> None:
    """Carry label `at` on to door j; `cost` is before the prize."""
    doors, label = search.streets.doors, pool.numbers[at]
    kind, trips = label[KIND], label[TRIPS]
    start = max(arrive_s, doors.open_s[j])
    leave, room = start + doors.service_s[j], room - doors.boxes[j]
    if start > doors.close_s[j] or leave > search.streets.kinds.end_s[kind] or room < 0:
        return
    cost -= search.prices.prize[j]
    memory = (pool.memory[at] & search.known.near[j]) | search.known.own[j]
    left = search.streets.kinds.trips[kind] - trips
    after = search.rest.best[left, _row_of(search, j, room, kind, memory), bucket_of(search.rest, leave)]
    if cost + after < search.below:
        _make(search, pool, at, j, leave, room, kind, trips, cost, memory)


@compiled
def _go_out(search: Search, pool: Pool, at: int) -> None:
    """Load and go to every door of the meal point."""
    streets, label = search.streets, pool.numbers[at]
    p, kind, ways = label[SPOT] - len(streets.doors.home), label[KIND], streets.out
    gone = label[TIME] + streets.kinds.loading_s[kind]
    if gone > streets.point_shut_s[p]:
        return
    for a in range(ways.at[p], ways.at[p + 1]):
        j = ways.to[a]
        if pool.memory[at] & search.known.own[j] == np.uint64(0):
            cost = pool.cost[at] + ways.metres[a]
            _visit(search, pool, at, j, gone + ways.seconds[a], cost, streets.kinds.capacity[kind])


@compiled
def _go_on(search: Search, pool: Pool, at: int) -> None:
    """Go to every next door that is not remembered."""
    ways, label = search.streets.between, pool.numbers[at]
    for a in range(ways.at[label[SPOT]], ways.at[label[SPOT] + 1]):
        j = ways.to[a]
        if pool.memory[at] & search.known.own[j] == np.uint64(0):
            cost = pool.cost[at] + ways.metres[a]
            _visit(search, pool, at, j, label[TIME] + ways.seconds[a], cost, label[ROOM])


@compiled
def _load_again(search: Search, pool: Pool, at: int) -> None:
    """Go to load once more wherever a further trip may still pay."""
    streets, rest, label = search.streets, search.rest, pool.numbers[at]
    i, kind, nodes = label[SPOT], label[KIND], len(streets.doors.home)
    left = streets.kinds.trips[kind] - label[TRIPS]
    if left < 1:
        return
    for p in range(streets.back_m.shape[1]):
        if streets.back_s[i, p] >= NEVER:
            continue
        cost = pool.cost[at] + streets.back_m[i, p] + search.prices.enter_m[streets.doors.point[i], p]
        now = label[TIME] + streets.back_s[i, p]
        if cost + rest.load[left - 1, p, bucket_of(rest, now)] < search.below:
            now = max(now, streets.point_open_s[p])
            _make(search, pool, at, nodes + p, now, 0, kind, label[TRIPS] + 1, cost, pool.memory[at])


@compiled_with_arrays
def best_labels(pool: Pool, nodes: int, below: float) -> NDArray[np.int32]:
    """Return for each node the cheapest label that ends there in a day cheaper than `below`, -1 where none does."""
    best, who = np.full(nodes, below), np.full(nodes, NONE, np.int32)
    for at in range(pool.state[0]):
        i = pool.numbers[at, SPOT]
        if i < nodes and pool.cost[at] < best[i]:
            best[i], who[i] = pool.cost[at], at
    return who
