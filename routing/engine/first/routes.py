"""The trucks of the first echelon for given loads: where each calls and what it leaves there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from routing.engine.first.cost import NOTHING, first_cost
from routing.engine.first.exact import fill_subsets, fill_tours, solve_exact
from routing.engine.first.level import EXACT_OPEN, LOAD_SLACK, FirstLevel
from routing.engine.first.tours import Floats, tour_order

CLOSE = 1e-7


@dataclass(frozen=True, slots=True)
class TruckPlan:
    """One truck: its satellites in order and the quantity it leaves at each."""

    satellites: tuple[int, ...]
    quantities: tuple[float, ...]


def first_routes(level: FirstLevel, distance: Floats, loads: Floats) -> list[TruckPlan]:
    """Return the trucks whose cost `first_cost` tells, each with the shortest tour through its satellites.

    Raises
    ------
    ValueError
        If the trucks cannot bring these loads.
    """
    cost = first_cost(level, loads, True)  # noqa: FBT003
    fleet = level.trucks
    if not np.isfinite(cost):
        raise ValueError(
            f"expected loads that {fleet.most} trucks of {fleet.capacity:g} can bring, got {loads.tolist()}"
        )
    opened = [int(at) for at in level.around if loads[at] > NOTHING]
    if len(opened) > EXACT_OPEN:
        size = int(level.pool.chosen[-1])
        trucks = [_members(int(bits)) for bits in level.pool.chosen[:size]]
    else:
        trucks = _exact_trucks(level, loads, opened)
    return routes_of(level, distance, loads, trucks)


def routes_of(level: FirstLevel, distance: Floats, loads: Floats, trucks: list[list[int]]) -> list[TruckPlan]:
    """Return these trucks with quantities and in the order of shortest tours; a truck brings nothing nowhere."""
    plans = []
    for drops in quantities(trucks, loads, level.trucks.capacity):
        order = tour_order(distance, [at for at in drops if drops[at] > 0])
        if order:
            plans.append(TruckPlan(tuple(order), tuple(drops[at] for at in order)))
    return plans


def quantities(trucks: list[list[int]], loads: Floats, capacity: float) -> list[dict[int, float]]:
    """Return what each truck leaves at each of its satellites, for trucks that share satellites without circles.

    Raises
    ------
    ValueError
        If the trucks cannot carry the loads, or share satellites in a circle.
    """
    left = {at: float(loads[at]) for stops in trucks for at in stops}
    spare = [capacity * (1 + LOAD_SLACK)] * len(trucks)
    waiting = [set(stops) for stops in trucks]
    drops: list[dict[int, float]] = [{} for _ in trucks]
    while any(waiting):
        truck, at = _next_drop(waiting)
        callers = sum(at in stops for stops in waiting)
        amount = left[at] if callers == 1 else min(left[at], spare[truck])
        drops[truck][at] = amount
        left[at] -= amount
        spare[truck] -= amount
        waiting[truck].discard(at)
        if spare[truck] < -CLOSE * capacity:
            raise ValueError(f"expected trucks that can carry the loads, got {trucks} for {loads.tolist()}")
    return drops


def _next_drop(waiting: list[set[int]]) -> tuple[int, int]:
    """Return a truck and a stop of it whose quantity is settled: the stop's only caller, or the truck's last stop."""
    for truck, stops in enumerate(waiting):
        for at in sorted(stops):
            if sum(at in other for other in waiting) == 1:
                return truck, at
    for truck, stops in enumerate(waiting):
        if len(stops) == 1:
            return truck, next(iter(stops))
    raise ValueError(f"expected trucks that share satellites without circles, got {waiting}")


def _members(bits: int) -> list[int]:
    return [at for at in range(bits.bit_length()) if bits >> at & 1]


def _exact_trucks(level: FirstLevel, loads: Floats, opened: list[int]) -> list[list[int]]:
    """Walk back through the recursion of `exact.py` and list the satellites of each truck."""
    level.open[: len(opened)] = opened
    fleet = level.trucks
    fill_subsets(level.exact, fleet.capacity, loads, level.open, len(opened))
    fill_tours(level.exact, fleet.tour, level.open, len(opened))
    solve_exact(level.exact, fleet.most, len(opened))
    exact, everything = level.exact, (1 << len(opened)) - 1
    more = min(fleet.most - int(exact.trucks[everything]), len(opened))
    found: list[int] = []
    subset = everything
    while subset:
        group, more = _group(level, subset, more)
        found += _linked(level, group, -1, float(exact.linked[group]))
        subset ^= group
    return [[opened[place] for place in _members(bits)] for bits in found]


def _group(level: FirstLevel, subset: int, more: int) -> tuple[int, int]:
    """Return the linked group of the lowest satellite in the best plan, and how many extra trucks the rest may use."""
    exact = level.exact
    lowest = subset & -subset
    for part in _parts(subset ^ lowest):
        group = part | lowest
        rest = subset ^ group
        used = int(exact.trucks[group] + exact.trucks[rest] - exact.trucks[subset]) if rest else 0
        if used <= more:
            cost = exact.linked[group] + (exact.best[rest, more - used] if rest else 0.0)
            if abs(cost - exact.best[subset, more]) <= CLOSE:
                return group, more - used
    raise ValueError("expected a plan of linked groups, found none")


def _linked(level: FirstLevel, subset: int, at: int, cost: float) -> list[int]:
    """Return the trucks of a linked group (`at` = -1), or of a branch that hangs at satellite `at`."""
    exact = level.exact
    extra = 0 if at < 0 else 1 << at
    for stops in _parts(subset):
        if stops and abs(exact.tour[stops | extra] + exact.spread[stops, subset] - cost) <= CLOSE:
            return [stops | extra, *_hanging(level, stops, subset)]
    raise ValueError("expected the root truck of a linked group, found none")


def _hanging(level: FirstLevel, stops: int, subset: int) -> list[int]:
    """Return all trucks that hang at these stops when the root truck serves `subset`."""
    exact = level.exact
    if exact.trucks[subset] <= 1:
        return []
    lowest = stops & -stops
    at = lowest.bit_length() - 1
    if stops == lowest:
        return _beneath(level, at, subset)
    for part in _parts(subset ^ stops):
        own = part | lowest
        rest = subset ^ own
        if exact.trucks[subset] == exact.trucks[own] + exact.trucks[rest] - 1:
            cost = exact.hung[at, own] + exact.spread[stops ^ lowest, rest]
            if abs(cost - exact.spread[stops, subset]) <= CLOSE:
                return [*_beneath(level, at, own), *_hanging(level, stops ^ lowest, rest)]
    raise ValueError("expected what hangs at the stops of a truck, found nothing")


def _beneath(level: FirstLevel, at: int, subset: int) -> list[int]:
    """Return the branches and direct trucks beneath one satellite."""
    exact = level.exact
    branches: list[int] = []
    direct = int(exact.direct[at, subset])
    while subset != 1 << at:
        branch = _branch(level, at, subset)
        branches += _linked(level, branch, at, float(exact.branch[at, branch]))
        subset ^= branch
    return [*branches, *[1 << at] * direct]


def _branch(level: FirstLevel, at: int, subset: int) -> int:
    """Return the branch of the lowest other satellite in the best set of branches beneath `at`."""
    exact = level.exact
    others = subset ^ (1 << at)
    lowest = others & -others
    for part in _parts(others ^ lowest):
        branch = part | lowest
        rest = subset ^ branch
        extra = int(exact.trucks[branch] + exact.trucks[rest] - exact.trucks[subset])
        if extra <= exact.direct[at, rest]:
            cost = exact.branch[at, branch] + exact.hung[at, rest] - extra * exact.tour[1 << at]
            if abs(cost - exact.hung[at, subset]) <= CLOSE:
                return branch
    raise ValueError("expected a branch beneath a satellite, found none")


def _parts(subset: int) -> list[int]:
    """Return all subsets of a set of bits, itself first and the empty one last."""
    parts, part = [subset], subset
    while part:
        part = (part - 1) & subset
        parts.append(part)
    return parts
