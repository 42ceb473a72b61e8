"""The cheapest van trips under given prices: forward labels over the consignments of one kitchen.

A trip visits meal points and leaves up to all they are owed; when it would leave more than the van holds, the cheapest
boxes stay behind (the best way to share out a load once the stops are chosen, so split consignments are covered).
Metres and seconds are shortest ways over any other places, so that a stop where nothing is left need not be thought of.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.bounds.streets import Bits, Flags, Floats, Ints
from routing.engine.compiled import compiled, compiled_with_arrays

NONE = -1
TINY = 1e-7


class Round(NamedTuple):
    """One kitchen: stop 0 is the kitchen itself, the others are consignments.

    Attributes
    ----------
    metres, seconds
        Shape (stops, stops): shortest ways.
    boxes
        The most one visit can leave.
    handling_s, open_s, close_s
        Of a hand-over: how long, and from when to when it may begin.
    capacity
        Of the largest van.
    near
        Shape (stops,): bits of the stops that each stop remembers (all, if they fit).
    """

    metres: Ints
    seconds: Ints
    boxes: Ints
    handling_s: Ints
    open_s: Ints
    close_s: Ints
    capacity: int
    near: Bits
    bit: Bits


class RoundPrices(NamedTuple):
    """What the master problem asks for.

    A box earns `reward[stop]`; a trip pays `trip_m` and `leg_m[i, j]` for going from i to j and its hand-over there:
    time has its price, but waiting has none, since who waits could have left later. Loading begins at `start_s`.
    """

    reward: Floats
    trip_m: float
    leg_m: Floats
    start_s: int
    loading_s: int


class Trips(NamedTuple):
    """A pool of labels in order of making; `head[stop]` chains those that live."""

    stop: NDArray[np.int32]
    time_s: NDArray[np.int32]
    cost: Floats
    load: NDArray[np.int32]
    cheap: Floats
    memory: Bits
    before: NDArray[np.int32]
    dead: Flags
    after: NDArray[np.int32]
    head: NDArray[np.int32]
    total: Floats


def trip_pool(size: int, stops: int) -> Trips:
    """Return an empty pool."""
    return Trips(
        np.zeros(size, np.int32),
        np.zeros(size, np.int32),
        np.zeros(size),
        np.zeros(size, np.int32),
        np.zeros(size),
        np.zeros(size, np.uint64),
        np.zeros(size, np.int32),
        np.zeros(size, np.bool_),
        np.zeros(size, np.int32),
        np.zeros(stops, np.int32),
        np.zeros(size),
    )


class Rest(NamedTuple):
    """The least cost of going on from each stop with each load on the books, times left aside.

    Shape (loads, stops). `second` is that of going on over another stop than `onward`; a stop may come back, but not
    right after the stop it was left for.
    """

    best: Floats
    second: Floats
    onward: Ints


@compiled_with_arrays
def _rest_by_load(one: Round, prices: RoundPrices, most: int) -> Rest:
    """Return the rest; what is beyond the capacity costs the least reward there is."""
    stops = len(one.boxes)
    least_rate = prices.reward[1:].min()
    rest = Rest(np.zeros((most + 1, stops)), np.zeros((most + 1, stops)), np.zeros((most + 1, stops), np.int64))
    for load in range(most, -1, -1):
        over = max(0, load - one.capacity) * least_rate
        for i in range(1, stops):
            best = second = prices.leg_m[i, 0] + over
            onward = 0
            for j in range(1, stops):
                after = load + one.boxes[j]
                if j != i and after <= most:
                    further = rest.second[after, j] if rest.onward[after, j] == i else rest.best[after, j]
                    cost = prices.leg_m[i, j] - prices.reward[j] * one.boxes[j] + further
                    if cost < best:
                        best, second, onward = cost, best, j
                    elif cost < second:
                        second = cost
            rest.best[load, i], rest.second[load, i], rest.onward[load, i] = best, second, onward
    return rest


@compiled_with_arrays
def price_trips(one: Round, prices: RoundPrices, pool: Trips, below: float) -> tuple[float, int]:
    """Make all labels that may end in a trip cheaper than `below`; return the least cost of a trip and the labels used.

    When the pool was too small the answer is the bound of the relaxation that prunes the labels.
    """
    pool.head[:] = NONE
    most = one.capacity + one.boxes.max() - 1
    rest = _rest_by_load(one, prices, most)
    used, at, least, proven = 0, 0, 0.0, 0.0
    for j in range(1, len(one.boxes)):
        gone, begun = prices.start_s + prices.loading_s, prices.trip_m
        used = _stop(one, prices, pool, rest, used, NONE, j, gone, begun, np.uint64(0), 0, np.inf, 0, below)
        first = prices.trip_m + prices.leg_m[0, j] - prices.reward[j] * one.boxes[j] + rest.best[one.boxes[j], j]
        proven = min(proven, first)
    while at < used:
        pool.total[at] = np.inf
        if not pool.dead[at]:
            i, now, load, cheap = pool.stop[at], pool.time_s[at], pool.load[at], pool.cheap[at]
            over = max(0, load - one.capacity) * cheap
            pool.total[at] = pool.cost[at] + over + prices.leg_m[i, 0]
            least = min(least, pool.total[at])
            cost, memory = pool.cost[at], pool.memory[at]
            for j in range(1, len(one.boxes)):
                if memory & one.bit[j] == np.uint64(0):
                    used = _stop(one, prices, pool, rest, used, at, j, now, cost, memory, load, cheap, i, below)
        at += 1
    return (least if used < len(pool.stop) else proven), used


@compiled
def _stop(
    one: Round, prices: RoundPrices, pool: Trips, rest: Rest, used: int, before: int, j: int, now: int,
    cost: float, memory: np.uint64, load: int, cheap: float, i: int, below: float,
) -> int:  # fmt: skip
    """Carry a trip on from stop i to stop j; return how many labels there are then."""
    begin = max(now + one.seconds[i, j], one.open_s[j])
    load += one.boxes[j]
    if begin > one.close_s[j] or load >= len(rest.best) or used >= len(pool.stop):
        return used
    ready = begin + one.handling_s[j]
    cost += prices.leg_m[i, j] - prices.reward[j] * one.boxes[j]
    after = rest.second[load, j] if rest.onward[load, j] == i and i > 0 else rest.best[load, j]
    if cost + after >= below:
        return used
    cheap, memory = min(cheap, prices.reward[j]), (memory & one.near[j]) | one.bit[j]
    other, prior = pool.head[j], NONE
    while other != NONE:
        following = pool.after[other]
        if (
            pool.cost[other] <= cost + TINY and pool.time_s[other] <= ready and pool.load[other] <= load
            and pool.cheap[other] <= cheap + TINY and pool.memory[other] & ~memory == np.uint64(0)
        ):  # fmt: skip
            return used
        if (
            cost <= pool.cost[other] + TINY and ready <= pool.time_s[other] and load <= pool.load[other]
            and cheap <= pool.cheap[other] + TINY and memory & ~pool.memory[other] == np.uint64(0)
        ):  # fmt: skip
            pool.dead[other] = True
            if prior == NONE:
                pool.head[j] = following
            else:
                pool.after[prior] = following
        else:
            prior = other
        other = following
    pool.stop[used], pool.time_s[used], pool.cost[used] = j, ready, cost
    pool.load[used], pool.cheap[used], pool.memory[used] = load, cheap, memory
    pool.before[used], pool.dead[used], pool.after[used] = before, False, pool.head[j]
    pool.head[j] = used
    return used + 1
