"""Taking back what was done at the desk, the last thing first, if nothing has followed it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, select

from kitchens.meals import Meal
from service import audit
from service.clock import Clock, local_day
from service.db import Database
from service.desk.acts import put_back
from service.desk.call_backs import withdrawn_in as call_back_withdrawn_in
from service.desk.grid import stamp_of
from service.desk.standing_by import write_ahead
from service.desk.view import find_last_act
from service.desk.worries import settled_in
from service.errors import ConflictError
from service.orders import answer_wishes, find_point, refuse_if_closed
from service.people.lifecycle import planned_in, withdrawn_in
from service.standing import DAYS_AHEAD, GENERATOR
from service.tables import (
    ActKind,
    DeskAct,
    Elder,
    ElderAbsence,
    ElderPhone,
    ElderState,
    MealOrder,
    OrderSource,
    OrderState,
    StandingOrder,
    WorryState,
)
from service.texts import text


def take_back(database: Database, elder_number: str, *, by: str, clock: Clock) -> DeskAct:
    """Take back what this operator last did for this elder today, and return that act.

    Raises
    ------
    ConflictError
        If there is nothing to take back, or somebody has changed it since, or it is too late.
    """
    with database.write() as session:
        act = find_last_act(session, elder_number, by, local_day(clock.now()))
        if act is None:
            raise ConflictError("desk.nothing_to_undo")
        session.refresh(act, with_for_update=True)
        if act.undone_at is not None:
            raise ConflictError("desk.nothing_to_undo")
        _undo(session, act, by, clock)
        act.undone_at, act.undone_by = clock.now(), by
        session.add(act)
        audit.note(session, at=clock.now(), actor=by, action=f"desk_undo_{act.kind}", subject=elder_number, act=act.id)
        session.flush()
        return act


def _undo(session: Session, act: DeskAct, by: str, clock: Clock) -> None:
    details = act.details
    match act.kind:
        case ActKind.ORDER | ActKind.CHANGE | ActKind.CANCEL | ActKind.LATE:
            _order_back(session, act, clock, by)
        case ActKind.LATE_CANCEL:
            _withdraw_requests(session, _same_order(session, details), by, clock)
        case ActKind.STOP:
            _stop_back(session, act, clock)
        case ActKind.RESUME:
            _resume_back(session, act, by, clock)
        case ActKind.CALL_BACK:
            call_back_withdrawn_in(session, details["call_back"], by, clock)
        case ActKind.WORRY:
            # Kept beside the worry for ever, so said in the language of the record.
            settled_in(session, details["worry"], WorryState.WITHDRAWN, text("zh", "desk.withdrawn"), by, clock)
        case ActKind.PHONE:
            row = session.get_one(ElderPhone, (act.elder_number, details["phone"]))
            row.until_day = local_day(clock.now()) - timedelta(days=1)
            session.add(row)


def _order_back(session: Session, act: DeskAct, clock: Clock, by: str) -> None:
    order = _same_order(session, act.details)
    if act.kind == ActKind.LATE:
        _withdraw_requests(session, order, by, clock)
    else:
        # What the kitchen has counted is not taken from it behind its back.
        point = find_point(session, session.get_one(Elder, order.elder_number))
        refuse_if_closed(session, point, order.service_day, Meal(order.meal), clock)
    before = act.details["before"]
    if before is not None:
        put_back(session, order, before, clock, in_place_of=act.kind == ActKind.CHANGE)
        return
    # Nobody had decided about this meal: it goes back to the standing orders, and is cooked only if one says so.
    order.state, order.source, order.placed_by = OrderState.WITHDRAWN, OrderSource.STANDING, GENERATOR
    order.changed_at = None
    session.add(order)
    session.flush()


def _same_order(session: Session, details: dict[str, Any]) -> MealOrder:
    """Return an order, held, if it is still as the act left it."""
    of_it = select(MealOrder).where(MealOrder.id == details["order"]).with_for_update()
    order = session.exec(of_it.execution_options(populate_existing=True)).one()
    if stamp_of(order) != details["stamp"]:
        raise ConflictError("desk.changed_meanwhile", day=order.service_day, by=order.placed_by)
    return order


def _withdraw_requests(session: Session, order: MealOrder, by: str, clock: Clock) -> None:
    if not answer_wishes(session, order.id or 0, clock, by=by):
        raise ConflictError("desk.kitchen_answered", day=order.service_day)


def _stop_back(session: Session, act: DeskAct, clock: Clock) -> None:
    first = date.fromisoformat(act.details["from_day"])
    absence = session.get(ElderAbsence, (act.elder_number, first))
    last = act.details["until"]
    if absence is None or (absence.until_day.isoformat() if absence.until_day else None) != last:
        raise ConflictError("desk.stop_changed", day=first)
    orders = [_same_order(session, one) for one in act.details["orders"]]
    session.delete(absence)
    session.flush()
    for order, one in zip(orders, act.details["orders"], strict=True):
        put_back(session, order, one["before"], clock, in_place_of=False)
    furthest = local_day(clock.now()) + timedelta(days=DAYS_AHEAD)
    write_ahead(session, act.elder_number, first, date.fromisoformat(last) if last else furthest, clock)


def _resume_back(session: Session, act: DeskAct, by: str, clock: Clock) -> None:
    today = local_day(clock.now())
    if act.details["state_from"] is not None:
        from_day = date.fromisoformat(act.details["state_from"])
        if act.details["was_of_today"]:
            planned_in(session, act.elder_number, ElderState.PAUSED, from_day, "", by, clock)
        else:
            withdrawn_in(session, act.elder_number, from_day, by, clock)
    for was in act.details["absences"]:
        from_day, until = date.fromisoformat(was["from_day"]), was["until_day"]
        row = session.get(ElderAbsence, (was["elder"], from_day))
        row = row or ElderAbsence(elder_number=was["elder"], from_day=from_day)
        row.until_day = date.fromisoformat(until) if until else None
        row.reason, row.note = was["reason"], was["note"]
        session.add(row)
    for was in act.details["standing"]:
        standing = session.get_one(StandingOrder, was["standing"])
        standing.paused_from = date.fromisoformat(was["from_day"])
        standing.paused_until = date.fromisoformat(was["until_day"]) if was["until_day"] else None
        standing.changed_at = clock.now()
        session.add(standing)
    session.flush()
    write_ahead(session, act.elder_number, today, today + timedelta(days=DAYS_AHEAD), clock)
