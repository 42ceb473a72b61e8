"""Which truck calls where: is a structure feasible for given loads, and which neighbour of it is cheaper.

A structure is a list of sets of satellites (bits), one for each truck. What it costs does not depend on the loads; they
only decide whether quantities exist that keep the trucks' capacity.
"""

from __future__ import annotations

import numpy as np

from routing.engine.compiled import compiled
from routing.engine.first.level import LOAD_SLACK, Trucks
from routing.engine.first.tours import Floats, Whole

GAIN = 1e-9
"""A neighbour must be cheaper by more than this."""


@compiled
def is_feasible(fleet: Trucks, loads: Floats, trucks: Whole, size: int) -> bool:
    """Say whether these trucks can bring `loads`; False also where they share satellites in a circle.

    Satellites of one truck only are loaded first; then a truck with a single shared satellite left brings there what it
    still can, until all trucks are done.
    """
    spare, shared, left = fleet.spare, fleet.shared, fleet.left
    seen = 0
    several = 0
    for truck in range(size):
        several |= seen & trucks[truck]
        seen |= trucks[truck]
    slack = fleet.capacity * LOAD_SLACK
    for truck in range(size):
        room = fleet.capacity + slack
        own = trucks[truck] & ~several
        at = 0
        while own >> at:
            if own >> at & 1:
                room -= loads[at]
            at += 1
        if room < 0.0:
            return False
        spare[truck] = room
        shared[truck] = trucks[truck] & several
    at = 0
    while several >> at:
        left[at] = loads[at]
        at += 1
    while several:
        several = _peel(spare, shared, left, several, size)
        if several < 0:
            return False
    return True


@compiled
def _peel(spare: Floats, shared: Whole, left: Floats, several: int, size: int) -> int:
    """Finish one truck with a single shared stop; return what is still shared, or -1 if that fails."""
    for truck in range(size):
        stop = shared[truck]
        if stop == 0 or stop & (stop - 1):
            continue
        at = 0
        while stop >> at > 1:
            at += 1
        left[at] -= min(left[at], spare[truck])
        shared[truck] = 0
        last = -1
        callers = 0
        for other in range(size):
            if shared[other] & stop:
                last = other
                callers += 1
        if callers == 1:
            spare[last] -= left[at]
            shared[last] ^= stop
            several ^= stop
            if spare[last] < 0.0:
                return -1
        return several
    return -1


@compiled
def structure_cost(fleet: Trucks, trucks: Whole, size: int) -> float:
    """Return the cost of these trucks."""
    cost = 0.0
    for truck in range(size):
        cost += fleet.tour[trucks[truck]]
    return cost


@compiled
def fill_in_turn(fleet: Trucks, loads: Floats, opened: Whole, count: int, first: int, trucks: Whole) -> int:
    """Load truck after truck along one tour, beginning at its `first` open satellite; return how many trucks it takes.

    Every load is split where a truck is full, so no fewer trucks could do it. -1 if there are not enough.
    """
    size = 1
    trucks[0] = 0
    room = fleet.capacity * (1 + LOAD_SLACK)
    for step in range(count):
        at = opened[(first + step) % count]
        waits = loads[at]
        trucks[size - 1] |= 1 << at
        while waits > room:
            waits -= room
            if size == fleet.most:
                return -1
            trucks[size] = 1 << at
            size += 1
            room = fleet.capacity * (1 + LOAD_SLACK)
        room -= waits
    return size


@compiled
def best_neighbour(fleet: Trucks, loads: Floats, trucks: Whole, size: int, bound: float) -> float:
    """Change `trucks` into its cheapest feasible neighbour below `bound`; return its cost, or inf if there is none.

    Neighbours: one truck gives or shares up to two of its satellites with another, which gives or shares at most one in
    return. The other may be a truck not yet in use (`trucks[size]` is then no longer 0); an emptied truck stays as 0.
    """
    found = fleet.found
    base = structure_cost(fleet, trucks, size)
    best = bound
    found[0] = -1
    for one in range(size):
        for two in range(min(size + 1, fleet.most)):
            if two == size:
                trucks[two] = 0
            if one != two:
                best = _best_exchange(fleet, loads, trucks, size, one, two, base, best)
    if found[0] < 0:
        return np.inf
    trucks[found[0]] = found[2]
    trucks[found[1]] = found[3]
    return best


@compiled
def _best_exchange(
    fleet: Trucks, loads: Floats, trucks: Whole, size: int, one: int, two: int, base: float, best: float
) -> float:
    """Try all exchanges between two trucks; write the best below `best` to `found` and return its cost."""
    found = fleet.found
    rest = base - fleet.tour[trucks[one]] - fleet.tour[trucks[two]]
    given = trucks[one]
    while True:
        if _at_most_two(given):
            leaving = given
            while True:
                before_one = trucks[one] & ~leaving
                before_two = trucks[two] | given
                back = trucks[two]
                while True:
                    if back & (back - 1) == 0:
                        for keeps in range(2 if back else 1):
                            after_one = before_one | back
                            after_two = before_two if keeps else before_two & ~(back & ~given)
                            cost = rest + fleet.tour[after_one] + fleet.tour[after_two]
                            if cost < best - GAIN and _keeps(
                                fleet, loads, trucks, size, (one, two, after_one, after_two)
                            ):
                                best = cost
                                found[0], found[1], found[2], found[3] = one, two, after_one, after_two
                    if back == 0:
                        break
                    back = (back - 1) & trucks[two]
                if leaving == 0:
                    break
                leaving = (leaving - 1) & given
        if given == 0:
            return best
        given = (given - 1) & trucks[one]


@compiled
def _at_most_two(bits: int) -> bool:
    fewer = bits & (bits - 1)
    return fewer & (fewer - 1) == 0


@compiled
def _keeps(fleet: Trucks, loads: Floats, trucks: Whole, size: int, change: tuple[int, int, int, int]) -> bool:
    """Say whether these trucks are feasible once two of them, `change[:2]`, call at `change[2:]`."""
    trial = fleet.trial
    for truck in range(size):
        trial[truck] = trucks[truck]
    trial[change[0]] = change[2]
    trial[change[1]] = change[3]
    return is_feasible(fleet, loads, trial, max(size, change[1] + 1))


@compiled
def without_empty(trucks: Whole, size: int) -> int:
    """Close the gaps that emptied trucks left and put the rest in order; return how many are in use."""
    used = 0
    for truck in range(size):
        if trucks[truck]:
            trucks[used] = trucks[truck]
            used += 1
    for here in range(1, used):
        value = trucks[here]
        there = here
        while there > 0 and trucks[there - 1] > value:
            trucks[there] = trucks[there - 1]
            there -= 1
        trucks[there] = value
    return used
