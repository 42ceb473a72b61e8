"""The today board: ordered → cooked → loaded → delivered → open, per kitchen and run, and everyone left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from kitchens.meals import Meal
from service.access import EVERYTHING, Reach
from service.board.heads import find_plan, id_of
from service.board.pace import Door, Pace, pace_of_run, pace_of_step
from service.board.troubles import FailedRow, LeftOutRow, list_failed, list_left_out
from service.clock import seconds_into
from service.progress import HANDED_OVER
from service.tables import (
    Batch,
    Courier,
    CourierRun,
    Elder,
    Kitchen,
    MealDay,
    MealOrder,
    MealPoint,
    MealState,
    OrderState,
    Plan,
    PlannedOrder,
    VanRun,
    VanStop,
    Visit,
)

SEVERITY = (Pace.LATE, Pace.AT_RISK, Pace.BEHIND, Pace.ON_TIME, Pace.WAITING, Pace.DONE)


@dataclass(frozen=True, slots=True)
class Flow:
    """Meals at each step. `to_doors` of the planned go to homes; `open_doors` of those have no outcome yet.

    `unplanned` were ordered but stand in no plan: it must be 0 once a plan is published.
    """

    ordered: int
    planned: int
    left_out: int
    unplanned: int
    cooked: int
    loaded: int
    to_doors: int
    delivered: int
    not_handed_over: int
    open_doors: int


@dataclass(frozen=True, slots=True)
class KitchenRow:
    """One kitchen's part: meals, batches cooked of all, the next finish, vans gone of all."""

    code: str
    name: str
    meals: int
    cooked: int
    batches: int
    batches_cooked: int
    next_finish_s: int | None
    vans: int
    vans_left: int
    pace: Pace


@dataclass(frozen=True, slots=True)
class VanRow:
    """One van run with the meal points it serves."""

    id: int
    code: str
    kitchen_name: str
    points: tuple[str, ...]
    boxes: int
    depart_s: int
    left_at: datetime | None
    pace: Pace


@dataclass(frozen=True, slots=True)
class RunRow:
    """One courier run: doors settled of all, the next door's planned time, how far behind."""

    id: int
    code: str
    courier_name: str
    point_name: str
    doors: int
    settled: int
    boxes: int
    depart_s: int
    end_s: int
    next_start_s: int | None
    behind_s: int
    left_at: datetime | None
    pace: Pace


@dataclass(frozen=True, slots=True)
class TodayBoard:
    """Everything the board shows of one meal; `plan` is None until one is published."""

    service_day: date
    meal: Meal
    state: MealState
    plan: Plan | None
    flow: Flow
    kitchens: tuple[KitchenRow, ...]
    vans: tuple[VanRow, ...]
    runs: tuple[RunRow, ...]
    left_out: tuple[LeftOutRow, ...]
    failed: tuple[FailedRow, ...]
    has_begun: bool


def today_board(session: Session, service_day: date, meal: Meal, *, now: datetime, reach: Reach) -> TodayBoard:
    """Return one meal as far as `reach` goes, as it stands at `now`."""
    plan = find_plan(session, service_day, meal)
    head = session.get(MealDay, (service_day, meal))
    state = MealState(head.state) if head else MealState.OPEN
    now_s = seconds_into(service_day, now)
    if plan is None:
        ordered = _count_ordered(session, service_day, meal, reach)
        flow = Flow(ordered, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        return TodayBoard(service_day, meal, state, None, flow, (), (), (), (), (), has_begun=now_s >= 0)
    batches, portions = _batches(session, plan, reach)
    vans, on_vans = _vans(session, plan, reach, now_s)
    visits = _visits(session, plan, reach)
    left_out = list_left_out(session, plan, reach)
    planned = sum(portions.values())
    flow = Flow(
        ordered=_count_ordered(session, service_day, meal, reach) if reach == EVERYTHING else planned + len(left_out),
        planned=planned,
        left_out=len(left_out),
        unplanned=_count_unplanned(session, plan) if reach == EVERYTHING else 0,
        cooked=sum(portions[batch.id or 0] for batch in batches if batch.cooked_at),
        loaded=_count_loaded(session, plan, reach, on_vans),
        to_doors=sum(visit.boxes for visit in visits),
        delivered=sum(visit.boxes for visit in visits if visit.outcome in HANDED_OVER),
        not_handed_over=sum(visit.boxes for visit in visits if visit.outcome and visit.outcome not in HANDED_OVER),
        open_doors=sum(visit.boxes for visit in visits if visit.outcome is None),
    )
    return TodayBoard(
        service_day,
        meal,
        state,
        plan,
        flow,
        _kitchens(session, batches, portions, vans, now_s),
        tuple(row for _, row in vans),
        _runs(session, plan, visits, now_s),
        left_out,
        list_failed(session, plan, visits),
        has_begun=now_s >= 0,
    )


def _count_ordered(session: Session, service_day: date, meal: Meal, reach: Reach) -> int:
    wanted = select(func.count()).where(
        MealOrder.service_day == service_day, MealOrder.meal == meal, MealOrder.state == OrderState.PLACED
    )
    if reach.meal_point:
        wanted = wanted.join(Elder, col(Elder.number) == col(MealOrder.elder_number)).where(
            Elder.meal_point_code == reach.meal_point
        )
    elif reach != EVERYTHING:
        return 0
    return session.exec(wanted).one()


def _count_unplanned(session: Session, plan: Plan) -> int:
    in_plan = select(PlannedOrder.order_id).where(PlannedOrder.plan_id == plan.id)
    return session.exec(
        select(func.count()).where(
            MealOrder.service_day == plan.service_day,
            MealOrder.meal == plan.meal,
            MealOrder.state == OrderState.PLACED,
            col(MealOrder.id).not_in(in_plan),
        )
    ).one()


def _batches(session: Session, plan: Plan, reach: Reach) -> tuple[list[Batch], Counter[int]]:
    """Return the batches in time order, and the meals that each holds within reach."""
    held = select(PlannedOrder.batch_id, func.count()).where(
        PlannedOrder.plan_id == plan.id, col(PlannedOrder.batch_id).is_not(None)
    )
    if reach.meal_point:
        held = held.where(PlannedOrder.meal_point_code == reach.meal_point)
    portions: Counter[int] = Counter()
    for batch_id, count in session.exec(held.group_by(col(PlannedOrder.batch_id))):
        portions[batch_id or 0] = count
    wanted = select(Batch).where(Batch.plan_id == plan.id).order_by(col(Batch.finish_s), col(Batch.id))
    if reach.kitchen:
        wanted = wanted.where(Batch.kitchen_code == reach.kitchen)
    batches = [batch for batch in session.exec(wanted) if not reach.meal_point or portions[batch.id or 0]]
    within = {batch.id for batch in batches}
    return batches, Counter({one: count for one, count in portions.items() if one in within})


def _vans(session: Session, plan: Plan, reach: Reach, now_s: int) -> tuple[list[tuple[str, VanRow]], int]:
    """Return the van runs, each with its kitchen's code, and the boxes on vans that have left."""
    stops: defaultdict[int, list[tuple[VanStop, str]]] = defaultdict(list)
    runs_of_plan = select(VanRun.id).where(VanRun.plan_id == plan.id)
    for stop, name in session.exec(
        select(VanStop, MealPoint.name)
        .join(MealPoint, col(MealPoint.code) == col(VanStop.meal_point_code))
        .where(col(VanStop.van_run_id).in_(runs_of_plan))
        .order_by(col(VanStop.van_run_id), col(VanStop.position))
    ):
        if not reach.meal_point or stop.meal_point_code == reach.meal_point:
            stops[stop.van_run_id].append((stop, name))
    wanted = (
        select(VanRun, Kitchen.name)
        .join(Kitchen, col(Kitchen.code) == col(VanRun.kitchen_code))
        .where(VanRun.plan_id == plan.id)
        .order_by(col(VanRun.depart_s), col(VanRun.code))
    )
    if reach.kitchen:
        wanted = wanted.where(VanRun.kitchen_code == reach.kitchen)
    rows: list[tuple[str, VanRow]] = []
    for run, kitchen_name in session.exec(wanted):
        held = stops[run.id or 0]
        if not held:
            continue
        pace = pace_of_step(run.depart_s, is_done=run.left_at is not None, now_s=now_s)
        boxes = sum(stop.boxes for stop, _ in held)
        points = tuple(name for _, name in held)
        row = VanRow(run.id or 0, run.code, kitchen_name, points, boxes, run.depart_s, run.left_at, pace)
        rows.append((run.kitchen_code, row))
    return rows, sum(row.boxes for _, row in rows if row.left_at)


def _count_loaded(session: Session, plan: Plan, reach: Reach, on_vans: int) -> int:
    """Return the meals that have left their kitchen: on a van that is gone, or cooked where they are handed out."""
    wanted = (
        select(func.count())
        .select_from(PlannedOrder)
        .join(Batch, col(Batch.id) == col(PlannedOrder.batch_id))
        .join(MealPoint, col(MealPoint.code) == col(PlannedOrder.meal_point_code))
        .where(
            PlannedOrder.plan_id == plan.id,
            col(Batch.cooked_at).is_not(None),
            col(MealPoint.kitchen_on_site).is_(True),
            col(MealPoint.kitchen_code) == col(PlannedOrder.kitchen_code),
        )
    )
    if reach.meal_point:
        wanted = wanted.where(PlannedOrder.meal_point_code == reach.meal_point)
    if reach.kitchen:
        wanted = wanted.where(PlannedOrder.kitchen_code == reach.kitchen)
    return session.exec(wanted).one() + on_vans


def _visits(session: Session, plan: Plan, reach: Reach) -> list[Visit]:
    runs_of_plan = select(CourierRun.id).where(CourierRun.plan_id == id_of(plan))
    wanted = select(Visit).where(col(Visit.courier_run_id).in_(runs_of_plan))
    if reach.meal_point:
        wanted = wanted.where(Visit.meal_point_code == reach.meal_point)
    if reach.kitchen:
        from_kitchen = select(PlannedOrder.visit_id).where(
            PlannedOrder.plan_id == plan.id,
            PlannedOrder.kitchen_code == reach.kitchen,
            col(PlannedOrder.visit_id).is_not(None),
        )
        wanted = wanted.where(col(Visit.id).in_(from_kitchen))
    return list(session.exec(wanted.order_by(col(Visit.courier_run_id), col(Visit.position))))


def _kitchens(
    session: Session,
    batches: Sequence[Batch],
    portions: Mapping[int, int],
    vans: Sequence[tuple[str, VanRow]],
    now_s: int,
) -> tuple[KitchenRow, ...]:
    by_kitchen: defaultdict[str, list[Batch]] = defaultdict(list)
    for batch in batches:
        by_kitchen[batch.kitchen_code].append(batch)
    names = {one.code: one.name for one in session.exec(select(Kitchen))}
    rows = []
    for code, held in sorted(by_kitchen.items()):
        waiting = [batch.finish_s for batch in held if batch.cooked_at is None]
        own_vans = [row for kitchen_code, row in vans if kitchen_code == code]
        paces = [pace_of_step(min(waiting), is_done=False, now_s=now_s)] if waiting else []
        paces += [row.pace for row in own_vans]
        rows.append(
            KitchenRow(
                code=code,
                name=names[code],
                meals=sum(portions[batch.id or 0] for batch in held),
                cooked=sum(portions[batch.id or 0] for batch in held if batch.cooked_at),
                batches=len(held),
                batches_cooked=len(held) - len(waiting),
                next_finish_s=min(waiting, default=None),
                vans=len(own_vans),
                vans_left=sum(row.left_at is not None for row in own_vans),
                pace=_worst(paces),
            )
        )
    return tuple(rows)


def _worst(paces: Sequence[Pace]) -> Pace:
    return min(paces, key=SEVERITY.index, default=Pace.DONE)


def _runs(session: Session, plan: Plan, visits: Sequence[Visit], now_s: int) -> tuple[RunRow, ...]:
    doors: defaultdict[int, list[Visit]] = defaultdict(list)
    for visit in visits:
        doors[visit.courier_run_id].append(visit)
    points = {point.code: point.name for point in session.exec(select(MealPoint))}
    rows = []
    for run, courier in session.exec(
        select(CourierRun, Courier)
        .join(Courier, col(Courier.code) == col(CourierRun.courier_code))
        .where(CourierRun.plan_id == plan.id)
        .order_by(col(CourierRun.code))
    ):
        held = doors[run.id or 0]
        if not held:
            continue
        as_doors = [Door(visit.start_s, visit.latest_s, visit.outcome is not None) for visit in held]
        depart_s = held[0].depart_s
        pace, behind_s = pace_of_run(depart_s, as_doors, has_left=run.left_at is not None, now_s=now_s)
        rows.append(
            RunRow(
                id=run.id or 0,
                code=run.code,
                courier_name=courier.name,
                point_name=points[held[0].meal_point_code],
                doors=len(held),
                settled=sum(door.is_settled for door in as_doors),
                boxes=sum(visit.boxes for visit in held),
                depart_s=depart_s,
                end_s=run.end_s,
                next_start_s=next((door.start_s for door in as_doors if not door.is_settled), None),
                behind_s=behind_s,
                left_at=run.left_at,
                pace=pace,
            )
        )
    return tuple(sorted(rows, key=lambda row: (SEVERITY.index(row.pace), row.code)))
