"""A published plan as it runs: rows into what a failure is worked out from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from kitchens.failing.failure import Failure, all_dishes
from kitchens.failing.road import Begun, Extra, changed_problem, former_lot, mend, widened
from kitchens.meals import Meal, Texture
from kitchens.plan import Batch as BatchValue
from kitchens.plan import BatchPlan, DayPlan, LeftOut, Part, Supplied, SupplyPlan
from kitchens.settling import problem_as_planned
from routing.plan import Reason, RunPlan
from routing.problem import RunProblem, lot_of
from service.board.heads import id_of
from service.clock import Clock, seconds_into
from service.errors import ConflictError
from service.failing.lasting import list_lasting
from service.frozen import thaw
from service.planning import Question, read_question
from service.settings import Settings
from service.tables import Batch, CourierRun, Plan, PlannedOrder, PlannedPart, PlanQuestion, VanRun, Visit
from service.travelling import travel_times


@dataclass(frozen=True, slots=True)
class Running:
    """A plan on its way: the question of today, the plan and its road with all there is, and what has begun.

    `earlier` is what has failed before at this meal, and been dealt with: it cooks nothing more.
    """

    head: Plan
    question: Question
    plan: DayPlan
    problem: RunProblem
    begun: Begun
    earlier: tuple[Failure, ...] = ()


def read_running(session: Session, head: Plan, settings: Settings, clock: Clock) -> Running:
    """Return a published plan as it runs now.

    Raises
    ------
    ConflictError
        If what it was made of was not kept, or somebody has ordered or a menu has changed since.
    """
    frozen = session.get(PlanQuestion, id_of(head))
    if frozen is None:
        raise ConflictError("failure.not_kept", day=head.service_day)
    travel = travel_times(settings)
    asked, runs = thaw(frozen.content, travel)
    meal = Meal(head.meal)
    question = read_question(session, head.service_day, meal, as_reported=False)
    rows = session.exec(select(PlannedOrder).where(PlannedOrder.plan_id == head.id)).all()
    ordered = {order.order_id for order in question.day.orders}
    if not ordered <= {row.order_id for row in rows}:
        raise ConflictError("failure.orders_changed", day=head.service_day)
    plan = _day_plan(session, head, [row for row in rows if row.order_id in ordered], runs)
    _refuse_changed_menu(question, plan)
    problem = widened(problem_as_planned(asked, runs), question.day, question.vans, question.couriers, travel)
    lasting = list_lasting(session, head.service_day, meal)
    running = Running(head, question, plan, problem, _begun(session, head, clock), lasting)
    return _without(running, [row for row in rows if row.order_id not in ordered], _codes(session, head))


def _refuse_changed_menu(question: Question, plan: DayPlan) -> None:
    menus = {kitchen.kitchen_id: {dish.dish_id for dish in all_dishes(kitchen)} for kitchen in question.day.kitchens}
    for one in plan.supply.supplied:
        for dish_id in (one.dish_id, *(part.dish_id for part in one.parts)):
            if dish_id not in menus.get(one.kitchen_id, ()):
                raise ConflictError("failure.menu_changed", kitchen=one.kitchen_id, dish=dish_id)


def _without(running: Running, gone: Sequence[PlannedOrder], codes: Mapping[int, str]) -> Running:
    """Return the same without the orders that nobody wants any more: nobody goes to their doors."""
    lost = {row.order_id: (_supplied(row, ()), codes[row.batch_id]) for row in gone if row.batch_id is not None}
    if not lost:
        return running
    former = frozenset(lot_of(one) for one in running.problem.consignments)
    place_of = {order_id: former_lot(former, *one) for order_id, one in lost.items()}
    extra = Extra({}, frozenset(lost))
    problem, fewer = changed_problem(running.problem, running.question.day, place_of, extra, allowance_s=0)
    mended = mend(problem, running.plan.runs, former, fewer, running.begun)
    return replace(running, problem=problem, plan=replace(running.plan, runs=mended.runs))


def _codes(session: Session, head: Plan) -> dict[int, str]:
    return {row.id or 0: row.code for row in session.exec(select(Batch).where(Batch.plan_id == head.id))}


def _day_plan(session: Session, head: Plan, rows: Sequence[PlannedOrder], runs: RunPlan) -> DayPlan:
    parts: defaultdict[int, list[Part]] = defaultdict(list)
    for part in session.exec(select(PlannedPart).where(PlannedPart.plan_id == head.id)):
        parts[part.order_id].append(Part(part.course_code, part.dish_code, Texture(part.texture)))
    supplied, left_out = [], []
    for row in sorted(rows, key=lambda row: row.order_id):
        if row.reason is not None:
            left_out.append(LeftOut(row.order_id, Reason(row.reason), row.detail))
        else:
            supplied.append(_supplied(row, tuple(parts[row.order_id])))
    return DayPlan(
        service_day=head.service_day,
        meal=Meal(head.meal),
        supply=SupplyPlan(tuple(supplied), tuple(left_out)),
        batches=BatchPlan(tuple(_batches(session, head, rows)), ()),
        runs=runs,
        marks=tuple(mark for mark in head.marks if not mark.startswith("failure:")),
    )


def _supplied(row: PlannedOrder, parts: tuple[Part, ...]) -> Supplied:
    return Supplied(
        order_id=row.order_id,
        kitchen_id=row.kitchen_code or "",
        point_id=row.meal_point_code or "",
        dish_id=row.dish_code or "",
        texture=Texture(row.texture or ""),
        instead_of=row.instead_of,
        parts=parts,
    )


def _batches(session: Session, head: Plan, rows: Sequence[PlannedOrder]) -> list[BatchValue]:
    """Return the batches with who is in them; what was cooked for somebody who is left out on the road is spare."""
    orders: defaultdict[int, list[int]] = defaultdict(list)
    for row in rows:
        if row.batch_id is not None:
            orders[row.batch_id].append(row.order_id)
    found = []
    for batch in session.exec(select(Batch).where(Batch.plan_id == head.id).order_by(col(Batch.id))):
        eaters = tuple(sorted(orders[batch.id or 0]))
        found.append(
            BatchValue(
                batch_id=batch.code,
                kitchen_id=batch.kitchen_code,
                dish_id=batch.dish_code,
                texture=Texture(batch.texture),
                orders=eaters,
                portions=len(eaters),
                spare=batch.portions + batch.spare - len(eaters),
                start_s=batch.start_s,
                finish_s=batch.finish_s,
                eat_by_s=batch.eat_by_s,
                station_id=batch.station_code,
            )
        )
    return found


def _begun(session: Session, head: Plan, clock: Clock) -> Begun:
    cooked = select(Batch.code).where(Batch.plan_id == head.id, col(Batch.cooked_at).is_not(None))
    vans = select(VanRun.van_code, VanRun.depart_s).where(VanRun.plan_id == head.id, col(VanRun.left_at).is_not(None))
    left = select(CourierRun.courier_code).where(CourierRun.plan_id == head.id, col(CourierRun.left_at).is_not(None))
    visited = (
        select(CourierRun.courier_code)
        .join(Visit, col(Visit.courier_run_id) == col(CourierRun.id))
        .where(CourierRun.plan_id == head.id, col(Visit.outcome).is_not(None))
    )
    return Begun(
        now_s=seconds_into(head.service_day, clock.now()),
        cooked=frozenset(session.exec(cooked)),
        vans=frozenset((van, depart_s) for van, depart_s in session.exec(vans)),
        couriers=frozenset({*session.exec(left), *session.exec(visited)}),
    )
