"""What a dish costs on which day: versions that are announced ahead and, once in force, never edited.

Prices may change only with public notice (穗民规字〔2024〕3号, article 15); the measure names no number of days,
so that is a setting of the installation.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from service import audit
from service.clock import Clock, local_day
from service.db import Database
from service.errors import InvalidError, NotFoundError
from service.tables import SINCE_EVER, Course, CourseOption, Dish, DishPrice, MealOrder, OrderChoice

MOST_FEN = 100_000
"""1,000 yuan: more than any meal here costs; a price beyond it is a slip of the hand."""

_EXTRAS: Any = (
    select(OrderChoice.order_id, func.sum(CourseOption.extra_fen))
    .join(
        CourseOption,
        (col(CourseOption.course_code) == col(OrderChoice.course_code))
        & (col(CourseOption.dish_code) == col(OrderChoice.dish_code)),
    )
    .group_by(col(OrderChoice.order_id))
)


def price_on(session: Session, dish_code: str, day: date) -> int:
    """Return the price of a dish in fen on a service day: of the version in force, without extras of its courses.

    Raises
    ------
    NotFoundError
        If there is no such dish.
    """
    found = prices_on(session, (dish_code,), day).get(dish_code)
    if found is None:
        raise NotFoundError("error.unknown_dish", dish=dish_code)
    return found


def prices_on(session: Session, dish_codes: Iterable[str], day: date) -> dict[str, int]:
    """Return the prices of dishes in fen on a service day, by code; dishes that are not known are left out."""
    wanted = sorted(set(dish_codes))
    found = dict(session.execute(select(Dish.code, Dish.price_fen).where(col(Dish.code).in_(wanted))).all())
    latest = (
        select(DishPrice.dish_code, func.max(DishPrice.from_day).label("from_day"))
        .where(col(DishPrice.dish_code).in_(wanted), DishPrice.from_day <= day)
        .group_by(col(DishPrice.dish_code))
        .subquery()
    )
    in_force = select(DishPrice.dish_code, DishPrice.price_fen).join(
        latest, (latest.c.dish_code == DishPrice.dish_code) & (latest.c.from_day == DishPrice.from_day)
    )
    for code, price_fen in session.execute(in_force):
        found[code] = price_fen
    return found


def extra_fen(session: Session, order_id: int) -> int:
    """Return what the choices of an order cost on top of its set meal."""
    found = session.execute(_EXTRAS.where(col(OrderChoice.order_id) == order_id)).first()
    return 0 if found is None else int(found[1])


def extras_fen(session: Session, since: date, until: date) -> dict[int, int]:
    """Return what choices cost on top, by order, of the orders of a period with a choice that costs anything."""
    within = col(MealOrder.service_day).between(since, until) & (col(CourseOption.extra_fen) > 0)
    rows = session.execute(_EXTRAS.join(MealOrder, col(MealOrder.id) == col(OrderChoice.order_id)).where(within))
    return {order_id: int(fen) for order_id, fen in rows}


def choices_fen(session: Session, dish_code: str, choices: Iterable[str]) -> int:
    """Return what choosing these dishes in the courses of a set meal costs on top of it."""
    wanted = (
        select(func.sum(CourseOption.extra_fen))
        .join(Course, col(Course.code) == col(CourseOption.course_code))
        .where(Course.dish_code == dish_code, col(CourseOption.dish_code).in_(list(choices)))
    )
    return int(session.execute(wanted).scalar() or 0)


def list_prices(session: Session, dish_code: str) -> list[DishPrice]:
    """Return the price versions of a dish, the newest first."""
    of_dish = select(DishPrice).where(DishPrice.dish_code == dish_code)
    return list(session.exec(of_dish.order_by(col(DishPrice.from_day).desc())))


def announce_price(
    database: Database, dish_code: str, from_day: date, price_fen: int, *, notice_days: int, by: str, clock: Clock
) -> DishPrice:
    """Announce a price today that holds from a later day on; one that is not in force yet may be announced anew.

    Raises
    ------
    NotFoundError
        If there is no such dish.
    InvalidError
        If the price is none, or would come into force before the notice days are over.
    """
    if not 0 <= price_fen <= MOST_FEN:
        raise InvalidError("menu.price_unfit", most=MOST_FEN // 100, given=price_fen)
    today = local_day(clock.now())
    earliest = today + timedelta(days=notice_days)
    if from_day < earliest:
        raise InvalidError("menu.price_too_soon", days=notice_days, first=earliest, given=from_day)
    with database.write() as session:
        dish = session.get(Dish, dish_code)
        if dish is None:
            raise NotFoundError("error.unknown_dish", dish=dish_code)
        if not list_prices(session, dish_code):
            # What it has cost until now becomes a version too: a later change of the dish's row alters no past meal.
            session.add(
                DishPrice(dish_code=dish_code, from_day=SINCE_EVER, price_fen=dish.price_fen, announced_on=SINCE_EVER)
            )
        version = session.get(DishPrice, (dish_code, from_day))
        if version is not None and from_day <= today:
            raise InvalidError("menu.price_too_soon", days=notice_days, first=today + timedelta(days=1), given=from_day)
        if version is None:
            version = DishPrice(dish_code=dish_code, from_day=from_day, price_fen=price_fen, announced_on=today)
        version.price_fen, version.announced_on, version.announced_by = price_fen, today, by
        session.add(version)
        audit.note(
            session,
            at=clock.now(),
            actor=by,
            action="announce_price",
            subject=f"{dish_code}/{from_day}",
            price_fen=price_fen,
        )
        session.flush()
        return version
