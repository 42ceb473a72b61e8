"""Recreate: put stops back one after the other, each at the cheapest place that breaks nothing.

After Christiaens and Vanden Berghe (2020), "Slack induction by string removals for vehicle routing problems",
Transportation Science 54: greedy insertion with blinks, here with several trips, depots to choose from, release times
and prices.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from routing.engine.compiled import compiled, inlined
from routing.engine.search.chance import State as Chance
from routing.engine.search.chance import uniform
from routing.engine.search.field import FORBIDDEN, NEVER, Field
from routing.engine.search.memory import Memory
from routing.engine.search.state import State, insert_mark, paced, refresh

TINY = 1e-300

BLINK = 0.01
"""How often a place is overlooked; what keeps greedy insertion from always doing the same."""


class Slot(NamedTuple):
    """Vehicle, position, depot of a new trip (-1: into the trip that is there), and what it adds; vehicle -1: none."""

    vehicle: int
    position: int
    depot: int
    added: int


@compiled
def best_slot(field: Field, state: State, i: int, memory: Memory, chance: Chance) -> Slot:
    """Return the cheapest place for stop `i`."""
    best, choosy = Slot(-1, 0, -1, NEVER), field.stops[i].choosy
    for n in range(field.near_ways.shape[1]):
        spot = state.spots[field.near[i, n]]
        v, p = spot.vehicle, spot.at + 1
        if v < 0 or _blinks(memory, chance) or (choosy and field.pair_cost[i, v] >= FORBIDDEN):
            continue
        if field.near_ways[i, n].metres_back - state.steps[v, p].way < best.added:
            best = _better_between(field, state, i, v, p, field.near_ways[i, n], best)
        if state.steps[v, p - 2].mark < 0:
            way = field.ways[field.stops[i].place, state.steps[v, p - 2].place]
            best = _better_between(field, state, i, v, p - 1, way, best)
    for n in range(field.near_depots.shape[1]):
        depot = field.near_depots[i, n]
        if depot >= 0 and field.release[field.stops[i].batch, depot] < NEVER:
            memory.account[0].stamp += 1
            best = _best_new_trip(field, state, i, depot, memory, best, chance)
    return best


@inlined
def _blinks(memory: Memory, chance: Chance) -> bool:
    """Return whether this place is overlooked; how many places come before the next such one is drawn at once."""
    account = memory.account[0]
    account.unblinking -= 1
    if account.unblinking >= 0:
        return False
    account.unblinking = int(math.log(max(uniform(chance), TINY)) / math.log(1.0 - BLINK))
    return True


@inlined
def _best_new_trip(field: Field, state: State, i: int, depot: int, memory: Memory, best: Slot, chance: Chance) -> Slot:
    stamp, out_m = memory.account[0].stamp, field.ways[field.stops[i].place, field.depots[depot].place].metres_back
    for n in range(field.near_vehicles.shape[1]):
        v = field.near_vehicles[depot, n]
        vehicle, row = field.vehicles[v], state.rows[v]
        if row.length == 0:
            if vehicle.fixed + out_m >= best.added or memory.lines[vehicle.kind].seen == stamp:
                continue
            memory.lines[vehicle.kind].seen = stamp
        if row.trips >= vehicle.trips_most or field.stops[i].boxes > vehicle.capacity:
            continue
        if _blinks(memory, chance) or (field.stops[i].choosy and field.pair_cost[i, v] >= FORBIDDEN):
            continue
        p = row.length
        while p >= 0:
            if out_m - state.steps[v, p].way < best.added:
                best = _better_new_trip(field, state, i, v, p, depot, best)
            p = state.steps[v, p - 1].head if p > 0 else -1
    return best


@inlined
def _better_between(field: Field, state: State, i: int, v: int, p: int, way: Any, best: Slot) -> Slot:
    """Return the slot before position `p` of row `v`, within the trip of position p - 1, if it beats `best`.

    `way` is that between the stop and position p - 1.
    """
    stop, vehicle, previous = field.stops[i], field.vehicles[v], state.steps[v, p - 1]
    added = way.metres_back + _onward_metres(field, state, v, p, stop.place)
    if added >= best.added:
        return best
    head = state.steps[v, previous.head]
    depot = -1 - head.mark
    release = field.release[stop.batch, depot]
    if release >= NEVER or head.carried + stop.boxes > vehicle.capacity:
        return best
    leave = previous.leave
    if release > head.load:
        leave = _leave_if_later(field, state, v, previous.head, p - 1, release)
    begin = max(leave + paced(way.seconds_back, vehicle.pace), stop.opens)
    if begin > stop.closes or not _in_time(field, state, v, p, stop.place, begin + stop.service):
        return best
    added += _wishes(field, state, i, v, depot)
    added += max(0, begin - stop.due) * stop.late_price
    return Slot(v, p, -1, added) if added < best.added else best


@inlined
def _better_new_trip(field: Field, state: State, i: int, v: int, p: int, depot: int, best: Slot) -> Slot:
    """Return a trip of stop `i` alone before position `p` of row `v`, which begins a trip or ends the row."""
    stop, vehicle, hub = field.stops[i], field.vehicles[v], field.depots[depot]
    before, free = vehicle.start, vehicle.free
    if p > 0:
        before, free = state.steps[v, p - 1].place, state.steps[v, p - 1].leave
    way, out = field.ways[hub.place, before], field.ways[stop.place, hub.place]
    added = np.int64(way.metres_back) + out.metres_back
    added += _onward_metres(field, state, v, p, stop.place)
    if state.rows[v].length == 0:
        added += vehicle.fixed
    if added >= best.added:
        return best
    depart = max(free + paced(way.seconds_back, vehicle.pace), max(field.release[stop.batch, depot], hub.opens))
    depart += vehicle.loading
    begin = max(depart + paced(out.seconds_back, vehicle.pace), stop.opens)
    done = begin + stop.service
    if depart > hub.closes or begin > stop.closes or not _in_time(field, state, v, p, stop.place, done):
        return best
    added += _wishes(field, state, i, v, depot)
    added += max(0, begin - stop.due) * stop.late_price
    return Slot(v, p, depot, added) if added < best.added else best


@inlined
def _wishes(field: Field, state: State, i: int, v: int, depot: int) -> int:
    """Return the prices of pairing, depot and floors."""
    stop, cost = field.stops[i], 0
    if stop.choosy:
        cost += field.pair_cost[i, v] + field.depot_cost[i, depot]
    if stop.floors > 0:
        cost += field.vehicles[v].floor_price * stop.floors * (2 * state.rows[v].climbed + stop.floors) // 100
    return int(cost)


@inlined
def _onward_metres(field: Field, state: State, v: int, p: int, here: int) -> int:
    """Return the metres from `here` to what stands at position `p`, less those that lead there now."""
    onward = state.steps[v, p]
    return int(field.ways[here, onward.place].metres) - int(onward.way)


@inlined
def _in_time(field: Field, state: State, v: int, p: int, here: int, done: int) -> bool:
    """Return whether a vehicle done at `here` keeps what stands at position `p`, be it the end."""
    onward = state.steps[v, p]
    return bool(done + paced(field.ways[here, onward.place].seconds, field.vehicles[v].pace) <= onward.latest)


@compiled
def _leave_if_later(field: Field, state: State, v: int, head: int, p: int, load: int) -> int:
    """Return when position `p` is left if the trip from `head` loads only at `load`; `NEVER` if that is too late."""
    if load > state.steps[v, head].latest:
        return NEVER
    here, now = state.steps[v, head].place, load + field.vehicles[v].loading
    for q in range(head + 1, p + 1):
        stop = field.stops[state.steps[v, q].mark]
        now += paced(field.ways[stop.place, here].seconds_back, field.vehicles[v].pace)
        now = max(now, stop.opens) + stop.service
        here = stop.place
    return int(now)


@compiled
def put(field: Field, state: State, i: int, slot: Slot) -> bool:
    """Put stop `i` into its slot and refresh the row; return whether the row holds."""
    insert_mark(field, state, slot.vehicle, slot.position, i)
    if slot.depot >= 0:
        insert_mark(field, state, slot.vehicle, slot.position, -1 - slot.depot)
    return refresh(field, state, slot.vehicle)
