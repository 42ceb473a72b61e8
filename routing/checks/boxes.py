"""Boxes: brought as owed, there when a courier loads them, and no more at a meal point than may pass through it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from routing.checks.known import Known, Lot, named
from routing.checks.violations import Violation, ViolationCode, differs, late
from routing.plan import RunPlan


class Boxes:
    """What each meal point is owed of each batch as the plan moves homes, and what becomes of it.

    `on_site` is what lies at the meal point without a van: all that its own kitchen owes but what is left out.
    """

    def __init__(self, known: Known, plan: RunPlan) -> None:
        self.known = known
        self.plan = plan
        self.owed: Counter[Lot] = Counter({lot: one.boxes for lot, one in known.owed.items()})
        self._move_homes()
        self.brought: Counter[Lot] = Counter()
        for run in plan.van_runs:
            for stop in run.stops:
                self.brought[run.kitchen_id, stop.point_id, stop.batch] += stop.boxes
        self.left: Counter[Lot] = Counter()
        for one in plan.left_out_consignments:
            self.left[one.kitchen_id, one.point_id, one.batch] += one.boxes
        self.on_site: Counter[Lot] = Counter(
            {lot: max(0, self.owed[lot] - self.left[lot]) for lot, one in known.owed.items() if one.on_site}
        )

    def _move_homes(self) -> None:
        """Take the boxes of a home served from another meal point from one consignment to the other."""
        for run in self.plan.courier_runs:
            for trip in run.trips:
                for visit in trip.visits:
                    home = self.known.homes.get(visit.home_id)
                    if home is None or trip.point_id == home.point_id:
                        continue
                    lot = (home.kitchen_id, trip.point_id, home.batch)
                    if lot in self.known.owed:
                        self.owed[home.kitchen_id, home.point_id, home.batch] -= home.boxes
                        self.owed[lot] += home.boxes

    def accounted_for(self) -> Iterator[Violation]:
        """Check that every box of every consignment is brought, there already, or left out."""
        for one in self.plan.left_out_consignments:
            lot = (one.kitchen_id, one.point_id, one.batch)
            if lot not in self.known.owed or one.boxes < 1:
                yield Violation(ViolationCode.UNKNOWN_CONSIGNMENT, named(lot))
        for lot in self.known.owed:
            found = self.brought[lot] + self.left[lot] + self.on_site[lot]
            yield from differs(ViolationCode.BOXES_NOT_ACCOUNTED_FOR, named(lot), found, self.owed[lot])

    def pass_through(self) -> Iterator[Violation]:
        """Check that no meal point takes more boxes in all than it has room for: tables, pick-up and homes."""
        passing: Counter[str] = Counter()
        for lots in (self.brought, self.on_site):
            for (_, point_id, _), boxes in lots.items():
                passing[point_id] += boxes
        for point in self.known.problem.points:
            if point.capacity_boxes is not None:
                boxes = passing[point.point_id]
                yield from late(ViolationCode.POINT_FULL, point.point_id, boxes, point.capacity_boxes)

    def synchronised(self) -> Iterator[Violation]:
        """No trip is loaded with a box that is not there yet, counted per consignment over all its deliveries."""
        come: dict[Lot, list[tuple[int, int]]] = defaultdict(list)
        for lot, boxes in self.on_site.items():
            come[lot].append((self.known.owed[lot].ready_s, boxes))
        for run in self.plan.van_runs:
            for stop in run.stops:
                come[run.kitchen_id, stop.point_id, stop.batch].append((stop.ready_s, stop.boxes))
        taken: Counter[Lot] = Counter()
        trips = [(trip.load_s, run.courier_id, trip) for run in self.plan.courier_runs for trip in run.trips]
        for load_s, who, trip in sorted(trips, key=lambda one: one[:2]):
            for visit in trip.visits:
                home = self.known.homes.get(visit.home_id)
                if home is not None:
                    taken[home.kitchen_id, trip.point_id, home.batch] += home.boxes
            for lot in sorted({lot for lot in taken if lot[1] == trip.point_id}):
                there = sum(boxes for ready_s, boxes in come[lot] if ready_s <= load_s)
                yield from late(ViolationCode.BOX_NOT_THERE, who, taken[lot], there)
