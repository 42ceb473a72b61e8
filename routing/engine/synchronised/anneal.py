"""Simulated annealing over both levels at once: ruin and recreate the second, plan the first anew, judge the sum.

Compiled.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from routing.engine.compiled import compiled
from routing.engine.search.chance import State, uniform
from routing.engine.synchronised.layout import (
    AGES,
    ARRIVAL,
    CHEAPEST,
    DIRECT,
    GONE,
    LANE,
    LOAD,
    NOW_PRICE,
    NOW_ROOM,
    PLACE,
    PRICE,
    RELEASE,
    ROOM,
    ROW,
    SHARED,
    SLACK,
    Floats,
    Ints,
    Memory,
    Needs,
    Out,
    Rows,
    Stack,
    Tours,
    Town,
)
from routing.engine.synchronised.polish import polish
from routing.engine.synchronised.recreate import put_back, shuffle_out
from routing.engine.synchronised.rows import compact, copy_touched, keep_rows, refresh, total_cost
from routing.engine.synchronised.ruin import ruin
from routing.engine.synchronised.trucks import (
    answer,
    collect_needs,
    copy_plan,
    room_left,
    suffice,
    trucks_floor,
)

TRUST_TRUCKS = 0.8
"""How often trips are planned for the times at which the present trucks come, not the soonest possible ones."""

CHANGE_OF_MIND = 0.1
"""How often it is drawn anew which of the two a round does."""

SPLIT_OFTEN = 0.3
"""How often a trip may be split by an insertion although the customer fits into it."""

TRIAL, NOW, BEST = 0, 1, 2
"""Parts of `Search.trucks`, and of `Search.costs` (0 is not used there)."""


class Search(NamedTuple):
    """All that a search works on; `kept` is the best plan's rows, `trust` whether a round trusts the trucks' times."""

    town: Town
    tours: Tours
    trial: Rows
    now: Rows
    kept: Ints
    trucks: Ints
    needs: Needs
    memory: Memory
    out: Out
    stack: Stack
    sites: Floats
    costs: Floats
    trust: Ints
    chance: State


@compiled
def anneal(search: Search, rounds: int, warm: float) -> None:
    """Try so many changes at this temperature; the first of all makes the first plan."""
    town, tours, trial, now, kept, trucks, needs, memory, out, stack, sites, costs, trust, chance = search
    for _ in range(rounds):
        count = town.customers
        if costs[NOW] < AGES:
            count = ruin(town, trial, out, sites, chance)
            _look_up(town, tours, trial, now, sites, trust, chance)
            _take_away(town, trial, out, sites)
        shuffle_out(town, out, count, chance)
        bar = min(AGES, costs[NOW] - warm * math.log(max(uniform(chance), 1e-12)))
        cost = AGES
        if put_back(town, trial, out, sites, count, uniform(chance) < SPLIT_OFTEN, chance):
            polish(town, trial, out, sites, chance)
            cost = total_cost(trial)
            if cost + tours.cost[0] < bar and collect_needs(town, tours, trial, needs):
                if cost + trucks_floor(tours, needs) < bar:
                    copy_plan(trucks[NOW], trucks[TRIAL])
                    cost += answer(tours, needs, stack, memory, trucks[TRIAL], bar - cost)
                else:
                    cost = AGES
            else:
                cost = AGES
        if cost >= bar:
            copy_touched(now, trial, out)
            continue
        copy_touched(trial, now, out)
        copy_plan(trucks[TRIAL], trucks[NOW])
        costs[NOW] = cost
        _look_at_trucks(tours, needs, stack, trucks[NOW], sites)
        if cost < costs[BEST] - SLACK:
            costs[BEST] = cost
            keep_rows(now, kept)
            copy_plan(trucks[NOW], trucks[BEST])


@compiled
def _look_up(town: Town, tours: Tours, trial: Rows, now: Rows, sites: Floats, trust: Ints, chance: State) -> None:
    """Set releases for this round, and prices: what more supply at a satellite would cost, or a part of it."""
    if uniform(chance) < CHANGE_OF_MIND:
        trust[0] = 1 if uniform(chance) < TRUST_TRUCKS else 0
    changed = False
    part = uniform(chance)
    for satellite in range(town.satellites):
        release = tours.times[satellite, 0]
        if trust[0]:
            release = max(release, sites[ARRIVAL, satellite])
        changed |= release != sites[RELEASE, satellite]
        sites[RELEASE, satellite] = release
        sites[ROOM, satellite] = sites[NOW_ROOM, satellite]
        sites[PRICE, satellite] = sites[NOW_PRICE, satellite] * part
    if changed:
        for row in range(now.size.shape[0]):
            refresh(town, sites, trial, row)
            refresh(town, sites, now, row)


@compiled
def _take_away(town: Town, rows: Rows, out: Out, sites: Floats) -> None:
    """Take out of the trial plan whoever is marked as gone, and book the room this leaves."""
    for customer in range(town.customers):
        if out.who[GONE, customer]:
            row = rows.where[ROW, customer]
            satellite = rows.stop[row, rows.first[row, rows.where[PLACE, customer]]] - town.customers
            sites[ROOM, satellite] += town.place[LOAD, customer]
            out.touched[row] = 1
    for row in range(rows.size.shape[0]):
        if out.touched[row]:
            compact(town, rows, row, out)
            refresh(town, sites, rows, row)


@compiled
def _look_at_trucks(tours: Tours, needs: Needs, stack: Stack, plan: Ints, sites: Floats) -> None:
    """Note of each satellite when its first truck comes, how much more its trucks could bring, what others cost."""
    count = plan[SHARED, -1]
    # After this `stack.bound` tells what each subset of the shared trucks alone must bring.
    suffice(tours, needs, plan, count, stack)
    everyone = (1 << count) - 1
    for satellite in range(sites.shape[1]):
        arrival, visited, price = AGES, 0, tours.cost[tours.single[CHEAPEST, satellite]]
        if plan[DIRECT, satellite]:
            arrival = tours.times[satellite, tours.rank[plan[LANE, satellite], satellite]]
        for nth in range(count):
            tour = plan[SHARED, nth]
            if tours.rank[tour, -1] >> satellite & 1:
                visited |= 1 << nth
                arrival = min(arrival, tours.times[satellite, tours.rank[tour, satellite]])
            else:
                longer = tours.least[1, tours.rank[tour, -1] | 1 << satellite] - tours.cost[tour]
                price = min(price, max(0.0, longer))
        room = AGES if visited else 0.0
        for subset in range(1 << count):
            if visited and subset & visited == visited:
                room = min(room, max(0.0, room_left(tours, plan, stack, subset)))
        spare = plan[DIRECT, satellite] * tours.capacity - stack.bound[satellite, everyone]
        sites[ARRIVAL, satellite] = arrival if arrival < AGES else 0.0
        sites[NOW_ROOM, satellite] = room + max(0.0, spare)
        sites[NOW_PRICE, satellite] = price


def fresh_costs() -> Floats:
    """Return the costs of a search without any plan yet."""
    return np.full(3, AGES)
