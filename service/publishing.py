"""A plan becomes rows, papers that are due, and notices: all in the one transaction that publishes it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from kitchens.account import figures, left_out_orders
from kitchens.assign_why import exceptions
from kitchens.meals import Meal
from kitchens.packing import PackedDay
from kitchens.plan import DayPlan, LeftOut
from routing.costs import costs_of
from routing.plan import Reason
from routing.problem import RunProblem
from service import audit
from service.clock import Clock, hh_mm
from service.db import Database
from service.frozen import freeze
from service.outbox import tell
from service.paper_versions import pack_version, store_papers
from service.people import NOT_ASKED, open_address_task
from service.planning import Question
from service.settings import Settings
from service.tables import (
    Batch,
    CourierRun,
    MealOrder,
    Plan,
    PlannedOrder,
    PlannedPart,
    PlanQuestion,
    Role,
    VanRun,
    VanStop,
    Visit,
)
from service.versions import Former, find_former, refuse_if_on_the_road, take_over, take_over_road


@dataclass(frozen=True, slots=True)
class Published:
    """What was published, for the summary and for scripts."""

    plan_id: int
    service_day: date
    meal: Meal
    version: int
    seed: int
    made_by: str
    travel_source: str
    fell_back: str
    marks: tuple[str, ...]
    figures: dict[str, Any]
    cost_m: int | None
    bound_m: int | None
    left_out: tuple[tuple[str, str, str], ...]


def publish(
    session: Session,
    question: Question,
    problem: RunProblem,
    plan: DayPlan,
    settings: Settings,
    clock: Clock,
    *,
    actor: str,
    allows_road: bool = False,
    why: tuple[str, ...] = (),
) -> Published:
    """Write the plan's rows, the papers due and the notices; the caller's transaction makes them true together.

    A later version takes over what the former one has cooked, and makes its papers void. One that `allows_road` takes
    over what has left and what has been handed over, too. `why` it was made is printed on what changed.

    Raises
    ------
    ConflictError
        If the former version is on the road already and the new one does not allow that or has not the same on it, or
        what it has cooked is not in this one.
    """
    now = clock.now()
    head = _head(session, question, problem, plan, settings, now)
    former = find_former(session, head)
    if former is not None and not allows_road:
        refuse_if_on_the_road(session, former.plan)
    plan_id = _flushed_id(session, head)
    left_out = left_out_orders(question.day, plan)
    packed = pack_version(session, head, question, plan, problem, former, settings, actor=actor, why=why)
    _write_plan(session, plan_id, question, problem, plan, left_out, packed)
    if former is not None:
        take_over(session, former, plan_id)
        take_over_road(session, former, plan_id)
    papers = store_papers(session, plan_id, packed, former, settings, now)
    elders = _elders(question)
    lost = tuple((elders[one.order_id], str(one.reason), one.detail) for one in left_out)
    for elder, reason, _detail in lost:
        if reason == Reason.NO_POSITION:
            open_address_task(session, elder, NOT_ASKED, clock)
    _tell_everyone(session, head, packed, lost, now)
    _tell_of_lost_locks(session, head, question.lost_locks, now)
    if former is not None:
        _tell_of_the_change(session, head, plan, former, len(papers.route_sheets), now)
    subject = f"{head.service_day}/{head.meal}/v{head.version}"
    audit.note(session, at=now, actor=actor, action="publish_plan", subject=subject, marks=list(plan.marks))
    return published(head, lost)


def published(head: Plan, left_out: tuple[tuple[str, str, str], ...]) -> Published:
    """Return a stored plan's head with its left-out orders as (elder, reason, detail)."""
    # Which dish clashes with what tells an illness: it stays in the row, for whoever may see the diet.
    told = tuple((elder, reason, "" if reason == Reason.NO_DISH else detail) for elder, reason, detail in left_out)
    return Published(
        plan_id=head.id or 0,
        service_day=head.service_day,
        meal=Meal(head.meal),
        version=head.version,
        seed=head.seed,
        made_by=head.made_by,
        travel_source=head.travel_source,
        fell_back=head.fell_back,
        marks=tuple(head.marks),
        figures=head.figures,
        cost_m=head.cost_m,
        bound_m=head.bound_m,
        left_out=told,
    )


def find_published(database: Database, service_day: date, meal: Meal) -> Published | None:
    """Return the newest published plan of a meal, or None if there is none."""
    with database.read() as session:
        of_meal = select(Plan).where(Plan.service_day == service_day, Plan.meal == meal)
        head = session.exec(of_meal.order_by(col(Plan.version).desc()).limit(1)).first()
        if head is None:
            return None
        lost = session.exec(
            select(MealOrder.elder_number, PlannedOrder.reason, PlannedOrder.detail)
            .join(MealOrder, col(MealOrder.id) == col(PlannedOrder.order_id))
            .where(PlannedOrder.plan_id == head.id, col(PlannedOrder.reason).is_not(None))
            .order_by(col(PlannedOrder.order_id))
        ).all()
        return published(head, tuple((elder, reason or "", detail) for elder, reason, detail in lost))


def _head(
    session: Session, question: Question, problem: RunProblem, plan: DayPlan, settings: Settings, now: datetime
) -> Plan:
    day, meal = plan.service_day, plan.meal
    former = session.exec(select(func.max(Plan.version)).where(Plan.service_day == day, Plan.meal == meal)).one()
    return Plan(
        service_day=day,
        meal=meal,
        version=(former or 0) + 1,
        seed=settings.seed,
        made_by=plan.runs.made_by,
        travel_source=problem.courier_travel.source,
        fell_back=_fell_back(problem),
        marks=list(plan.marks),
        figures=asdict(figures(question.day, plan, problem)) | _assignment(plan),
        cost_m=costs_of(problem, plan.runs).total_m,
        bound_m=plan.bound_m,
        published_at=now,
    )


def _assignment(plan: DayPlan) -> dict[str, int | None]:
    """Return what the choice of kitchens weighs, in metres, and what no other comes below."""
    return {"assign_cost_m": plan.supply.cost_m, "assign_bound_m": plan.supply.bound_m}


def _elders(question: Question) -> dict[int, str]:
    return {order.order_id: order.elder_id for order in question.day.orders}


def _write_plan(
    session: Session,
    plan_id: int,
    question: Question,
    problem: RunProblem,
    plan: DayPlan,
    left_out: tuple[LeftOut, ...],
    packed: PackedDay,
) -> None:
    session.add(PlanQuestion(plan_id=plan_id, content=freeze(problem, plan.runs)))
    batch_ids = _write_batches(session, plan_id, plan)
    _write_van_runs(session, plan_id, packed)
    visit_ids = _write_courier_runs(session, plan_id, problem, question, packed)
    labels = {order_id: box.label for order_id, box in packed.boxes.items()}
    _write_orders(session, plan_id, question, plan, batch_ids, visit_ids, labels, left_out)


def _fell_back(problem: RunProblem) -> str:
    """Return why a better source of travel times was not used, for vans and couriers alike ("" when none was lost)."""
    return " ".join(sorted({problem.van_travel.fell_back, problem.courier_travel.fell_back} - {""}))


def _flushed_id(session: Session, row: Plan | Batch | VanRun | CourierRun | Visit) -> int:
    session.add(row)
    session.flush()
    if row.id is None:
        raise RuntimeError(f"the database gave {type(row).__name__} no id")
    return row.id


def _write_batches(session: Session, plan_id: int, plan: DayPlan) -> dict[int, int]:
    ids: dict[int, int] = {}
    for batch in plan.batches.batches:
        row = Batch(
            plan_id=plan_id,
            code=batch.batch_id,
            kitchen_code=batch.kitchen_id,
            dish_code=batch.dish_id,
            texture=batch.texture,
            portions=batch.portions,
            spare=batch.spare,
            start_s=batch.start_s,
            finish_s=batch.finish_s,
            eat_by_s=batch.eat_by_s,
            station_code=batch.station_id,
        )
        ids |= dict.fromkeys(batch.orders, _flushed_id(session, row))
    return ids


def _write_van_runs(session: Session, plan_id: int, packed: PackedDay) -> None:
    for code, run in packed.van_runs.items():
        row = VanRun(
            plan_id=plan_id,
            code=code,
            van_code=run.van_id,
            kitchen_code=run.kitchen_id,
            depart_s=run.depart_s,
            back_s=run.back_s,
            metres=run.metres,
        )
        van_run_id = _flushed_id(session, row)
        for position, stop in enumerate(run.stops, start=1):
            session.add(
                VanStop(
                    van_run_id=van_run_id,
                    position=position,
                    meal_point_code=stop.point_id,
                    arrive_s=stop.arrive_s,
                    ready_s=stop.ready_s,
                    boxes=stop.boxes,
                )
            )


def _write_courier_runs(
    session: Session, plan_id: int, problem: RunProblem, question: Question, packed: PackedDay
) -> dict[int, int]:
    """Write the runs with their doors and return the visit of each order that is brought home."""
    homes = {home.home_id: home for home in problem.homes}
    elders = _elders(question)
    visit_ids: dict[int, int] = {}
    for code, run in packed.courier_runs.items():
        row = CourierRun(plan_id=plan_id, code=code, courier_code=run.courier_id, end_s=run.end_s, metres=run.metres)
        run_id = _flushed_id(session, row)
        doors = [(number, trip, visit) for number, trip in enumerate(run.trips, start=1) for visit in trip.visits]
        for position, (number, trip, visit) in enumerate(doors, start=1):
            home = homes[visit.home_id]
            door = Visit(
                courier_run_id=run_id,
                position=position,
                trip=number,
                meal_point_code=trip.point_id,
                depart_s=trip.depart_s,
                elder_number=elders[home.orders[0]],
                boxes=home.boxes,
                arrive_s=visit.arrive_s,
                start_s=visit.start_s,
                leave_s=visit.leave_s,
                latest_s=home.latest_s,
            )
            visit_ids |= dict.fromkeys(home.orders, _flushed_id(session, door))
    return visit_ids


def _write_orders(
    session: Session,
    plan_id: int,
    question: Question,
    plan: DayPlan,
    batch_ids: dict[int, int],
    visit_ids: dict[int, int],
    labels: dict[int, str],
    left_out: tuple[LeftOut, ...],
) -> None:
    lost = {one.order_id: one for one in left_out}
    supplied = {one.order_id: one for one in plan.supply.supplied}
    why = exceptions(question.day, plan.supply)
    for order in question.day.orders:
        if (reason := lost.get(order.order_id)) is not None:
            session.add(
                PlannedOrder(plan_id=plan_id, order_id=order.order_id, reason=reason.reason, detail=reason.detail)
            )
            continue
        served = supplied[order.order_id]
        session.add(
            PlannedOrder(
                plan_id=plan_id,
                order_id=order.order_id,
                label=labels[order.order_id],
                kitchen_code=served.kitchen_id,
                meal_point_code=served.point_id,
                dish_code=served.dish_id,
                texture=served.texture,
                instead_of=served.instead_of,
                batch_id=batch_ids[order.order_id],
                visit_id=visit_ids.get(order.order_id),
                detail=why.get(order.order_id, ""),
            )
        )
        ids = {"plan_id": plan_id, "order_id": order.order_id}
        for part in served.parts:
            session.add(PlannedPart(**ids, course_code=part.course_id, dish_code=part.dish_id, texture=part.texture))


def _tell_everyone(
    session: Session,
    head: Plan,
    packed: PackedDay,
    lost: tuple[tuple[str, str, str], ...],
    now: datetime,
) -> None:
    plan = packed.file.plan
    stem = f"{head.service_day}/{head.meal}/v{head.version}"
    names = {"day": str(head.service_day), "meal": f"meal.{head.meal}"}

    def notice(to: str, key: str, subject: str, **values: object) -> None:
        tell(session, to=to, key=f"notice.{key}", dedupe=f"{stem}/{key}/{subject}", at=now, **names, **values)

    portions: defaultdict[str, list[int]] = defaultdict(list)
    for batch in plan.batches.batches:
        portions[batch.kitchen_id].append(batch.portions)
    for kitchen, sizes in sorted(portions.items()):
        to = f"{Role.KITCHEN}:{kitchen}"
        notice(to, "kitchen_ready", kitchen, kitchen=kitchen, portions=sum(sizes), batches=len(sizes))
    for code, run in packed.courier_runs.items():
        doors = sum(len(trip.visits) for trip in run.trips)
        to = f"{Role.COURIER}:{run.courier_id}"
        notice(to, "run_ready", code, run=code, doors=doors, depart=hh_mm(run.trips[0].depart_s))
    for elder, reason, _detail in lost:
        notice(Role.DISTRICT, "left_out", elder, elder=elder, reason=f"reason.{reason}")
    plain = [mark for mark in plan.marks if mark.startswith("plain:")]
    if plain:
        notice(Role.DISTRICT, "plain_plan", "marks", marks=plain)
    if head.fell_back:
        notice(Role.DISTRICT, "travel_fell_back", "travel", why=[f"fell_back.{one}" for one in head.fell_back.split()])
    served = head.figures["orders"] - len(lost)
    notice(Role.DISTRICT, "published", "plan", served=served, left_out=len(lost))


def _tell_of_the_change(
    session: Session, head: Plan, plan: DayPlan, former: Former, route_sheets: int, now: datetime
) -> None:
    """Tell the desk that papers are void, and each courier who had a run and has none any more."""
    stem = f"{head.service_day}/{head.meal}/v{head.version}"
    names = {"day": str(head.service_day), "meal": f"meal.{head.meal}", "version": former.plan.version}
    tell(
        session,
        to=Role.DISTRICT,
        key="notice.plan_replaced",
        dedupe=f"{stem}/plan_replaced",
        at=now,
        newer=head.version,
        sheets=route_sheets,
        **names,
    )
    riding = {run.courier_id for run in plan.runs.courier_runs}
    for courier in sorted(former.couriers - riding):
        dedupe = f"{stem}/run_gone/{courier}"
        tell(session, to=f"{Role.COURIER}:{courier}", key="notice.run_gone", dedupe=dedupe, at=now, **names)


def _tell_of_lost_locks(session: Session, head: Plan, elders: tuple[str, ...], now: datetime) -> None:
    names = {"day": str(head.service_day), "meal": f"meal.{head.meal}"}
    for elder in sorted(set(elders)):
        dedupe = f"{head.service_day}/{head.meal}/v{head.version}/lock_lost/{elder}"
        tell(session, to=Role.DISTRICT, key="notice.lock_lost", dedupe=dedupe, at=now, elder=elder, **names)
