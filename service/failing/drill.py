"""Dealing with a failure: worked out again from how things stand now, checked, and published as the next version."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from kitchens.failing.failure import Rescue, Substitution
from kitchens.meals import Meal
from routing.check import check_runs
from service import audit
from service.board.heads import get_plan
from service.claims import Claim, let_go_on_failure
from service.daily import MOST_NAMED, Kitbag, faults
from service.db import Database
from service.errors import ForgottenError, NuanfanError
from service.failing.lasting import failure_of
from service.failing.reporting import worked_out
from service.failing.running import Running, read_running
from service.outbox import tell
from service.publishing import Published, publish
from service.tables import FailureLine, FailureState, KitchenFailure, Role
from service.texts import Key

DRILL = "failure"


def deal_with(failure_id: int, kit: Kitbag) -> Published | None:
    """Deal with a reported failure and publish the next version; None if somebody else has.

    Raises
    ------
    ConflictError
        If the meal is held by somebody else, or has changed in a way that must be looked at first.
    InvalidError
        If no meal is short any more.
    ForgottenError
        If the new version forgets somebody or breaks a rule: it is not published.
    """
    with kit.database.read() as session:
        row = session.get_one(KitchenFailure, failure_id)
    if row.state != FailureState.REPORTED:
        return None
    claim = Claim(kit.database, kit.clock, row.service_day, Meal(row.meal))
    claim.take_published(actor=kit.actor)
    with let_go_on_failure(claim):
        with kit.database.read() as session:
            head = get_plan(session, row.service_day, Meal(row.meal))
            running = read_running(session, head, kit.settings, kit.clock)
        failure = failure_of(row)
        answer = worked_out(running, failure, kit.settings, limit_s=kit.settings.solve_limit_s, meanwhile=claim.renew)
        refuse_broken(running, answer)
        with kit.database.write() as session:
            claim.settle(session)
            made = publish(
                session,
                running.question,
                answer.problem,
                answer.plan,
                kit.settings,
                kit.clock,
                actor=row.reported_by,
                allows_road=True,
                why=(DRILL,),
            )
            _note(session, failure_id, answer, made, kit.clock.now())
        return made


def refuse_broken(running: Running, answer: Rescue) -> None:
    """Raise if the new version forgets somebody or breaks a rule that the running plan did not break.

    Raises
    ------
    ForgottenError
        With the first of them.
    """
    known = {f"{one.code}:{one.subject}" for one in check_runs(running.problem, running.plan.runs)}
    found = [one for one in faults(running.question, answer.problem, answer.plan) if one not in known]
    if found:
        names = {"day": running.head.service_day, "meal": Key(f"meal.{running.head.meal}")}
        raise ForgottenError("error.plan_broken", violations=found[:MOST_NAMED], **names)


def refuse(database: Database, failure_id: int, refusal: NuanfanError, now: datetime) -> None:
    """Note that a failure could not be dealt with, and tell the desk and the kitchen: a person has to."""
    with database.write() as session:
        row = session.get(KitchenFailure, failure_id, with_for_update=True)
        if row is None or row.state != FailureState.REPORTED:
            return
        row.state, row.ended_at, row.why = FailureState.REFUSED, now, refusal.key
        session.add(row)
        for to in (Role.DISTRICT, f"{Role.KITCHEN}:{row.kitchen_code}"):
            tell(
                session,
                to=to,
                key="notice.failure_refused",
                dedupe=f"failure/{failure_id}/refused/{to}",
                at=now,
                kitchen=row.kitchen_code,
                why=refusal.key,
            )


def _note(session: Session, failure_id: int, answer: Rescue, made: Published, now: datetime) -> None:
    row = session.get_one(KitchenFailure, failure_id)
    row.state, row.ended_at, row.new_plan_id = FailureState.DONE, now, made.plan_id
    row.threatened = answer.threatened
    session.add(row)
    session.add_all(_line(failure_id, one) for one in answer.substitutions)
    _tell(session, row, answer.substitutions, made, now)
    subject = f"{made.service_day}/{made.meal}/v{made.version}"
    details = {"kitchen": row.kitchen_code, "moved": len(answer.substitutions)}
    audit.note(session, at=now, actor=row.reported_by, action="deal_with_failure", subject=subject, **details)


def _line(failure_id: int, one: Substitution) -> FailureLine:
    return FailureLine(
        failure_id=failure_id,
        order_id=one.order_id,
        former_dish_code=one.was.dish_id,
        kitchen_code=one.now.kitchen_id if one.now else None,
        dish_code=one.now.dish_id if one.now else None,
        other_dish=one.is_other_dish,
        must_ask=one.must_ask,
        reason=one.reason,
    )


def _tell(
    session: Session, row: KitchenFailure, lines: tuple[Substitution, ...], made: Published, now: datetime
) -> None:
    """Tell the desk what was done, and each kitchen what it cooks besides."""
    left = sum(one.now is None for one in lines)
    asked = sum(one.must_ask for one in lines)
    names = {"day": str(made.service_day), "meal": f"meal.{made.meal}", "kitchen": row.kitchen_code}
    tell(
        session,
        to=Role.DISTRICT,
        key="notice.failure_done",
        dedupe=f"failure/{row.id}/done",
        at=now,
        moved=len(lines) - left,
        left=left,
        asked=asked,
        **names,
    )
    more: dict[str, int] = {}
    for one in lines:
        if one.now is not None and one.now.kitchen_id != row.kitchen_code:
            more[one.now.kitchen_id] = more.get(one.now.kitchen_id, 0) + 1
    for kitchen, meals in sorted(more.items()):
        to = f"{Role.KITCHEN}:{kitchen}"
        tell(
            session,
            to=to,
            key="notice.failure_more",
            dedupe=f"failure/{row.id}/more/{kitchen}",
            at=now,
            portions=meals,
            failed=row.kitchen_code,
            **(names | {"kitchen": kitchen}),
        )
