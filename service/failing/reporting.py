"""Reporting a failure: what would become of it, and then the work of dealing with it, written once whoever reports.

A plan has one failure at a time. Who reports the same a second time is told of the first; who reports another while one
is being dealt with is asked to wait for the new plan.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlmodel import Session, col, func, select

from kitchens.failing.drill import rescue
from kitchens.failing.failure import Failure, Rescue, all_dishes
from kitchens.meals import Meal, Outage
from service import audit
from service.access import Reach
from service.board.heads import get_plan, id_of
from service.clock import Clock, hh_mm, seconds_into
from service.db import Database, insert_unless_there
from service.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from service.failing.lasting import failure_of
from service.failing.running import Running, read_running
from service.replanning import refuse_while_planned
from service.settings import Settings
from service.solving import Solver
from service.tables import FailureLine, FailureState, Job, KitchenFailure, Plan
from service.texts import Key
from service.work import add_job

FAILURE = "failure"
MOST_SHORT = 5_000
PREVIEW_LIMIT_S = 45.0
DAY_S = 86_400

_ONE_PREVIEW = threading.Lock()
"""Each preview starts a process: whoever clicks many times must not take the machine from the pages."""


def preview(
    database: Database,
    service_day: date,
    meal: Meal,
    failure: Failure,
    *,
    reach: Reach,
    settings: Settings,
    clock: Clock,
) -> tuple[Running, Rescue]:
    """Return what would be done about a failure; nothing is written.

    Raises
    ------
    NotFoundError
        If no plan is published.
    NotAllowedError
        If it is another kitchen's.
    InvalidError
        If the kitchen has no such station or dish, the time is not of this day, or nothing is short of it.
    ConflictError
        If the meal is being planned.
    """
    with database.read() as session:
        plan = get_plan(session, service_day, meal)
        refuse_while_planned(session, service_day, meal, clock)
        running = read_running(session, plan, settings, clock)
    refuse_unfit(running, failure, reach)
    with _ONE_PREVIEW:
        return running, worked_out(running, failure, settings, limit_s=min(PREVIEW_LIMIT_S, settings.solve_limit_s))


def worked_out(
    running: Running,
    failure: Failure,
    settings: Settings,
    *,
    limit_s: float,
    meanwhile: Callable[[], None] | None = None,
) -> Rescue:
    """Return what to do about a failure, worked out by the solver's child, plainly here if it cannot.

    Raises
    ------
    InvalidError
        If no meal is short.
    """
    asked = (running.question.day, running.plan, running.problem, failure, running.begun)
    named: dict[str, Any] = {"allowance_s": settings.eating_allowance_s, "earlier": running.earlier}
    with Solver(limit_s, meanwhile=meanwhile or _nothing) as solver:
        answer = solver.ask(
            "rescue",
            *asked,
            otherwise=lambda: rescue(*asked, **named),
            **named,
        )
    if not answer.threatened:
        raise InvalidError("failure.nothing_short", kitchen=failure.kitchen_id, at=hh_mm(failure.from_s))
    return answer


def _nothing() -> None:
    return None


def refuse_unfit(running: Running, failure: Failure, reach: Reach) -> None:
    """Raise unless the kitchen is the caller's own, cooks on this day, and has what it says is out.

    Raises
    ------
    NotAllowedError, InvalidError
        Otherwise.
    """
    if reach.kitchen is not None and reach.kitchen != failure.kitchen_id:
        raise NotAllowedError("access.not_yours")
    kitchen = next((one for one in running.question.day.kitchens if one.kitchen_id == failure.kitchen_id), None)
    if kitchen is None:
        raise InvalidError("failure.unknown_kitchen", kitchen=failure.kitchen_id)
    if failure.outage is Outage.STATION and failure.what not in {str(one.kind) for one in kitchen.stations}:
        raise InvalidError("failure.unknown_what", kitchen=failure.kitchen_id, what=failure.what)
    if failure.outage is Outage.DISH and failure.what not in {dish.dish_id for dish in all_dishes(kitchen)}:
        raise InvalidError("failure.unknown_what", kitchen=failure.kitchen_id, what=failure.what)
    if not 0 <= failure.from_s < DAY_S:
        raise InvalidError("failure.odd_time")
    if failure.short is not None and failure.short > MOST_SHORT:
        raise InvalidError("failure.odd_number", most=MOST_SHORT)


def report(
    database: Database,
    service_day: date,
    meal: Meal,
    failure: Failure,
    *,
    version: int | None = None,
    reach: Reach,
    by: str,
    settings: Settings,
    clock: Clock,
) -> KitchenFailure:
    """Write a failure and the work of dealing with it; the same one reported again is the one that stands.

    `version` is the plan's that the caller has looked at: a report against an older one is refused, unless it is the
    one that made the newer.

    Raises
    ------
    NotFoundError, NotAllowedError, InvalidError, ConflictError
        As `preview`; also if another failure of this meal is being dealt with, or the plan has changed since.
    """
    with database.read() as session:
        plan = get_plan(session, service_day, meal)
        same = find_same(session, plan, failure, version)
        if same is not None:
            return same
        running = read_running(session, plan, settings, clock)
    refuse_unfit(running, failure, reach)
    with database.write() as session:
        return _written(session, get_plan(session, service_day, meal), failure, version, by, clock)


def find_same(session: Session, plan: Plan, failure: Failure, version: int | None) -> KitchenFailure | None:
    """Return the same failure where it has been reported on this version of the plan, or on the one before."""
    asked = version or plan.version
    of_meal = select(KitchenFailure).join(Plan, col(Plan.id) == col(KitchenFailure.plan_id))
    of_meal = of_meal.where(
        KitchenFailure.service_day == plan.service_day,
        KitchenFailure.meal == plan.meal,
        KitchenFailure.state != FailureState.REFUSED,
        Plan.version == asked,
    )
    rows = session.exec(of_meal.order_by(col(KitchenFailure.id).desc())).all()
    return next((row for row in rows if failure_of(row) == failure), None)


def _written(
    session: Session, plan: Plan, failure: Failure, version: int | None, by: str, clock: Clock
) -> KitchenFailure:
    names = {"day": plan.service_day, "meal": Key(f"meal.{plan.meal}")}
    same = find_same(session, plan, failure, version)
    if same is not None:
        return same
    if version is not None and version != plan.version:
        raise ConflictError("failure.plan_changed", version=plan.version)
    open_one = open_failure(session, plan)
    if open_one is not None:
        raise ConflictError("failure.another", kitchen=open_one.kitchen_code, by=open_one.reported_by, **names)
    refuse_while_planned(session, plan.service_day, Meal(plan.meal), clock)
    values = {
        "plan_id": id_of(plan),
        "turn": session.exec(select(func.count()).where(KitchenFailure.plan_id == plan.id)).one(),
        "service_day": plan.service_day,
        "meal": plan.meal,
        "kitchen_code": failure.kitchen_id,
        "outage": failure.outage,
        "what": failure.what,
        "short": failure.short,
        "from_s": failure.from_s,
        "state": FailureState.REPORTED,
        "reported_at": clock.now(),
        "reported_by": by,
        "threatened": 0,
        "why": "",
    }
    is_new = insert_unless_there(session, KitchenFailure, **values)
    row = open_failure(session, plan)
    if row is None or (not is_new and failure_of(row) != failure):
        raise ConflictError("failure.another", kitchen=row.kitchen_code if row else "", by="", **names)
    if is_new:
        add_job(session, FAILURE, f"{plan.service_day}/{plan.meal}/{row.id}", clock.now())
        subject = f"{plan.service_day}/{plan.meal}/v{plan.version}"
        details = {"kitchen": failure.kitchen_id, "outage": str(failure.outage), "short": failure.short}
        audit.note(session, at=clock.now(), actor=by, action="report_failure", subject=subject, **details)
    return row


def open_failure(session: Session, plan: Plan) -> KitchenFailure | None:
    """Return the failure of a plan that is being dealt with, if there is one."""
    wanted = select(KitchenFailure).where(
        KitchenFailure.plan_id == plan.id, KitchenFailure.state == FailureState.REPORTED
    )
    return session.exec(wanted).first()


def get_failure(session: Session, failure_id: int, reach: Reach) -> KitchenFailure:
    """Return a stored failure.

    Raises
    ------
    NotFoundError
        If there is none, or it is another kitchen's.
    """
    row = session.get(KitchenFailure, failure_id)
    if row is None or (reach.kitchen is not None and row.kitchen_code != reach.kitchen):
        raise NotFoundError("failure.unknown", failure=failure_id)
    return row


def note_answer(
    database: Database, failure_id: int, order_id: int, *, agreed: bool, by: str, clock: Clock
) -> FailureLine:
    """Note what an elder said; a later answer takes the place of an earlier one.

    Raises
    ------
    NotFoundError
        If nobody has to ask this.
    """
    with database.write() as session:
        line = session.get(FailureLine, (failure_id, order_id), with_for_update=True)
        if line is None or not line.must_ask:
            raise NotFoundError("failure.unknown", failure=failure_id)
        line.agreed, line.asked_at, line.asked_by = agreed, clock.now(), by
        session.add(line)
        audit.note(session, at=clock.now(), actor=by, action="ask_substitute", subject=str(order_id), agreed=agreed)
        return line


def failure_of_job(job: Job) -> int:
    """Return the failure that a piece of work is about."""
    return int(job.subject.split("/")[2])


def now_s(plan: Plan, clock: Clock) -> int:
    """Return what time it is, in seconds after the service day's midnight."""
    return seconds_into(plan.service_day, clock.now())
