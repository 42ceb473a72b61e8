"""A problem and its plan side by side: who goes where, when boxes lie ready, and what a run comes to.

Everything is recomputed from the matrices; nothing is taken from a planner but the finished plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from routing.checks.known import Lot, known_of
from routing.plan import CourierRun, RunPlan, Trip, Visit
from routing.problem import Courier, Home, RunProblem
from routing.travel import UNREACHABLE_S


@dataclass(frozen=True, slots=True)
class Leg:
    """One load of a courier in the making: no sooner loaded than `release_s`."""

    point_id: str
    homes: tuple[str, ...]
    release_s: int = 0


class Rule(StrEnum):
    """What a ride can break."""

    NO_WAY = "no_way"
    NOT_CERTIFIED = "not_certified"
    LOCKED = "locked"
    FORBIDDEN = "forbidden"
    TRIPS = "trips"
    CAPACITY = "capacity"
    POINT_CLOSED = "point_closed"
    WINDOW = "window"
    FOOD = "food"
    SHIFT = "shift"


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule that a ride breaks: at which home, meal point or courier, and by how many seconds, boxes or trips."""

    rule: Rule
    subject: str
    amount: int = 1


@dataclass(frozen=True, slots=True)
class Ridden:
    """A courier's legs with their earliest times, and what they break."""

    run: CourierRun
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Door:
    """Where a plan visits a home."""

    run: CourierRun
    trip_at: int
    visit_at: int

    @property
    def trip(self) -> Trip:
        """The trip it belongs to."""
        return self.run.trips[self.trip_at]

    @property
    def visit(self) -> Visit:
        """The visit itself."""
        return self.trip.visits[self.visit_at]


@dataclass(frozen=True, slots=True)
class _Taking:
    """Boxes of one consignment that one trip takes along."""

    load_s: int
    courier_id: str
    trip_at: int
    boxes: int


class Town:
    """What explanations ask of a problem and a plan.

    `placed` says at which meal point the boxes of a home stand that the plan does not visit, where it is not its own.

    Raises
    ------
    ValueError
        If the plan names a courier, van, meal point or home that the problem does not know, or a run without a stop.
    """

    def __init__(self, problem: RunProblem, plan: RunPlan, placed: Mapping[str, str] | None = None) -> None:
        self.problem, self.plan, self.placed = problem, plan, placed or {}
        self.known = known_of(problem)
        self.runs = {run.courier_id: run for run in plan.courier_runs}
        self.left = {one.home_id: one for one in plan.left_out_homes}
        self._refuse_strangers()
        self.doors = {
            visit.home_id: Door(run, trip_at, visit_at)
            for run in plan.courier_runs
            for trip_at, trip in enumerate(run.trips)
            for visit_at, visit in enumerate(trip.visits)
        }

    def _refuse_strangers(self) -> None:
        known = self.known
        trips = [trip for run in self.plan.courier_runs for trip in run.trips]
        stops = [stop for run in self.plan.van_runs for stop in run.stops]
        homes = [*self.left, *(visit.home_id for trip in trips for visit in trip.visits)]
        for what, named, ids in (
            ("courier", known.couriers, list(self.runs)),
            ("van", known.vans, [run.van_id for run in self.plan.van_runs]),
            ("meal point", known.points, [*(trip.point_id for trip in trips), *(stop.point_id for stop in stops)]),
            ("home", known.homes, homes),
        ):
            for one in ids:
                if one not in named:
                    raise ValueError(f"unknown {what} {one}")
        if not all(run.stops for run in self.plan.van_runs) or not all(trip.visits for trip in trips):
            raise ValueError("expected at least one stop on every run and trip")

    def ride_s(self, courier: Courier, here: int, there: int) -> int:
        """Return the seconds of a ride at the courier's pace, rounded up."""
        return -(-int(self.problem.courier_travel.seconds[here, there]) * courier.pace_percent // 100)

    def ride_m(self, here: int, there: int) -> int:
        """Return the metres of a ride."""
        return int(self.problem.courier_travel.metres[here, there])

    def drive_s(self, here: int, there: int) -> int:
        """Return the seconds of a drive."""
        return int(self.problem.van_travel.seconds[here, there])

    def point_row(self, point_id: str) -> int:
        """Return a meal point's row among the couriers' places."""
        return self.known.courier_row[f"point {point_id}"]

    def home_row(self, home_id: str) -> int:
        """Return a home's row among the couriers' places."""
        return self.known.courier_row[f"home {home_id}"]

    @cached_property
    def come(self) -> dict[Lot, list[tuple[int, int]]]:
        """When how many boxes of each consignment lie ready at its meal point, by time."""
        left: dict[Lot, int] = defaultdict(int)
        for one in self.plan.left_out_consignments:
            left[one.kitchen_id, one.point_id, one.batch] += one.boxes
        moved = self._moved()
        come: dict[Lot, list[tuple[int, int]]] = defaultdict(list)
        for lot, owed in self.known.owed.items():
            if owed.on_site:
                come[lot].append((owed.ready_s, max(0, owed.boxes + moved[lot] - left[lot])))
        for run in self.plan.van_runs:
            for stop in run.stops:
                come[run.kitchen_id, stop.point_id, stop.batch].append((stop.ready_s, stop.boxes))
        return {lot: sorted(some) for lot, some in come.items()}

    def _moved(self) -> dict[Lot, int]:
        """Return how many boxes each consignment gains by homes that are served from another meal point."""
        moved: dict[Lot, int] = defaultdict(int)
        where = dict(self.placed) | {home_id: door.trip.point_id for home_id, door in self.doors.items()}
        for home_id, point_id in where.items():
            home = self.known.homes[home_id]
            moved[home.kitchen_id, home.point_id, home.batch] -= home.boxes
            moved[home.kitchen_id, point_id, home.batch] += home.boxes
        return moved

    @cached_property
    def takings(self) -> dict[Lot, list[_Taking]]:
        """Which trip takes how many boxes of each consignment, in the order of loading."""
        takings: dict[Lot, list[_Taking]] = defaultdict(list)
        for run in self.plan.courier_runs:
            for trip_at, trip in enumerate(run.trips):
                boxes: dict[Lot, int] = defaultdict(int)
                for visit in trip.visits:
                    home = self.known.homes[visit.home_id]
                    boxes[home.kitchen_id, trip.point_id, home.batch] += home.boxes
                for lot, some in boxes.items():
                    takings[lot].append(_Taking(trip.load_s, run.courier_id, trip_at, some))
        return {lot: sorted(some, key=lambda one: (one.load_s, one.courier_id)) for lot, some in takings.items()}

    def ready_at(self, lot: Lot, boxes: int) -> int | None:
        """Return when `boxes` boxes of a consignment have come in all; None if so many never do."""
        for ready_s, more in self.come.get(lot, ()):
            boxes -= more
            if boxes <= 0:
                return ready_s
        return None

    def there_at(self, lot: Lot, at_s: int) -> int:
        """Return how many boxes of a consignment have come by `at_s`."""
        return sum(boxes for ready_s, boxes in self.come.get(lot, ()) if ready_s <= at_s)

    @cached_property
    def releases(self) -> dict[tuple[str, int], tuple[int, Lot | None]]:
        """When all boxes of each trip (courier, number) lie ready, and which consignment is the last to come."""
        out: dict[tuple[str, int], tuple[int, Lot | None]] = {}
        for run in self.plan.courier_runs:
            out |= {(run.courier_id, n): (0, None) for n in range(len(run.trips))}
        for lot, some in self.takings.items():
            taken = 0
            for one in some:
                taken += one.boxes
                ready_s = self.ready_at(lot, taken)
                key = (one.courier_id, one.trip_at)
                # A plan may break the rule: then nothing better is known than when the trip says it loads.
                out[key] = max(out[key], (one.load_s if ready_s is None else ready_s, lot), key=lambda each: each[0])
        return out

    def spare_boxes(self, lot: Lot) -> int:
        """Return the boxes of a consignment that come and that no courier takes."""
        return sum(boxes for _, boxes in self.come.get(lot, ())) - sum(one.boxes for one in self.takings.get(lot, ()))

    def release_of(self, home: Home, point_id: str) -> tuple[int | None, dict[tuple[str, int], int]]:
        """Return when boxes for one home more lie ready, and until when the trips that come after it must wait then.

        Nobody else is made to wait longer than planned; None if too few boxes come.
        """
        lot = (home.kitchen_id, point_id, home.batch)
        some = self.takings.get(lot, [])
        before, sums = 0, []
        for one in some:
            before += one.boxes
            sums.append(before)
        at = len(some)
        while at > 0 and self.there_at(lot, some[at - 1].load_s) >= sums[at - 1] + home.boxes:
            at -= 1
        ready_s = self.ready_at(lot, (sums[at - 1] if at else 0) + home.boxes)
        later: dict[tuple[str, int], int] = {}
        for one, taken in zip(some[at:], sums[at:], strict=True):
            later[one.courier_id, one.trip_at] = self.ready_at(lot, taken + home.boxes) or one.load_s
        return ready_s, later

    def legs_of(self, courier_id: str) -> list[Leg]:
        """Return what a courier does, each load no sooner than its boxes lie ready."""
        run = self.runs.get(courier_id)
        if run is None:
            return []
        return [
            Leg(trip.point_id, tuple(visit.home_id for visit in trip.visits), self.releases[courier_id, n][0])
            for n, trip in enumerate(run.trips)
        ]

    def ride(self, courier: Courier, legs: Sequence[Leg]) -> Ridden:
        """Return a courier's legs with their earliest times, and every rule that they break."""
        faults: list[Fault] = []
        if len(legs) > courier.max_trips:
            faults.append(Fault(Rule.TRIPS, courier.courier_id, len(legs) - courier.max_trips))
        here, now, metres = self.point_row(courier.point_id), courier.shift.start_s, 0
        trips = []
        for leg in legs:
            point = self.known.points[leg.point_id]
            there = self.point_row(leg.point_id)
            now += self.ride_s(courier, here, there)
            metres += self.ride_m(here, there)
            load_s = max(now, leg.release_s, point.window.start_s)
            depart_s = load_s + courier.loading_s
            if depart_s > point.window.end_s:
                faults.append(Fault(Rule.POINT_CLOSED, leg.point_id, depart_s - point.window.end_s))
            visits, far_m = self._visits(courier, leg, there, depart_s, faults)
            metres += far_m
            boxes = sum(self.known.homes[home_id].boxes for home_id in leg.homes)
            if boxes > courier.capacity_boxes:
                faults.append(Fault(Rule.CAPACITY, courier.courier_id, boxes - courier.capacity_boxes))
            trips.append(Trip(leg.point_id, load_s, depart_s, boxes, visits))
            here, now = self.home_row(leg.homes[-1]), visits[-1].leave_s
        if now > courier.shift.end_s:
            faults.append(Fault(Rule.SHIFT, courier.courier_id, now - courier.shift.end_s))
        if metres >= UNREACHABLE_S:
            faults.append(Fault(Rule.NO_WAY, courier.courier_id))
        return Ridden(CourierRun(courier.courier_id, tuple(trips), now, metres), tuple(faults))

    def _visits(
        self, courier: Courier, leg: Leg, here: int, now: int, faults: list[Fault]
    ) -> tuple[tuple[Visit, ...], int]:
        visits, metres = [], 0
        for home_id in leg.homes:
            home, there = self.known.homes[home_id], self.home_row(home_id)
            faults += may_not_go(home, courier)
            arrive_s = now + self.ride_s(courier, here, there)
            start_s = max(arrive_s, home.window.start_s)
            if start_s > home.latest_s:
                faults.append(Fault(Rule.FOOD, home_id, start_s - home.latest_s))
            if start_s > home.window.end_s:
                faults.append(Fault(Rule.WINDOW, home_id, start_s - home.window.end_s))
            metres += self.ride_m(here, there)
            here, now = there, start_s + home.service_s
            visits.append(Visit(home_id, arrive_s, start_s, now))
        return tuple(visits), metres

    def without(self, home_id: str, boxes_at: str) -> Town:
        """Return the town as if the plan did not visit this home, its boxes at the meal point `boxes_at`.

        Everybody else's times stay as they are.
        """
        run = self.doors[home_id].run
        trips = []
        for trip in run.trips:
            visits = tuple(visit for visit in trip.visits if visit.home_id != home_id)
            if visits:
                boxes = sum(self.known.homes[visit.home_id].boxes for visit in visits)
                trips.append(replace(trip, visits=visits, boxes=boxes))
        kept = [one for one in self.plan.courier_runs if one.courier_id != run.courier_id]
        if trips:
            kept.append(CourierRun(run.courier_id, tuple(trips), trips[-1].visits[-1].leave_s, run.metres))
        return Town(self.problem, replace(self.plan, courier_runs=tuple(kept)), {home_id: boxes_at})


def may_not_go(home: Home, courier: Courier) -> list[Fault]:
    """Return why a courier must not go to a home at all."""
    faults = []
    if home.certified_only and not courier.certified:
        faults.append(Fault(Rule.NOT_CERTIFIED, home.home_id))
    if home.courier_id not in {None, courier.courier_id}:
        faults.append(Fault(Rule.LOCKED, home.home_id))
    if courier.courier_id in home.not_couriers:
        faults.append(Fault(Rule.FORBIDDEN, home.home_id))
    return faults
