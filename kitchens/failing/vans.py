"""Vans when meals have moved to other kitchens: what they no longer carry is taken off, what is new finds a van.

A van that has left, or whose hour has come, stays as it is. New boxes travel on a run that goes there anyway, at the
end of another, or on a run of their own: no arrival that is planned already moves.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from routing.plan import VanRun, VanStop
from routing.problem import Consignment, Lot, RunProblem, Van, lot_of
from routing.travel import UNREACHABLE_S

RunKey = tuple[str, int]
"""(van, departure): what names a van run within one plan."""


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A run with more boxes on it, in place of another (None: a run more), and when these boxes are ready."""

    run: VanRun
    instead: VanRun | None
    boxes: int
    ready_s: int


class Vans:
    """The first echelon while it is mended."""

    def __init__(self, problem: RunProblem, runs: Sequence[VanRun], gone: frozenset[RunKey], now_s: int) -> None:
        self.problem, self.now_s = problem, now_s
        self.runs = list(runs)
        self.gone = {key for run in runs if (key := (run.van_id, run.depart_s)) in gone or run.depart_s <= now_s}
        kitchens = [kitchen.kitchen_id for kitchen in problem.kitchens]
        self.row = {f"K{one}": n for n, one in enumerate(kitchens)}
        self.row |= {f"P{one.point_id}": len(kitchens) + n for n, one in enumerate(problem.points)}
        self.points = {point.point_id: point for point in problem.points}

    def take_off(self, fewer: Mapping[Lot, int]) -> None:
        """Take so many boxes of each consignment off, the latest first."""
        rest = Counter(fewer)
        for at in sorted(range(len(self.runs)), key=lambda at: -self.runs[at].depart_s):
            run = self.runs[at]
            if (run.van_id, run.depart_s) in self.gone:
                continue
            stops = []
            for stop in reversed(run.stops):
                lot = (run.kitchen_id, stop.point_id, stop.batch)
                off = min(stop.boxes, rest[lot])
                rest[lot] -= off
                stops.append(replace(stop, boxes=stop.boxes - off))
            self.runs[at] = self._driven(replace(run, stops=tuple(stop for stop in reversed(stops) if stop.boxes)))
        self.runs = [run for run in self.runs if run.stops]

    def bring(self, one: Consignment) -> int:
        """Find vans for a new consignment and return how many of its boxes nobody brings."""
        waiting = one.boxes
        while waiting:
            found = min(
                self._ways(one, waiting), key=lambda way: (-way.boxes, way.ready_s, way.run.metres), default=None
            )
            if found is None:
                break
            if found.instead is not None:
                self.runs.remove(found.instead)
            self.runs.append(found.run)
            waiting -= found.boxes
        self.runs.sort(key=lambda run: (run.depart_s, run.van_id))
        return waiting

    def arrivals(self) -> dict[Lot, list[tuple[int, int]]]:
        """Return when how many boxes of each consignment can be taken, the earliest first."""
        come: dict[Lot, list[tuple[int, int]]] = defaultdict(list)
        for one in self.problem.consignments:
            if one.on_site:
                come[lot_of(one)].append((one.ready_s, one.boxes))
        for run in self.runs:
            for stop in run.stops:
                come[run.kitchen_id, stop.point_id, stop.batch].append((stop.ready_s, stop.boxes))
        return {lot: sorted(some) for lot, some in come.items()}

    def _ways(self, one: Consignment, waiting: int) -> Iterator[_Fitted]:
        for van in self.problem.vans:
            if van.kitchen_id != one.kitchen_id or not van.capacity_boxes:
                continue
            mine = sorted((run for run in self.runs if run.van_id == van.van_id), key=lambda run: run.depart_s)
            for run in mine:
                if (van.van_id, run.depart_s) not in self.gone and run.depart_s >= one.ready_s + van.loading_s:
                    yield from self._on_board(one, waiting, van, run, mine)
            yield from self._own_run(one, waiting, van, mine)

    def _on_board(
        self, one: Consignment, waiting: int, van: Van, run: VanRun, mine: Sequence[VanRun]
    ) -> Iterator[_Fitted]:
        """Yield the run with a stop more: beside one at the same meal point, else behind the last."""
        boxes = min(waiting, van.capacity_boxes - sum(stop.boxes for stop in run.stops))
        if boxes < 1:
            return
        at = next((n for n, stop in enumerate(run.stops) if stop.point_id == one.point_id), None)
        if at is not None:
            beside = run.stops[at]
            more = replace(beside, boxes=boxes, batch=one.batch)
            longer = replace(run, stops=(*run.stops[: at + 1], more, *run.stops[at + 1 :]))
            ready_s = beside.ready_s
        else:
            last = run.stops[-1]
            arrive_s = last.ready_s + self._seconds(f"P{last.point_id}", f"P{one.point_id}")
            more = self._stop(one, arrive_s, boxes)
            back_s = more.ready_s + self._seconds(f"P{one.point_id}", f"K{van.kitchen_id}")
            longer = self._driven(replace(run, stops=(*run.stops, more), back_s=back_s))
            ready_s = more.ready_s
        if self._fits(longer, van, [other for other in mine if other is not run], one):
            yield _Fitted(longer, run, boxes, ready_s)

    def _own_run(self, one: Consignment, waiting: int, van: Van, mine: Sequence[VanRun]) -> Iterator[_Fitted]:
        """Yield a run for these boxes alone: as soon as they are packed, or after each run that is planned."""
        boxes = min(waiting, van.capacity_boxes)
        out_s = self._seconds(f"K{van.kitchen_id}", f"P{one.point_id}")
        opens_s = self.points[one.point_id].window.start_s
        for free_s in (van.shift.start_s, *(run.back_s for run in mine)):
            depart_s = max(free_s, one.ready_s, self.now_s) + van.loading_s
            depart_s += max(0, opens_s - depart_s - out_s)
            stop = self._stop(one, depart_s + out_s, boxes)
            back_s = stop.ready_s + self._seconds(f"P{one.point_id}", f"K{van.kitchen_id}")
            run = self._driven(VanRun(van.van_id, van.kitchen_id, depart_s, (stop,), back_s, 0))
            if self._fits(run, van, mine, one):
                yield _Fitted(run, None, boxes, stop.ready_s)

    def _stop(self, one: Consignment, arrive_s: int, boxes: int) -> VanStop:
        point = self.points[one.point_id]
        begin_s = max(arrive_s, point.window.start_s)
        return VanStop(one.point_id, arrive_s, begin_s + point.handling_s, boxes, one.batch)

    def _fits(self, run: VanRun, van: Van, others: Sequence[VanRun], one: Consignment) -> bool:
        """Return whether the run keeps shift and capacity, the van's other runs, and the hours at the meal point."""
        point, stop = self.points[one.point_id], next(stop for stop in run.stops if stop.batch == one.batch)
        per_carrier = self.problem.boxes_per_carrier
        halts: Counter[tuple[str, int]] = Counter()
        for each in run.stops:
            halts[each.point_id, each.arrive_s] += each.boxes
        carried = sum(-(-boxes // per_carrier) for boxes in halts.values()) * per_carrier
        clear = all(
            run.back_s + van.loading_s <= other.depart_s or other.back_s + van.loading_s <= run.depart_s
            for other in others
        )
        return (
            clear
            and run.back_s <= min(van.shift.end_s, UNREACHABLE_S)
            and carried <= van.capacity_boxes
            and stop.ready_s <= point.window.end_s
            and stop.ready_s - point.handling_s <= one.due_s
            and (point.docks is None or self._docked(run, stop, point.docks))
        )

    def _docked(self, run: VanRun, stop: VanStop, docks: int) -> bool:
        there = [
            other
            for each in self.runs
            if (each.van_id, each.depart_s) != (run.van_id, run.depart_s)
            for other in each.stops
            if other.point_id == stop.point_id and other.arrive_s < stop.ready_s and stop.arrive_s < other.ready_s
        ]
        return len({other.arrive_s for other in there}) < docks

    def _driven(self, run: VanRun) -> VanRun:
        """Return the run with its metres as its stops make them."""
        here, metres = f"K{run.kitchen_id}", 0
        for stop in run.stops:
            metres += self._metres(here, f"P{stop.point_id}")
            here = f"P{stop.point_id}"
        return replace(run, metres=metres + self._metres(here, f"K{run.kitchen_id}"))

    def _seconds(self, here: str, there: str) -> int:
        return int(self.problem.van_travel.seconds[self.row[here], self.row[there]])

    def _metres(self, here: str, there: str) -> int:
        return int(self.problem.van_travel.metres[self.row[here], self.row[there]])
