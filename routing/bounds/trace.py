"""The cheapest days behind the figures of `completion.py`, door by door."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routing.bounds.completion import Rest, bucket_of, last_start_s, least_load, row_at
from routing.bounds.states import States
from routing.bounds.streets import NEVER, Floats, Ints, Prices, Streets
from routing.engine.compiled import compiled, compiled_with_arrays

CLOSE = 5e-2
LONGEST = 200
LOAD = -1


@compiled_with_arrays
def first_ways(
    streets: Streets, prices: Prices, states: States, rest: Rest, p: int, now: int, left: int, used: int
) -> tuple[Floats, Ints]:
    """Return for each way out of p the least cost of a day that begins with it, and when the first door is left.

    `used` boxes of the largest load are not to be had; a cost of 0 stands where no day pays.
    """
    doors, ways, loading_s = streets.doors, streets.out, streets.kinds.loading_s.min()
    size, base = ways.at[p + 1] - ways.at[p], ways.at[p]
    cost, leave_s = np.zeros(size), np.zeros(size, np.int64)
    gone = loading_s + max(now, streets.point_open_s[p])
    if gone > streets.point_shut_s[p]:
        return cost, leave_s
    for a in range(size):
        j = ways.to[base + a]
        start, there = max(gone + ways.seconds[base + a], doors.open_s[j]), row_at(states, rest, used, j)
        if start <= last_start_s(streets, j) and there >= 0:
            leave_s[a] = start + doors.service_s[j]
            after = rest.best[left, there, bucket_of(rest, leave_s[a])]
            cost[a] = min(0.0, ways.metres[base + a] - prices.prize[j] + after)
    return cost, leave_s


@compiled
def trace_day(
    streets: Streets, prices: Prices, states: States, rest: Rest, way: int, leave: int, left: int, used: int,
    day: NDArray[np.int32],
) -> tuple[int, float]:  # fmt: skip
    """Write the cheapest day that begins with way `way` into `day`; return its length and metres.

    `day` holds nodes, and `LOAD` before each trip.
    """
    n, metres = 0, 0.0
    while way >= 0 and n + 2 < len(day):
        day[n], day[n + 1] = LOAD, streets.out.to[way]
        n += 2
        metres += streets.out.metres[way]
        n, more, leave, last = _trip(streets, prices, states, rest, day, n, left, leave, used)
        metres += more
        way, used = -1, 0
        if left > 0:
            p, time_s = _next_load(streets, prices, rest, left, last, leave)
            left -= 1
            if p >= 0:
                _, way, leave = least_load(streets, prices, states, rest, left, p, time_s)
                if way >= 0:
                    metres += streets.back_m[last, p]
    return n, metres


@compiled
def _trip(
    streets: Streets, prices: Prices, states: States, rest: Rest, day: NDArray[np.int32], n: int, left: int,
    leave: int, used: int,
) -> tuple[int, float, int, int]:  # fmt: skip
    """Follow one trip to its last door; return length, metres, when and where it ends."""
    metres, rows = 0.0, rest.best.shape[1]
    row = row_at(states, rest, used, day[n - 1])
    while n < len(day):
        s, b = row % rest.states, bucket_of(rest, leave)
        target = rest.best[left, row, b]
        if rest.again[left, states.node[s], b] <= target + CLOSE:
            break
        found = -1
        for e in range(states.at[s], states.at[s + 1]):
            j = states.node[states.to[e]]
            there = row - s + rest.boxes[j] * rest.states + states.to[e]
            start = max(rest.begin_s + (b << rest.shift) + states.seconds[e], streets.doors.open_s[j])
            if there < rows and start <= last_start_s(streets, j):
                gone = start + streets.doors.service_s[j]
                after = rest.best[left, there, bucket_of(rest, gone)]
                if states.metres[e] - prices.prize[j] + after <= target + CLOSE:
                    found, leave, row = e, gone, there
                    break
        if found < 0:
            break
        metres += states.metres[found]
        day[n] = states.node[states.to[found]]
        n += 1
    return n, metres, leave, int(states.node[row % rest.states])


@compiled
def _next_load(streets: Streets, prices: Prices, rest: Rest, left: int, i: int, leave: int) -> tuple[int, int]:
    """Return where and when the next load is, (-1, 0) where the day ends."""
    b = bucket_of(rest, leave)
    target = rest.again[left, i, b]
    if target >= 0.0:
        return -1, 0
    now = rest.begin_s + (b << rest.shift)
    for p in range(rest.load.shape[1]):
        if streets.back_s[i, p] < NEVER:
            when = now + streets.back_s[i, p]
            more = streets.back_m[i, p] + prices.enter_m[streets.doors.point[i], p]
            if more + rest.load[left - 1, p, bucket_of(rest, when)] <= target + CLOSE:
                return p, when
    return -1, 0
