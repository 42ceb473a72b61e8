"""Ruin: take strings of neighbours out of neighbouring rows, all that one fetching brought, or a whole row.

Strings after Christiaens and Vanden Berghe (2020), "Slack induction by string removals for vehicle routing problems".
"""

from __future__ import annotations

from routing.engine.compiled import compiled
from routing.engine.repair.field import Field
from routing.engine.repair.memory import Memory, note_row
from routing.engine.repair.state import State
from routing.engine.search.chance import State as Chance
from routing.engine.search.chance import below, uniform

LONGEST_STRING = 10
MOST_REMOVED = 10
"""About how many stops strings take out on average."""

SPLIT = 0.5
"""How often a string spares some stops in its middle."""

WHOLE_ROW = 0.03
ONE_HUB = 0.10
SCATTERED = 0.25
"""How often a ruin empties a row, takes all stops of one hub out of it, or takes near stops wherever they are (each
counted after the former)."""

SCATTERED_ALONE = 0.70
"""The same for near stops where one row is all there is: neighbouring strings would be a single one."""


@compiled
def ruin(field: Field, state: State, seed: int, memory: Memory, count: int, chance: Chance) -> int:
    """Take stops near `seed` out; return how many stand in the queue now, the first `count` since before.

    They have no vehicle any more but still stand in their rows, which are noted and which `drop_absent` closes up.
    """
    dice, v = uniform(chance), state.spots[seed].vehicle
    if v >= 0 and dice < ONE_HUB:
        return _row(field, state, v, dice < WHOLE_ROW, field.stops[seed].hub, memory, count)
    if dice < (SCATTERED if len(state.rows) > 1 else SCATTERED_ALONE):
        return _scattered(field, state, seed, memory, count, chance)
    return _strings(field, state, seed, memory, count, chance)


@compiled
def _take(state: State, i: int, memory: Memory, count: int) -> int:
    note_row(state, memory, state.spots[i].vehicle)
    state.spots[i].vehicle = -1
    memory.queue[count].stop = i
    return count + 1


@compiled
def _row(field: Field, state: State, v: int, whole: bool, hub: int, memory: Memory, count: int) -> int:
    """Take all stops of row `v`, or all of one hub."""
    note_row(state, memory, v)
    for p in range(state.rows[v].length):
        mark = state.steps[v, p].mark
        if mark >= 0 and (whole or field.stops[mark].hub == hub):
            count = _take_noted(state, mark, memory, count)
    return count


@compiled
def _take_noted(state: State, i: int, memory: Memory, count: int) -> int:
    state.spots[i].vehicle = -1
    memory.queue[count].stop = i
    return count + 1


@compiled
def _scattered(field: Field, state: State, seed: int, memory: Memory, count: int, chance: Chance) -> int:
    """Take the seed and some of the stops nearest to it."""
    most = 2 + below(chance, 2 * MOST_REMOVED)
    taken = 0
    for n in range(-1, field.near.shape[1]):
        i = seed if n < 0 else field.near[seed, n]
        if state.spots[i].vehicle >= 0 and (n < 0 or uniform(chance) < SPLIT):
            count = _take(state, i, memory, count)
            taken += 1
            if taken == most:
                break
    return count


@compiled
def _strings(field: Field, state: State, seed: int, memory: Memory, count: int, chance: Chance) -> int:
    used, steps = 0, 0
    for v in range(len(state.rows)):
        used += state.rows[v].length > 0
        steps += state.rows[v].length
    longest = min(float(LONGEST_STRING), steps / max(1, used))
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
    """Take a string of row `v` that holds position `p`; fetchings on the way are stepped over."""
    note_row(state, memory, v)
    length = state.rows[v].length
    wide = int(1 + uniform(chance) * min(float(length), longest))
    first = max(0, min(p - below(chance, wide), length - wide))
    spared_from = spared_to = length
    if wide > 1 and uniform(chance) < SPLIT:
        spared_from = first + below(chance, wide)
        spared_to = spared_from + 1 + below(chance, wide)
        first = max(0, first - (spared_to - spared_from) // 2)
        wide = min(length - first, wide + spared_to - spared_from)
    for q in range(first, first + wide):
        mark = state.steps[v, q].mark
        if mark >= 0 and not spared_from <= q < spared_to:
            count = _take_noted(state, mark, memory, count)
    return count
