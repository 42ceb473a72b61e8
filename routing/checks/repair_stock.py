"""What lies at the meal points while a plan runs: what the vans bring and kitchens have there, less what was taken."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from routing.plan import VanRun, VanStop
from routing.problem import RunProblem
from routing.situation import PickUp, RunningPlan, Situation

Lot = tuple[str, str, str]
"""(kitchen, meal point, batch)."""


class Stock:
    """Boxes by consignment. `van_runs` are the vans as late as they are, `taken` what couriers have fetched so far."""

    def __init__(self, problem: RunProblem, running: RunningPlan, situation: Situation) -> None:
        self.van_runs = tuple(run for one in running.van_runs for run in _as_it_is(one, situation))
        homes = {home.home_id: home for home in problem.homes}
        self.kept_at: dict[str, str] = {}
        self.taken: Counter[Lot] = Counter()
        for course in running.courses:
            self._keep((*course.done, *course.steps))
        for now in situation.couriers:
            self._keep(now.done)
            for step in now.done:
                if isinstance(step, PickUp) and step.point_id is not None:
                    for home in (homes[home_id] for home_id in step.home_ids):
                        self.taken[home.kitchen_id, step.point_id, home.batch] += home.boxes
        on_site: Counter[Lot] = Counter()
        for one in problem.consignments:
            on_site[one.kitchen_id, one.point_id, one.batch] += one.boxes
        for home_id, point_id in self.kept_at.items():
            if home_id in homes:
                home = homes[home_id]
                on_site[home.kitchen_id, home.point_id, home.batch] -= home.boxes
                on_site[home.kitchen_id, point_id, home.batch] += home.boxes
        for left in running.left_out_consignments:
            on_site[left.kitchen_id, left.point_id, left.batch] -= left.boxes
        self.on_site = {
            (one.kitchen_id, one.point_id, one.batch): (
                one.ready_s,
                on_site[one.kitchen_id, one.point_id, one.batch],
            )
            for one in problem.consignments
            if one.on_site
        }

    def _keep(self, steps: tuple[object, ...]) -> None:
        for step in steps:
            if isinstance(step, PickUp) and step.point_id is not None:
                self.kept_at.update(dict.fromkeys(step.home_ids, step.point_id))

    def is_kept_at(self, home_id: str, point_id: str | None) -> bool:
        """Return whether the running plan had the home's boxes fetched there."""
        return self.kept_at.get(home_id) == point_id

    def there(self, lot: Lot, at_s: int) -> int:
        """Return how many boxes of a consignment have come to its meal point by then."""
        ready_s, boxes = self.on_site.get(lot, (0, 0))
        come = boxes if ready_s <= at_s else 0
        for run in self.van_runs:
            come += sum(
                stop.boxes
                for stop in run.stops
                if (run.kitchen_id, stop.point_id, stop.batch) == lot and stop.ready_s <= at_s
            )
        return come


def _as_it_is(run: VanRun, situation: Situation) -> list[VanRun]:
    """Return the run with its delay, or nothing if nothing of it was or will be unloaded."""
    for delay in situation.van_delays:
        if delay.van_id != run.van_id:
            continue
        if delay.late_s is None:
            stops = tuple(stop for stop in run.stops if stop.ready_s <= situation.now_s)
            return [replace(run, stops=stops)] if stops else []
        shifted = tuple(_shifted(stop, situation.now_s, delay.late_s) for stop in run.stops)
        back_s = run.back_s + (delay.late_s if shifted != run.stops else 0)
        return [replace(run, stops=shifted, back_s=back_s)]
    return [run]


def _shifted(stop: VanStop, now_s: int, late_s: int) -> VanStop:
    if stop.ready_s <= now_s:
        return stop
    arrive_s = stop.arrive_s + late_s if stop.arrive_s > now_s else stop.arrive_s
    return replace(stop, arrive_s=arrive_s, ready_s=stop.ready_s + late_s)
