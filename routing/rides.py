"""Working rides: what a planner moves about before anything becomes a plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from routing.ground import ALWAYS, Ground, Stop, Vehicle

NO_LIMIT_M = 1 << 60


class Slot(NamedTuple):
    """Where a stop would go and what it would add: before position `pos` of trip `trip`, or as a `new` trip there."""

    added_m: int
    trip: int
    pos: int
    new: bool


class _Gap(NamedTuple):
    """Where a further trip would fit between two others: from `here`, free at `free_s`, to `onward` by `deadline_s`."""

    here: int
    free_s: int
    onward: int | None
    deadline_s: int
    saved_m: int


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
        "stops",
    )

    def __init__(self, depot: int, stops: list[int]) -> None:
        self.depot = depot
        self.stops = stops
        self.boxes = self.load_s = self.depart_s = self.latest_load_s = 0
        self.leave_s: list[int] = []
        self.latest_s: list[int] = []

    def copy(self) -> Load:
        """Return a load of its own stops; the times may be shared, a refresh makes new ones."""
        twin = Load(self.depot, self.stops.copy())
        twin.boxes, twin.load_s = self.boxes, self.load_s
        twin.depart_s, twin.latest_load_s = self.depart_s, self.latest_load_s
        twin.leave_s, twin.latest_s = self.leave_s, self.latest_s
        return twin


class Ride:
    """All trips of one vehicle in the making. After a change call `refresh`; it says whether the ride holds."""

    __slots__ = ("end_s", "gaps", "ground", "loads", "met", "metres", "sec", "vehicle")

    def __init__(self, ground: Ground, vehicle: Vehicle, trips: Sequence[Sequence[int]] = ()) -> None:
        self.ground = ground
        self.vehicle = vehicle
        self.sec = ground.seconds_at(vehicle.pace_percent)
        self.met = ground.metres
        self.loads = [Load(ground.stops[stops[0]].depot, list(stops)) for stops in trips if stops]
        self.metres = 0
        self.end_s = vehicle.free_s
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
        twin = Ride.__new__(Ride)
        twin.ground, twin.vehicle, twin.sec, twin.met = self.ground, self.vehicle, self.sec, self.met
        twin.loads = [load.copy() for load in self.loads]
        twin.metres, twin.end_s, twin.gaps = self.metres, self.end_s, self.gaps
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
            load.boxes <= vehicle.capacity
            and all(stops[i].depot == load.depot and i not in vehicle.never for i in load.stops)
            for load in self.loads
        )

    def _forward(self) -> None:
        stops, vehicle, sec, met = self.ground.stops, self.vehicle, self.sec, self.met
        here, now, metres = vehicle.start, vehicle.free_s, 0
        for load in self.loads:
            boxes, release_s = 0, self.ground.depots.get(load.depot, ALWAYS).start_s
            for i in load.stops:
                stop = stops[i]
                boxes += stop.boxes
                if stop.release_s > release_s:
                    release_s = stop.release_s
            load.boxes = boxes
            load.load_s = max(now + sec[here][load.depot], release_s)
            load.depart_s = now = load.load_s + vehicle.loading_s
            metres += met[here][load.depot]
            here = load.depot
            load.leave_s = leaves = []
            for i in load.stops:
                stop = stops[i]
                now += sec[here][stop.place]
                if now < stop.open_s:
                    now = stop.open_s
                now += stop.service_s
                metres += met[here][stop.place]
                here = stop.place
                leaves.append(now)
        if vehicle.back is not None and self.loads:
            metres += met[here][vehicle.back]
            now += sec[here][vehicle.back]
        self.metres, self.end_s = metres, now

    def _backward(self) -> bool:
        """Fill the latest times and the gaps for further trips; return whether the earliest times keep the latest."""
        stops, vehicle, sec = self.ground.stops, self.vehicle, self.sec
        onward, deadline = vehicle.back, vehicle.end_by_s
        holds = self.end_s <= deadline if self.loads else True
        gaps = [self._gap(len(self.loads), onward, deadline)]
        for at in range(len(self.loads) - 1, -1, -1):
            load = self.loads[at]
            latest: list[int] = []
            for n in range(len(load.stops) - 1, -1, -1):
                stop = stops[load.stops[n]]
                deadline -= stop.service_s if onward is None else sec[stop.place][onward] + stop.service_s
                if deadline > stop.close_s:
                    deadline = stop.close_s
                if load.leave_s[n] - stop.service_s > deadline:
                    holds = False
                latest.append(deadline)
                onward = stop.place
            latest.reverse()
            load.latest_s = latest
            deadline -= sec[load.depot][stops[load.stops[0]].place]
            deadline = min(self.ground.depots.get(load.depot, ALWAYS).end_s, deadline) - vehicle.loading_s
            if load.load_s > deadline:
                holds = False
            load.latest_load_s, onward = deadline, load.depot
            gaps.append(self._gap(at, onward, deadline))
        gaps.reverse()
        self.gaps = gaps
        return holds

    def _gap(self, at: int, onward: int | None, deadline: int) -> _Gap:
        """Return where a new trip before trip `at` would start and end."""
        if at:
            before = self.loads[at - 1]
            here, now = self.ground.stops[before.stops[-1]].place, before.leave_s[-1]
        else:
            here, now = self.vehicle.start, self.vehicle.free_s
        if not self.loads:
            return _Gap(here, now, onward, deadline, -self.vehicle.fixed_cost_m)
        return _Gap(here, now, onward, deadline, 0 if onward is None else self.met[here][onward])

    def best_slot(self, index: int, below_m: int = NO_LIMIT_M) -> Slot | None:
        """Return the cheapest place for stop `index` that breaks nothing and adds less than `below_m`, or None."""
        return self._cheapest(self.ground.stops[index], below_m) if self.may_take(index) else None

    def has_room_for(self, index: int) -> bool:
        """Return whether stop `index` would fit if the vehicle might go to everybody."""
        stop = self.ground.stops[index]
        return stop.boxes <= self.vehicle.capacity and self._cheapest(stop, NO_LIMIT_M) is not None

    def _cheapest(self, stop: Stop, below_m: int) -> Slot | None:
        capacity = self.vehicle.capacity
        best: Slot | None = None
        for at, load in enumerate(self.loads):
            if load.depot == stop.depot and load.boxes + stop.boxes <= capacity:
                slot = self._slot_in(at, load, stop, below_m)
                if slot is not None:
                    best, below_m = slot, slot.added_m
        if len(self.loads) < self.vehicle.max_trips:
            best = self._slot_new(stop, below_m) or best
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
            now = max(now + self.sec[here][stop.place], stop.open_s) + stop.service_s
            here = stop.place
            leaves.append(now)
        return depart_s, leaves

    def _slot_in(self, at: int, load: Load, stop: Stop, limit: int) -> Slot | None:
        depart_s, leaves = load.depart_s, load.leave_s
        if stop.release_s > load.load_s:
            shifted = self._later(load, stop.release_s)
            if shifted is None:
                return None
            depart_s, leaves = shifted
        best: Slot | None = None
        sec, met, stops, latest = self.sec, self.met, self.ground.stops, load.latest_s
        place, open_s, close_s, service_s = stop.place, stop.open_s, stop.close_s, stop.service_s
        sec_out, met_out = sec[place], met[place]
        after, deadline = self._after(at)
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

    def _slot_new(self, stop: Stop, limit: int) -> Slot | None:
        sec, met, loading_s = self.sec, self.met, self.vehicle.loading_s
        depot, place = stop.depot, stop.place
        out_m, out_s = met[depot][place], sec[depot][place]
        best: Slot | None = None
        window = self.ground.depots.get(depot, ALWAYS)
        ready_s = max(stop.release_s, window.start_s)
        for at, gap in enumerate(self.gaps):
            onward = gap.onward
            added = met[gap.here][depot] + out_m - gap.saved_m
            if onward is not None:
                added += met[place][onward]
            if added >= limit:
                continue
            depart_s = max(gap.free_s + sec[gap.here][depot], ready_s) + loading_s
            begin = max(depart_s + out_s, stop.open_s)
            done = begin + stop.service_s + (0 if onward is None else sec[place][onward])
            if depart_s <= window.end_s and begin <= stop.close_s and done <= gap.deadline_s:
                best, limit = Slot(added, at, 0, new=True), added
        return best

    def may_take(self, index: int) -> bool:
        """Return whether the vehicle may go to stop `index` and can carry its boxes."""
        return self.ground.stops[index].boxes <= self.vehicle.capacity and index not in self.vehicle.never

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
            if load.depot == stop.depot and self._slot_in(at, load, stop, NO_LIMIT_M) is not None
        ]
        return min((boxes for boxes in over if boxes > 0), default=None)

    def insert(self, index: int, slot: Slot) -> None:
        """Put stop `index` where `best_slot` found room for it."""
        if slot.new:
            self.loads.insert(slot.trip, Load(self.ground.stops[index].depot, [index]))
        else:
            self.loads[slot.trip].stops.insert(slot.pos, index)
        self._forward()
        self._backward()

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
