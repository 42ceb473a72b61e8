"""Ruin: take strings of neighbouring stops out of neighbouring rows, or whole trips, or whole rows.

After Christiaens and Vanden Berghe (2020): the strings of one ruin lie near one stop, so that what is put back can
change vehicle.
"""

from __future__ import annotations

from routing.engine.compiled import compiled
from routing.engine.search.chance import State as Chance
from routing.engine.search.chance import below, uniform
from routing.engine.search.field import Field
from routing.engine.search.memory import Memory
from routing.engine.search.state import State

LONGEST_STRING = 10
MOST_REMOVED = 10
"""About how many stops a ruin takes out on average."""

SPLIT = 0.5
"""How often a string keeps some stops in its middle."""

KEEP_MORE = 0.99
"""How likely, each time, a split string does not keep one stop more."""

WHOLE_ROW = 0.03
"""How often a ruin empties a vehicle, any that is used, and then makes room beside it: the way to use one fewer."""

WHOLE_TRIP = 0.04
"""How often it takes one trip."""


@compiled
def ruin(field: Field, state: State, seed: int, memory: Memory, count: int, chance: Chance) -> int:
    """Take stops near `seed` out; return how many stand in the queue now, the first `count` since before.

    A stop taken out has no vehicle any more but still stands in its row, which is marked as touched and which
    `state.drop_absent` closes up.
    """
    dice = uniform(chance)
    if dice < WHOLE_ROW:
        v = below(chance, len(state.rows))
        if state.rows[v].length > 0:
            seed = state.steps[v, 1].mark
            count = _take_between(state, v, 0, state.rows[v].length, memory, count)
    elif dice < WHOLE_ROW + WHOLE_TRIP and state.spots[seed].vehicle >= 0:
        v = state.spots[seed].vehicle
        first = state.steps[v, state.spots[seed].at].head
        return _take_between(state, v, first, _trip_end(state, v, first), memory, count)
    return _strings(field, state, seed, memory, count, chance)


@compiled
def _trip_end(state: State, v: int, head: int) -> int:
    """Return the position behind the trip that begins at `head`."""
    p = head + 1
    while p < state.rows[v].length and state.steps[v, p].mark >= 0:
        p += 1
    return p


@compiled
def _take_between(state: State, v: int, first: int, last: int, memory: Memory, count: int) -> int:
    for p in range(first, last):
        if state.steps[v, p].mark >= 0:
            count = _take(state, state.steps[v, p].mark, memory, count)
    memory.lines[v].touched = 1
    return count


@compiled
def _take(state: State, i: int, memory: Memory, count: int) -> int:
    state.spots[i].vehicle = -1
    memory.queue[count].stop = i
    return count + 1


@compiled
def _strings(field: Field, state: State, seed: int, memory: Memory, count: int, chance: Chance) -> int:
    used, stops = 0, 0
    for v in range(len(state.rows)):
        if state.rows[v].length > 0:
            used += 1
            stops += state.rows[v].length - state.rows[v].trips
    longest = min(LONGEST_STRING, stops / max(1, used))
    strings = int(1 + uniform(chance) * (4 * MOST_REMOVED / (1 + longest) - 1))
    for n in range(-1, field.near.shape[1]):
        i = seed if n < 0 else field.near[seed, n]
        v = state.spots[i].vehicle
        if v < 0 or memory.lines[v].touched == 1:
            continue
        count = _string(state, v, state.spots[i].at, longest, memory, count, chance)
        strings -= 1
        if strings <= 0:
            break
    return count


@compiled
def _string(state: State, v: int, p: int, longest: float, memory: Memory, count: int, chance: Chance) -> int:
    """Take a string of row `v` that holds position `p`; depots on the way are stepped over."""
    stops = state.rows[v].length - state.rows[v].trips
    length = int(1 + uniform(chance) * min(float(stops), longest))
    kept = 0
    if length > 1 and uniform(chance) < SPLIT:
        kept = 1
        while length + kept < stops and uniform(chance) > KEEP_MORE:
            kept += 1
    span = min(stops, length + kept)
    kept = span - length
    first = _stops_back(state, v, p, below(chance, span))
    skip = below(chance, length) + 1 if kept > 0 else span
    taken = passed = 0
    q = first
    while q < state.rows[v].length and passed < span:
        mark = state.steps[v, q].mark
        if mark >= 0:
            if passed < skip or passed >= skip + kept:
                count = _take(state, mark, memory, count)
                taken += 1
            passed += 1
        q += 1
    memory.lines[v].touched = 1
    return count


@compiled
def _stops_back(state: State, v: int, p: int, steps: int) -> int:
    """Return the position `steps` stops before `p`, or the first stop of the row."""
    while steps > 0 and p > 1:
        p -= 1
        if state.steps[v, p].mark >= 0:
            steps -= 1
    return p
