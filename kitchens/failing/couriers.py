"""Couriers when meals have moved to other kitchens: they wait a little where that is enough, else the door moves.

Trips that have begun stay as they are. A trip whose boxes come a few minutes later waits for them if everybody on it
still gets their meal in time; otherwise the doors whose boxes are late go with a later trip.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from routing.plan import CourierRun, Trip, Visit
from routing.problem import Courier, Home, Lot, RunProblem, lot_for

WAITING_S = 600
"""So long a trip waits for late boxes before its other doors are taken into account."""

NEVER_S = 10**7


@dataclass(frozen=True, slots=True)
class _Load:
    """A trip to be timed: from when it may load and leave, and its doors in order."""

    point_id: str
    load_s: int
    depart_s: int
    homes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Course:
    """What a courier has begun, and what it is still to do."""

    courier: Courier
    begun: tuple[Trip, ...]
    loads: tuple[_Load, ...]


class Couriers:
    """The second echelon while it is mended."""

    def __init__(self, problem: RunProblem, runs: Sequence[CourierRun], gone: frozenset[str], now_s: int) -> None:
        self.problem, self.now_s = problem, now_s
        self.homes = {home.home_id: home for home in problem.homes}
        self.points = {point.point_id: point for point in problem.points}
        self.row = {f"P{one.point_id}": n for n, one in enumerate(problem.points)}
        self.row |= {f"H{one.home_id}": len(self.row) + n for n, one in enumerate(problem.homes)}
        by_courier = {run.courier_id: run for run in runs}
        self.courses = {
            courier.courier_id: self._course(courier, by_courier.get(courier.courier_id), courier.courier_id in gone)
            for courier in problem.couriers
        }

    def _course(self, courier: Courier, run: CourierRun | None, is_gone: bool) -> _Course:
        trips = run.trips if run is not None else ()
        begun = [n for n, trip in enumerate(trips, start=1) if trip.depart_s <= self.now_s or (is_gone and n == 1)]
        at = max(begun, default=0)
        loads: list[_Load] = []
        for trip in trips[at:]:
            homes = tuple(visit.home_id for visit in trip.visits if visit.home_id in self.homes)
            if homes:
                loads.append(_Load(trip.point_id, trip.load_s, trip.depart_s, homes))
        return _Course(courier, trips[:at], tuple(loads))

    def wait(self, ready_s: Mapping[str, int]) -> tuple[str, ...]:
        """Have trips wait for the boxes of homes that come later, and return the homes that nobody visits in time.

        `ready_s` is when the boxes of each home can be taken; homes that it does not name are as they were.
        """
        late: list[str] = []
        for name, course in self.courses.items():
            loads: list[_Load] = []
            for load in course.loads:
                stays, leaves = self._waited(course, tuple(loads), load, ready_s)
                late += leaves
                if stays is not None:
                    loads.append(stays)
            self.courses[name] = replace(course, loads=tuple(loads))
        turn = sorted(late, key=lambda home_id: (self.homes[home_id].window.end_s, ready_s[home_id], home_id))
        return tuple(home_id for home_id in turn if not self._insert(self.homes[home_id], ready_s[home_id]))

    def drop(self, homes: Collection[str]) -> None:
        """Visit these homes no more."""
        for name, course in self.courses.items():
            loads = (replace(load, homes=tuple(one for one in load.homes if one not in homes)) for load in course.loads)
            self.courses[name] = replace(course, loads=tuple(load for load in loads if load.homes))

    def _waited(
        self, course: _Course, before: tuple[_Load, ...], load: _Load, ready_s: Mapping[str, int]
    ) -> tuple[_Load | None, tuple[str, ...]]:
        """Return the trip as it waits, without the doors that it cannot wait for, and those doors."""
        changed = [home_id for home_id in load.homes if home_id in ready_s]
        if not changed:
            return load, ()
        needed_s = max(load.load_s, *(ready_s[home_id] for home_id in changed))
        after = course.loads[course.loads.index(load) + 1 :]
        if needed_s - load.load_s <= WAITING_S:
            waiting = replace(load, load_s=needed_s)
            if self._timed(replace(course, loads=(*before, waiting, *after))) is not None:
                return waiting, ()
        # Late ones leave first; where that is not enough, a meal of theirs would not keep until its door.
        late = [home_id for home_id in changed if ready_s[home_id] > load.load_s]
        rest = replace(load, homes=tuple(home_id for home_id in load.homes if home_id not in late))
        keeps = not rest.homes or self._timed(replace(course, loads=(*before, rest, *after))) is not None
        leaves = tuple(late if keeps else changed)
        stays = tuple(home_id for home_id in load.homes if home_id not in leaves)
        return (replace(load, homes=stays) if stays else None), leaves

    def _insert(self, home: Home, ready_s: int) -> bool:
        """Put a home where it adds least: metres, and a metre for each second that others wait."""
        ways = ((self._cost(course), course) for course in self._ways(home, ready_s))
        best = min(ways, key=lambda way: (way[0], way[1].courier.courier_id), default=None)
        if best is None or best[0] >= NEVER_S:
            return False
        self.courses[best[1].courier.courier_id] = best[1]
        return True

    def _ways(self, home: Home, ready_s: int) -> Iterator[_Course]:
        for course in self.courses.values():
            courier = course.courier
            if courier.courier_id in home.not_couriers or home.courier_id not in {None, courier.courier_id}:
                continue
            if home.certified_only and not courier.certified:
                continue
            for at, load in enumerate(course.loads):
                if load.point_id == home.point_id and self._boxes(load.homes) + home.boxes <= courier.capacity_boxes:
                    for where in range(len(load.homes) + 1):
                        homes = (*load.homes[:where], home.home_id, *load.homes[where:])
                        fuller = replace(load, load_s=max(load.load_s, ready_s), homes=homes)
                        yield replace(course, loads=(*course.loads[:at], fuller, *course.loads[at + 1 :]))
            if len(course.begun) + len(course.loads) < courier.max_trips and home.boxes <= courier.capacity_boxes:
                own = _Load(home.point_id, max(ready_s, self.now_s), 0, (home.home_id,))
                yield replace(course, loads=(*course.loads, own))

    def _cost(self, course: _Course) -> int:
        run, before = self._timed(course), self._timed(self.courses[course.courier.courier_id])
        if run is None:
            return NEVER_S
        return run.metres - (before.metres if before else -course.courier.fixed_cost_m) + self._delay_s(before, run)

    def _delay_s(self, before: CourierRun | None, run: CourierRun) -> int:
        old = {visit.home_id: visit.start_s for trip in (before.trips if before else ()) for visit in trip.visits}
        return sum(
            max(0, visit.start_s - old.get(visit.home_id, visit.start_s)) for trip in run.trips for visit in trip.visits
        )

    def runs(self) -> tuple[CourierRun, ...]:
        """Return the runs as they stand, those of couriers with nothing to do left away."""
        found = (self._timed(course) for course in self.courses.values() if course.begun or course.loads)
        return tuple(run for run in found if run is not None)

    def _timed(self, course: _Course) -> CourierRun | None:
        """Return the run with its times and metres, None if it keeps nobody's hours."""
        courier = course.courier
        if not course.begun and not course.loads:
            return None
        here, now, metres = f"P{courier.point_id}", courier.shift.start_s, 0
        trips: list[Trip] = []
        for trip in course.begun:
            for there in (f"P{trip.point_id}", *(f"H{visit.home_id}" for visit in trip.visits)):
                metres += self._metres(here, there)
                here = there
            now = trip.visits[-1].leave_s
            trips.append(trip)
        for load in course.loads:
            metres += self._metres(here, f"P{load.point_id}")
            timed = self._trip(courier, load, now + self._ride_s(courier, here, f"P{load.point_id}"))
            if timed is None:
                return None
            trips.append(timed)
            here, now = f"H{load.homes[-1]}", timed.visits[-1].leave_s
            metres += sum(
                self._metres(one, other)
                for one, other in zip(
                    (f"P{load.point_id}", *(f"H{home_id}" for home_id in load.homes)),
                    (f"H{home_id}" for home_id in load.homes),
                    strict=False,
                )
            )
        return None if now > courier.shift.end_s else CourierRun(courier.courier_id, tuple(trips), now, metres)

    def _trip(self, courier: Courier, load: _Load, there_s: int) -> Trip | None:
        window = self.points[load.point_id].window
        load_s = max(there_s, load.load_s, window.start_s)
        depart_s = max(load_s + courier.loading_s, load.depart_s)
        if depart_s > window.end_s:
            return None
        here, now, visits = f"P{load.point_id}", depart_s, []
        for home_id in load.homes:
            home = self.homes[home_id]
            arrive_s = now + self._ride_s(courier, here, f"H{home_id}")
            start_s = max(arrive_s, home.window.start_s)
            if start_s > min(home.window.end_s, home.latest_s):
                return None
            now, here = start_s + home.service_s, f"H{home_id}"
            visits.append(Visit(home_id, arrive_s, start_s, now))
        return Trip(load.point_id, load_s, depart_s, self._boxes(load.homes), tuple(visits))

    def _boxes(self, homes: Sequence[str]) -> int:
        return sum(self.homes[home_id].boxes for home_id in homes)

    def _ride_s(self, courier: Courier, here: str, there: str) -> int:
        seconds = int(self.problem.courier_travel.seconds[self.row[here], self.row[there]])
        return -(-seconds * courier.pace_percent // 100)

    def _metres(self, here: str, there: str) -> int:
        return int(self.problem.courier_travel.metres[self.row[here], self.row[there]])


def ready_by_home(
    problem: RunProblem,
    arrivals: Mapping[Lot, Sequence[tuple[int, int]]],
    homes: Sequence[str],
    turn: Mapping[str, int],
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return when the boxes of each of `homes` can be taken, and the homes that no box comes for.

    Boxes of a lot go first to whoever would be loaded first by `turn`.
    """
    by_id = {home.home_id: home for home in problem.homes}
    left = {lot: [list(one) for one in come] for lot, come in arrivals.items()}
    ready: dict[str, int] = {}
    without: list[str] = []
    for home_id in sorted(homes, key=lambda one: (turn.get(one, NEVER_S), one)):
        home = by_id[home_id]
        wanted, at_s = home.boxes, 0
        for come in left.get(lot_for(home), []):
            some = min(wanted, come[1])
            if some:
                come[1] -= some
                wanted, at_s = wanted - some, come[0]
        if wanted:
            without.append(home_id)
        else:
            ready[home_id] = at_s
    return ready, tuple(without)
