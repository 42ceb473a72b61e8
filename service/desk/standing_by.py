"""What an operator does about more than one meal: stop, serve again, call back, worry, keep a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from kitchens.meals import Meal
from service import audit
from service.clock import Clock, local_day
from service.db import Database
from service.desk.acts import Seat, done_once, kept, noted
from service.desk.call_backs import promised_in
from service.desk.grid import stamp_of
from service.desk.worries import opened_in
from service.errors import ConflictError, InvalidError
from service.finding.keys import digits_of
from service.idempotency import Answer, Call
from service.orders import cancelled_in, hold_open
from service.people import Record, get_record, get_root
from service.people.lifecycle import planned_in, withdrawn_in
from service.standing import DAYS_AHEAD, generate_standing_orders
from service.tables import (
    AbsenceReason,
    ActKind,
    ElderAbsence,
    ElderPhone,
    ElderState,
    ElderStateChange,
    MealOrder,
    OrderState,
    StandingOrder,
)

FEWEST_DIGITS = 7
FURTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Stop:
    """From when to when an elder is away, both days included; without a last day until further notice."""

    from_day: date
    until_day: date | None
    reason: AbsenceReason


def stop_meals(database: Database, seat: Seat, stop: Stop, *, clock: Clock, call: Call | None = None) -> int:
    """Keep that an elder is away, cancel what is ordered for these days and can be, and return the number of the act.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    InvalidError
        If it ends before it begins, begins before today or more than a year ahead.
    ConflictError
        If a stop from that day stands already.
    """
    today = local_day(clock.now())
    if stop.until_day is not None and stop.until_day < stop.from_day:
        raise InvalidError("error.days_wrong_way_round", first=stop.from_day, last=stop.until_day)
    if not today <= stop.from_day <= today + FURTHEST:
        raise InvalidError("desk.stop_when", day=stop.from_day)

    def work(session: Session) -> Answer:
        elder = get_root(session, seat.elder_number)
        if session.get(ElderAbsence, (elder.number, stop.from_day)) is not None:
            raise ConflictError("desk.stopped_already", day=stop.from_day)
        session.add(
            ElderAbsence(
                elder_number=elder.number, from_day=stop.from_day, until_day=stop.until_day, reason=stop.reason
            )
        )
        session.flush()
        taken, left = _cancel_days(session, seat, stop, clock)
        audit.note(
            session,
            at=clock.now(),
            actor=seat.by,
            action="desk_stop",
            subject=elder.number,
            from_day=stop.from_day.isoformat(),
            until_day=stop.until_day.isoformat() if stop.until_day else None,
            reason=stop.reason,
        )
        until = stop.until_day.isoformat() if stop.until_day else None
        from_day = stop.from_day.isoformat()
        return noted(session, seat, ActKind.STOP, clock, from_day=from_day, until=until, orders=taken, closed=left)

    return done_once(database, call, clock, work)


def serve_again(database: Database, seat: Seat, *, clock: Clock, call: Call | None = None) -> int:
    """End what keeps an elder from being served today: a pause, an absence, a rest of standing orders.

    What has only been announced stays, unless nothing else keeps the elder away.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    ConflictError
        If nothing keeps the elder from being served.
    """

    def work(session: Session) -> Answer:
        record = get_record(session, seat.elder_number)
        today = local_day(clock.now())
        details: dict[str, Any] = {"absences": [], "standing": [], "state_from": None}
        absences, rests = _keeping_away(session, record, today)
        if record.elder.state == ElderState.PAUSED:
            details["state_from"] = today.isoformat()
            details["was_of_today"] = _activate(session, record.elder.number, today, seat.by, clock)
        details["absences"] = [_end_absence(session, absence, today) for absence in absences]
        details["standing"] = [_unpause(session, standing, clock) for standing in rests]
        if not any(details.values()):
            raise ConflictError("desk.served_already")
        session.flush()
        write_ahead(session, seat.elder_number, today, today + timedelta(days=DAYS_AHEAD), clock)
        audit.note(session, at=clock.now(), actor=seat.by, action="desk_resume", subject=seat.elder_number)
        return noted(session, seat, ActKind.RESUME, clock, **details)

    return done_once(database, call, clock, work)


def _keeping_away(session: Session, record: Record, today: date) -> tuple[list[ElderAbsence], list[StandingOrder]]:
    """Return the absences and rests that hold today, or else those still to come."""
    absences = [one for one in record.absences if one.until_day is None or one.until_day >= today]
    of_elder = select(StandingOrder).where(StandingOrder.elder_number == record.elder.number)
    rests = [
        one
        for one in session.exec(of_elder)
        if one.paused_from is not None and (one.paused_until is None or one.paused_until >= today)
    ]
    begun = [one for one in absences if one.from_day <= today]
    resting = [one for one in rests if one.paused_from is not None and one.paused_from <= today]
    return (begun, resting) if begun or resting or record.elder.state == ElderState.PAUSED else (absences, rests)


def call_back(
    database: Database,
    seat: Seat,
    due_at: datetime,
    note: str,
    *,
    phone: str = "",
    clock: Clock,
    call: Call | None = None,
) -> int:
    """Promise to call an elder back; the rules of `service.desk.call_backs.promised_in` hold."""

    def work(session: Session) -> Answer:
        owed = promised_in(session, seat.elder_number, due_at, note, phone=phone, by=seat.by, clock=clock)
        return noted(session, seat, ActKind.CALL_BACK, clock, call_back=owed.id)

    return done_once(database, call, clock, work)


def worry_about(database: Database, seat: Seat, what: str, *, clock: Clock, call: Call | None = None) -> int:
    """Open a worry about an elder; the rules of `service.desk.worries.open_worry` hold."""

    def work(session: Session) -> Answer:
        worry = opened_in(session, seat.elder_number, what, seat.by, clock)
        return noted(session, seat, ActKind.WORRY, clock, worry=worry.id)

    return done_once(database, call, clock, work)


def keep_number(database: Database, seat: Seat, phone: str, *, clock: Clock, call: Call | None = None) -> int:
    """Add the number that somebody rang from to an elder's record.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    InvalidError
        If it is no telephone number.
    ConflictError
        If it stands in the record already.
    """
    digits = digits_of(phone)
    if not FEWEST_DIGITS <= len(digits) <= 20:
        raise InvalidError("desk.no_number", given=phone[:20])

    def work(session: Session) -> Answer:
        elder = get_root(session, seat.elder_number)
        row = session.get(ElderPhone, (elder.number, digits))
        if digits_of(elder.phone) == digits or (row is not None and row.until_day is None):
            raise ConflictError("desk.number_known")
        if row is None:
            row = ElderPhone(elder_number=elder.number, phone=digits)
        row.until_day = None
        session.add(row)
        audit.note(session, at=clock.now(), actor=seat.by, action="record.add", subject=elder.number, part="phones")
        return noted(session, seat, ActKind.PHONE, clock, phone=digits)

    return done_once(database, call, clock, work)


def write_ahead(session: Session, elder_number: str, first: date, last: date, clock: Clock) -> None:
    """Have one elder's standing orders written out anew for some days, as far as they are written ahead."""
    furthest = min(last, local_day(clock.now()) + timedelta(days=DAYS_AHEAD))
    for ahead in range((furthest - first).days + 1):
        for meal in Meal:
            day = first + timedelta(days=ahead)
            if hold_open(session, day, meal):
                generate_standing_orders(session, day, meal, clock=clock, elder_number=elder_number)


def _cancel_days(session: Session, seat: Seat, stop: Stop, clock: Clock) -> tuple[list[Any], list[int]]:
    """Cancel what a person ordered for the days of a stop, and let the standing orders follow it.

    Returns the orders that were cancelled, as they were, and the ids of those that can no longer be.
    """
    furthest = local_day(clock.now()) + timedelta(days=DAYS_AHEAD)
    write_ahead(session, seat.elder_number, stop.from_day, stop.until_day or furthest, clock)
    ordered = select(MealOrder).where(
        MealOrder.elder_number == seat.elder_number,
        MealOrder.service_day >= stop.from_day,
        MealOrder.state == OrderState.PLACED,
    )
    if stop.until_day is not None:
        ordered = ordered.where(MealOrder.service_day <= stop.until_day)
    taken: list[Any] = []
    left: list[int] = []
    for order in session.exec(ordered.order_by(col(MealOrder.service_day))).all():
        before = kept(session, order)
        try:
            cancelled_in(session, order.id or 0, seat.by, clock)
        except ConflictError:
            # It is being cooked: the operator says so, and may ask the kitchen.
            left.append(order.id or 0)
        else:
            taken.append({"order": order.id, "stamp": stamp_of(order), "before": before})
    return taken, left


def _activate(session: Session, elder_number: str, today: date, by: str, clock: Clock) -> bool:
    """End an elder's pause today, and return whether it had begun today: then it is as if it had never been."""
    change = session.get(ElderStateChange, (elder_number, today))
    if change is not None and change.withdrawn_at is None and change.applied_at is not None:
        withdrawn_in(session, elder_number, today, by, clock)
        return True
    planned_in(session, elder_number, ElderState.ACTIVE, today, "", by, clock)
    return False


def _end_absence(session: Session, absence: ElderAbsence, today: date) -> dict[str, Any]:
    """End an absence yesterday, or take it away if it has not begun; return what it was."""
    was = {
        "from_day": absence.from_day.isoformat(),
        "until_day": absence.until_day.isoformat() if absence.until_day else None,
        "reason": absence.reason,
        "note": absence.note,
        "elder": absence.elder_number,
    }
    if absence.from_day >= today:
        session.delete(absence)
    else:
        absence.until_day = today - timedelta(days=1)
        session.add(absence)
    return was


def _unpause(session: Session, standing: StandingOrder, clock: Clock) -> dict[str, Any]:
    was = {
        "standing": standing.id,
        "from_day": standing.paused_from.isoformat() if standing.paused_from else None,
        "until_day": standing.paused_until.isoformat() if standing.paused_until else None,
    }
    standing.paused_from, standing.paused_until, standing.changed_at = None, None, clock.now()
    session.add(standing)
    return was
