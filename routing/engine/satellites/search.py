"""The search over both echelons: annealing runs one after the other, on one thread or several that tell their best."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from routing.engine.budget import Budget
from routing.engine.first.cost import first_cost
from routing.engine.first.level import EXACT_OPEN, FirstLevel
from routing.engine.satellites.anneal import Habits, Room, anneal, begin
from routing.engine.satellites.field import Field
from routing.engine.satellites.state import FIRST, ROUTES, SECOND, State, copy_plan, empty_state, former_of
from routing.engine.search.chance import State as Chance
from routing.engine.search.chance import below, seeded

HOT, WARM, COLD = 0.6, 0.2, 0.004
"""Temperatures as shares of a mean leg: at the start of a run from nothing, of one from the best plan, at the end."""
RUN_ROUNDS = 1000
"""A run should have so many rounds for each customer."""
MOST_RUNS = 40
STAGNANT_RUNS = 12
"""After so many whole runs without a better plan the search ends."""
CHUNK_S = 0.02
FIRST_CHUNK = 250
MEASURED = 0.03
"""Share of the budget after which the number of runs is settled."""
ATTEMPTS = 400
EASE, EASED_PART = 0.15, 0.7
"""At the start of a run trucks may take so much more in what the search feels; none any more after this part of it.

Not where the first echelon is no longer exact: there a second evaluation costs more than it helps (measured)."""
SEED_STEP = 1_000_003
SAME = 1e-7
HABITS = Habits()


@dataclass(slots=True)
class Exchange:
    """The best plan of all threads; each takes it where a run begins."""

    best: State
    trucks: np.ndarray
    lock: threading.Lock


@dataclass(frozen=True, slots=True)
class Walk:
    """One thread's search: where it stands, the best plan it knows, and its room."""

    field: Field
    level: FirstLevel
    state: State
    best: State
    room: Room
    chance: Chance


@dataclass(frozen=True, slots=True)
class Found:
    """The best plan: routes as (satellite, customers), customers numbered from 0; what it costs; loads (S,).

    `trucks` holds the satellites of each truck as bits where more satellites are open than the exact first echelon
    takes, else it means nothing.
    """

    routes: tuple[tuple[int, tuple[int, ...]], ...]
    cost: float
    loads: np.ndarray
    trucks: tuple[int, ...]
    rounds: int


def search(field: Field, make_level: Callable[[], FirstLevel], budget: Budget, seed: int, cores: int = 1) -> Found:
    """Return the best plan found; with rounds alone as budget and one core, the same for the same seed.

    `make_level` gives each thread a first echelon of its own.

    Raises
    ------
    ValueError
        If no way was found to load all customers into the freighters.
    """
    best = empty_state(field)
    best.cost[FIRST] = np.inf
    exchange = Exchange(best, np.zeros(0, dtype=np.int64), threading.Lock())
    if cores == 1:
        rounds = _search_alone(field, make_level(), budget, seed, exchange)
    else:
        with ThreadPoolExecutor(cores) as threads:
            searches = [
                threads.submit(_search_alone, field, make_level(), budget, seed + SEED_STEP * core, exchange)
                for core in range(cores)
            ]
            rounds = sum(search.result() for search in searches)
    return _found(field, exchange, rounds)


def _search_alone(field: Field, level: FirstLevel, budget: Budget, seed: int, exchange: Exchange) -> int:
    """Search in runs of falling temperature; `exchange` hears of the best plan after each. Return the rounds done."""
    walk = _walk(field, level, seed)
    _fresh(walk)
    copy_plan(walk.state, walk.best)
    walk.room.trucks[:] = level.pool.chosen
    _tell(walk.best, walk.room, exchange)
    leg = walk.state.cost[SECOND] / (len(field.demand) - field.satellites + walk.state.tally[ROUTES])
    rounds, chunk, runs, run, stagnant, told = 0, float(FIRST_CHUNK), 1, 0, 0, _cost(walk.best)
    used, hot = budget.used(0), leg * HOT
    ease = EASE if field.satellites <= EXACT_OPEN else 0.0
    while used < 1.0 and stagnant < STAGNANT_RUNS:
        part = min(1.0, max(0.0, used * runs - run))
        temperature = hot * (leg * COLD / hot) ** part
        eased = _eased(level, ease * max(0.0, 1.0 - part / EASED_PART))
        wanted = min(int(chunk), budget.rounds_left(rounds))
        began = budget.clock()
        anneal(field, level, eased, walk.state, walk.best, walk.room, walk.chance, HABITS, wanted, temperature)
        rounds += wanted
        if budget.seconds is not None:
            chunk = max(50, min(2 * chunk, chunk * CHUNK_S / max(1e-6, budget.clock() - began)))
        used = budget.used(rounds)
        if runs == 1 and used >= MEASURED:
            runs = int(min(MOST_RUNS, max(1, round(rounds / used / (RUN_ROUNDS * len(field.demand))))))
            run = int(used * runs)
        if used < 1.0 and int(used * runs) > run:
            run = int(used * runs)
            stagnant = 0 if _cost(walk.best) < told - SAME else stagnant + 1
            _tell(walk.best, walk.room, exchange)
            told = _cost(walk.best)
            hot = leg * _next_run(walk, again=run % 2 == 1 or run == runs - 1)
    _tell(walk.best, walk.room, exchange)
    return rounds


def _walk(field: Field, level: FirstLevel, seed: int) -> Walk:
    state = empty_state(field)
    room = Room(
        former_of(state), np.zeros((3, field.satellites)), np.zeros(3, np.int64), np.zeros_like(level.pool.chosen)
    )
    return Walk(field, level, state, empty_state(field), room, seeded(seed))


def _eased(level: FirstLevel, more: float) -> FirstLevel:
    return level._replace(trucks=level.trucks._replace(capacity=level.trucks.capacity * (1.0 + more)))


def _fresh(walk: Walk) -> None:
    """Put an empty plan in the place of the present one and all customers into it."""
    copy_plan(empty_state(walk.field), walk.state)
    if not begin(walk.field, walk.state, walk.room, walk.chance, HABITS, ATTEMPTS):
        walk.state.allowed[:] = 1
        if not begin(walk.field, walk.state, walk.room, walk.chance, HABITS, ATTEMPTS):
            fleet, capacity = walk.field.fleet, walk.field.capacity
            raise ValueError(f"found no way to load all customers into {fleet} freighters of {capacity:g}")
    thorough = bool(walk.field.satellites)
    walk.state.cost[FIRST] = first_cost(walk.level, walk.state.through, thorough)


def _next_run(walk: Walk, *, again: bool) -> float:
    """Begin again from the best plan, or afresh without some of its satellites; return how hot, in legs."""
    walk.state.allowed[:] = 1
    if again:
        copy_plan(walk.best, walk.state)
        return WARM
    opened = np.flatnonzero(walk.best.used)
    for satellite in np.flatnonzero(walk.best.used == 0):
        walk.state.allowed[satellite] = below(walk.chance, 2)
    for _ in range(1 + below(walk.chance, 2)):
        walk.state.allowed[opened[below(walk.chance, len(opened))]] = 0
    least = np.ceil(walk.field.demand.sum() / walk.field.capacity - SAME)
    if walk.state.allowed.sum() * walk.field.fleet_each < max(1, least):
        walk.state.allowed[:] = 1
    _fresh(walk)
    return HOT


def _cost(state: State) -> float:
    return float(state.cost[SECOND] + state.cost[FIRST])


def _tell(best: State, room: Room, exchange: Exchange) -> None:
    """Give the best plan to the others, or take theirs."""
    with exchange.lock:
        if _cost(best) < _cost(exchange.best):
            copy_plan(best, exchange.best)
            exchange.trucks = room.trucks.copy()
        elif _cost(exchange.best) < _cost(best):
            copy_plan(exchange.best, best)
            room.trucks[:] = exchange.trucks


def _found(field: Field, exchange: Exchange, rounds: int) -> Found:
    best = exchange.best
    routes = tuple(
        (int(stops[0]), tuple(int(stop) - field.satellites for stop in stops[1 : size + 1]))
        for stops, size in zip(best.stops, best.size, strict=True)
        if size
    )
    trucks = tuple(int(bits) for bits in exchange.trucks[: int(exchange.trucks[-1])])
    return Found(routes, _cost(best), best.through.copy(), trucks, rounds)
