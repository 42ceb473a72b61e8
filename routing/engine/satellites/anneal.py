"""Rounds of ruin and recreate, each kept or taken back by simulated annealing on the cost of both echelons."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routing.engine.compiled import compiled
from routing.engine.first.cost import NOTHING, first_cost
from routing.engine.first.level import FirstLevel
from routing.engine.satellites.field import Field, Floats, Whole
from routing.engine.satellites.recreate import BEYOND, OPENING, WALL, put_back
from routing.engine.satellites.ruin import (
    close_one,
    move_one_route,
    open_one,
    swap_two_routes,
    take_routes,
    take_strings,
)
from routing.engine.satellites.state import (
    EASED,
    FIRST,
    OUT,
    SECOND,
    Former,
    State,
    begin_round,
    copy_plan,
    recount,
    take_back,
)
from routing.engine.search.chance import State as Chance
from routing.engine.search.chance import uniform

MOST_ROUTES = 3
GAIN = 1e-7
WALL_SLACK = 1e-6
NEXT_TO_NOTHING = 2 * NOTHING
"""A load for which a truck comes but which takes no room."""


class Habits(NamedTuple):
    """How a round goes about; the shares are of all rounds."""

    average: float = 10.0
    """Customers that strings take out in the mean."""
    longest: float = 10.0
    """Customers in the longest string."""
    move: float = 0.08
    """Share of rounds that first let one route start elsewhere."""
    swap: float = 0.12
    """Share that first let two routes swap their satellites."""
    close: float = 0.01
    """Share that first let all routes of one satellite start elsewhere."""
    open: float = 0.02
    """Share that first let some routes start at one satellite."""
    routes: float = 0.03
    """Share that take whole routes out and no strings."""
    price: float = 1.0
    """Most of a satellite's least detour that the guessed price of opening it can be."""
    minded: float = 0.3
    """Share of rounds that mind where a satellite's load goes beyond its full truckloads."""
    felt: float = 0.5
    """Weight of the eased first echelon in what the search feels."""


class Room(NamedTuple):
    """Room of one search."""

    former: Former
    prices: Floats
    """(3, S) what the first echelon is thought to add in this round, see `put_back`."""
    found: Whole
    """(3,) the place found for a customer."""
    trucks: Whole
    """The structure of the first echelon in the best plan, see `Pool.chosen`."""


@compiled
def anneal(
    field: Field, level: FirstLevel, eased: FirstLevel, state: State, best: State, room: Room, chance: Chance,
    habits: Habits, rounds: int, temperature: float,
) -> int:  # fmt: skip
    """Do `rounds` rounds at this temperature (in units of cost); return how often `best` was bettered.

    `eased` is the same first echelon with trucks that take a little more. The search feels the mean of both costs:
    where one customer too many calls for another truck, the way there becomes a slope. Trucks are felt to call at every
    satellite that is kept, also while no route begins there. `best` is by the true cost.
    """
    better = 0
    state.cost[EASED] = _eased(level, eased, state, habits.felt)
    for _ in range(rounds):
        now = state.cost[SECOND] + state.cost[EASED]
        begin_round(state, room.former)
        _guess_prices(field, state, chance, habits, level.trucks.capacity, room.prices)
        _ruin(field, state, room.former, chance, habits)
        if not put_back(field, state, room.former, chance, room.prices, room.found):
            take_back(state, room.former)
            continue
        limit = now - temperature * np.log(1.0 - uniform(chance))
        if state.cost[SECOND] >= limit:
            take_back(state, room.former)
            continue
        state.cost[EASED] = _eased(level, eased, state, habits.felt)
        if state.cost[SECOND] + state.cost[FIRST] < best.cost[SECOND] + best.cost[FIRST] - GAIN:
            _remember(level, state, best, room.trucks)
            better += 1
        elif state.cost[SECOND] + state.cost[EASED] >= limit:
            take_back(state, room.former)
    if better:
        _look_again(level, best, room.trucks)
    return better


@compiled
def _eased(level: FirstLevel, eased: FirstLevel, state: State, felt: float) -> float:
    """Compute the first echelon's cost and return what the search feels of it."""
    hurried = len(state.cost) == 0
    state.cost[FIRST] = first_cost(level, state.through, hurried)
    loads, strict = state.through, state.cost[FIRST]
    if _calls_at_more(state):
        loads, strict = state.felt, first_cost(level, state.felt, hurried)
    if eased.trucks.capacity == level.trucks.capacity:
        return float(strict)
    return float((1.0 - felt) * strict + felt * first_cost(eased, loads, hurried))


@compiled
def _calls_at_more(state: State) -> bool:
    """Write the loads with next to nothing for each satellite that is kept but not in use; say if there is one."""
    more = False
    for satellite in range(len(state.kept)):
        idle = state.kept[satellite] and state.through[satellite] < NEXT_TO_NOTHING
        state.felt[satellite] = NEXT_TO_NOTHING if idle else state.through[satellite]
        more = more or bool(idle)
    return more


@compiled
def _remember(level: FirstLevel, state: State, best: State, trucks: Whole) -> None:
    """Keep the present plan as the best, and the trucks that were chosen for it."""
    copy_plan(state, best)
    for place in range(len(trucks)):
        trucks[place] = level.pool.chosen[place]


@compiled
def _look_again(level: FirstLevel, best: State, trucks: Whole) -> None:
    """Search the first echelon of the best plan thoroughly."""
    cost = first_cost(level, best.through, len(best.cost) > 0)
    if cost < best.cost[FIRST]:
        best.cost[FIRST] = cost
        for place in range(len(trucks)):
            trucks[place] = level.pool.chosen[place]


@compiled
def _ruin(field: Field, state: State, former: Former, chance: Chance, habits: Habits) -> None:
    kind = uniform(chance)
    if kind < habits.move:
        move_one_route(field, state, former, chance)
    elif kind < habits.move + habits.swap:
        swap_two_routes(field, state, former, chance)
    elif kind < habits.move + habits.swap + habits.close:
        close_one(field, state, former, chance)
    elif kind < habits.move + habits.swap + habits.close + habits.open:
        open_one(field, state, former, chance, MOST_ROUTES)
    elif kind < habits.move + habits.swap + habits.close + habits.open + habits.routes:
        take_routes(field, state, former, chance, MOST_ROUTES)
        return
    take_strings(field, state, former, chance, habits.average, habits.longest)


@compiled
def _guess_prices(field: Field, state: State, chance: Chance, habits: Habits, truck: float, prices: Floats) -> None:
    """Guess what the first echelon would add.

    A random share of the least detour to a satellite without load, and of one truck more where a load goes beyond full
    truckloads of `truck` each; in some rounds nothing for the latter.
    """
    minded = uniform(chance) < habits.minded
    for satellite in range(field.satellites):
        prices[OPENING, satellite] = 0.0
        prices[WALL, satellite] = np.inf
        prices[BEYOND, satellite] = field.detour[satellite, 0] * uniform(chance)
        if state.used[satellite] == 0 and not state.kept[satellite]:
            least = field.detour[satellite, 0]
            for other in range(field.satellites):
                if state.used[other]:
                    least = min(least, field.detour[satellite, other + 1])
            prices[OPENING, satellite] = least * uniform(chance) * habits.price
        elif minded and state.used[satellite]:
            prices[WALL, satellite] = np.ceil(state.through[satellite] / truck - WALL_SLACK) * truck + WALL_SLACK


@compiled
def begin(field: Field, state: State, room: Room, chance: Chance, habits: Habits, attempts: int) -> bool:
    """Put all customers of an empty plan in, at prices of satellites drawn anew; say whether that went well.

    The cost of the first echelon is not computed.

    An attempt that finds no freighter for somebody is taken back and another order tried.
    """
    for _ in range(attempts):
        out = state.tally[OUT]
        begin_round(state, room.former)
        state.tally[OUT] = out
        _guess_prices(field, state, chance, habits, np.inf, room.prices)
        if put_back(field, state, room.former, chance, room.prices, room.found):
            recount(field, state)
            return True
        take_back(state, room.former)
        state.tally[OUT] = out
    return False
