"""What happened to a published plan: cooked, left, handed over or not; each mark is set once and says who set it.

Nothing is delivered by default. A mark may be repeated without harm, so that a phone may send it again until it is
acknowledged; a mistap can be undone for ten minutes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from service import audit, outbox
from service.access import EVERYTHING, Reach
from service.clock import Clock, instant_of
from service.db import Database, changed_rows
from service.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from service.kitchen_work.records import add_finish, take_finish_back
from service.tables import (
    Batch,
    Courier,
    CourierRun,
    MissingBox,
    MissingWay,
    Notice,
    Outcome,
    Plan,
    PlannedOrder,
    Role,
    VanRun,
    Visit,
)
from service.texts import Key

UNDO_WITHIN = timedelta(minutes=10)
CLOCKS_DIFFER = timedelta(minutes=5)
LONGEST_NOTE = 200
HANDED_OVER = frozenset({Outcome.IN_PERSON, Outcome.NAMED_PERSON, Outcome.LEFT_BY_RULE})
NEEDS_SOMEBODY = frozenset({Outcome.NO_ANSWER, Outcome.REFUSED, Outcome.ADDRESS_WRONG, Outcome.OTHER})
TOLD_ROLES = (Role.OPERATOR, Role.DISTRICT)


def mark_cooked(
    database: Database, batch_id: int, *, by: str, reach: Reach, clock: Clock, at: datetime | None = None
) -> Batch:
    """Note when a batch was finished at the stove; a second call changes nothing and returns what stands.

    Raises
    ------
    NotFoundError, NotAllowedError
        If there is no such batch, or it is another kitchen's.
    InvalidError
        If `at` lies in the future or before the service day.
    ConflictError
        If a newer plan has replaced this one.
    """
    with database.write() as session:
        batch = session.get(Batch, batch_id)
        if batch is None:
            raise NotFoundError("progress.unknown_batch", batch=batch_id)
        _refuse_outside(reach, Reach(kitchen=batch.kitchen_code))
        when = _checked_time(session, batch.plan_id, at, clock)
        if _set_once(session, Batch, batch_id, Batch.cooked_at, when):
            session.refresh(batch)
            add_finish(session, batch, when, by=by, now=clock.now())
            audit.note(session, at=clock.now(), actor=by, action="batch.cooked", subject=batch.code)
        session.refresh(batch)
        return batch


def undo_cooked(database: Database, batch_id: int, *, by: str, reach: Reach, clock: Clock) -> Batch:
    """Take back a mistaken `mark_cooked` within ten minutes.

    Raises
    ------
    NotFoundError, NotAllowedError, ConflictError
        As `mark_cooked`; or if nothing is marked or more than ten minutes have passed.
    """
    with database.write() as session:
        batch = session.get(Batch, batch_id)
        if batch is None:
            raise NotFoundError("progress.unknown_batch", batch=batch_id)
        _refuse_outside(reach, Reach(kitchen=batch.kitchen_code))
        _refuse_late_undo(batch.cooked_at, clock)
        take_finish_back(session, batch, by=by, now=clock.now())
        batch.cooked_at = None
        session.add(batch)
        audit.note(session, at=clock.now(), actor=by, action="batch.undo", subject=batch.code)
        return batch


def mark_van_left(
    database: Database, run_id: int, *, by: str, reach: Reach, clock: Clock, at: datetime | None = None
) -> VanRun:
    """Note when a van has been loaded and has left; the rules of `mark_cooked` hold."""
    with database.write() as session:
        run = session.get(VanRun, run_id)
        if run is None:
            raise NotFoundError("progress.unknown_run", run=run_id)
        _refuse_outside(reach, Reach(kitchen=run.kitchen_code))
        when = _checked_time(session, run.plan_id, at, clock)
        if _set_once(session, VanRun, run_id, VanRun.left_at, when):
            audit.note(session, at=clock.now(), actor=by, action="van.left", subject=run.code)
        session.refresh(run)
        return run


def mark_courier_left(
    database: Database, run_id: int, *, by: str, reach: Reach, clock: Clock, at: datetime | None = None
) -> CourierRun:
    """Note when a courier leaves with the first load; the rules of `mark_cooked` hold."""
    with database.write() as session:
        run = session.get(CourierRun, run_id)
        if run is None:
            raise NotFoundError("progress.unknown_run", run=run_id)
        courier = session.get_one(Courier, run.courier_code)
        _refuse_outside(reach, Reach(courier=courier.code, meal_point=courier.meal_point_code))
        when = _checked_time(session, run.plan_id, at, clock)
        if _set_once(session, CourierRun, run_id, CourierRun.left_at, when):
            audit.note(session, at=clock.now(), actor=by, action="courier.left", subject=run.code)
        session.refresh(run)
        return run


def record_outcome(
    database: Database,
    visit_id: int,
    *,
    outcome: Outcome,
    by: str,
    reach: Reach,
    clock: Clock,
    at: datetime | None = None,
    note: str = "",
) -> Visit:
    """Note what happened at a door; where nobody got the meal, the desk is told in the same transaction.

    The same outcome again changes nothing and returns what stands.

    Raises
    ------
    NotFoundError, NotAllowedError
        If there is no such visit, or it is on another courier's run.
    InvalidError
        If `at` lies in the future or before the service day, or the note is too long.
    ConflictError
        If the visit has another outcome already, a newer plan has replaced this one, or a box for the door is missing
        and nobody has said yet what became of it.
    """
    if len(note) > LONGEST_NOTE:
        raise InvalidError("progress.note_too_long", longest=LONGEST_NOTE)
    with database.write() as session:
        visit, run = _get_visit(session, visit_id, reach)
        when = _checked_time(session, run.plan_id, at, clock)
        if outcome in HANDED_OVER:
            _refuse_missing_box(session, visit)
        claimed = session.execute(
            update(Visit)
            .where(col(Visit.id) == visit_id, col(Visit.outcome).is_(None))
            .values(outcome=outcome, outcome_at=when, outcome_by=by, note=note.strip())
        )
        session.refresh(visit)
        if changed_rows(claimed) == 1:
            audit.note(session, at=clock.now(), actor=by, action="visit.outcome", subject=str(visit_id), code=outcome)
            _tell_if_nobody_got_it(session, visit, run, outcome, clock)
        elif visit.outcome != outcome:
            raise ConflictError("progress.has_outcome", outcome=Key(f"outcome.{visit.outcome}"))
        return visit


def undo_outcome(database: Database, visit_id: int, *, by: str, reach: Reach, clock: Clock) -> Visit:
    """Take back a mistaken outcome within ten minutes; whoever was told of it is told that it was a mistake.

    Raises
    ------
    NotFoundError, NotAllowedError
        If there is no such visit, or it is on another courier's run.
    ConflictError
        If the visit has no outcome or more than ten minutes have passed.
    """
    with database.write() as session:
        visit, run = _get_visit(session, visit_id, reach)
        _refuse_late_undo(visit.outcome_at, clock)
        taken_back = visit.outcome
        visit.outcome, visit.outcome_at, visit.outcome_by, visit.note = None, None, None, ""
        session.add(visit)
        audit.note(session, at=clock.now(), actor=by, action="visit.undo", subject=str(visit_id), code=taken_back)
        _untell(session, visit, run, clock)
        return visit


def _get_visit(session: Session, visit_id: int, reach: Reach) -> tuple[Visit, CourierRun]:
    visit = session.get(Visit, visit_id)
    if visit is None:
        raise NotFoundError("progress.unknown_visit", visit=visit_id)
    run = session.get_one(CourierRun, visit.courier_run_id)
    _refuse_outside(reach, Reach(courier=run.courier_code, meal_point=visit.meal_point_code))
    return visit, run


def _refuse_missing_box(session: Session, visit: Visit) -> None:
    """Refuse to call a door served while a box for it is on the open list, or where none is left for it."""
    lost = session.exec(
        select(MissingBox)
        .join(PlannedOrder, col(PlannedOrder.order_id) == col(MissingBox.order_id))
        .where(PlannedOrder.visit_id == visit.id)
    ).all()
    waiting = [one.label for one in lost if one.settled_at is None]
    if waiting:
        raise ConflictError("progress.box_missing", label=waiting[0])
    if lost and sum(1 for one in lost if one.way == MissingWay.CALLED_OFF) >= visit.boxes:
        raise ConflictError("progress.box_called_off", label=lost[0].label)


def _refuse_outside(reach: Reach, subject: Reach) -> None:
    """Refuse unless the subject lies within reach: everything, or one of the subject's own places."""
    if reach == EVERYTHING:
        return
    shared = (
        (reach.kitchen and reach.kitchen == subject.kitchen)
        or (reach.meal_point and reach.meal_point == subject.meal_point)
        or (reach.courier and reach.courier == subject.courier)
    )
    if not shared:
        raise NotAllowedError("access.not_yours")


def _checked_time(session: Session, plan_id: int, at: datetime | None, clock: Clock) -> datetime:
    plan = session.get_one(Plan, plan_id)
    newer = select(Plan.version).where(
        Plan.service_day == plan.service_day, Plan.meal == plan.meal, Plan.version > plan.version
    )
    if session.exec(newer).first() is not None:
        raise ConflictError("progress.superseded", version=plan.version)
    when = at or clock.now()
    if when > clock.now() + CLOCKS_DIFFER:
        raise InvalidError("progress.in_future")
    if when < instant_of(plan.service_day, 0):
        raise InvalidError("progress.before_day", day=plan.service_day)
    return min(when, clock.now())


def _set_once(session: Session, table: type[Any], row_id: int, column: Any, when: datetime) -> bool:
    done = session.execute(update(table).where(table.id == row_id, col(column).is_(None)).values({column.key: when}))
    return changed_rows(done) == 1


def _refuse_late_undo(at: datetime | None, clock: Clock) -> None:
    if at is None:
        raise ConflictError("progress.nothing_to_undo")
    if clock.now() - at > UNDO_WITHIN:
        raise ConflictError("progress.undo_too_late", minutes=int(UNDO_WITHIN.total_seconds()) // 60)


def _tell_if_nobody_got_it(session: Session, visit: Visit, run: CourierRun, outcome: Outcome, clock: Clock) -> None:
    if outcome not in NEEDS_SOMEBODY:
        return
    for role in TOLD_ROLES:
        outbox.tell(
            session,
            to=role,
            key=f"notice.visit.{outcome}",
            dedupe=f"visit:{visit.id}:{role}:{clock.now().isoformat()}",
            at=clock.now(),
            elder=visit.elder_number,
            run=run.code,
        )


def _untell(session: Session, visit: Visit, run: CourierRun, clock: Clock) -> None:
    about = col(Notice.dedupe).startswith(f"visit:{visit.id}:", autoescape=True)
    seen = session.exec(select(Notice).where(about, col(Notice.shown_at).is_not(None))).all()
    session.execute(delete(Notice).where(about, col(Notice.shown_at).is_(None)))
    for to in sorted({notice.to for notice in seen}):
        outbox.tell(
            session,
            to=to,
            key="notice.visit.undone",
            dedupe=f"undone:{visit.id}:{to}:{clock.now().isoformat()}",
            at=clock.now(),
            elder=visit.elder_number,
            run=run.code,
        )
