"""What a choice in a course of a set meal costs on top, on which day: announced and kept as the prices of dishes are.

A dish may stand in several courses; each of these has a price of its own, and counts only where it is chosen.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlmodel import Session, col, func, select

from service import audit
from service.clock import Clock, local_day
from service.db import Database
from service.errors import NotFoundError
from service.menus.prices import refuse_in_force, refuse_unfit
from service.tables import SINCE_EVER, Course, CourseOption, CoursePrice, MealOrder, OrderChoice

Chosen = tuple[str, str]
"""A course and the dish that is chosen in it, by their codes."""

_IN_FORCE: Any = (
    select(CoursePrice.extra_fen)
    .where(
        CoursePrice.course_code == OrderChoice.course_code,
        CoursePrice.dish_code == OrderChoice.dish_code,
        CoursePrice.from_day <= MealOrder.service_day,
    )
    .order_by(col(CoursePrice.from_day).desc())
    .limit(1)
    .correlate(OrderChoice, MealOrder)
    .scalar_subquery()
)
_SUM: Any = func.sum(func.coalesce(_IN_FORCE, CourseOption.extra_fen, 0))
_EXTRAS: Any = (
    select(OrderChoice.order_id, Course.dish_code, _SUM)
    .join(MealOrder, col(MealOrder.id) == col(OrderChoice.order_id))
    .join(Course, col(Course.code) == col(OrderChoice.course_code))
    .join(
        CourseOption,
        (col(CourseOption.course_code) == col(OrderChoice.course_code))
        & (col(CourseOption.dish_code) == col(OrderChoice.dish_code)),
        isouter=True,
    )
    .group_by(col(OrderChoice.order_id), col(Course.dish_code))
    .having(_SUM > 0)
)


def extras_on(session: Session, dish_codes: Iterable[str], day: date) -> dict[Chosen, int]:
    """Return what each choice in the courses of some set meals costs on top on a service day, in fen."""
    wanted = sorted(set(dish_codes))
    options = (
        select(CourseOption.course_code, CourseOption.dish_code, CourseOption.extra_fen)
        .join(Course, col(Course.code) == col(CourseOption.course_code))
        .where(col(Course.dish_code).in_(wanted))
    )
    found = {(course, dish): fen for course, dish, fen in session.execute(options)}
    begun = (
        select(CoursePrice)
        .join(Course, col(Course.code) == col(CoursePrice.course_code))
        .where(col(Course.dish_code).in_(wanted), CoursePrice.from_day <= day)
        .order_by(col(CoursePrice.from_day))
    )
    for version in session.exec(begun):
        found[version.course_code, version.dish_code] = version.extra_fen
    return found


def chosen_fen(session: Session, dish_code: str, chosen: Iterable[Chosen], day: date) -> int:
    """Return what choosing these costs on top of a set meal on a service day."""
    extras = extras_on(session, (dish_code,), day)
    return sum(extras.get(one, 0) for one in chosen)


def extra_fen(session: Session, order_id: int, dish_code: str) -> int:
    """Return what the choices of an order cost on top of a set meal on the order's day."""
    of_order = _EXTRAS.where(col(OrderChoice.order_id) == order_id, Course.dish_code == dish_code)
    found = session.execute(of_order).first()
    return 0 if found is None else int(found[2])


def extras_fen(session: Session, since: date, until: date) -> dict[tuple[int, str], int]:
    """Return what choices cost on top by order and set meal, of the orders of a period whose choices cost anything."""
    rows = session.execute(_EXTRAS.where(col(MealOrder.service_day).between(since, until)))
    return {(order_id, dish_code): int(fen) for order_id, dish_code, fen in rows}


def list_extras(session: Session, dish_code: str) -> list[CoursePrice]:
    """Return the price versions of all choices in the courses of a set meal, the newest first."""
    of_dish = (
        select(CoursePrice)
        .join(Course, col(Course.code) == col(CoursePrice.course_code))
        .where(Course.dish_code == dish_code)
        .order_by(col(CoursePrice.from_day).desc(), col(Course.position), col(CoursePrice.dish_code))
    )
    return list(session.exec(of_dish))


def announce_extra(
    database: Database, chosen: Chosen, from_day: date, extra_fen: int, *, notice_days: int, by: str, clock: Clock
) -> CoursePrice:
    """Announce today what a choice costs on top from a later day on; what is not in force yet may be announced anew.

    Raises
    ------
    NotFoundError
        If the dish is no choice of that course.
    InvalidError
        If the price is none, or would come into force before the notice days are over.
    """
    today = local_day(clock.now())
    refuse_unfit(extra_fen, from_day, today, notice_days)
    course_code, dish_code = chosen
    with database.write() as session:
        option = _get_option(session, chosen)
        key = {"course_code": course_code, "dish_code": dish_code}
        if session.exec(select(CoursePrice).filter_by(**key)).first() is None:
            # What it has cost until now becomes a version too: a later change of the option's row alters no past meal.
            session.add(CoursePrice(**key, from_day=SINCE_EVER, extra_fen=option.extra_fen, announced_on=SINCE_EVER))
        version = session.get(CoursePrice, (course_code, dish_code, from_day))
        if version is not None:
            refuse_in_force(from_day, today, notice_days)
        else:
            version = CoursePrice(**key, from_day=from_day, extra_fen=extra_fen, announced_on=today)
        version.extra_fen, version.announced_on, version.announced_by = extra_fen, today, by
        session.add(version)
        audit.note(
            session,
            at=clock.now(),
            actor=by,
            action="announce_extra",
            subject=f"{course_code}/{dish_code}/{from_day}",
            extra_fen=extra_fen,
        )
        session.flush()
        return version


def _get_option(session: Session, chosen: Chosen) -> CourseOption:
    course_code, dish_code = chosen
    of_course = select(CourseOption).where(CourseOption.course_code == course_code, CourseOption.dish_code == dish_code)
    found = session.exec(of_course).first()
    if found is None:
        raise NotFoundError("menu.no_choice", course=course_code, dish=dish_code)
    return found
