"""The few facts about a meal point and about the whole plan that a manager needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields

from routing.costs import costs_of
from routing.explaining.because import Because, Cause, because
from routing.explaining.runs import tightest
from routing.explaining.town import Town
from routing.plan import CourierRun
from routing.problem import MealPoint

MOST_REASONS = 3
"""How many reasons for leaving homes out are named; the rest are counted with them."""


def why_at_point(town: Town, point: MealPoint) -> Iterator[Because]:
    """Yield what comes to a meal point and when, its room, its couriers, and whom it cannot serve."""
    point_id = point.point_id
    idle = True
    for lot in town.known.owed:
        for boxes, ready_s, van_id in _deliveries(town, lot) if lot[1] == point_id else ():
            idle = False
            if van_id is None:
                yield because(Cause.POINT_OWN_KITCHEN, kitchen=lot[0], boxes=boxes, at_s=ready_s)
            else:
                yield because(Cause.POINT_COMES, kitchen=lot[0], van=van_id, boxes=boxes, at_s=ready_s)
    if point.capacity_boxes is not None:
        passing = sum(boxes for lot, some in town.come.items() if lot[1] == point_id for _, boxes in some)
        yield because(Cause.POINT_ROOM, boxes=max(0, point.capacity_boxes - passing))
    trips = [
        (run.courier_id, trip) for run in town.plan.courier_runs for trip in run.trips if trip.point_id == point_id
    ]
    if trips:
        yield because(
            Cause.POINT_COURIERS,
            couriers=len({courier_id for courier_id, _ in trips}),
            doors=sum(len(trip.visits) for _, trip in trips),
            from_at_s=min(trip.depart_s for _, trip in trips),
            to_at_s=max(trip.visits[-1].start_s for _, trip in trips),
        )
    left = sum(town.known.homes[home_id].point_id == point_id for home_id in town.left)
    if left:
        yield because(Cause.POINT_LEFT_OUT, homes=left)
    if idle and not trips and not left:
        yield because(Cause.POINT_IDLE, point=point_id)


def _deliveries(town: Town, lot: tuple[str, str, str]) -> Iterator[tuple[int, int, str | None]]:
    """Yield boxes, hour and van (None: cooked there) of everything that comes of a consignment."""
    if town.known.owed[lot].on_site:
        yield from ((boxes, ready_s, None) for ready_s, boxes in town.come[lot] if boxes)
    for run in town.plan.van_runs:
        for stop in run.stops:
            if (run.kitchen_id, stop.point_id, stop.batch) == lot:
                yield stop.boxes, stop.ready_s, run.van_id


def why_plan(town: Town) -> Iterator[Because]:
    """Yield how many are served, who is not and why, who is tightest, who carries most, and what it all costs."""
    served = len(town.doors)
    yield because(Cause.PLAN_SERVES, homes=served, couriers=len(town.runs), left_homes=len(town.left))
    reasons = Counter(one.reason for one in town.plan.left_out_homes)
    if reasons:
        yield because(Cause.PLAN_LEAVES_OUT, homes=len(town.left))
    for reason, homes in reasons.most_common(MOST_REASONS):
        yield because(Cause.PLAN_REASON, reason=reason, homes=homes)
    boxes = sum(one.boxes for one in town.plan.left_out_consignments)
    if boxes:
        yield because(Cause.PLAN_BOXES_LEFT, boxes=boxes)
    yield from _late(town)
    runs = town.plan.courier_runs
    if runs:
        yield min((tightest(town, run, Cause.PLAN_TIGHTEST) for run in runs), key=lambda one: one.values["spare_s"])
        yield _most_loaded(runs)
    yield from _costs(town)


def _late(town: Town) -> Iterator[Because]:
    late: list[tuple[int, str]] = []
    for home_id, door in town.doors.items():
        due_s = town.known.homes[home_id].due_s
        if due_s is not None and door.visit.start_s > due_s:
            late.append((door.visit.start_s - due_s, home_id))
    if late:
        worst_s, home_id = max(late)
        yield because(Cause.PLAN_LATE, homes=len(late), home=home_id, late_s=worst_s)


def _most_loaded(runs: tuple[CourierRun, ...]) -> Because:
    def load(run: CourierRun) -> tuple[int, int, str]:
        return sum(len(trip.visits) for trip in run.trips), sum(trip.boxes for trip in run.trips), run.courier_id

    most = max(runs, key=load)
    doors, boxes, courier_id = load(most)
    return because(
        Cause.PLAN_MOST_LOADED,
        courier=courier_id,
        doors=doors,
        boxes=boxes,
        from_at_s=most.trips[0].depart_s,
        to_at_s=most.end_s,
    )


def _costs(town: Town) -> Iterator[Because]:
    costs = costs_of(town.problem, town.plan)
    yield because(Cause.PLAN_TRAVEL, driven_m=costs.vans_m, ridden_m=costs.couriers_m)
    yield because(Cause.PLAN_COST, total_m=costs.total_m)
    for part in fields(costs):
        amount_m = getattr(costs, part.name)
        if amount_m:
            yield because(Cause.PLAN_COST_PART, part=part.name.removesuffix("_m"), amount_m=amount_m)
