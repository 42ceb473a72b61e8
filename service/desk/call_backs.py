"""Calls that the desk owes: promised for a time, tried until somebody answers."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from service import audit
from service.access import EVERYTHING, Reach
from service.clock import Clock
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.people import get_root
from service.tables import CallBack, CallBackKind, CallBackState, Elder

LONGEST_NOTE = 200
AGAIN_AFTER = timedelta(minutes=30)
"""When somebody who did not answer is called again."""

FURTHEST = timedelta(days=31)


def promised_in(
    session: Session, elder_number: str, due_at: datetime, note: str, *, phone: str, by: str, clock: Clock
) -> CallBack:
    """Promise a call within the caller's transaction.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    InvalidError
        If the time has passed or lies more than a month ahead, or the note is too long.
    """
    if not clock.now() - timedelta(minutes=1) <= due_at <= clock.now() + FURTHEST:
        raise InvalidError("desk.call_back_when", days=FURTHEST.days)
    if len(note.strip()) > LONGEST_NOTE:
        raise InvalidError("desk.note_long", most=LONGEST_NOTE)
    elder = get_root(session, elder_number)
    owed = CallBack(
        elder_number=elder.number,
        phone=phone or elder.phone,
        kind=CallBackKind.PROMISED,
        due_at=due_at,
        note=note.strip(),
        made_at=clock.now(),
        made_by=by,
    )
    session.add(owed)
    session.flush()
    audit.note(session, at=clock.now(), actor=by, action="call_back.promise", subject=elder.number, owed=owed.id)
    return owed


def promise_call(
    database: Database, elder_number: str, due_at: datetime, note: str = "", *, by: str, clock: Clock, phone: str = ""
) -> CallBack:
    """Promise to call an elder back; the rules of `promised_in` hold."""
    with database.write() as session:
        return promised_in(session, elder_number, due_at, note, phone=phone, by=by, clock=clock)


def note_try(database: Database, owed_id: int, *, is_reached: bool, by: str, clock: Clock) -> CallBack:
    """Keep that somebody was called: reached, which settles it, or not, which puts it off for half an hour.

    Raises
    ------
    NotFoundError
        If no such call is owed.
    ConflictError
        If it is settled already.
    """
    with database.write() as session:
        owed = _open(session, owed_id)
        owed.tries, owed.tried_at = owed.tries + 1, clock.now()
        if is_reached:
            _settle(owed, CallBackState.DONE, by, clock)
        else:
            owed.due_at = clock.now() + AGAIN_AFTER
        session.add(owed)
        action = "call_back.reached" if is_reached else "call_back.no_reply"
        audit.note(session, at=clock.now(), actor=by, action=action, subject=owed.elder_number, owed=owed.id)
        return owed


def withdrawn_in(session: Session, owed_id: int, by: str, clock: Clock) -> CallBack:
    """Take a promise back within the caller's transaction; the rules of `note_try` hold."""
    owed = _open(session, owed_id)
    _settle(owed, CallBackState.WITHDRAWN, by, clock)
    session.add(owed)
    audit.note(session, at=clock.now(), actor=by, action="call_back.withdraw", subject=owed.elder_number, owed=owed.id)
    session.flush()
    return owed


def get_call_back(session: Session, owed_id: int) -> CallBack:
    """Return a call that is or was owed.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    owed = session.get(CallBack, owed_id)
    if owed is None:
        raise NotFoundError("desk.unknown_call_back", owed=owed_id)
    return owed


def list_owed(
    session: Session, until: datetime, reach: Reach = EVERYTHING, elder_number: str | None = None
) -> list[CallBack]:
    """Return the calls that are owed until an instant, the earliest first."""
    owed = select(CallBack).where(CallBack.state == CallBackState.OPEN, col(CallBack.due_at) <= until)
    if elder_number is not None:
        owed = owed.where(CallBack.elder_number == elder_number)
    if reach != EVERYTHING:
        own = select(Elder.number).where(Elder.meal_point_code == (reach.meal_point or ""))
        owed = owed.where(col(CallBack.elder_number).in_(own))
    return list(session.exec(owed.order_by(col(CallBack.due_at), col(CallBack.id))))


def _open(session: Session, owed_id: int) -> CallBack:
    of_it = select(CallBack).where(CallBack.id == owed_id).with_for_update()
    owed = session.exec(of_it.execution_options(populate_existing=True)).first()
    if owed is None:
        raise NotFoundError("desk.unknown_call_back", owed=owed_id)
    if owed.state != CallBackState.OPEN:
        raise ConflictError("desk.call_back_settled", by=owed.settled_by or "")
    return owed


def _settle(owed: CallBack, state: CallBackState, by: str, clock: Clock) -> None:
    owed.state, owed.settled_at, owed.settled_by = state, clock.now(), by
