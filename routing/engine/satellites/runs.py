"""Which run comes next: scouting sets of open satellites, long runs on the best of them, polishing the best plan.

Annealing finds good routes for the satellites it has, but seldom gives one up. With few satellites short runs scout
which set of them to open, each time one beside the best sets so far; long runs follow on the best. With many satellites
a run finds its own. The end of the budget goes to the best plan of all.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from routing.engine.first.cost import first_cost
from routing.engine.first.level import EXACT_OPEN, FirstLevel
from routing.engine.satellites.anneal import Habits, Room, begin
from routing.engine.satellites.field import Field
from routing.engine.satellites.state import EASED, FIRST, SECOND, State, copy_plan, empty_state
from routing.engine.search.chance import State as Chance
from routing.engine.search.chance import below

HOT, WARM, COLD = 0.4, 0.15, 0.01
"""Temperatures as shares of a mean leg: at the start of a run from nothing, of one from the best plan, at the end."""
FIRST_PART, SCOUT_PART, MAIN_PART = 0.03, 0.25, 0.75
"""Shares of the budget at which the first run, the scouting and the long runs end."""
SCOUT_ROUNDS, RUN_ROUNDS = 150, 2000
"""Rounds for each customer in a scouting run and in a long one."""
MOST_FOR_ALL_SETS, FIRST_RUNG_ROUNDS, RUNG_FACTOR = 6, 25, 3
"""With so many satellites every set of them is scouted, with so many rounds for each customer at first."""
BEST_SETS = 4
"""Long runs take turns on so many of the best sets, every second one on the very best."""
EASE, EASED_PART = 0.15, 0.7
"""At the start of a run trucks may take so much more in what the search feels; none any more after this part of it.

Not where the first echelon is no longer exact: there a second evaluation costs more than it helps (measured).
"""
STAGNANT_RUNS = 40
"""After so many runs, scouting apart, without a better plan the search ends."""
ATTEMPTS = 400
SAME = 1e-7
HABITS = Habits()


Opened = tuple[int, ...]
"""For each satellite 1 if routes begin there, else 0."""


class Run(NamedTuple):
    """One run: the share of the budget at which it ends, how hot it begins, how much more trucks take at its start."""

    end: float
    hot: float
    ease: float
    is_scout: bool


@dataclass(slots=True)
class Walk:
    """One thread's search: where it stands, the best plan it knows, its room, the sets of satellites it has tried."""

    field: Field
    level: FirstLevel
    state: State
    best: State
    room: Room
    chance: Chance
    tried: dict[Opened, float]
    """What the plan cost at the end of runs, by the satellites in use."""
    chunk: float
    rung: list[Opened] = dataclasses.field(default_factory=list)
    """The sets that this rung of scouting has still to look at; it began with `in_rung`, and is the `rungs`-th."""
    in_rung: int = 0
    rungs: int = 0
    asked: Opened = ()
    """The set of the present run, empty if it was free to choose."""
    long_runs: int = 0


def first_run() -> Run:
    """Return the run that also tells how fast rounds are."""
    return Run(FIRST_PART, HOT, 0.0, is_scout=True)


def next_run(walk: Walk, used: float, rounds: float) -> Run:
    """Put the plan in place from which the next run starts, and return the run.

    `used` is the share of the budget used up, `rounds` how many the whole budget is likely to allow.
    """
    customers = len(walk.field.demand) - walk.field.satellites
    walk.state.allowed[:] = 1
    walk.state.kept[:] = 0
    few = walk.field.satellites <= EXACT_OPEN
    ease = EASE if few else 0.0
    if few and walk.field.satellites > 1 and used < SCOUT_PART:
        opened, each = _next_scout(walk)
        if opened:
            _start(walk, opened)
            return Run(min(SCOUT_PART, used + each * customers / rounds) + SAME, HOT, ease, is_scout=True)
    share = RUN_ROUNDS * customers / rounds
    if used < MAIN_PART:
        _start(walk, _good_set(walk) if few else ())
        end = used + share if used + 1.5 * share < MAIN_PART else MAIN_PART
        return Run(end + SAME, HOT, ease, is_scout=False)
    walk.asked = ()
    copy_plan(walk.best, walk.state)
    return Run(used + share if used + 1.5 * share < 1.0 else 1.0, WARM, 0.0, is_scout=False)


def note_end(walk: Walk) -> None:
    """Note what the plan costs at the end of a run, for the satellites in use."""
    opened = tuple(int(used > 0) for used in walk.state.used)
    cost = float(walk.state.cost[SECOND] + walk.state.cost[FIRST])
    for key in {opened, walk.asked or opened}:
        walk.tried[key] = min(cost, walk.tried.get(key, np.inf))


def fresh(walk: Walk) -> None:
    """Put a new plan with all customers in the place of the present one.

    Raises
    ------
    ValueError
        If no way was found to load all customers into the freighters.
    """
    copy_plan(empty_state(walk.field), walk.state)
    if not begin(walk.field, walk.state, walk.room, walk.chance, HABITS, ATTEMPTS):
        walk.state.allowed[:] = 1
        if not begin(walk.field, walk.state, walk.room, walk.chance, HABITS, ATTEMPTS):
            fleet, capacity = walk.field.fleet, walk.field.capacity
            raise ValueError(f"found no way to load all customers into {fleet} freighters of {capacity:g}")
    thorough = bool(walk.field.satellites)
    walk.state.cost[FIRST] = first_cost(walk.level, walk.state.through, thorough)
    walk.state.cost[EASED] = walk.state.cost[FIRST]


def _start(walk: Walk, opened: Opened) -> None:
    """Begin anew with routes from these satellites alone, or from all where `opened` is empty."""
    walk.asked = opened
    walk.state.allowed[:] = opened or 1
    walk.state.kept[:] = opened or 0
    fresh(walk)


def _good_set(walk: Walk) -> Opened:
    """Return the best set for every second long run, the next best in turn for the others."""
    ranked = sorted(walk.tried, key=walk.tried.__getitem__)
    turn, second = divmod(walk.long_runs, 2)
    walk.long_runs += 1
    return ranked[(1 + turn % (BEST_SETS - 1)) % len(ranked)] if second else ranked[0]


def _next_scout(walk: Walk) -> tuple[Opened, int]:
    """Return the next set to look at and the rounds for each customer; no set once the best few are known.

    Few sets are all looked at, in rungs: the best third of a rung gets three times the rounds in the next one
    (successive halving, Jamieson and Talwalkar 2016). Of many sets those beside the best are.
    """
    if walk.field.satellites > MOST_FOR_ALL_SETS:
        return _untried(walk), SCOUT_ROUNDS
    if not walk.rung and walk.rungs == 0:
        walk.rung = [one for one in product((0, 1), repeat=walk.field.satellites) if any(one) and _suffices(walk, one)]
        walk.in_rung = len(walk.rung)
        walk.rungs = 1
    if not walk.rung:
        if walk.in_rung <= BEST_SETS:
            return (), 0
        ranked = sorted(walk.tried, key=walk.tried.__getitem__)
        walk.in_rung = max(BEST_SETS, -(-walk.in_rung // RUNG_FACTOR))
        walk.rung = ranked[: walk.in_rung][::-1]
        walk.rungs += 1
    return walk.rung.pop(), FIRST_RUNG_ROUNDS * RUNG_FACTOR ** (walk.rungs - 1)


def _untried(walk: Walk) -> Opened:
    """Return a set beside one of the best that was not tried yet; one of the best if there is none."""
    ranked = sorted(walk.tried, key=walk.tried.__getitem__)[: BEST_SETS - 1]
    for opened in ranked:
        new = sorted(other for other in _neighbours(opened) if other not in walk.tried and _suffices(walk, other))
        if new:
            return new[below(walk.chance, len(new))]
    return ranked[below(walk.chance, len(ranked))]


def _neighbours(opened: Opened) -> set[Opened]:
    """Return all sets with one satellite more or less, or with one exchanged for another."""
    near = set()
    for at, other in product(range(len(opened)), repeat=2):
        if at == other or opened[at] != opened[other]:
            near.add(tuple(1 - is_open if place in (at, other) else is_open for place, is_open in enumerate(opened)))
    return near


def _suffices(walk: Walk, opened: Opened) -> bool:
    """Say whether these satellites may send freighters enough for all demand."""
    field = walk.field
    return sum(opened) * field.fleet_each * field.capacity >= max(SAME, float(field.demand.sum()))
