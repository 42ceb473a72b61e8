"""The rounds of a repair: ruin, recreate, and keep what is good enough at this heat."""

from __future__ import annotations

import math

from routing.engine.compiled import compiled
from routing.engine.repair.field import OUT_M, SOFT_OUT_M, Field
from routing.engine.repair.memory import Memory, accept, count_waiting, keep_best, note_row, take_back
from routing.engine.repair.recreate import best_slot, put
from routing.engine.repair.ruin import ruin
from routing.engine.repair.state import FINE, State, drop_absent, drop_for, refresh
from routing.engine.search.chance import State as Chance
from routing.engine.search.chance import below, uniform

BLINK = 0.01
"""How often a place is overlooked in a round; what keeps greedy insertion from always doing the same."""

FROM_OUT = 0.5
"""How often a ruin begins beside somebody who has no vehicle, while there is anybody."""

MOST_WAITING = 30
"""How many of those without a vehicle are tried in one round."""

BY_BOXES, BY_HUB, BY_END, BY_OPENING, FAR_FIRST, NEAR_FIRST = 2, 3, 4, 5, 6, 7
ORDERS = 8
"""Ways to sort the stops that are put back; those before the named ones are by chance."""

TINY = 1e-300


@compiled
def start_over(field: Field, state: State, memory: Memory) -> int:
    """Refresh every row, take out who breaks a rule, and count from here; return how many have no vehicle."""
    account, cost = memory.account[0], 0
    for v in range(len(state.rows)):
        for p in range(state.rows[v].length):
            if state.steps[v, p].mark >= 0:
                state.spots[state.steps[v, p].mark].vehicle = v
        drop_absent(field, state, v)
        blame = refresh(field, state, v)
        while blame != FINE:
            drop_for(field, state, v, blame)
            blame = refresh(field, state, v)
        cost += state.rows[v].cost if state.rows[v].length > 0 else 0
        memory.lines[v].stale, memory.lines[v].touched = 1, 0
    account.waiting = count_waiting(state)
    account.now = account.best = cost + OUT_M * account.waiting
    account.soft = _soft(state) + SOFT_OUT_M * account.waiting
    keep_best(state, memory)
    return int(account.waiting)


@compiled
def back_to_best(field: Field, state: State, memory: Memory) -> int:
    """Make the best rows the present ones; return how many stops have no vehicle."""
    state.spots["vehicle"][:] = -1
    for v in range(len(state.rows)):
        state.rows[v].length = memory.lines[v].best_length
        for p in range(state.rows[v].length):
            state.steps[v, p].mark = memory.best[v, p]
    return start_over(field, state, memory)


@compiled
def fill(field: Field, state: State, memory: Memory, order: int, chance: Chance) -> int:
    """Try once, in this order, for everybody who has no vehicle; return how many still have none."""
    account, count, state.blink[0] = memory.account[0], 0, 0.0
    for i in range(len(state.spots)):
        if state.spots[i].vehicle < 0:
            memory.queue[count].stop = i
            count += 1
    account.now = account.best = _put_back(field, state, memory, account.now, count, order, chance)
    accept(state, memory)
    account.soft = _soft(state) + SOFT_OUT_M * account.waiting
    keep_best(state, memory)
    return int(account.waiting)


@compiled
def _soft(state: State) -> int:
    """Return the cost of all rows by soft prices."""
    soft = 0
    for v in range(len(state.rows)):
        soft += state.rows[v].soft
    return soft


@compiled
def anneal(field: Field, state: State, memory: Memory, rounds: int, heat: float, chance: Chance) -> int:
    """Try so many rounds at one heat (metres a round may lose); return how many of them were kept."""
    kept, state.blink[0] = 0, BLINK
    for _ in range(rounds):
        kept += _round(field, state, memory, heat, chance)
    return kept


@compiled
def _round(field: Field, state: State, memory: Memory, heat: float, chance: Chance) -> int:
    account = memory.account[0]
    waiting = _waiting(state, memory, chance)
    seed = below(chance, len(state.spots))
    if waiting > 0 and uniform(chance) < FROM_OUT:
        seed = memory.queue[below(chance, waiting)].stop
    count = ruin(field, state, seed, memory, waiting, chance)
    cost = account.now + OUT_M * (count - waiting)
    for v in range(len(state.rows)):
        if memory.lines[v].touched == 1:
            cost, count = _close_up(field, state, memory, v, cost, count)
    cost = _put_back(field, state, memory, cost, count, below(chance, ORDERS), chance)
    soft = _soft(state) + SOFT_OUT_M * _still_out(state, memory, count)
    if cost >= account.best and soft - account.soft >= -heat * math.log(max(uniform(chance), TINY)):
        take_back(field, state, memory, count)
        return 0
    account.now, account.soft = cost, soft
    accept(state, memory)
    if cost < account.best:
        account.best = cost
        keep_best(state, memory)
    return 1


@compiled
def _still_out(state: State, memory: Memory, count: int) -> int:
    """Return how many stops have no vehicle after a round that had `count` of them in its queue."""
    if memory.account[0].waiting > MOST_WAITING:
        return count_waiting(state)
    out = 0
    for n in range(count):
        out += state.spots[memory.queue[n].stop].vehicle < 0
    return out


@compiled
def _waiting(state: State, memory: Memory, chance: Chance) -> int:
    """Write down who has no vehicle, at most `MOST_WAITING`, from a stop by chance on; return how many."""
    if memory.account[0].waiting == 0:
        return 0
    n, count = len(state.spots), 0
    first = below(chance, n)
    for step in range(n):
        i = (first + step) % n
        if state.spots[i].vehicle < 0:
            memory.queue[count].stop = i
            count += 1
            if count == MOST_WAITING:
                break
    return count


@compiled
def _close_up(field: Field, state: State, memory: Memory, v: int, cost: int, count: int) -> tuple[int, int]:
    """Close row `v` up after a ruin; return cost and number of those to be put back.

    Where a way over a third place is shorter than the direct one, what is left may break a rule; then more goes.
    """
    drop_absent(field, state, v)
    blame = refresh(field, state, v)
    while blame != FINE:
        memory.queue[count].stop = drop_for(field, state, v, blame)
        count += 1
        cost += OUT_M
        blame = refresh(field, state, v)
    return cost + state.rows[v].cost - memory.lines[v].cost, count


@compiled
def _put_back(field: Field, state: State, memory: Memory, cost: int, count: int, order: int, chance: Chance) -> int:
    """Put everybody in the queue back where it adds least; return the cost."""
    _sort(field, memory, count, order, chance)
    for n in range(count):
        i = memory.queue[n].stop
        slot = best_slot(field, state, i, memory, chance)
        if slot.vehicle < 0:
            continue
        note_row(state, memory, slot.vehicle)
        before = state.rows[slot.vehicle].cost
        put(field, state, i, slot)
        cost += state.rows[slot.vehicle].cost - before - OUT_M
    return cost


@compiled
def _sort(field: Field, memory: Memory, count: int, order: int, chance: Chance) -> None:
    """Sort the queue by insertion: few stand in it."""
    for n in range(count):
        i = memory.queue[n].stop
        key = _sort_key(field, i, order, chance)
        m = n
        while m > 0 and memory.queue[m - 1].key > key:
            memory.queue[m].key, memory.queue[m].stop = memory.queue[m - 1].key, memory.queue[m - 1].stop
            m -= 1
        memory.queue[m].key, memory.queue[m].stop = key, i


@compiled
def _sort_key(field: Field, i: int, order: int, chance: Chance) -> int:
    stop, dice = field.stops[i], below(chance, 1 << 10)
    if order == BY_BOXES:
        return int(-stop.boxes << 10 | dice)
    if order == BY_HUB:
        return int(stop.hub << 10 | dice)
    if order == BY_END:
        return int(min(stop.wanted, stop.closes))
    if order == BY_OPENING:
        return int(stop.opens)
    if FAR_FIRST <= order <= NEAR_FIRST and stop.hub >= 0:
        far = int(field.ways[field.hubs[stop.hub].place, stop.place].metres)
        return far if order == NEAR_FIRST else -far
    return dice
