"""Putting customers back, one after the other where each costs least, now and then overlooking a place."""

from __future__ import annotations

import numpy as np

from routing.engine.compiled import compiled
from routing.engine.satellites.field import Field, Floats, Whole
from routing.engine.satellites.state import OUT, ROUTES, ROWS, Former, State, put_in, touch
from routing.engine.search.chance import State as Chance
from routing.engine.search.chance import below, uniform

BLINK = 0.01
_LOG_SEES = float(np.log(1.0 - BLINK))
RANDOM_WEIGHT, DEMAND_WEIGHT, FAR_WEIGHT = 4, 4, 2
ALL_WEIGHTS = 11
"""The rest of the weight goes to the nearest first."""
LOAD_SLACK = 1e-9
OPENING, WALL, BEYOND = range(3)
"""Rows of `prices`."""


ROW, AT, BASE = range(3)
"""Places of `found`: the row, the place in it, the satellite of a new route or -1."""


@compiled
def put_back(field: Field, state: State, former: Former, chance: Chance, prices: Floats, found: Whole) -> bool:
    """Put every customer that is out back in; say whether there was a place for all.

    `prices` (3, S) is what it is thought to cost the trucks to call at a satellite that has no load yet (OPENING), the
    load to which its present truckloads reach (WALL), and what it is thought to cost to go beyond (BEYOND).
    """
    _sort_out(field, state, chance)
    for rank in range(state.tally[OUT]):
        customer = state.out[rank]
        if not _find_place(field, state, chance, prices, customer, found):
            return False
        row = found[ROW]
        touch(state, former, row)
        if found[BASE] >= 0:
            state.stops[row, 0] = found[BASE]
            state.stops[row, 1] = found[BASE]
            state.tally[ROWS] = max(state.tally[ROWS], row + 1)
        put_in(field, state, row, found[AT], customer)
    state.tally[OUT] = 0
    return True


@compiled
def _sort_out(field: Field, state: State, chance: Chance) -> None:
    """Put the customers that are out in order: at random, by demand, far or near from the satellites."""
    out, count = state.out, state.tally[OUT]
    for rank in range(count - 1, 0, -1):
        other = below(chance, rank + 1)
        out[rank], out[other] = out[other], out[rank]
    kind = below(chance, ALL_WEIGHTS)
    if kind < RANDOM_WEIGHT:
        return
    for rank in range(1, count):
        customer = out[rank]
        key = _key(field, customer, kind)
        there = rank
        while there > 0 and _key(field, out[there - 1], kind) > key:
            out[there] = out[there - 1]
            there -= 1
        out[there] = customer


@compiled
def _key(field: Field, customer: int, kind: int) -> float:
    if kind < RANDOM_WEIGHT + DEMAND_WEIGHT:
        return -float(field.demand[customer])
    nearest = np.inf
    for satellite in range(field.satellites):
        nearest = min(nearest, field.away[satellite, customer])
    return -nearest if kind < RANDOM_WEIGHT + DEMAND_WEIGHT + FAR_WEIGHT else nearest


@compiled
def _find_place(field: Field, state: State, chance: Chance, prices: Floats, customer: int, found: Whole) -> bool:
    """Write the cheapest place for a customer to `found`; say whether there is one."""
    cheapest = np.inf
    free = state.tally[ROWS]
    demand = field.demand[customer]
    most = field.capacity * (1.0 + LOAD_SLACK) - demand
    unseen = int(np.log(1.0 - uniform(chance)) / _LOG_SEES)
    for row in range(state.tally[ROWS]):
        size = state.size[row]
        if size == 0:
            free = min(free, row)
            continue
        if state.load[row] > most:
            continue
        before = state.stops[row, 0]
        handling = field.handling[before] * demand
        if state.through[before] + demand > prices[WALL, before]:
            handling += prices[BEYOND, before]
        for at in range(1, size + 2):
            after = state.stops[row, at]
            cost = handling + field.away[before, customer] + field.away[customer, after] - field.away[before, after]
            before = after
            if cost < cheapest:
                if unseen == 0:
                    unseen = int(np.log(1.0 - uniform(chance)) / _LOG_SEES)
                    continue
                unseen -= 1
                cheapest = cost
                found[ROW], found[AT], found[BASE] = row, at, -1
    if state.tally[ROUTES] < field.fleet and free < len(state.size):
        for satellite in range(field.satellites):
            if state.allowed[satellite] and state.used[satellite] < field.fleet_each:
                cost = 2.0 * field.away[satellite, customer] + field.fixed + field.handling[satellite] * demand
                cost += prices[OPENING, satellite]
                if state.through[satellite] + demand > prices[WALL, satellite]:
                    cost += prices[BEYOND, satellite]
                if cost < cheapest:
                    cheapest = cost
                    found[ROW], found[AT], found[BASE] = free, 1, satellite
    return cheapest < np.inf
