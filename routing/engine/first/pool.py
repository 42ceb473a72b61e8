"""The first echelon with many open satellites: the cheapest feasible structure among those found so far.

A structure's cost never changes, only whether it fits the loads; so the structures found for a set of open satellites
are kept in the order of their cost, and one evaluation takes the first that fits. Where none fits, and now and then
anyway, the neighbours of the cheapest ones are searched and the pool grows: an upper bound that gets better.
"""

from __future__ import annotations

import numpy as np

from routing.engine.compiled import compiled
from routing.engine.first.level import POOL_DEPTH, POOL_SETS, FirstLevel, Pool, Trucks
from routing.engine.first.structures import (
    best_neighbour,
    fill_in_turn,
    is_feasible,
    structure_cost,
    without_empty,
)
from routing.engine.first.tours import Floats, Whole

SEARCH_EVERY = 64
"""One evaluation in so many searches neighbours although a structure fits."""
SEARCHED = 3
"""From so many of the cheapest structures a search begins."""
MOST_STEPS, QUICK_STEPS = 30, 2
"""Steps of a search; of one in the many evaluations where no structure fits, as early in a search of routes."""


@compiled
def solve_pooled(level: FirstLevel, loads: Floats, count: int, thorough: bool) -> float:
    """Return the cost of the best structure known for these loads and leave it in `pool.chosen`; inf if none fits."""
    pool, trucks = level.pool, level.trucks
    slot = _place(pool, _as_bits(level.open, count))
    best = _cheapest_that_fits(pool, trucks, loads, slot)
    pool.turn[1] += 1
    if best < np.inf and not thorough and pool.turn[1] % SEARCH_EVERY:
        return best
    if best == np.inf:
        quick = not thorough and pool.turn[1] % SEARCH_EVERY
        best = _construct(pool, trucks, loads, level.open, count, slot, QUICK_STEPS if quick else MOST_STEPS)
        if quick or best == np.inf:
            return best
    return _search(pool, trucks, loads, slot, best, POOL_DEPTH if thorough else SEARCHED)


@compiled
def _as_bits(opened: Whole, count: int) -> int:
    bits = 0
    for place in range(count):
        bits |= 1 << opened[place]
    return bits


@compiled
def _cheapest_that_fits(pool: Pool, trucks: Trucks, loads: Floats, slot: int) -> float:
    for rank in range(pool.filled[slot]):
        size = pool.size[slot, rank]
        for truck in range(size):
            trucks.trial[truck] = pool.stops[slot, rank, truck]
        if is_feasible(trucks, loads, trucks.trial, size):
            _choose(pool, trucks.trial, size)
            return float(pool.cost[slot, rank])
    return np.inf


@compiled
def _choose(pool: Pool, stops: Whole, size: int) -> None:
    for truck in range(size):
        pool.chosen[truck] = stops[truck]
    pool.chosen[len(pool.chosen) - 1] = size


@compiled
def _place(pool: Pool, opened: int) -> int:
    """Return where this set of satellites has its structures; the oldest set makes room for a new one."""
    slot = int(pool.slot[opened])
    if slot >= 0:
        return slot
    slot = int(pool.turn[0]) % POOL_SETS
    pool.turn[0] += 1
    if pool.owner[slot] >= 0:
        pool.slot[pool.owner[slot]] = -1
    pool.owner[slot] = opened
    pool.slot[opened] = slot
    pool.filled[slot] = 0
    return slot


@compiled
def _construct(pool: Pool, trucks: Trucks, loads: Floats, opened: Whole, count: int, slot: int, steps: int) -> float:
    """Fill trucks in turn from every satellite on, improve the cheapest of these structures, keep and choose it."""
    least, begin = np.inf, -1
    for first in range(count):
        size = fill_in_turn(trucks, loads, opened, count, first, pool.work)
        if size > 0 and structure_cost(trucks, pool.work, size) < least:
            least, begin = structure_cost(trucks, pool.work, size), first
    if begin < 0:
        return np.inf
    size = fill_in_turn(trucks, loads, opened, count, begin, pool.work)
    return _improve(pool, trucks, loads, slot, size, np.inf, steps)


@compiled
def _improve(pool: Pool, trucks: Trucks, loads: Floats, slot: int, size: int, best: float, steps: int) -> float:
    """Follow the cheapest neighbours of the structure in `work`, keep it, choose it if it is cheaper than `best`."""
    work = pool.work
    cost = structure_cost(trucks, work, size)
    for _ in range(steps):
        work[min(size, trucks.most)] = 0
        better = best_neighbour(trucks, loads, work, size, cost)
        if better == np.inf:
            break
        cost = better
        size = without_empty(work, min(size + 1, trucks.most))
    size = without_empty(work, size)
    if not is_feasible(trucks, loads, work, size):
        return best
    _keep(pool, slot, size, cost)
    if cost < best:
        _choose(pool, work, size)
        return cost
    return best


@compiled
def _search(pool: Pool, trucks: Trucks, loads: Floats, slot: int, best: float, most: int) -> float:
    """Look for a cheaper feasible structure beside the cheapest known ones, whether those fit the loads or not."""
    rank = 0
    for _ in range(2 * most):
        if rank >= min(most, pool.filled[slot]):
            break
        size = pool.size[slot, rank]
        for truck in range(size):
            pool.work[truck] = pool.stops[slot, rank, truck]
        pool.work[min(size, trucks.most)] = 0
        cost = best_neighbour(trucks, loads, pool.work, size, best)
        if cost < np.inf:
            size = without_empty(pool.work, min(size + 1, trucks.most))
            best = _improve(pool, trucks, loads, slot, size, best, MOST_STEPS)
            rank = -1
        rank += 1
    return best


@compiled
def _keep(pool: Pool, slot: int, size: int, cost: float) -> None:
    """Put the structure in `work` among those of its set, cheapest first; the dearest may fall out."""
    filled = pool.filled[slot]
    rank = filled
    while rank > 0 and pool.cost[slot, rank - 1] >= cost:
        rank -= 1
        if pool.cost[slot, rank] == cost and pool.size[slot, rank] == size:
            same = True
            for truck in range(size):
                same = same and pool.stops[slot, rank, truck] == pool.work[truck]
            if same:
                return
    if rank >= POOL_DEPTH:
        return
    for above in range(min(filled, POOL_DEPTH - 1), rank, -1):
        pool.cost[slot, above] = pool.cost[slot, above - 1]
        pool.size[slot, above] = pool.size[slot, above - 1]
        for truck in range(pool.size[slot, above]):
            pool.stops[slot, above, truck] = pool.stops[slot, above - 1, truck]
    pool.cost[slot, rank] = cost
    pool.size[slot, rank] = size
    for truck in range(size):
        pool.stops[slot, rank, truck] = pool.work[truck]
    pool.filled[slot] = min(filled + 1, POOL_DEPTH)
