"""The independent checker: recomputes a plan from the problem's matrices and says where it breaks a rule.

It shares nothing with the planners but the values. Waiting is always allowed; being anywhere earlier than the
matrices let one be is not. What happens at a meal point (unloading until sorted, loading until gone) lies within the
meal point's window; a hand-over starts within the home's window and not after the food clock's latest moment.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from routing.plan import CourierRun, RunPlan, Trip, VanRun, VanStop
from routing.problem import Consignment, Courier, Home, RunProblem, Van
from routing.travel import UNREACHABLE_S, TravelMatrix


class ViolationCode(StrEnum):
    """Each way in which a plan can be wrong."""

    UNKNOWN_VAN = "unknown_van"
    UNKNOWN_COURIER = "unknown_courier"
    UNKNOWN_POINT = "unknown_point"
    UNKNOWN_HOME = "unknown_home"
    UNKNOWN_CONSIGNMENT = "unknown_consignment"
    WRONG_KITCHEN = "wrong_kitchen"
    WRONG_POINT = "wrong_point"
    NO_WAY = "no_way"
    EMPTY_RUN = "empty_run"
    VAN_OVERLOADED = "van_overloaded"
    VAN_OFF_SHIFT = "van_off_shift"
    VAN_TWICE_AT_ONCE = "van_twice_at_once"
    VAN_BEFORE_READY = "van_before_ready"
    VAN_TOO_FAST = "van_too_fast"
    VAN_PAST_DUE = "van_past_due"
    READY_TOO_EARLY = "ready_too_early"
    POINT_CLOSED = "point_closed"
    VAN_METRES = "van_metres"
    BOXES_NOT_ACCOUNTED_FOR = "boxes_not_accounted_for"
    COURIER_TWICE = "courier_twice"
    TOO_MANY_TRIPS = "too_many_trips"
    COURIER_OVERLOADED = "courier_overloaded"
    COURIER_OFF_SHIFT = "courier_off_shift"
    TRIP_BOXES = "trip_boxes"
    LOADED_TOO_EARLY = "loaded_too_early"
    LOADED_TOO_FAST = "loaded_too_fast"
    BOX_NOT_THERE = "box_not_there"
    COURIER_TOO_FAST = "courier_too_fast"
    BEFORE_WINDOW = "before_window"
    AFTER_WINDOW = "after_window"
    PAST_EAT_BY = "past_eat_by"
    HAND_OVER_CUT_SHORT = "hand_over_cut_short"
    WRONG_END = "wrong_end"
    COURIER_METRES = "courier_metres"
    HOME_FORGOTTEN = "home_forgotten"
    HOME_TWICE = "home_twice"


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: which, at whom, and by how much (seconds, boxes, metres or a count; 1 where only yes or no)."""

    code: ViolationCode
    subject: str
    amount: int = 1


def check_runs(problem: RunProblem, plan: RunPlan) -> tuple[Violation, ...]:
    """Return every rule that `plan` breaks, in the order van runs, boxes, courier runs, synchronisation, homes."""
    check = _Check(problem)
    return (
        *check.vans(plan.van_runs),
        *check.boxes(plan),
        *check.couriers(plan.courier_runs),
        *check.synchronised(plan),
        *check.everybody(plan),
    )


class _Check:
    """The problem by id, and one generator of violations per kind of rule."""

    def __init__(self, problem: RunProblem) -> None:
        self.problem = problem
        self.vans_by_id: dict[str, Van] = {v.van_id: v for v in problem.vans}
        self.couriers_by_id: dict[str, Courier] = {c.courier_id: c for c in problem.couriers}
        self.homes_by_id: dict[str, Home] = {h.home_id: h for h in problem.homes}
        self.points_by_id = {p.point_id: p for p in problem.points}
        self.owed: dict[tuple[str, str], Consignment] = {(c.kitchen_id, c.point_id): c for c in problem.consignments}
        kitchens = [f"kitchen {k.kitchen_id}" for k in problem.kitchens]
        points = [f"point {p.point_id}" for p in problem.points]
        homes = [f"home {h.home_id}" for h in problem.homes]
        self.van_row = {name: n for n, name in enumerate(kitchens + points)}
        self.courier_row = {name: n for n, name in enumerate(points + homes)}

    def vans(self, runs: Iterable[VanRun]) -> Iterator[Violation]:
        free_s: dict[str, int] = {}
        for run in sorted(runs, key=lambda run: (run.depart_s, run.back_s)):
            van = self.vans_by_id.get(run.van_id)
            if van is None:
                yield Violation(ViolationCode.UNKNOWN_VAN, run.van_id)
                continue
            if run.kitchen_id != van.kitchen_id:
                yield Violation(ViolationCode.WRONG_KITCHEN, run.van_id)
                continue
            if not run.stops:
                yield Violation(ViolationCode.EMPTY_RUN, run.van_id)
            yield from self._van_start(run, van, free_s.get(run.van_id))
            yield from self._van_way(run, van)
            free_s[run.van_id] = max(run.back_s, free_s.get(run.van_id, 0))

    def _van_start(self, run: VanRun, van: Van, back_s: int | None) -> Iterator[Violation]:
        yield from _early(ViolationCode.VAN_OFF_SHIFT, run.van_id, run.depart_s, van.shift.start_s + van.loading_s)
        yield from _late(ViolationCode.VAN_OFF_SHIFT, run.van_id, run.back_s, van.shift.end_s)
        if back_s is not None:
            yield from _early(ViolationCode.VAN_TWICE_AT_ONCE, run.van_id, run.depart_s, back_s + van.loading_s)
        boxes = sum(stop.boxes for stop in run.stops)
        yield from _late(ViolationCode.VAN_OVERLOADED, run.van_id, boxes, van.capacity_boxes)
        for stop in run.stops:
            owed = self.owed.get((run.kitchen_id, stop.point_id))
            if owed is None or owed.on_site or stop.boxes < 1:
                yield Violation(ViolationCode.UNKNOWN_CONSIGNMENT, f"{run.kitchen_id}>{stop.point_id}")
            else:
                packed_s = owed.ready_s + van.loading_s
                yield from _early(ViolationCode.VAN_BEFORE_READY, run.van_id, run.depart_s, packed_s)

    def _van_way(self, run: VanRun, van: Van) -> Iterator[Violation]:
        travel, home = self.problem.van_travel, self.van_row[f"kitchen {van.kitchen_id}"]
        here, now, metres = home, run.depart_s, 0
        for stop in run.stops:
            there = self.van_row.get(f"point {stop.point_id}")
            if there is None:
                yield Violation(ViolationCode.UNKNOWN_POINT, stop.point_id)
                continue
            yield from _way(travel, here, there, run.van_id)
            ride_s = int(travel.seconds[here, there])
            yield from _early(ViolationCode.VAN_TOO_FAST, run.van_id, stop.arrive_s, now + ride_s)
            yield from self._unloading(run.kitchen_id, stop)
            metres += int(travel.metres[here, there])
            here, now = there, stop.ready_s
        yield from _way(travel, here, home, run.van_id)
        yield from _early(ViolationCode.VAN_TOO_FAST, run.van_id, run.back_s, now + int(travel.seconds[here, home]))
        metres += int(travel.metres[here, home])
        yield from _differs(ViolationCode.VAN_METRES, run.van_id, run.metres, metres)

    def _unloading(self, kitchen_id: str, stop: VanStop) -> Iterator[Violation]:
        point = self.points_by_id[stop.point_id]
        begin_s = max(stop.arrive_s, point.window.start_s)
        yield from _early(ViolationCode.READY_TOO_EARLY, stop.point_id, stop.ready_s, begin_s + point.handling_s)
        yield from _late(ViolationCode.POINT_CLOSED, stop.point_id, begin_s + point.handling_s, point.window.end_s)
        owed = self.owed.get((kitchen_id, stop.point_id))
        if owed is not None:
            yield from _late(ViolationCode.VAN_PAST_DUE, stop.point_id, begin_s, owed.due_s)

    def boxes(self, plan: RunPlan) -> Iterator[Violation]:
        """Check that every box of every consignment is brought, there already, or left out."""
        found: Counter[tuple[str, str]] = Counter()
        for run in plan.van_runs:
            for stop in run.stops:
                found[run.kitchen_id, stop.point_id] += stop.boxes
        for left in plan.left_out_consignments:
            key = (left.kitchen_id, left.point_id)
            found[key] += left.boxes
            if key not in self.owed or left.boxes < 1:
                yield Violation(ViolationCode.UNKNOWN_CONSIGNMENT, f"{left.kitchen_id}>{left.point_id}")
        for key, owed in self.owed.items():
            there = owed.boxes if owed.on_site else 0
            code = ViolationCode.BOXES_NOT_ACCOUNTED_FOR
            yield from _differs(code, f"{owed.kitchen_id}>{owed.point_id}", found[key] + there, owed.boxes)

    def couriers(self, runs: Iterable[CourierRun]) -> Iterator[Violation]:
        seen: set[str] = set()
        for run in runs:
            courier = self.couriers_by_id.get(run.courier_id)
            if courier is None:
                yield Violation(ViolationCode.UNKNOWN_COURIER, run.courier_id)
                continue
            if run.courier_id in seen:
                yield Violation(ViolationCode.COURIER_TWICE, run.courier_id)
            seen.add(run.courier_id)
            yield from _late(ViolationCode.TOO_MANY_TRIPS, run.courier_id, len(run.trips), courier.max_trips)
            yield from self._courier_way(run, courier)

    def _courier_way(self, run: CourierRun, courier: Courier) -> Iterator[Violation]:
        travel, who = self.problem.courier_travel, run.courier_id
        here, now, metres = self.courier_row[f"point {courier.point_id}"], courier.shift.start_s, 0
        if not run.trips:
            yield Violation(ViolationCode.EMPTY_RUN, who)
        for trip in run.trips:
            point = self.courier_row.get(f"point {trip.point_id}")
            if point is None:
                yield Violation(ViolationCode.UNKNOWN_POINT, trip.point_id)
                continue
            yield from _way(travel, here, point, who)
            earliest_s = now + int(travel.seconds[here, point])
            early = ViolationCode.LOADED_TOO_EARLY if trip is not run.trips[0] else ViolationCode.COURIER_OFF_SHIFT
            yield from _early(early, who, trip.load_s, earliest_s)
            yield from self._loading(trip, courier)
            metres += int(travel.metres[here, point])
            here, now, ridden = yield from self._visits(trip, who, point)
            metres += ridden
        yield from _late(ViolationCode.COURIER_OFF_SHIFT, who, now, courier.shift.end_s)
        yield from _differs(ViolationCode.WRONG_END, who, run.end_s, now)
        yield from _differs(ViolationCode.COURIER_METRES, who, run.metres, metres)

    def _loading(self, trip: Trip, courier: Courier) -> Iterator[Violation]:
        window = self.points_by_id[trip.point_id].window
        who = courier.courier_id
        yield from _early(ViolationCode.POINT_CLOSED, trip.point_id, trip.load_s, window.start_s)
        yield from _late(ViolationCode.POINT_CLOSED, trip.point_id, trip.depart_s, window.end_s)
        yield from _early(ViolationCode.LOADED_TOO_FAST, who, trip.depart_s, trip.load_s + courier.loading_s)
        homes = [self.homes_by_id[v.home_id] for v in trip.visits if v.home_id in self.homes_by_id]
        boxes = sum(home.boxes for home in homes)
        yield from _differs(ViolationCode.TRIP_BOXES, who, trip.boxes, boxes)
        yield from _late(ViolationCode.COURIER_OVERLOADED, who, boxes, courier.capacity_boxes)
        for home in homes:
            if home.point_id != trip.point_id:
                yield Violation(ViolationCode.WRONG_POINT, home.home_id)
        if not trip.visits:
            yield Violation(ViolationCode.EMPTY_RUN, who)

    def _visits(self, trip: Trip, who: str, point: int) -> Generator[Violation, None, tuple[int, int, int]]:
        """Check each door of a trip; return where it ends, when, and the metres ridden."""
        travel = self.problem.courier_travel
        here, now, metres = point, trip.depart_s, 0
        for visit in trip.visits:
            home = self.homes_by_id.get(visit.home_id)
            if home is None:
                yield Violation(ViolationCode.UNKNOWN_HOME, visit.home_id)
                continue
            there = self.courier_row[f"home {home.home_id}"]
            yield from _way(travel, here, there, who)
            arrive_s = now + int(travel.seconds[here, there])
            yield from _early(ViolationCode.COURIER_TOO_FAST, home.home_id, visit.arrive_s, arrive_s)
            yield from _early(ViolationCode.COURIER_TOO_FAST, home.home_id, visit.start_s, visit.arrive_s)
            yield from _early(ViolationCode.BEFORE_WINDOW, home.home_id, visit.start_s, home.window.start_s)
            yield from _late(ViolationCode.AFTER_WINDOW, home.home_id, visit.start_s, home.window.end_s)
            yield from _late(ViolationCode.PAST_EAT_BY, home.home_id, visit.start_s, home.latest_s)
            done_s = visit.start_s + home.service_s
            yield from _early(ViolationCode.HAND_OVER_CUT_SHORT, home.home_id, visit.leave_s, done_s)
            metres += int(travel.metres[here, there])
            here, now = there, visit.leave_s
        return here, now, metres

    def synchronised(self, plan: RunPlan) -> Iterator[Violation]:
        """No trip is loaded with a box that is not there yet, counted per consignment over all its deliveries."""
        come: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        for owed in self.problem.consignments:
            if owed.on_site:
                come[owed.kitchen_id, owed.point_id].append((owed.ready_s, owed.boxes))
        for run in plan.van_runs:
            for stop in run.stops:
                come[run.kitchen_id, stop.point_id].append((stop.ready_s, stop.boxes))
        taken: Counter[tuple[str, str]] = Counter()
        trips = [(trip.load_s, run.courier_id, trip) for run in plan.courier_runs for trip in run.trips]
        for load_s, who, trip in sorted(trips, key=lambda one: one[:2]):
            for visit in trip.visits:
                home = self.homes_by_id.get(visit.home_id)
                if home is not None:
                    taken[home.kitchen_id, trip.point_id] += home.boxes
            for key in sorted({key for key in taken if key[1] == trip.point_id}):
                there = sum(boxes for ready_s, boxes in come[key] if ready_s <= load_s)
                yield from _late(ViolationCode.BOX_NOT_THERE, who, taken[key], there)

    def everybody(self, plan: RunPlan) -> Iterator[Violation]:
        """Each home is visited once or left out once."""
        found = Counter(left.home_id for left in plan.left_out_homes)
        for left in plan.left_out_homes:
            if left.home_id not in self.homes_by_id:
                yield Violation(ViolationCode.UNKNOWN_HOME, left.home_id)
        found.update(visit.home_id for run in plan.courier_runs for trip in run.trips for visit in trip.visits)
        for home_id in self.homes_by_id:
            if found[home_id] == 0:
                yield Violation(ViolationCode.HOME_FORGOTTEN, home_id)
            elif found[home_id] > 1:
                yield Violation(ViolationCode.HOME_TWICE, home_id, found[home_id] - 1)


def _early(code: ViolationCode, subject: str, said: int, earliest: int) -> Iterator[Violation]:
    if said < earliest:
        yield Violation(code, subject, earliest - said)


def _late(code: ViolationCode, subject: str, said: int, latest: int) -> Iterator[Violation]:
    if said > latest:
        yield Violation(code, subject, said - latest)


def _differs(code: ViolationCode, subject: str, said: int, true: int) -> Iterator[Violation]:
    if said != true:
        yield Violation(code, subject, abs(said - true))


def _way(travel: TravelMatrix, here: int, there: int, subject: str) -> Iterator[Violation]:
    if int(travel.seconds[here, there]) >= UNREACHABLE_S:
        yield Violation(ViolationCode.NO_WAY, subject)
