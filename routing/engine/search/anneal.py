"""The rounds of a search: ruin, recreate, and keep what is good enough at this heat."""

from __future__ import annotations

import math

from routing.engine.compiled import compiled
from routing.engine.search.chance import State as Chance
from routing.engine.search.chance import below, uniform
from routing.engine.search.field import Field
from routing.engine.search.memory import Memory, keep_best, save_row, settle, take_back
from routing.engine.search.recreate import best_slot, put
from routing.engine.search.ruin import ruin
from routing.engine.search.state import State, drop_absent, link, link_all, refresh

FROM_OUT = 0.5
"""How often a ruin begins beside somebody who has no vehicle, while there is anybody."""

MOST_WAITING = 40
"""How many of those without a vehicle are tried in one round."""

BY_BOXES, FAR_FIRST, NEAR_FIRST, BY_END, BY_WIDTH = 2, 3, 4, 5, 6
ORDERS = 7
"""Ways to sort the stops that are put back; those before the named ones are by chance."""

TINY = 1e-300


@compiled
def start_over(field: Field, state: State, memory: Memory) -> int:
    """Refresh every row, shorten those that no longer hold, and count from here; return how many have no vehicle."""
    account, cost, out = memory.account[0], 0, 0
    for v in range(len(state.rows)):
        for p in range(state.rows[v].length):
            if state.steps[v, p].mark >= 0:
                state.spots[state.steps[v, p].mark].vehicle = v
        drop_absent(field, state, v)
        link_all(field, state, v)
        if not refresh(field, state, v):
            _shorten(field, state, v)
        cost += state.rows[v].cost
        memory.lines[v].stale, memory.lines[v].touched = 1, 0
    for i in range(len(state.spots)):
        if state.spots[i].vehicle < 0:
            cost += field.stops[i].out_price
            out += 1
    account.now = account.best = cost
    account.waiting = out
    keep_best(state, memory)
    return out


@compiled
def _shorten(field: Field, state: State, v: int) -> None:
    """Take stops off the end of row `v` until it holds, be it that none is left."""
    row, holds = state.rows[v], False
    while not holds:
        row.length -= 1
        state.spots[state.steps[v, row.length].mark].vehicle = -1
        if state.steps[v, row.length - 1].mark < 0:
            row.length -= 1
        link(field, state, v, row.length)
        holds = refresh(field, state, v)


@compiled
def back_to_best(field: Field, state: State, memory: Memory) -> int:
    """Make the best rows the present ones; return how many stops have no vehicle."""
    for i in range(len(state.spots)):
        state.spots[i].vehicle = -1
    for v in range(len(state.rows)):
        state.rows[v].length = memory.lines[v].best_length
        for p in range(state.rows[v].length):
            state.steps[v, p].mark = memory.best_marks[v, p]
    return start_over(field, state, memory)


@compiled
def fill(field: Field, state: State, memory: Memory, chance: Chance) -> int:
    """Try once for everybody who has no vehicle; return how many still have none. For the first rows of all."""
    account, count = memory.account[0], 0
    for i in range(len(state.spots)):
        if state.spots[i].vehicle < 0:
            memory.queue[count].stop = i
            count += 1
    account.now = account.best = _put_back(field, state, memory, account.now, count, chance)
    settle(state, memory, count)
    keep_best(state, memory)
    return int(account.waiting)


@compiled
def anneal(field: Field, state: State, memory: Memory, rounds: int, heat: float, chance: Chance) -> int:
    """Try so many rounds at one heat (metres a round may lose); return how many of them were kept."""
    kept = 0
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
    count, cost = ruin(field, state, seed, memory, waiting, chance), account.now
    for n in range(waiting, count):
        cost += field.stops[memory.queue[n].stop].out_price
    for v in range(len(state.rows)):
        if memory.lines[v].touched == 1:
            cost, count = _close_up(field, state, memory, v, cost, count)
    cost = _put_back(field, state, memory, cost, count, chance)
    if cost - account.now >= -heat * math.log(max(uniform(chance), TINY)):
        take_back(state, memory, count)
        return 0
    account.now = cost
    settle(state, memory, count)
    if cost < account.best:
        account.best = cost
        keep_best(state, memory)
    return 1


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

    Where a way over a third place is shorter than the direct one, what is left may no longer hold; then all of it is
    put back anew.
    """
    save_row(state, memory, v)
    drop_absent(field, state, v)
    if not refresh(field, state, v):
        for p in range(state.rows[v].length):
            i = state.steps[v, p].mark
            if i >= 0:
                memory.queue[count].stop = i
                count += 1
                cost += field.stops[i].out_price
        _empty(field, state, v)
    return cost + state.rows[v].cost - memory.old_rows[v].cost, count


@compiled
def _empty(field: Field, state: State, v: int) -> None:
    for p in range(state.rows[v].length):
        if state.steps[v, p].mark >= 0:
            state.spots[state.steps[v, p].mark].vehicle = -1
    state.rows[v].length = 0
    refresh(field, state, v)


@compiled
def _put_back(field: Field, state: State, memory: Memory, cost: int, count: int, chance: Chance) -> int:
    """Put everybody in the queue back where it is cheapest; return the cost."""
    _sort(field, memory, count, below(chance, ORDERS), chance)
    for n in range(count):
        i = memory.queue[n].stop
        slot = best_slot(field, state, i, memory, chance)
        if slot.vehicle < 0:
            continue
        if memory.lines[slot.vehicle].touched == 0:
            save_row(state, memory, slot.vehicle)
        before = state.rows[slot.vehicle].cost
        put(field, state, i, slot)
        cost += state.rows[slot.vehicle].cost - before - field.stops[i].out_price
    return cost


@compiled
def _sort(field: Field, memory: Memory, count: int, order: int, chance: Chance) -> None:
    """Sort the queue."""
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
    stop, depot = field.stops[i], field.near_depots[i, 0]
    if order == BY_BOXES:
        return -int(stop.boxes)
    if order == BY_END:
        return int(stop.closes)
    if order == BY_WIDTH:
        return int(stop.closes - stop.opens)
    if depot >= 0 and FAR_FIRST <= order <= NEAR_FIRST:
        far = int(field.ways[stop.place, field.depots[depot].place].metres_back)
        return far if order == NEAR_FIRST else -far
    return below(chance, 1 << 20)
