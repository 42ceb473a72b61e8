"""The exact first echelon for a few open satellites, split deliveries included.

With the triangle inequality some best plan splits in the shape of trees: trucks that share satellites form linked
groups without circles, two trucks share at most one satellite (Dror and Trudeau 1989), and a group that serves the
satellites C has exactly ceil(load(C) / capacity) trucks, all full but perhaps one. Root each tree at that one; then
every other truck serves the satellites beneath it and brings what it has left over to the satellite by which it hangs.
What it brings follows from loads alone, so a recursion over subsets finds the best trees:

- hung[q, W]: trucks beneath satellite q that serve W without q and leave q one last truckload or less;
- spread[R, X]: what must hang at the stops R of one truck so that all of X is served;
- branch[r, X]: that truck, calling at r as well, least over R; linked[X]: the same as the root;
- best[X]: linked groups side by side.

Every condition is on ceil(load(X) / capacity) of subsets X alone: they are the key of the memo. The one limit of
exactness: where a satellite needs more than one truckload, the number of its direct trucks is taken from the cheapest
smaller case.
"""

from __future__ import annotations

import numpy as np

from routing.engine.compiled import compiled
from routing.engine.first.level import LOAD_SLACK, Exact
from routing.engine.first.tours import Floats, Whole


@compiled
def fill_subsets(exact: Exact, capacity: float, loads: Floats, opened: Whole, count: int) -> None:
    """Write load, needed trucks and tour cost of every subset of the `count` open satellites."""
    exact.load[0] = 0.0
    per_truck = 1.0 / capacity
    size = 1
    for place in range(count):
        load = loads[opened[place]]
        for subset in range(size):
            exact.load[size + subset] = exact.load[subset] + load
        size *= 2
    for subset in range(1, size):
        exact.trucks[subset] = int(np.ceil(exact.load[subset] * per_truck - LOAD_SLACK))


@compiled
def fill_tours(exact: Exact, tour: Floats, opened: Whole, count: int) -> None:
    """Write the cost of one truck through every subset of the open satellites."""
    for subset in range(1, 1 << count):
        everywhere = 0
        for place in range(count):
            if subset >> place & 1:
                everywhere |= 1 << opened[place]
        exact.tour[subset] = tour[everywhere]


@compiled
def solve_exact(exact: Exact, trucks: int, count: int) -> float:
    """Return the least cost of trucks for all open satellites, or inf if there are too few trucks."""
    everything = (1 << count) - 1
    more = min(trucks - exact.trucks[everything], count)
    if more < 0:
        return np.inf
    for subset in range(1, everything + 1):
        for at in range(count):
            if subset >> at & 1:
                _hang(exact, at, subset)
        if exact.trucks[subset] <= 1:
            _one_truck(exact, subset, count)
        else:
            _several_trucks(exact, subset, count)
        _side_by_side(exact, subset, more)
    return float(exact.best[everything, more])


@compiled
def _hang(exact: Exact, at: int, subset: int) -> None:
    """Find the best set of branches and direct trucks beneath satellite `at`."""
    others = subset ^ (1 << at)
    alone = exact.tour[1 << at]
    exact.hung[at, subset] = np.inf
    exact.direct[at, subset] = 0
    needed = exact.trucks[subset] - 1
    if others == 0:
        exact.hung[at, subset] = max(needed, 0) * alone
        exact.direct[at, subset] = max(needed, 0)
        return
    if needed <= 0:
        return
    lowest = others & -others
    rest = others ^ lowest
    part = rest
    while True:
        branch = part | lowest
        remaining = subset ^ branch
        direct = exact.direct[at, remaining]
        extra = exact.trucks[branch] + exact.trucks[remaining] - exact.trucks[subset]
        if extra <= direct:
            cost = exact.branch[at, branch] + exact.hung[at, remaining] - extra * alone
            if cost < exact.hung[at, subset]:
                exact.hung[at, subset] = cost
                exact.direct[at, subset] = direct - extra
        if part == 0:
            break
        part = (part - 1) & rest


@compiled
def _one_truck(exact: Exact, subset: int, count: int) -> None:
    """Serve a subset that fits one truck: nothing hangs anywhere."""
    stops = subset
    while stops:
        exact.spread[stops, subset] = np.inf
        stops = (stops - 1) & subset
    exact.spread[subset, subset] = 0.0
    exact.linked[subset] = exact.tour[subset]
    for at in range(count):
        if not subset >> at & 1:
            exact.branch[at, subset] = exact.tour[subset | 1 << at]


@compiled
def _several_trucks(exact: Exact, subset: int, count: int) -> None:
    """Try every set of stops of the root truck, with the best of what then hangs at them."""
    exact.linked[subset] = np.inf
    for at in range(count):
        exact.branch[at, subset] = np.inf
    stops = subset
    while stops:
        hanging = _spread(exact, stops, subset)
        exact.spread[stops, subset] = hanging
        if hanging < np.inf:
            exact.linked[subset] = min(exact.linked[subset], exact.tour[stops] + hanging)
            for at in range(count):
                if not subset >> at & 1:
                    cost = exact.tour[stops | 1 << at] + hanging
                    exact.branch[at, subset] = min(exact.branch[at, subset], cost)
        stops = (stops - 1) & subset


@compiled
def _spread(exact: Exact, stops: int, subset: int) -> float:
    """Return the least cost of what hangs at these stops so that all of the subset is served."""
    lowest = stops & -stops
    at = 0
    while lowest >> at > 1:
        at += 1
    if stops == lowest:
        return float(exact.hung[at, subset])
    others = subset ^ stops
    least = np.inf
    part = others
    while True:
        own = part | lowest
        remaining = subset ^ own
        if exact.trucks[subset] == exact.trucks[own] + exact.trucks[remaining] - 1:
            least = min(least, exact.hung[at, own] + exact.spread[stops ^ lowest, remaining])
        if part == 0:
            return least
        part = (part - 1) & others


@compiled
def _side_by_side(exact: Exact, subset: int, more: int) -> None:
    """Join the linked group of the lowest satellite with the best plan of the rest, for each number of extra trucks."""
    lowest = subset & -subset
    rest = subset ^ lowest
    for extra in range(more + 1):
        exact.best[subset, extra] = exact.linked[subset]
    part = rest
    while part:
        part = (part - 1) & rest
        group = part | lowest
        remaining = subset ^ group
        used = exact.trucks[group] + exact.trucks[remaining] - exact.trucks[subset]
        for extra in range(used, more + 1):
            cost = exact.linked[group] + exact.best[remaining, extra - used]
            exact.best[subset, extra] = min(exact.best[subset, extra], cost)
