"""Planning a published meal again: asked for by a person, done by the process that keeps time, a later version.

The orders and what is cooked stay; locks are kept, and whoever went to a door before is not changed without need.
Nothing is planned again once a van or a courier has left.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from kitchens.meals import Meal
from service import audit
from service.board.heads import find_plan, get_plan
from service.claims import Claim, let_go_on_failure
from service.clock import Clock
from service.daily import Kitbag, plan_day
from service.db import Database
from service.errors import ConflictError, NuanfanError
from service.outbox import tell
from service.planning import read_question
from service.publishing import Published, publish
from service.tables import Job, MealDay, Plan, Role
from service.texts import Key
from service.travelling import travel_times
from service.versions import refuse_if_on_the_road
from service.work import add_job

REPLAN = "replan"
WHY = {"lock.on_the_road": "lock.why.on_the_road", "lock.cooked_already": "lock.why.cooked_already"}
"""Refusals that the desk is told in words of their own."""


class Replanning(StrEnum):
    """Where planning again stands: nobody asked, it waits or goes on, or the last time it was refused."""

    IDLE = "idle"
    GOING_ON = "going_on"
    REFUSED = "refused"


def ask_again(database: Database, service_day: date, meal: Meal, *, by: str, clock: Clock) -> None:
    """Write the work of planning a meal again.

    Raises
    ------
    NotFoundError
        If no plan is published.
    ConflictError
        If it is asked for or being planned already, or a van or a courier has left.
    """
    with database.write() as session:
        write_replan(session, service_day, meal, by=by, clock=clock)


def write_replan(session: Session, service_day: date, meal: Meal, *, by: str, clock: Clock) -> None:
    """Write the work of planning a meal again within the caller's transaction; raises as `ask_again`."""
    plan = get_plan(session, service_day, meal)
    refuse_if_on_the_road(session, plan)
    refuse_while_planned(session, service_day, meal, clock)
    add_job(session, REPLAN, f"{service_day}/{meal}", clock.now())
    subject = f"{service_day}/{meal}/v{plan.version}"
    audit.note(session, at=clock.now(), actor=by, action="ask_replan", subject=subject)


def replan_meal(service_day: date, meal: Meal, kit: Kitbag) -> Published:
    """Plan a published meal again and publish it as the next version.

    Raises
    ------
    ConflictError
        If it is not published, held by somebody else, or on the road already.
    ForgottenError
        As `service.daily.run_meal`.
    """
    travel = travel_times(kit.settings)
    claim = Claim(kit.database, kit.clock, service_day, meal)
    claim.take_published(actor=kit.actor)
    with let_go_on_failure(claim):
        with kit.database.read() as session:
            refuse_if_on_the_road(session, get_plan(session, service_day, meal))
            question = read_question(session, service_day, meal)
        plan, problem = plan_day(question, kit, meanwhile=claim.renew, travel=travel)
        with kit.database.write() as session:
            claim.settle(session)
            return publish(session, question, problem, plan, kit.settings, kit.clock, actor=kit.actor)


def tell_refused(database: Database, service_day: date, meal: Meal, refusal: NuanfanError, clock: Clock) -> None:
    """Tell the desk that a meal was not planned again, and why."""
    now = clock.now()
    with database.write() as session:
        tell(
            session,
            to=Role.DISTRICT,
            key="notice.replan_refused",
            dedupe=f"{service_day}/{meal}/replan_refused/{now.isoformat()}",
            at=now,
            day=str(service_day),
            meal=f"meal.{meal}",
            why=WHY.get(refusal.key, "lock.why.other"),
        )


def refuse_while_planned(session: Session, service_day: date, meal: Meal, clock: Clock) -> None:
    """Raise while a meal is being planned again or is to be: what is decided now would be in no version.

    Raises
    ------
    ConflictError
        Then.
    """
    day = session.get(MealDay, (service_day, meal))
    held = day is not None and day.lease_until is not None and day.lease_until > clock.now()
    if held or _open_job(session, service_day, meal) is not None:
        raise ConflictError("lock.being_planned", day=service_day, meal=Key(f"meal.{meal}"))


def is_replan_waiting(session: Session, service_day: date, meal: Meal) -> bool:
    """Return whether planning again is asked for and not begun: what is decided now will be in it."""
    day, waiting = session.get(MealDay, (service_day, meal)), _open_job(session, service_day, meal)
    is_free = day is None or day.lease_until is None
    return is_free and waiting is not None and waiting.lease_until is None


def replanning_state(session: Session, service_day: date, meal: Meal) -> tuple[Replanning, datetime | None]:
    """Return where planning again stands, and since when it goes on or was refused."""
    waiting = _open_job(session, service_day, meal)
    if waiting is not None:
        return Replanning.GOING_ON, waiting.due_at
    of_meal = select(Job).where(Job.name == REPLAN, Job.subject == f"{service_day}/{meal}")
    last = session.exec(of_meal.order_by(col(Job.id).desc()).limit(1)).first()
    plan: Plan | None = find_plan(session, service_day, meal)
    if last is not None and last.done_at is not None and plan is not None and last.due_at > plan.published_at:
        return Replanning.REFUSED, last.done_at
    return Replanning.IDLE, None


def _open_job(session: Session, service_day: date, meal: Meal) -> Job | None:
    of_meal = select(Job).where(Job.name == REPLAN, Job.subject == f"{service_day}/{meal}")
    return session.exec(of_meal.where(col(Job.done_at).is_(None)).limit(1)).first()
