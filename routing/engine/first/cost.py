"""What the first echelon costs for given loads: called once for every candidate plan of the second echelon."""

from __future__ import annotations

import numpy as np

from routing.engine.compiled import compiled
from routing.engine.first.exact import fill_subsets, fill_tours, solve_exact
from routing.engine.first.level import EXACT_OPEN, MEMO_SLOTS, FirstLevel
from routing.engine.first.pool import solve_pooled
from routing.engine.first.tours import Floats, Whole

_START = np.uint64(0xCBF29CE484222325)
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)
_SLOT_SHIFT = np.uint64(48)
NOTHING = 1e-9
"""A load below this needs no truck."""


@compiled
def first_cost(level: FirstLevel, loads: Floats, thorough: bool) -> float:
    """Return the cost of bringing `loads` (S,) to the satellites: trucks and handling; inf if the trucks cannot.

    Exact with up to EXACT_OPEN open satellites; with more an upper bound, the better the more often it was asked for
    similar loads. `thorough` spends more on that bound.
    """
    count = _list_open(level.around, level.open, loads)
    if count == 0:
        return 0.0
    handling = 0.0
    total = 0.0
    for at in range(len(loads)):
        total += loads[at]
        handling += loads[at] * level.handling[at]
    if total > level.trucks.capacity * level.trucks.most * (1 + NOTHING):
        return np.inf
    if count > EXACT_OPEN:
        return handling + solve_pooled(level, loads, count, thorough)
    return handling + _remembered(level, loads, count)


@compiled
def _list_open(around: Whole, opened: Whole, loads: Floats) -> int:
    """Write the satellites with a load in the order of the tour through all; return how many there are."""
    count = 0
    for place in range(len(around)):
        if loads[around[place]] > NOTHING:
            opened[count] = around[place]
            count += 1
    return count


@compiled
def _remembered(level: FirstLevel, loads: Floats, count: int) -> float:
    """Look the exact cost up by all that it depends on: the open satellites and the trucks each subset needs."""
    fill_subsets(level.exact, level.trucks.capacity, loads, level.open, count)
    key = _START
    for place in range(count):
        key = (key ^ np.uint64(level.open[place] + 1)) * _PRIME
    for subset in range(1, 1 << count):
        key = (key ^ np.uint64(level.exact.trucks[subset])) * _PRIME
        key ^= key >> _SHIFT
    slot = int(key >> _SLOT_SHIFT) % MEMO_SLOTS
    if level.keys[slot] != key:
        fill_tours(level.exact, level.trucks.tour, level.open, count)
        level.costs[slot] = solve_exact(level.exact, level.trucks.most, count)
        level.keys[slot] = key
    return float(level.costs[slot])
