"""What a person may say about a standing order: how it repeats, when it rests, and on which day it is otherwise.

Each change is followed at once by the orders that the generator has written for the next two weeks, up to the cut-off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from kitchens.meals import Fulfilment, Meal
from service import audit
from service.capacity import refuse_if_over, refuse_unknown_dish
from service.clock import Clock, local_day
from service.db import Database
from service.errors import InvalidError, NotFoundError
from service.orders import find_point, get_served_elder, hold_open
from service.standing import DAYS_AHEAD, generate_standing_orders
from service.tables import Dish, Elder, StandingException, StandingOrder

WEEKDAYS = "1234567"


@dataclass(frozen=True, slots=True)
class Repeat:
    """How a standing order repeats: `weekdays` holds the digits 1 Monday … 7 Sunday, ascending, each once."""

    weekdays: str
    fulfilment: Fulfilment
    from_day: date
    until_day: date | None = None
    dish_code: str | None = None


@dataclass(frozen=True, slots=True)
class OneDay:
    """One day on which a standing order is otherwise: no meal (`skips`), or another dish or way to take it."""

    service_day: date
    skips: bool = True
    fulfilment: Fulfilment | None = None
    dish_code: str | None = None


def change_standing(
    database: Database, elder_number: str, meal: Meal, repeat: Repeat, *, by: str, clock: Clock
) -> StandingOrder:
    """Begin an elder's standing order of a meal, or put this one in the place of the one before.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    InvalidError
        If the elder is not served, no weekday or an odd one is given, it ends before it begins, or the dish is unknown.
    """
    _refuse_odd_repeat(repeat)
    with database.write() as session:
        get_served_elder(session, elder_number)
        if repeat.dish_code is not None and session.get(Dish, repeat.dish_code) is None:
            raise InvalidError("error.unknown_dish", dish=repeat.dish_code)
        of_meal = select(StandingOrder).where(StandingOrder.elder_number == elder_number, StandingOrder.meal == meal)
        standing = session.exec(of_meal).first()
        values = {
            "weekdays": repeat.weekdays,
            "fulfilment": repeat.fulfilment,
            "dish_code": repeat.dish_code,
            "from_day": repeat.from_day,
            "until_day": repeat.until_day,
        }
        if standing is None:
            standing = StandingOrder(
                elder_number=elder_number,
                meal=meal,
                weekdays="",
                fulfilment=repeat.fulfilment,
                from_day=repeat.from_day,
            )
        standing.sqlmodel_update(values)
        return _followed(session, standing, "change_standing", by, clock)


def pause_standing(
    database: Database, standing_id: int, from_day: date | None, until_day: date | None, *, by: str, clock: Clock
) -> StandingOrder:
    """Let a standing order rest from one day to another, until further notice without the second; no days: it goes on.

    Raises
    ------
    NotFoundError
        If there is no such standing order.
    InvalidError
        If the pause ends before it begins, or ends without beginning.
    """
    if until_day is not None and (from_day is None or until_day < from_day):
        raise InvalidError("error.days_wrong_way_round", first=from_day or "", last=until_day)
    with database.write() as session:
        standing = _get(session, standing_id)
        standing.paused_from, standing.paused_until = from_day, until_day
        return _followed(session, standing, "pause_standing", by, clock)


def except_day(database: Database, standing_id: int, one: OneDay, *, by: str, clock: Clock) -> StandingOrder:
    """Make one day an exception; said again for the same day, the later word counts.

    Raises
    ------
    NotFoundError
        If there is no such standing order.
    InvalidError
        If the day both skips and changes something, or changes nothing, or the dish is on no menu of that day.
    """
    changes = one.fulfilment is not None or one.dish_code is not None
    if one.skips == changes:
        raise InvalidError("error.odd_exception", day=one.service_day)
    with database.write() as session:
        standing = _get(session, standing_id)
        refuse_unknown_dish(session, one.service_day, Meal(standing.meal), one.dish_code)
        exception = session.get(StandingException, (standing_id, one.service_day))
        if exception is None:
            exception = StandingException(
                standing_order_id=standing_id,
                service_day=one.service_day,
                skips=one.skips,
                made_at=clock.now(),
                made_by=by,
            )
        exception.skips, exception.fulfilment, exception.dish_code = one.skips, one.fulfilment, one.dish_code
        exception.made_at, exception.made_by = clock.now(), by
        session.add(exception)
        session.flush()
        return _followed(session, standing, "except_day", by, clock)


def end_standing(database: Database, standing_id: int, last_day: date, *, by: str, clock: Clock) -> StandingOrder:
    """Let a standing order end after a day; the row stays. The day before its first says that it never begins.

    Raises
    ------
    NotFoundError
        If there is no such standing order.
    InvalidError
        If it would end earlier than that.
    """
    with database.write() as session:
        standing = _get(session, standing_id)
        if last_day < standing.from_day - timedelta(days=1):
            raise InvalidError("error.days_wrong_way_round", first=standing.from_day, last=last_day)
        standing.until_day = last_day
        return _followed(session, standing, "end_standing", by, clock)


def list_standing(session: Session, elder_number: str) -> list[StandingOrder]:
    """Return the standing orders of an elder by meal."""
    of_elder = select(StandingOrder).where(StandingOrder.elder_number == elder_number)
    return list(session.exec(of_elder.order_by(col(StandingOrder.meal))))


def _refuse_odd_repeat(repeat: Repeat) -> None:
    given = repeat.weekdays
    if not given or any(day not in WEEKDAYS for day in given) or list(given) != sorted(set(given)):
        raise InvalidError("error.odd_weekdays", given=given)
    if repeat.until_day is not None and repeat.until_day < repeat.from_day:
        raise InvalidError("error.days_wrong_way_round", first=repeat.from_day, last=repeat.until_day)


def _get(session: Session, standing_id: int) -> StandingOrder:
    standing = session.get(StandingOrder, standing_id)
    if standing is None:
        raise NotFoundError("error.unknown_standing", standing=standing_id)
    return standing


def _followed(session: Session, standing: StandingOrder, action: str, by: str, clock: Clock) -> StandingOrder:
    """Keep a change and have the orders of the next days follow it, unless that is more than a kitchen can cook."""
    standing.changed_at = clock.now()
    session.add(standing)
    session.flush()
    audit.note(session, at=clock.now(), actor=by, action=action, subject=str(standing.id))
    today = local_day(clock.now())
    for ahead in range(DAYS_AHEAD + 1):
        day, meal = today + timedelta(days=ahead), Meal(standing.meal)
        if hold_open(session, day, meal):
            written = generate_standing_orders(session, day, meal, clock=clock, elder_number=standing.elder_number)
            if written.made:
                point = find_point(session, session.get_one(Elder, standing.elder_number))
                refuse_if_over(session, point.kitchen_code if point else None, day, meal)
    return standing
