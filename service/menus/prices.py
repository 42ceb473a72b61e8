"""What a dish costs on which day: versions that are announced ahead and, once in force, never edited.

Prices may change only with public notice (穗民规字〔2024〕3号, article 15); the measure names no number of days,
so that is a setting of the installation.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from sqlmodel import Session, col, func, select

from service import audit
from service.clock import Clock, local_day
from service.db import Database
from service.errors import InvalidError, NotFoundError
from service.tables import SINCE_EVER, Dish, DishPrice

MOST_FEN = 100_000
"""1,000 yuan: more than any meal here costs; a price beyond it is a slip of the hand."""


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
    today = local_day(clock.now())
    refuse_unfit(price_fen, from_day, today, notice_days)
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
        if version is not None:
            refuse_in_force(from_day, today, notice_days)
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


def refuse_unfit(fen: int, from_day: date, today: date, notice_days: int) -> None:
    """Refuse an amount that is no price, or one that would come into force before its notice days are over.

    Raises
    ------
    InvalidError
        Then.
    """
    if not 0 <= fen <= MOST_FEN:
        raise InvalidError("menu.price_unfit", most=MOST_FEN // 100, given=fen)
    earliest = today + timedelta(days=notice_days)
    if from_day < earliest:
        raise InvalidError("menu.price_too_soon", days=notice_days, first=earliest, given=from_day)


def refuse_in_force(from_day: date, today: date, notice_days: int) -> None:
    """Refuse to announce a version anew that is in force.

    Raises
    ------
    InvalidError
        Then.
    """
    if from_day <= today:
        raise InvalidError("menu.price_too_soon", days=notice_days, first=today + timedelta(days=1), given=from_day)
