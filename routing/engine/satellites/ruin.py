"""Taking customers out: strings of neighbouring routes, whole routes; and moving routes to another satellite.

Strings as in "slack induction by string removals" (Christiaens and Vanden Berghe 2020, Transp. Sci. 54).
"""

from __future__ import annotations

import numpy as np

from routing.engine.compiled import compiled
from routing.engine.satellites.field import Field
from routing.engine.satellites.state import ROUND, ROUTES, ROWS, SECOND, Former, State, take_out, touch
from routing.engine.search.chance import State as Chance
from routing.engine.search.chance import below, uniform

SPLIT_SHARE = 0.5
LONGER_GAP = 0.01
MOST_PASSED = 8
"""Fewer neighbours than this are passed over before two routes are swapped."""


@compiled
def take_strings(field: Field, state: State, former: Former, chance: Chance, average: float, longest: float) -> None:
    """Take strings of customers out of the routes around one customer, about `average` customers in all."""
    customers = len(field.demand) - field.satellites
    seed = field.satellites + below(chance, customers)
    most = min(longest, customers / max(1, state.tally[ROUTES]))
    strings = int(uniform(chance) * (4.0 * average / (1.0 + most) - 1.0) + 1.0)
    for rank in range(field.near.shape[1]):
        if strings == 0:
            return
        customer = field.near[seed, rank]
        row = state.row[customer]
        if row < 0 or former.ruined[row] == state.tally[ROUND]:
            continue
        former.ruined[row] = state.tally[ROUND]
        touch(state, former, row)
        length = int(uniform(chance) * min(float(state.size[row]), most) + 1.0)
        _take_string(field, state, chance, row, customer, min(length, state.size[row]))
        strings -= 1


@compiled
def _take_string(field: Field, state: State, chance: Chance, row: int, customer: int, length: int) -> None:
    """Take a string with this customer out; now and then one that keeps some customers in its middle."""
    size = state.size[row]
    kept = 0
    if 1 < length < size and uniform(chance) < SPLIT_SHARE:
        kept = 1
        while length + kept < size and uniform(chance) < LONGER_GAP:
            kept += 1
    at = 1
    while state.stops[row, at] != customer:
        at += 1
    span = length + kept
    lowest, highest = max(1, at - span + 1), min(at, size - span + 1)
    begin = lowest + below(chance, highest - lowest + 1)
    left = 1 + below(chance, length - 1) if kept else length
    for _ in range(left):
        take_out(field, state, row, begin)
    for _ in range(length - left):
        take_out(field, state, row, begin + kept)


@compiled
def take_routes(field: Field, state: State, former: Former, chance: Chance, most: int) -> None:
    """Take up to `most` whole routes around one customer out."""
    seed = field.satellites + below(chance, len(field.demand) - field.satellites)
    wanted = 1 + below(chance, most)
    for rank in range(field.near.shape[1]):
        if wanted == 0:
            return
        row = state.row[field.near[seed, rank]]
        if row >= 0:
            touch(state, former, row)
            while state.size[row]:
                take_out(field, state, row, state.size[row])
            wanted -= 1


@compiled
def move_one_route(field: Field, state: State, former: Former, chance: Chance) -> None:
    """Let one route start at another satellite."""
    row = state.row[field.satellites + below(chance, len(field.demand) - field.satellites)]
    target = below(chance, field.satellites)
    if target != state.stops[row, 0]:
        _rebase(field, state, former, row, target)


@compiled
def swap_two_routes(field: Field, state: State, former: Former, chance: Chance) -> None:
    """Let two neighbouring routes start where the other did: loads of satellites hardly change."""
    seed = field.satellites + below(chance, len(field.demand) - field.satellites)
    row = state.row[seed]
    base = state.stops[row, 0]
    passed = below(chance, MOST_PASSED)
    for rank in range(field.near.shape[1]):
        other = state.row[field.near[seed, rank]]
        target = state.stops[other, 0]
        if target != base:
            if passed == 0:
                _rebase(field, state, former, row, target)
                _rebase(field, state, former, other, base)
                return
            passed -= 1


@compiled
def close_one(field: Field, state: State, former: Former, chance: Chance) -> None:
    """Let all routes of one satellite start elsewhere, each where it costs least, among those in use."""
    closed = below(chance, field.satellites)
    for row in range(state.tally[ROWS]):
        if state.size[row] and state.stops[row, 0] == closed:
            cheapest, target = np.inf, -1
            for satellite in range(field.satellites):
                if satellite != closed and 0 < state.used[satellite] < field.fleet_each:
                    cost = _turned_cost(field, state, row, satellite)
                    if cost < cheapest:
                        cheapest, target = cost, satellite
            if target >= 0:
                _rebase(field, state, former, row, target)


@compiled
def open_one(field: Field, state: State, former: Former, chance: Chance, most: int) -> None:
    """Let the routes nearest to one satellite start there."""
    target = below(chance, field.satellites)
    wanted = 1 + below(chance, most)
    for rank in range(field.near.shape[1]):
        if wanted == 0:
            return
        row = state.row[field.near[target, rank]]
        if row >= 0 and state.stops[row, 0] != target:
            _rebase(field, state, former, row, target)
            wanted -= 1


@compiled
def _turned_cost(field: Field, state: State, row: int, satellite: int) -> float:
    """Return the least cost of calling at this satellite between two neighbours of the route as a circle."""
    stops, size = state.stops, state.size[row]
    away = field.away
    first, last = stops[row, 1], stops[row, size]
    cheapest = away[last, satellite] + away[satellite, first] - away[last, first]
    for at in range(1, size):
        here, there = stops[row, at], stops[row, at + 1]
        cheapest = min(cheapest, away[here, satellite] + away[satellite, there] - away[here, there])
    return float(cheapest)


@compiled
def _rebase(field: Field, state: State, former: Former, row: int, target: int) -> None:
    """Let a route start at this satellite, turned so that the call there costs least; not if none may start there."""
    if state.used[target] >= field.fleet_each or not state.allowed[target]:
        return
    touch(state, former, row)
    stops, size, base, away = state.stops, state.size[row], state.stops[row, 0], field.away
    first, last = stops[row, 1], stops[row, size]
    before = away[last, base] + away[base, first] - away[last, first]
    cheapest = _turned_cost(field, state, row, target)
    begin = 1
    for at in range(1, size):
        here, there = stops[row, at], stops[row, at + 1]
        if away[here, target] + away[target, there] - away[here, there] <= cheapest:
            begin = at + 1
    for at in range(size):
        former.turned[at] = stops[row, 1 + (begin - 1 + at) % size]
    for at in range(size):
        stops[row, 1 + at] = former.turned[at]
    stops[row, 0] = target
    stops[row, size + 1] = target
    state.used[base] -= 1
    state.used[target] += 1
    state.through[base] -= state.load[row]
    state.through[target] += state.load[row]
    if state.used[base] == 0:
        state.through[base] = 0.0
    state.cost[SECOND] += cheapest - before
