"""From when each home's boxes lie at the meal point that it is served from: the lots of a finished plan, shared out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from routing.plan import RunPlan
from routing.problem import Lot, RunProblem, lot_for, lot_of


@dataclass(frozen=True, slots=True)
class Lies:
    """A home's boxes lie at a meal point from `release_s` on."""

    point_id: str
    release_s: int


def where_boxes_lie(problem: RunProblem, plan: RunPlan) -> dict[str, Lies]:
    """Return for each home where its boxes lie and from when; homes without boxes are not in it.

    What comes first goes to whom is loaded first, and what nobody loads to the homes left out: a plan in which nobody
    loads before the time in this answer is a plan in which every box is there when it is loaded.
    """
    shelves = _Shelves(problem, plan)
    homes = {home.home_id: home for home in problem.homes}
    found: dict[str, Lies] = {}
    trips = [(trip.load_s, run.courier_id, trip) for run in plan.courier_runs for trip in run.trips]
    for load_s, _, trip in sorted(trips, key=lambda one: one[:2]):
        for visit in trip.visits:
            home = homes[visit.home_id]
            release_s = shelves.take((home.kitchen_id, trip.point_id, home.batch), home.boxes)
            found[home.home_id] = Lies(trip.point_id, load_s if release_s is None else release_s)
    for left in plan.left_out_homes:
        home = homes[left.home_id]
        release_s = shelves.take(lot_for(home), home.boxes)
        if release_s is not None:
            found[home.home_id] = Lies(home.point_id, release_s)
    return found


class _Shelves:
    """What lies at the meal points, taken away box by box."""

    def __init__(self, problem: RunProblem, plan: RunPlan) -> None:
        self.on_site = {lot_of(one): one.ready_s for one in problem.consignments if one.on_site}
        self.come: Mapping[Lot, list[tuple[int, int]]] = defaultdict(list)
        for run in plan.van_runs:
            for stop in run.stops:
                self.come[run.kitchen_id, stop.point_id, stop.batch].append((stop.ready_s, stop.boxes))
        for lots in self.come.values():
            lots.sort()
        self.taken: Counter[Lot] = Counter()

    def take(self, lot: Lot, boxes: int) -> int | None:
        """Return when the next boxes of a consignment have come, None if they never do."""
        if lot in self.on_site:
            return self.on_site[lot]
        left = self.taken[lot] + boxes
        for ready_s, come in self.come.get(lot, ()):
            left -= come
            if left <= 0:
                self.taken[lot] += boxes
                return ready_s
        return None
