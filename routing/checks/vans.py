"""The first echelon: shifts, loads in whole carriers, ways, unloadings and docks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby

from routing.checks.known import Known, named
from routing.checks.violations import Violation, ViolationCode, differs, early, late, no_way
from routing.plan import VanRun, VanStop
from routing.problem import MealPoint, Van

Halt = list[VanStop]
"""Stops that follow each other at one meal point with one arrival: one unloading, even of several batches."""


def halts_of(run: VanRun) -> list[Halt]:
    """Return the unloadings of a run, in order."""
    return [list(stops) for _, stops in groupby(run.stops, key=lambda stop: (stop.point_id, stop.arrive_s))]


def carried_boxes(run: VanRun, boxes_per_carrier: int) -> int:
    """Return the boxes a run's carriers hold, full or not; each unloading has carriers of its own."""
    carriers = [-(-sum(stop.boxes for stop in halt) // boxes_per_carrier) for halt in halts_of(run)]
    return sum(carriers) * boxes_per_carrier


def van_violations(known: Known, runs: Iterable[VanRun]) -> Iterator[Violation]:
    """Check each run of each van on its own."""
    free_s: dict[str, int] = {}
    for run in sorted(runs, key=lambda run: (run.depart_s, run.back_s)):
        van = known.vans.get(run.van_id)
        if van is None:
            yield Violation(ViolationCode.UNKNOWN_VAN, run.van_id)
            continue
        if run.kitchen_id != van.kitchen_id:
            yield Violation(ViolationCode.WRONG_KITCHEN, run.van_id)
            continue
        if not run.stops:
            yield Violation(ViolationCode.EMPTY_RUN, run.van_id)
        yield from _start(known, run, van, free_s.get(run.van_id))
        yield from _way(known, run, van)
        free_s[run.van_id] = max(run.back_s, free_s.get(run.van_id, 0))


def _start(known: Known, run: VanRun, van: Van, back_s: int | None) -> Iterator[Violation]:
    yield from early(ViolationCode.VAN_OFF_SHIFT, run.van_id, run.depart_s, van.shift.start_s + van.loading_s)
    yield from late(ViolationCode.VAN_OFF_SHIFT, run.van_id, run.back_s, van.shift.end_s)
    if back_s is not None:
        yield from early(ViolationCode.VAN_TWICE_AT_ONCE, run.van_id, run.depart_s, back_s + van.loading_s)
    boxes = carried_boxes(run, known.problem.boxes_per_carrier)
    yield from late(ViolationCode.VAN_OVERLOADED, run.van_id, boxes, van.capacity_boxes)
    for stop in run.stops:
        lot = (run.kitchen_id, stop.point_id, stop.batch)
        owed = known.owed.get(lot)
        if owed is None or owed.on_site or stop.boxes < 1:
            yield Violation(ViolationCode.UNKNOWN_CONSIGNMENT, named(lot))
        else:
            packed_s = owed.ready_s + van.loading_s
            yield from early(ViolationCode.VAN_BEFORE_READY, run.van_id, run.depart_s, packed_s)


def _way(known: Known, run: VanRun, van: Van) -> Iterator[Violation]:
    travel, home = known.van_travel, known.van_row[f"kitchen {van.kitchen_id}"]
    here, now, metres = home, run.depart_s, 0
    for halt in halts_of(run):
        point = known.points.get(halt[0].point_id)
        if point is None:
            yield Violation(ViolationCode.UNKNOWN_POINT, halt[0].point_id)
            continue
        there = known.van_row[f"point {point.point_id}"]
        yield from no_way(travel, here, there, run.van_id)
        ride_s = int(travel.seconds[here, there])
        yield from early(ViolationCode.VAN_TOO_FAST, run.van_id, halt[0].arrive_s, now + ride_s)
        for stop in halt:
            yield from _unloading(known, run.kitchen_id, stop, point)
        metres += int(travel.metres[here, there])
        here, now = there, max(stop.ready_s for stop in halt)
    yield from no_way(travel, here, home, run.van_id)
    yield from early(ViolationCode.VAN_TOO_FAST, run.van_id, run.back_s, now + int(travel.seconds[here, home]))
    metres += int(travel.metres[here, home])
    yield from differs(ViolationCode.VAN_METRES, run.van_id, run.metres, metres)


def _begin_s(stop: VanStop, point: MealPoint) -> int:
    return max(stop.arrive_s, point.window.start_s)


def _unloading(known: Known, kitchen_id: str, stop: VanStop, point: MealPoint) -> Iterator[Violation]:
    begin_s = _begin_s(stop, point)
    yield from early(ViolationCode.READY_TOO_EARLY, stop.point_id, stop.ready_s, begin_s + point.handling_s)
    yield from late(ViolationCode.POINT_CLOSED, stop.point_id, begin_s + point.handling_s, point.window.end_s)
    owed = known.owed.get((kitchen_id, stop.point_id, stop.batch))
    if owed is not None:
        yield from late(ViolationCode.VAN_PAST_DUE, stop.point_id, begin_s, owed.due_s)


def dock_violations(known: Known, runs: Iterable[VanRun]) -> Iterator[Violation]:
    """Check that no more vans unload at once than a meal point has docks.

    An unloading holds its dock from its start until its boxes are ready; one may start when another ends.
    """
    changes: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for run in runs:
        for halt in halts_of(run):
            point = known.points.get(halt[0].point_id)
            if point is not None and point.docks is not None:
                begin_s, end_s = _begin_s(halt[0], point), max(stop.ready_s for stop in halt)
                if begin_s < end_s:
                    changes[point.point_id] += [(begin_s, 1), (end_s, -1)]
    for point in known.problem.points:
        most = now = 0
        for _, change in sorted(changes[point.point_id]):
            now += change
            most = max(most, now)
        yield from late(ViolationCode.DOCKS_FULL, point.point_id, most, point.docks or most)
