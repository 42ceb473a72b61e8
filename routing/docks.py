"""Docks: unloadings at one meal point put one after the other where there are more vans than docks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from routing.plan import LeftOutConsignment, Reason, VanRun, VanStop
from routing.problem import Lot, MealPoint, RunProblem, Van, lot_of
from routing.travel import UNREACHABLE_S

Halt = list[VanStop]


def docked(problem: RunProblem, runs: Sequence[VanRun]) -> tuple[list[VanRun], list[LeftOutConsignment]]:
    """Return the runs with every unloading at a free dock, and the boxes for which that comes too late.

    The run that leaves first is served first; who finds no dock comes later, and so does all that follows. What then
    comes past its due time, after the meal point has closed or beyond the shift is left out.
    """
    if all(point.docks is None for point in problem.points):
        return list(runs), []
    yard = _Yard(problem)
    for run in sorted(runs, key=lambda run: (run.depart_s, run.van_id)):
        yard.take(run)
    left = [
        LeftOutConsignment(lot[0], lot[1], boxes, Reason.NO_DOCK, lot[2]) for lot, boxes in sorted(yard.left.items())
    ]
    return yard.runs, left


@dataclass(frozen=True, slots=True)
class _Late:
    """Which halt of a run is the first that cannot be kept."""

    halt: int


class _Yard:
    """All meal points' docks as they fill up, run by run."""

    def __init__(self, problem: RunProblem) -> None:
        self.problem = problem
        self.vans = {van.van_id: van for van in problem.vans}
        self.points = {point.point_id: point for point in problem.points}
        self.row = {kitchen.kitchen_id: n for n, kitchen in enumerate(problem.kitchens)}
        self.point_row = {point.point_id: len(self.row) + n for n, point in enumerate(problem.points)}
        self.due_s = {lot_of(one): one.due_s for one in problem.consignments}
        self.taken: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.free_s: dict[str, int] = {}
        self.runs: list[VanRun] = []
        self.left: Counter[Lot] = Counter()

    def take(self, run: VanRun) -> None:
        """Keep as much of the run as holds, and the docks for it."""
        halts = [list(stops) for _, stops in groupby(run.stops, lambda stop: (stop.point_id, stop.arrive_s))]
        while halts:
            kept = self._timed(run, halts)
            if isinstance(kept, VanRun):
                self._keep(kept)
                return
            for stop in halts.pop(kept.halt):
                self.left[run.kitchen_id, stop.point_id, stop.batch] += stop.boxes

    def _keep(self, run: VanRun) -> None:
        self.runs.append(run)
        self.free_s[run.van_id] = run.back_s
        for (point_id, arrive_s), stops in groupby(run.stops, lambda stop: (stop.point_id, stop.arrive_s)):
            begin_s = max(arrive_s, self.points[point_id].window.start_s)
            self.taken[point_id].append((begin_s, max(stop.ready_s for stop in stops)))

    def _timed(self, run: VanRun, halts: Sequence[Halt]) -> VanRun | _Late:
        """Return the run with its unloadings at free docks, or which halt does not hold."""
        van, travel = self.vans[run.van_id], self.problem.van_travel
        kitchen = here = self.row[run.kitchen_id]
        depart_s = now = self._depart_s(run, van)
        metres, stops, waits = 0, [], []
        for n, halt in enumerate(halts):
            point, there = self.points[halt[0].point_id], self.point_row[halt[0].point_id]
            arrive_s = now + int(travel.seconds[here, there])
            open_s = max(arrive_s, point.window.start_s)
            begin_s = self._free_dock_s(point, open_s)
            if begin_s > self._latest_s(run, halt, point):
                return _Late(n)
            waits.append(begin_s - open_s)
            if begin_s > open_s:
                depart_s += begin_s - arrive_s if n == 0 else 0
                arrive_s = begin_s
            now = begin_s + point.handling_s
            stops += [replace(stop, arrive_s=arrive_s, ready_s=now) for stop in halt]
            metres += int(travel.metres[here, there])
            here = there
        back_s = now + int(travel.seconds[here, kitchen])
        if back_s > van.shift.end_s:
            return _Late(max(range(len(waits)), key=lambda n: (waits[n], n)))
        metres += int(travel.metres[here, kitchen])
        return replace(run, depart_s=depart_s, stops=tuple(stops), back_s=back_s, metres=metres)

    def _depart_s(self, run: VanRun, van: Van) -> int:
        if run.van_id not in self.free_s:
            return run.depart_s
        return max(run.depart_s, self.free_s[run.van_id] + van.loading_s)

    def _latest_s(self, run: VanRun, halt: Halt, point: MealPoint) -> int:
        due_s = min(self.due_s[run.kitchen_id, stop.point_id, stop.batch] for stop in halt)
        return min(due_s, point.window.end_s - point.handling_s, UNREACHABLE_S - 1)

    def _free_dock_s(self, point: MealPoint, begin_s: int) -> int:
        """Return when a dock is free for a whole unloading, from `begin_s` on."""
        if point.docks is None or point.handling_s == 0:
            return begin_s
        taken = self.taken[point.point_id]
        for start_s in sorted({begin_s, *(end_s for _, end_s in taken if end_s > begin_s)}):
            end_s = start_s + point.handling_s
            starts = {start_s, *(first_s for first_s, _ in taken if start_s < first_s < end_s)}
            busiest = max(sum(first_s <= at_s < last_s for first_s, last_s in taken) for at_s in starts)
            if busiest < point.docks:
                return start_s
        raise ValueError("expected a free dock after the last unloading")
