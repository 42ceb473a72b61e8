"""Recreate: put stops back one after the other, each where it adds least, fetching their boxes where it must.

Greedy insertion with blinks (Christiaens and Vanden Berghe 2020); pairs of fetching and door as in Ropke and Pisinger
(2006), "An adaptive large neighborhood search heuristic for the pickup and delivery problem with time windows".
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from routing.engine.compiled import compiled, inlined
from routing.engine.repair.field import FORBIDDEN, INSERT_NEAR, NEVER, Field
from routing.engine.repair.memory import Memory
from routing.engine.repair.state import State, insert_mark, lateness, paced, refresh, takes
from routing.engine.search.chance import State as Chance
from routing.engine.search.chance import uniform

UNLIMITED = 1 << 62


class Slot(NamedTuple):
    """Before which position of whose row the stop goes, before which one a fetching (-1: none), and what both add."""

    vehicle: int
    fetch_at: int
    at: int
    added: int


class Way(NamedTuple):
    """From where a row is followed: position of the next step, place, time, price so far, boxes on board."""

    position: int
    place: int
    leave: int
    price: int
    load: int


@compiled
def best_slot(field: Field, state: State, i: int, memory: Memory, chance: Chance) -> Slot:
    """Return the place for stop `i` that adds least; vehicle -1 where there is none."""
    best, stop = Slot(-1, -1, -1, UNLIMITED), field.stops[i]
    if stop.owner >= 0:
        vehicle = field.vehicles[stop.owner]
        start = Way(0, vehicle.start, vehicle.free, 0, 0)
        return _along(field, state, i, stop.owner, -1, start, best, chance)
    account = memory.account[0]
    account.stamp += 1
    for n in range(min(field.near.shape[1], INSERT_NEAR)):
        v = state.spots[field.near[i, n]].vehicle
        if v >= 0 and memory.lines[v].asked != account.stamp:
            memory.lines[v].asked = account.stamp
            best = _best_in_row(field, state, i, v, best, chance)
    for n in range(field.near_vehicles.shape[1]):
        v = field.near_vehicles[stop.hub, n]
        if memory.lines[v].asked != account.stamp:
            memory.lines[v].asked = account.stamp
            best = _best_in_row(field, state, i, v, best, chance)
    return best


@compiled
def _best_in_row(field: Field, state: State, i: int, v: int, best: Slot, chance: Chance) -> Slot:
    """Return the better of `best` and the best place for a stop of a hub in row `v`."""
    stop, vehicle, length = field.stops[i], field.vehicles[v], state.rows[v].length
    if stop.choosy and field.pair_cost[i, v] >= FORBIDDEN:
        return best
    mark, hub = -1 - stop.hub, field.hubs[stop.hub]
    for p in range(length):
        step = state.steps[v, p]
        if step.mark == mark and step.load + stop.boxes <= vehicle.capacity:
            best = _fetched_there(field, state, i, v, p, best, chance)
    if state.rows[v].trips + hub.counts > vehicle.trips_left:
        return best
    here, leave, load = vehicle.start, vehicle.free, vehicle.carried
    price = vehicle.fixed if length == 0 else 0
    for p in range(length + 1):
        if load + stop.boxes <= vehicle.capacity:
            best = _fetched_anew(field, state, i, v, Way(p, here, leave, price, load), best, chance)
        if p < length:
            step = state.steps[v, p]
            here, leave, load = step.place, step.leave, step.load
    return best


@inlined
def _fetched_there(field: Field, state: State, i: int, v: int, p: int, best: Slot, chance: Chance) -> Slot:
    """Try all places behind the fetching at position `p`, which may have to wait for the boxes."""
    step, release = state.steps[v, p], field.stops[i].release
    leave = step.leave
    if release > step.begin:
        if release > step.hard:
            return best
        leave += release - step.begin
    return _along(field, state, i, v, -1, Way(p + 1, step.place, leave, 0, step.load), best, chance)


@inlined
def _fetched_anew(field: Field, state: State, i: int, v: int, at: Way, best: Slot, chance: Chance) -> Slot:
    """Try all places behind a new fetching where `at` says."""
    stop, vehicle, p = field.stops[i], field.vehicles[v], at.position
    hub = field.hubs[stop.hub]
    way = field.ways[at.place, hub.place]
    price = at.price + way.metres
    if p < state.rows[v].length:
        onward = state.steps[v, p].place
        price += np.int64(field.ways[hub.place, onward].metres) - field.ways[at.place, onward].metres
    if price >= best.added:
        return best
    begin = max(at.leave + paced(way.seconds, vehicle.pace), max(hub.opens, stop.release))
    leave = begin + takes(field, v, stop.hub)
    if leave > hub.closes or leave > vehicle.end_by:
        return best
    return _along(field, state, i, v, p, Way(p, hub.place, leave, price, at.load), best, chance)


@compiled
def _along(field: Field, state: State, i: int, v: int, fetch_at: int, way: Way, best: Slot, chance: Chance) -> Slot:
    """Follow row `v` from `way` on and try the stop before each step, up to where its boxes must be on board no more.

    Where the way leaves later than the row does now, later steps are delayed, and whoever gets late is priced.
    """
    stop, vehicle, length = field.stops[i], field.vehicles[v], state.rows[v].length
    p, here, leave, price, load = way
    room = vehicle.capacity - stop.boxes if stop.owner < 0 else NEVER
    mark = -1 - stop.hub if stop.owner < 0 else NEVER
    price += _wishes(field, state, i, v)
    while load <= room:
        if state.blink[0] == 0 or uniform(chance) >= state.blink[0]:
            best = _before(field, state, i, v, fetch_at, Way(p, here, leave, price, load), best)
        if p >= length or state.steps[v, p].mark == mark:
            break
        step = state.steps[v, p]
        begin = max(leave + paced(field.ways[here, step.place].seconds, vehicle.pace), step.ready)
        if begin > step.hard:
            break
        if begin > step.soft and step.mark >= 0:
            price += lateness(field, step.mark, begin) - lateness(field, step.mark, step.begin)
        if price >= best.added:
            break
        leave = begin + step.leave - step.begin
        p, here, load = p + 1, step.place, step.load
    return best


@inlined
def _before(field: Field, state: State, i: int, v: int, fetch_at: int, way: Way, best: Slot) -> Slot:
    """Try the stop before position `way.position`."""
    stop, vehicle, p = field.stops[i], field.vehicles[v], way.position
    ride = field.ways[way.place, stop.place]
    last = p >= state.rows[v].length
    added = way.price + ride.metres
    if not last:
        onward = state.steps[v, p].place
        added += np.int64(field.ways[stop.place, onward].metres) - field.ways[way.place, onward].metres
    if added >= best.added:
        return best
    begin = max(way.leave + paced(ride.seconds, vehicle.pace), stop.opens)
    done = begin + stop.service
    if begin > stop.closes or done > vehicle.end_by:
        return best
    added += lateness(field, i, begin)
    if not last:
        reach = done + paced(field.ways[stop.place, onward].seconds, vehicle.pace)
        if reach > state.steps[v, p].hard:
            return best
        if reach > state.steps[v, p].soft and added < best.added:
            added += _delayed(field, state, v, p, reach)
    return Slot(v, fetch_at, p, added) if added < best.added else best


@compiled
def _delayed(field: Field, state: State, v: int, p: int, reach: int) -> int:
    """Return what it costs in lateness that position `p` of row `v` is reached only then."""
    price, pace, length = np.int64(0), field.vehicles[v].pace, state.rows[v].length
    while p < length:
        step = state.steps[v, p]
        begin = max(reach, step.ready)
        if begin <= step.soft:
            break
        if step.mark >= 0:
            price += lateness(field, step.mark, begin) - lateness(field, step.mark, step.begin)
        p += 1
        if p < length:
            ride = field.ways[step.place, state.steps[v, p].place].seconds
            reach = begin + step.leave - step.begin + paced(ride, pace)
    return int(price)


@inlined
def _wishes(field: Field, state: State, i: int, v: int) -> int:
    """Return the prices of pairing and floors."""
    stop, price = field.stops[i], np.int64(0)
    if stop.choosy:
        price += field.pair_cost[i, v]
    if stop.floors > 0:
        price += field.vehicles[v].floor_price * stop.floors * (2 * state.rows[v].climbed + stop.floors) // 100
    return int(price)


@compiled
def put(field: Field, state: State, i: int, slot: Slot) -> int:
    """Put stop `i` into its slot and refresh the row; return as `refresh`."""
    insert_mark(state, slot.vehicle, slot.at, i)
    if slot.fetch_at >= 0:
        insert_mark(state, slot.vehicle, slot.fetch_at, -1 - field.stops[i].hub)
    return refresh(field, state, slot.vehicle)
