"""Locking a stop: who must go there, who must not, and from which meal point; each a row that can be undone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from kitchens.meals import Meal
from service import audit
from service.board.heads import get_plan
from service.board.stop import find_roads
from service.clock import Clock
from service.db import Database, changed_rows
from service.errors import ConflictError, InvalidError, NotFoundError
from service.replanning import refuse_while_planned
from service.settings import Settings
from service.tables import Courier, CourierRun, LockKind, Plan, StopLock, Visit
from service.versions import refuse_if_on_the_road
from service.wishes import list_locks

LONGEST_WHY = 200


def lock_stop(
    database: Database,
    visit_id: int,
    *,
    kind: LockKind,
    code: str,
    why: str,
    by: str,
    settings: Settings,
    clock: Clock,
) -> StopLock:
    """Keep a decision about a stop; `code` is the courier's or the meal point's. What it contradicts is undone.

    Raises
    ------
    NotFoundError
        If there is no such stop.
    InvalidError
        If the courier is not on duty, or the meal point is none that may serve the home.
    ConflictError
        If a newer plan has replaced this one, it is being planned again, or its runs are on the road.
    """
    if len(why) > LONGEST_WHY:
        raise InvalidError("progress.note_too_long", longest=LONGEST_WHY)
    with database.write() as session:
        visit, run, plan = get_stop(session, visit_id)
        _refuse_late(session, plan, clock)
        if kind == LockKind.POINT:
            _refuse_strange_point(session, plan, run, visit, code, settings)
        else:
            _refuse_strange_courier(session, code)
        lock = StopLock(
            service_day=plan.service_day,
            meal=plan.meal,
            elder_number=visit.elder_number,
            kind=kind,
            courier_code=None if kind == LockKind.POINT else code,
            meal_point_code=code if kind == LockKind.POINT else None,
            why=why.strip(),
            made_at=clock.now(),
            made_by=by,
        )
        standing = [one for one in list_locks(session, plan.service_day, Meal(plan.meal)) if _concerns(one, lock)]
        for one in standing:
            if (one.kind, one.courier_code, one.meal_point_code) == (kind, lock.courier_code, lock.meal_point_code):
                return one
        for one in standing:
            if _contradicts(one, lock):
                _undo(session, one, by, clock.now())
        session.add(lock)
        session.flush()
        audit.note(session, at=clock.now(), actor=by, action="lock_stop", subject=_subject(lock), kind=kind, code=code)
        return lock


def undo_lock(database: Database, lock_id: int, *, by: str, clock: Clock) -> StopLock:
    """Take a decision back; a second call changes nothing.

    Raises
    ------
    NotFoundError
        If there is no such lock.
    ConflictError
        As `lock_stop`.
    """
    with database.write() as session:
        lock = session.get(StopLock, lock_id)
        if lock is None:
            raise NotFoundError("lock.unknown", lock=lock_id)
        _refuse_late(session, get_plan(session, lock.service_day, Meal(lock.meal)), clock)
        _undo(session, lock, by, clock.now())
        session.refresh(lock)
        return lock


def get_stop(session: Session, visit_id: int) -> tuple[Visit, CourierRun, Plan]:
    """Return a stop with its run and its plan.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    visit = session.get(Visit, visit_id)
    if visit is None:
        raise NotFoundError("progress.unknown_visit", visit=visit_id)
    run = session.get_one(CourierRun, visit.courier_run_id)
    return visit, run, session.get_one(Plan, run.plan_id)


def _refuse_late(session: Session, plan: Plan, clock: Clock) -> None:
    newest = get_plan(session, plan.service_day, Meal(plan.meal))
    if newest.version != plan.version:
        raise ConflictError("progress.superseded", version=plan.version)
    refuse_while_planned(session, plan.service_day, Meal(plan.meal), clock)
    refuse_if_on_the_road(session, plan)


def _refuse_strange_courier(session: Session, code: str) -> None:
    courier = session.get(Courier, code)
    if courier is None or not courier.active:
        raise InvalidError("lock.unknown_courier", courier=code)


def _refuse_strange_point(
    session: Session, plan: Plan, run: CourierRun, visit: Visit, code: str, settings: Settings
) -> None:
    roads = find_roads(session, plan, settings)
    home = None if roads is None else roads.home_of(run.courier_code, visit.position)
    if home is None or code not in {one.point_id for one in home.points}:
        raise InvalidError("lock.no_alternative", point=code)


def _concerns(one: StopLock, lock: StopLock) -> bool:
    return one.elder_number == lock.elder_number


def _contradicts(one: StopLock, lock: StopLock) -> bool:
    """Return whether both cannot stand: two couriers, two meal points, or a courier both wanted and barred."""
    if LockKind.POINT in {one.kind, lock.kind}:
        return one.kind == lock.kind
    if one.kind == lock.kind:
        return one.kind == LockKind.COURIER
    return one.courier_code == lock.courier_code


def _undo(session: Session, lock: StopLock, by: str, now: datetime) -> None:
    undone = session.execute(
        update(StopLock)
        .where(col(StopLock.id) == lock.id, col(StopLock.undone_at).is_(None))
        .values(undone_at=now, undone_by=by)
    )
    if changed_rows(undone) == 1:
        audit.note(session, at=now, actor=by, action="undo_lock", subject=_subject(lock), kind=lock.kind)


def _subject(lock: StopLock) -> str:
    return f"{lock.service_day}/{lock.meal}/{lock.elder_number}"
