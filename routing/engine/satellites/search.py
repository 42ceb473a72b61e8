"""The search over both echelons: annealing runs one after the other, on one thread or several that tell their best."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from routing.engine.budget import Budget
from routing.engine.first.level import FirstLevel
from routing.engine.satellites.anneal import Room, anneal
from routing.engine.satellites.field import Field
from routing.engine.satellites.runs import (
    COLD,
    EASED_PART,
    HABITS,
    SAME,
    STAGNANT_RUNS,
    Run,
    Walk,
    first_run,
    fresh,
    next_run,
    note_end,
)
from routing.engine.satellites.state import FIRST, ROUTES, SECOND, State, copy_plan, empty_state, former_of
from routing.engine.search.chance import seeded

CHUNK_S = 0.02
"""How long the compiled loop should run between two looks at the budget."""
FIRST_CHUNK = 250.0
SEED_STEP = 1_000_003


@dataclass(slots=True)
class Exchange:
    """The best plan of all threads; each takes it where a run begins."""

    best: State
    trucks: np.ndarray
    lock: threading.Lock


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
    fresh(walk)
    copy_plan(walk.state, walk.best)
    walk.room.trucks[:] = level.pool.chosen
    leg = walk.state.cost[SECOND] / (len(field.demand) - field.satellites + walk.state.tally[ROUTES])
    rounds, stagnant, run = 0, 0, first_run()
    while True:
        told = _cost(walk.best)
        rounds = _do(walk, budget, run, leg, rounds)
        stagnant = 0 if _cost(walk.best) < told - SAME or run.is_scout else stagnant + 1
        _tell(walk.best, walk.room, exchange)
        used = budget.used(rounds)
        if used >= 1.0 or stagnant >= STAGNANT_RUNS:
            return rounds
        run = next_run(walk, used, max(1.0, rounds / used))


def _do(walk: Walk, budget: Budget, run: Run, leg: float, rounds: int) -> int:
    """Do one run after `rounds` rounds; return how many there are then."""
    began = used = budget.used(rounds)
    chunk = walk.chunk
    while used < run.end:
        part = min(1.0, (used - began) / (run.end - began))
        temperature = leg * run.hot * (COLD / run.hot) ** part
        eased = _eased(walk.level, run.ease * max(0.0, 1.0 - part / EASED_PART))
        wanted = min(int(chunk), budget.rounds_left(rounds))
        since = budget.clock()
        anneal(
            walk.field, walk.level, eased, walk.state, walk.best, walk.room, walk.chance, HABITS, wanted, temperature
        )
        rounds += wanted
        if budget.seconds is not None:
            chunk = max(50, min(2 * chunk, chunk * CHUNK_S / max(1e-6, budget.clock() - since)))
        used = budget.used(rounds)
    walk.chunk = chunk
    note_end(walk)
    return rounds


def _walk(field: Field, level: FirstLevel, seed: int) -> Walk:
    state = empty_state(field)
    prices, found = np.zeros((3, field.satellites)), np.zeros(3, np.int64)
    room = Room(former_of(state), prices, found, np.zeros_like(level.pool.chosen))
    return Walk(field, level, state, empty_state(field), room, seeded(seed), {}, FIRST_CHUNK)


def _eased(level: FirstLevel, more: float) -> FirstLevel:
    return level._replace(trucks=level.trucks._replace(capacity=level.trucks.capacity * (1.0 + more)))


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
