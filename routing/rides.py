"""Working rides: what a planner moves about before anything becomes a plan.

Vans and couriers are the same thing to a search: a vehicle that loads at a place, brings boxes to stops, may load
again, and ends at its last stop or goes back. A stop's boxes lie at its `depot` from `release_s` on. Both planners
work on these values; the checker does not.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from routing.places import Window
from routing.travel import TravelMatrix


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A van or a courier, free at place `start` from `free_s`, done (or back at `back`) by `end_by_s`.

    `start`, `back` are rows of the travel matrix; `back` None means that it ends at its last stop.
    """

    start: int
    free_s: int
    end_by_s: int
    capacity: int
    loading_s: int
    max_trips: int
    fixed_cost_m: int
    back: int | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """A place that takes `boxes` from `depot`, where they lie from `release_s` on.

    The hand-over starts within [open_s, close_s] and takes `service_s`.
    """

    place: int
    depot: int
    boxes: int
    service_s: int
    open_s: int
    close_s: int
    release_s: int


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything a search needs, in integers: travel by rows, stops, vehicles, and when each depot can load.

    A load starts and ends within its depot's window; a depot without a window is always open.
    """

    seconds: Sequence[array[int]]
    metres: Sequence[array[int]]
    stops: tuple[Stop, ...]
    vehicles: tuple[Vehicle, ...]
    depots: Mapping[int, Window]


ALWAYS = Window(0, 2 * 24 * 3600)
NEVER_S = -1


def matrix_rows(travel: TravelMatrix) -> tuple[tuple[array[int], ...], tuple[array[int], ...]]:
    """Return seconds and metres as rows of plain integers, which Python reads three times faster than numpy cells."""
    rows = [
        tuple(array("i", row.astype("int32").tobytes()) for row in matrix) for matrix in (travel.seconds, travel.metres)
    ]
    return rows[0], rows[1]


class Slot(NamedTuple):
    """Where a stop would go and what it would add: before position `pos` of trip `trip`, or as a `new` trip there."""

    added_m: int
    trip: int
    pos: int
    new: bool


class Load:
    """One trip in the making, with its earliest times and the latest ones that still keep everything after it."""

    __slots__ = (
        "boxes",
        "depart_s",
        "depot",
        "latest_load_s",
        "latest_s",
        "leave_s",
        "load_s",
        "release_s",
        "stops",
    )

    def __init__(self, depot: int, stops: list[int]) -> None:
        self.depot = depot
        self.stops = stops
        self.boxes = self.release_s = self.load_s = self.depart_s = self.latest_load_s = 0
        self.leave_s: list[int] = []
        self.latest_s: list[int] = []

    def copy(self) -> Load:
        """Return a load of its own stops; the times may be shared, a refresh makes new ones."""
        twin = Load(self.depot, self.stops.copy())
        twin.boxes, twin.release_s, twin.load_s = self.boxes, self.release_s, self.load_s
        twin.depart_s, twin.latest_load_s = self.depart_s, self.latest_load_s
        twin.leave_s, twin.latest_s = self.leave_s, self.latest_s
        return twin


class Ride:
    """All trips of one vehicle in the making. After a change call `refresh`; it says whether the ride holds."""

    __slots__ = ("_met", "_sec", "end_s", "ground", "loads", "metres", "vehicle")

    def __init__(self, ground: Ground, vehicle: Vehicle, trips: Sequence[Sequence[int]] = ()) -> None:
        self.ground = ground
        self.vehicle = vehicle
        self._sec = ground.seconds
        self._met = ground.metres
        self.loads = [Load(ground.stops[stops[0]].depot, list(stops)) for stops in trips if stops]
        self.metres = 0
        self.end_s = vehicle.free_s
        if self.loads:
            self.refresh()

    @property
    def cost_m(self) -> int:
        """Metres with the price of using the vehicle at all; 0 when it stays where it is."""
        return self.metres + self.vehicle.fixed_cost_m if self.loads else 0

    def trips(self) -> tuple[tuple[int, ...], ...]:
        """Return the stops of each trip, in order."""
        return tuple(tuple(load.stops) for load in self.loads)

    def copy(self) -> Ride:
        """Return a ride that can be changed while this one stays as it is."""
        twin = Ride(self.ground, self.vehicle)
        twin.loads = [load.copy() for load in self.loads]
        twin.metres, twin.end_s = self.metres, self.end_s
        return twin

    def refresh(self) -> bool:
        """Recompute all times, metres and boxes; return whether every rule holds."""
        self._forward()
        return self._backward() and self._loads_fit()

    def _loads_fit(self) -> bool:
        vehicle = self.vehicle
        if len(self.loads) > vehicle.max_trips:
            return False
        stops = self.ground.stops
        return all(
            load.boxes <= vehicle.capacity and all(stops[i].depot == load.depot for i in load.stops)
            for load in self.loads
        )

    def _forward(self) -> None:
        stops, vehicle = self.ground.stops, self.vehicle
        here, now, metres = vehicle.start, vehicle.free_s, 0
        for load in self.loads:
            opens = self.ground.depots.get(load.depot, ALWAYS).start_s
            load.boxes = sum(stops[i].boxes for i in load.stops)
            load.release_s = max(stops[i].release_s for i in load.stops)
            load.load_s = max(now + self._sec[here][load.depot], load.release_s, opens)
            load.depart_s = now = load.load_s + vehicle.loading_s
            metres += self._met[here][load.depot]
            here = load.depot
            load.leave_s = []
            for i in load.stops:
                stop = stops[i]
                now = max(now + self._sec[here][stop.place], stop.open_s) + stop.service_s
                metres += self._met[here][stop.place]
                here = stop.place
                load.leave_s.append(now)
        if vehicle.back is not None and self.loads:
            metres += self._met[here][vehicle.back]
            now += self._sec[here][vehicle.back]
        self.metres, self.end_s = metres, now

    def _backward(self) -> bool:
        """Fill the latest times; return whether the earliest ones keep them."""
        stops, vehicle = self.ground.stops, self.vehicle
        onward, deadline = vehicle.back, vehicle.end_by_s
        holds = self.end_s <= deadline if self.loads else True
        for load in reversed(self.loads):
            latest: list[int] = []
            for i, leave_s in zip(reversed(load.stops), reversed(load.leave_s), strict=True):
                stop = stops[i]
                ride_s = 0 if onward is None else self._sec[stop.place][onward]
                deadline = min(stop.close_s, deadline - ride_s - stop.service_s)
                holds = holds and leave_s - stop.service_s <= deadline
                latest.append(deadline)
                onward = stop.place
            load.latest_s = latest[::-1]
            closes = self.ground.depots.get(load.depot, ALWAYS).end_s
            first = self._sec[load.depot][stops[load.stops[0]].place]
            deadline = min(closes, deadline - first) - vehicle.loading_s
            holds = holds and load.load_s <= deadline
            load.latest_load_s, onward = deadline, load.depot
        return holds

    def best_slot(self, index: int) -> Slot | None:
        """Return the cheapest place for stop `index` that breaks nothing, or None."""
        stop = self.ground.stops[index]
        best: Slot | None = None
        if stop.boxes > self.vehicle.capacity:
            return None
        for at, load in enumerate(self.loads):
            if load.depot == stop.depot and load.boxes + stop.boxes <= self.vehicle.capacity:
                best = self._slot_in(at, load, stop, best)
        if len(self.loads) < self.vehicle.max_trips:
            for at in range(len(self.loads) + 1):
                best = self._slot_new(at, stop, best)
        return best

    def _after(self, at: int) -> tuple[int | None, int]:
        """Return where trip `at` must go when it is done, and by when it must be there."""
        if at + 1 < len(self.loads):
            following = self.loads[at + 1]
            return following.depot, following.latest_load_s
        return self.vehicle.back, self.vehicle.end_by_s

    def _later(self, load: Load, release_s: int) -> tuple[int, list[int]] | None:
        """Return departure and leaving times of `load` if its boxes come only at `release_s`; None if too late."""
        if release_s > load.latest_load_s:
            return None
        depart_s = now = release_s + self.vehicle.loading_s
        here, leaves = load.depot, []
        for i in load.stops:
            stop = self.ground.stops[i]
            now = max(now + self._sec[here][stop.place], stop.open_s) + stop.service_s
            here = stop.place
            leaves.append(now)
        return depart_s, leaves

    def _slot_in(self, at: int, load: Load, stop: Stop, best: Slot | None) -> Slot | None:
        depart_s, leaves = load.depart_s, load.leave_s
        if stop.release_s > load.load_s:
            shifted = self._later(load, stop.release_s)
            if shifted is None:
                return best
            depart_s, leaves = shifted
        sec, met, stops, latest = self._sec, self._met, self.ground.stops, load.latest_s
        place, open_s, close_s, service_s = stop.place, stop.open_s, stop.close_s, stop.service_s
        sec_out, met_out = sec[place], met[place]
        after, deadline = self._after(at)
        limit = best.added_m if best is not None else 1 << 60
        here, now, last = load.depot, depart_s, len(load.stops)
        for pos in range(last + 1):
            onward = stops[load.stops[pos]].place if pos < last else after
            added = met[here][place]
            if onward is not None:
                added += met_out[onward] - met[here][onward]
            if added < limit:
                begin = now + sec[here][place]
                if begin < open_s:
                    begin = open_s
                done = begin + service_s + (0 if onward is None else sec_out[onward])
                if begin <= close_s and done <= (latest[pos] if pos < last else deadline):
                    best, limit = Slot(added, at, pos, new=False), added
            if pos < last:
                now = leaves[pos]
                here = stops[load.stops[pos]].place
        return best

    def _slot_new(self, at: int, stop: Stop, best: Slot | None) -> Slot | None:
        sec, met, vehicle = self._sec, self._met, self.vehicle
        if at:
            before = self.loads[at - 1]
            here, now = self.ground.stops[before.stops[-1]].place, before.leave_s[-1]
        else:
            here, now = vehicle.start, vehicle.free_s
        onward, deadline = self._after(at - 1)
        added = met[here][stop.depot] + met[stop.depot][stop.place]
        if onward is not None:
            added += met[stop.place][onward] - (met[here][onward] if self.loads else 0)
        if not self.loads:
            added += vehicle.fixed_cost_m
        if best is not None and added >= best.added_m:
            return best
        window = self.ground.depots.get(stop.depot, ALWAYS)
        depart_s = max(now + sec[here][stop.depot], stop.release_s, window.start_s) + vehicle.loading_s
        begin = max(depart_s + sec[stop.depot][stop.place], stop.open_s)
        done = begin + stop.service_s + (0 if onward is None else sec[stop.place][onward])
        if depart_s > window.end_s or begin > stop.close_s or done > deadline:
            return best
        return Slot(added, at, 0, new=True)

    def may_load_again(self) -> bool:
        """Return whether another trip is allowed."""
        return len(self.loads) < self.vehicle.max_trips

    def after_last(self) -> tuple[int, int]:
        """Return where and when the vehicle is done with its last stop."""
        if not self.loads:
            return self.vehicle.start, self.vehicle.free_s
        last = self.loads[-1]
        return self.ground.stops[last.stops[-1]].place, last.leave_s[-1]

    def crowded_by(self, stop: Stop) -> int | None:
        """Return by how many boxes the stop would overload the trip that has time for it; None if none has time."""
        over = [
            load.boxes + stop.boxes - self.vehicle.capacity
            for at, load in enumerate(self.loads)
            if load.depot == stop.depot and self._slot_in(at, load, stop, None) is not None
        ]
        return min((boxes for boxes in over if boxes > 0), default=None)

    def insert(self, index: int, slot: Slot) -> None:
        """Put stop `index` where `best_slot` found room for it."""
        if slot.new:
            self.loads.insert(slot.trip, Load(self.ground.stops[index].depot, [index]))
        else:
            self.loads[slot.trip].stops.insert(slot.pos, index)
        self.refresh()

    def remove(self, going: set[int]) -> list[int]:
        """Take the stops `going` out and return all that had to go.

        Where a matrix breaks the triangle rule (a way over a third place is shorter), the rest may no longer hold;
        then the whole ride is emptied.
        """
        out = [i for load in self.loads for i in load.stops if i in going]
        for load in self.loads:
            load.stops = [i for i in load.stops if i not in going]
        self.loads = [load for load in self.loads if load.stops]
        if not self.refresh():
            out += [i for load in self.loads for i in load.stops]
            self.loads = []
            self.refresh()
        return out
