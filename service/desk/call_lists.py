"""Whom the desk should call: who was promised it, who always orders and has not, who did not answer, who must know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, func, select

from kitchens.meals import Meal
from service.access import EVERYTHING, Reach
from service.board.names import shortened
from service.calendar import cut_off, is_service_day, next_service_day
from service.clock import Clock, instant_of, local_day
from service.desk.call_backs import list_owed
from service.finding.keys import digits_of
from service.people import list_away
from service.tables import (
    CallBackKind,
    Elder,
    ElderAbsence,
    ElderState,
    LateRequest,
    MealOrder,
    MealPoint,
    OrderSource,
    OrderState,
)
from service.texts import Key

WEEKS = 4
OFTEN = 3
"""Of the last four days of the same weekday, on how many somebody must have ordered to be missed."""

LONGEST_SEARCH = 12
"""Weeks that are looked back through for four days on which the meal points served."""

MOST_ROWS = 200


class CallReason(StrEnum):
    """Why somebody is on a list."""

    CALL_BACK = "call_back"
    ALWAYS_ORDERS = "always_orders"
    NO_REPLY = "no_reply"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class ListRow:
    """One elder to call: the least that tells who it is, the telephone masked.

    `why` is the key of a sentence, `values` what it says.
    """

    reason: CallReason
    elder_number: str
    short_name: str
    phone: str
    why: str
    values: Mapping[str, object]
    note: str = ""
    due_at: datetime | None = None
    owed_id: int | None = None


def masked(phone: str) -> str:
    """Return a telephone of which only the last four digits can be read."""
    digits = digits_of(phone)
    return f"…{digits[-4:]}" if len(digits) > 4 else "…"


def list_calls(session: Session, clock: Clock, reach: Reach = EVERYTHING) -> dict[CallReason, list[ListRow]]:
    """Return today's lists, each in the order in which to call."""
    now = clock.now()
    end = instant_of(local_day(now) + timedelta(days=1), 0)
    owed = list_owed(session, end, reach)
    people = _people(session, [one.elder_number for one in owed])
    rows: defaultdict[CallReason, list[ListRow]] = defaultdict(list)
    for one in owed:
        reason = CallReason.NO_REPLY if one.tries else CallReason.CALL_BACK
        reason = CallReason.CONFIRM if one.kind == CallBackKind.CONFIRM and not one.tries else reason
        key = "desk.why.no_reply" if one.tries else "desk.why.promised"
        values: dict[str, object] = {"tries": one.tries, "by": one.made_by}
        row = _row(reason, people[one.elder_number], key, values, one.phone)
        rows[reason].append(_with(row, one.note, one.due_at, one.id))
    rows[CallReason.ALWAYS_ORDERS] = list_missing(session, clock, reach)
    rows[CallReason.CONFIRM] += _list_returning(session, now, reach) + _list_answered(session, now, reach)
    return {reason: rows[reason][:MOST_ROWS] for reason in CallReason}


def list_missing(session: Session, clock: Clock, reach: Reach = EVERYTHING) -> list[ListRow]:
    """Return who ordered on most of the last four days like the next open one, and has not decided about that yet.

    Standing orders count like any: what counts is what was ordered. Who is known to be away is not missed.
    """
    now = clock.now()
    day = next_service_day(local_day(now))
    found: list[ListRow] = []
    for meal in Meal:
        regular = _regular(session, day, meal, reach)
        if not regular:
            continue
        decided = select(MealOrder.elder_number).where(
            MealOrder.service_day == day, MealOrder.meal == meal, MealOrder.state != OrderState.WITHDRAWN
        )
        has_decided: set[str] = set(session.exec(decided))
        missing = sorted(set(regular) - has_decided - set(list_away(session, day)))
        people = _people(session, missing)
        points = {point.code: point for point in session.exec(select(MealPoint))}
        for number in missing:
            elder = people[number]
            point = points.get(elder.meal_point_code or "")
            if elder.state == ElderState.ACTIVE and is_service_day(point, day) and now <= cut_off(point, day, meal):
                values = {"count": regular[number], "weeks": WEEKS, "day": day, "meal": Key(f"meal.{meal}")}
                found.append(_row(CallReason.ALWAYS_ORDERS, elder, "desk.why.always", values, elder.phone))
    return found


def like_days(day: date) -> list[date]:
    """Return the last four days of the same weekday on which meals were served, the newest first."""
    before = (day - timedelta(weeks=back) for back in range(1, LONGEST_SEARCH + 1))
    return [one for one in before if is_service_day(None, one) or one.isoweekday() > 5][:WEEKS]


def _regular(session: Session, day: date, meal: Meal, reach: Reach) -> dict[str, int]:
    """Return who ordered a meal on most of the days like this one, with the number of those days."""
    count = func.count()
    ordered = (
        select(MealOrder.elder_number, count)
        .where(
            col(MealOrder.service_day).in_(like_days(day)),
            MealOrder.meal == meal,
            MealOrder.state == OrderState.PLACED,
        )
        .group_by(col(MealOrder.elder_number))
        .having(count >= OFTEN)
    )
    if reach != EVERYTHING:
        ordered = ordered.where(col(MealOrder.elder_number).in_(_own(reach)))
    return dict(session.exec(ordered).all())


def _list_returning(session: Session, now: datetime, reach: Reach) -> list[ListRow]:
    """Return who comes back from an absence by the next service day, to be asked whether all is as before."""
    today = local_day(now)
    soon = select(ElderAbsence, Elder).join(Elder, col(Elder.number) == col(ElderAbsence.elder_number))
    soon = soon.where(
        col(ElderAbsence.until_day) >= today,
        col(ElderAbsence.until_day) <= next_service_day(today),
        Elder.state == ElderState.ACTIVE,
    )
    if reach != EVERYTHING:
        soon = soon.where(col(Elder.number).in_(_own(reach)))
    return [
        _row(CallReason.CONFIRM, elder, "desk.why.returns", {"day": absence.until_day}, elder.phone)
        for absence, elder in session.exec(soon.order_by(col(Elder.number)))
    ]


def _list_answered(session: Session, now: datetime, reach: Reach) -> list[ListRow]:
    """Return who asked by telephone for something late that the kitchen has answered, for a meal still to come."""
    answered = (
        select(LateRequest, MealOrder, Elder)
        .join(MealOrder, col(MealOrder.id) == col(LateRequest.order_id))
        .join(Elder, col(Elder.number) == col(MealOrder.elder_number))
        .where(
            MealOrder.service_day >= local_day(now),
            MealOrder.source == OrderSource.PHONE,
            col(LateRequest.accepted).is_(False),
            LateRequest.decided_by != LateRequest.asked_by,
        )
    )
    if reach != EVERYTHING:
        answered = answered.where(col(Elder.number).in_(_own(reach)))
    return [
        _row(
            CallReason.CONFIRM,
            elder,
            "desk.why.late_refused",
            {"day": order.service_day, "meal": Key(f"meal.{order.meal}"), "why": request.why},
            elder.phone,
        )
        for request, order, elder in session.exec(answered.order_by(col(LateRequest.id)))
    ]


def _own(reach: Reach) -> Any:
    return select(Elder.number).where(Elder.meal_point_code == (reach.meal_point or ""))


def _people(session: Session, numbers: Sequence[str]) -> dict[str, Elder]:
    found = session.exec(select(Elder).where(col(Elder.number).in_(list(set(numbers)))))
    return {elder.number: elder for elder in found}


def _row(reason: CallReason, elder: Elder, why: str, values: Mapping[str, object], phone: str) -> ListRow:
    return ListRow(reason, elder.number, shortened(elder.name), masked(phone), why, values)


def _with(row: ListRow, note: str, due_at: datetime, owed_id: int | None) -> ListRow:
    return ListRow(row.reason, row.elder_number, row.short_name, row.phone, row.why, row.values, note, due_at, owed_id)
