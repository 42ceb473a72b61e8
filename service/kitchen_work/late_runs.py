"""Whose meal will be too old: stops that a shorter eat-by has made late, first to break first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlmodel import Session, select

from service.clock import seconds_into
from service.kitchen_work.boxes import PackBox, Ramp, read_ramp
from service.kitchen_work.food import food_state, records_of_plan
from service.tables import CourierRun, MealPoint, OrderState, Plan, PlannedOrder, TakenMeal, Visit


@dataclass(frozen=True, slots=True)
class LateStop:
    """One box that comes too late: where, when it was to be handed over, and by when it must be.

    `run` and `stop` are empty and 0 for a meal that is eaten at its meal point.
    """

    label: str
    batch_code: str
    van_code: str
    run: str
    stop: int
    point_code: str
    planned_s: int
    latest_s: int

    @property
    def late_by_s(self) -> int:
        """Return by how much it is late."""
        return self.planned_s - self.latest_s


@dataclass(frozen=True, slots=True)
class LateRun:
    """The late stops of one courier run, or of the tables of one meal point, the first to break first."""

    van_code: str
    run: str
    point_code: str
    point_name: str
    stops: tuple[LateStop, ...]

    @property
    def count(self) -> int:
        """Return how many boxes come too late."""
        return len(self.stops)

    @property
    def breaks_s(self) -> int:
        """Return when the first of them breaks."""
        return min(stop.latest_s for stop in self.stops)


def late_runs(session: Session, plan: Plan, now_s: int, kitchen_code: str | None = None) -> tuple[LateRun, ...]:
    """Return the runs on which something will be too old, as things were measured; what is handed over is left out."""
    ramp, records = read_ramp(session, plan), records_of_plan(session, plan)
    points = {point.code: point for point in session.exec(select(MealPoint))}
    settled, visits = _settled(session, plan)
    runs: defaultdict[tuple[str, str, str], list[LateStop]] = defaultdict(list)
    latest_of: dict[int, int] = {}
    for box in ramp.boxes.values():
        if box.order_id in settled or box.order.state != OrderState.PLACED:
            continue
        if kitchen_code not in {None, box.batch.kitchen_code}:
            continue
        batch_id = box.batch.id or 0
        if batch_id not in latest_of:
            latest = food_state(box.batch, plan, records.get(batch_id, ())).latest
            latest_of[batch_id] = seconds_into(plan.service_day, latest)
        late = _late(ramp, box, visits, points[box.point_code], (latest_of[batch_id], now_s))
        if late is not None:
            runs[late.van_code, late.run, late.point_code].append(late)
    found = [
        LateRun(van, run, point, points[point].name, tuple(sorted(some, key=lambda one: (one.latest_s, one.planned_s))))
        for (van, run, point), some in runs.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.breaks_s, one.stops[0].planned_s, one.run)))


def _late(
    ramp: Ramp, box: PackBox, visits: dict[tuple[str, int], Visit], point: MealPoint, limits: tuple[int, int]
) -> LateStop | None:
    latest_s, now_s = limits
    head = ramp.head(box.pick_list)
    ready_s = head.stop.ready_s if head and head.stop else 0
    due_s = visits[box.run, box.stop].start_s if box.run else max(point.opens_s, ready_s)
    planned_s = max(due_s, now_s)
    if planned_s <= latest_s:
        return None
    van = head.van_run.code if head and head.van_run else ""
    return LateStop(box.label, box.batch.code, van, box.run, box.stop, box.point_code, planned_s, latest_s)


def _settled(session: Session, plan: Plan) -> tuple[set[int], dict[tuple[str, int], Visit]]:
    """Return the orders that were handed over or given up, and every visit by run and stop."""
    visits: dict[tuple[str, int], Visit] = {}
    done: set[int] = set()
    for visit, code in session.exec(
        select(Visit, CourierRun.code).where(Visit.courier_run_id == CourierRun.id, CourierRun.plan_id == plan.id)
    ):
        visits[code, visit.position] = visit
        if visit.outcome is not None:
            done.add(visit.id or 0)
    orders = session.exec(select(PlannedOrder).where(PlannedOrder.plan_id == plan.id)).all()
    settled = {one.order_id for one in orders if one.visit_id in done}
    taken = session.exec(
        select(TakenMeal.order_id).where(TakenMeal.order_id == PlannedOrder.order_id, PlannedOrder.plan_id == plan.id)
    )
    return settled | set(taken), visits
