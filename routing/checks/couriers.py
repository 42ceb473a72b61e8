"""The second echelon: shifts, loads, ways at each courier's pace, doors, and who may go to whom."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator

from routing.checks.known import Known
from routing.checks.violations import Violation, ViolationCode, differs, early, late, no_way
from routing.plan import CourierRun, Trip
from routing.problem import Courier, Home


def courier_violations(known: Known, runs: Iterable[CourierRun]) -> Iterator[Violation]:
    """Check each courier's run on its own."""
    seen: set[str] = set()
    for run in runs:
        courier = known.couriers.get(run.courier_id)
        if courier is None:
            yield Violation(ViolationCode.UNKNOWN_COURIER, run.courier_id)
            continue
        if run.courier_id in seen:
            yield Violation(ViolationCode.COURIER_TWICE, run.courier_id)
        seen.add(run.courier_id)
        yield from late(ViolationCode.TOO_MANY_TRIPS, run.courier_id, len(run.trips), courier.max_trips)
        yield from _way(known, run, courier)


def _ride_s(known: Known, courier: Courier, here: int, there: int) -> int:
    """Return the seconds of a ride at the courier's pace, rounded up."""
    return -(-int(known.courier_travel.seconds[here, there]) * courier.pace_percent // 100)


def _way(known: Known, run: CourierRun, courier: Courier) -> Iterator[Violation]:
    travel, who = known.courier_travel, run.courier_id
    here, now, metres = known.courier_row[f"point {courier.point_id}"], courier.shift.start_s, 0
    if not run.trips:
        yield Violation(ViolationCode.EMPTY_RUN, who)
    for trip in run.trips:
        point = known.courier_row.get(f"point {trip.point_id}")
        if point is None:
            yield Violation(ViolationCode.UNKNOWN_POINT, trip.point_id)
            continue
        yield from no_way(travel, here, point, who)
        earliest_s = now + _ride_s(known, courier, here, point)
        code = ViolationCode.LOADED_TOO_EARLY if trip is not run.trips[0] else ViolationCode.COURIER_OFF_SHIFT
        yield from early(code, who, trip.load_s, earliest_s)
        yield from _loading(known, trip, courier)
        metres += int(travel.metres[here, point])
        here, now, ridden = yield from _visits(known, trip, courier, point)
        metres += ridden
    yield from late(ViolationCode.COURIER_OFF_SHIFT, who, now, courier.shift.end_s)
    yield from differs(ViolationCode.WRONG_END, who, run.end_s, now)
    yield from differs(ViolationCode.COURIER_METRES, who, run.metres, metres)


def _loading(known: Known, trip: Trip, courier: Courier) -> Iterator[Violation]:
    window = known.points[trip.point_id].window
    who = courier.courier_id
    yield from early(ViolationCode.POINT_CLOSED, trip.point_id, trip.load_s, window.start_s)
    yield from late(ViolationCode.POINT_CLOSED, trip.point_id, trip.depart_s, window.end_s)
    yield from early(ViolationCode.LOADED_TOO_FAST, who, trip.depart_s, trip.load_s + courier.loading_s)
    homes = [known.homes[v.home_id] for v in trip.visits if v.home_id in known.homes]
    boxes = sum(home.boxes for home in homes)
    yield from differs(ViolationCode.TRIP_BOXES, who, trip.boxes, boxes)
    yield from late(ViolationCode.COURIER_OVERLOADED, who, boxes, courier.capacity_boxes)
    for home in homes:
        if trip.point_id not in {one.point_id for one in home.points}:
            yield Violation(ViolationCode.WRONG_POINT, home.home_id)
        yield from _may_go(home, courier)
    if not trip.visits:
        yield Violation(ViolationCode.EMPTY_RUN, who)


def _may_go(home: Home, courier: Courier) -> Iterator[Violation]:
    if home.certified_only and not courier.certified:
        yield Violation(ViolationCode.NOT_CERTIFIED, home.home_id)
    if home.courier_id not in {None, courier.courier_id}:
        yield Violation(ViolationCode.LOCKED_TO_ANOTHER, home.home_id)
    if courier.courier_id in home.not_couriers:
        yield Violation(ViolationCode.FORBIDDEN_COURIER, home.home_id)


def _visits(known: Known, trip: Trip, courier: Courier, point: int) -> Generator[Violation, None, tuple[int, int, int]]:
    """Check each door of a trip; return where it ends, when, and the metres ridden."""
    travel = known.courier_travel
    here, now, metres = point, trip.depart_s, 0
    for visit in trip.visits:
        home = known.homes.get(visit.home_id)
        if home is None:
            yield Violation(ViolationCode.UNKNOWN_HOME, visit.home_id)
            continue
        there = known.courier_row[f"home {home.home_id}"]
        yield from no_way(travel, here, there, courier.courier_id)
        arrive_s = now + _ride_s(known, courier, here, there)
        yield from early(ViolationCode.COURIER_TOO_FAST, home.home_id, visit.arrive_s, arrive_s)
        yield from early(ViolationCode.COURIER_TOO_FAST, home.home_id, visit.start_s, visit.arrive_s)
        yield from early(ViolationCode.BEFORE_WINDOW, home.home_id, visit.start_s, home.window.start_s)
        yield from late(ViolationCode.AFTER_WINDOW, home.home_id, visit.start_s, home.window.end_s)
        yield from late(ViolationCode.PAST_EAT_BY, home.home_id, visit.start_s, home.latest_s)
        done_s = visit.start_s + home.service_s
        yield from early(ViolationCode.HAND_OVER_CUT_SHORT, home.home_id, visit.leave_s, done_s)
        metres += int(travel.metres[here, there])
        here, now = there, visit.leave_s
    return here, now, metres
