"""Which meal can be taken now, and which can still be ordered, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, select

from kitchens.meals import Fulfilment, Meal
from service.calendar import cut_off, is_service_day
from service.clock import local_day, seconds_into
from service.menus.offers import Offer, best_of, list_offers
from service.money.hours import read_hours
from service.tables import (
    Dish,
    Elder,
    KitchenMeal,
    MealDay,
    MealOrder,
    MealPoint,
    MealState,
    OrderState,
    TakenMeal,
)

DAYS_SHOWN = 14
ORDERED = (OrderState.PLACED, OrderState.REQUESTED)


class DayState(StrEnum):
    """Whether a meal of a day can be ordered."""

    OPEN = "open"
    ORDERED = "ordered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Day:
    """A service day as it stands for one elder and meal; `is_closed` whether it could be ordered at all."""

    day: date
    state: DayState
    is_closed: bool


def meals_of(session: Session, point: MealPoint) -> list[Meal]:
    """Return the meals that the point's kitchen cooks, in the order of the day; lunch where nothing is noted."""
    cooked = set(session.exec(select(KitchenMeal.meal).where(KitchenMeal.kitchen_code == point.kitchen_code)))
    return [meal for meal in Meal if meal in cooked] or [Meal.LUNCH]


def list_days(session: Session, elder: Elder, point: MealPoint, meal: Meal, now: datetime) -> list[Day]:
    """Return the service days from today on, `DAYS_SHOWN` days ahead."""
    today = local_day(now)
    last = today + timedelta(days=DAYS_SHOWN)
    mine = select(col(MealOrder.service_day)).where(
        MealOrder.elder_number == elder.number,
        MealOrder.meal == meal,
        MealOrder.service_day >= today,
        MealOrder.service_day <= last,
        col(MealOrder.state).in_(ORDERED),
    )
    closed = select(col(MealDay.service_day)).where(
        MealDay.service_day >= today, MealDay.meal == meal, MealDay.state != MealState.OPEN
    )
    ordered, shut = set(session.exec(mine)), set(session.exec(closed))
    days = []
    for ahead in range(DAYS_SHOWN + 1):
        day = today + timedelta(days=ahead)
        if not is_service_day(point, day):
            continue
        is_closed = day in shut or now > cut_off(point, day, meal)
        state = DayState.ORDERED if day in ordered else DayState.CLOSED if is_closed else DayState.OPEN
        days.append(Day(day, state, is_closed))
    return days


def is_open(session: Session, point: MealPoint, service_day: date, meal: Meal, now: datetime) -> bool:
    """Return whether an order of this meal can still be changed at the kiosk."""
    row = session.get(MealDay, (service_day, meal))
    return (row is None or row.state == MealState.OPEN) and now <= cut_off(point, service_day, meal)


def week_of(session: Session, elder: Elder, meal: Meal, days: list[Day], first: date) -> list[date]:
    """Return the open days with a menu in the week of `first` from that day on; those of the week after if it ends."""
    open_days = [
        one.day
        for one in days
        if one.state == DayState.OPEN and one.day >= first and list_offers(session, elder, one.day, meal)
    ]
    for monday in (first - timedelta(days=first.weekday()), first + timedelta(days=7 - first.weekday())):
        within = [day for day in open_days if monday <= day < monday + timedelta(days=7)]
        if len(within) > 1:
            return within
    return []


def find_meal_to_take(session: Session, elder: Elder, point: MealPoint, now: datetime) -> MealOrder | None:
    """Return the elder's order of today that can be handed over at the meal point now and was not yet."""
    today = local_day(now)
    at_s = seconds_into(today, now)
    orders = session.exec(
        select(MealOrder)
        .join(TakenMeal, col(TakenMeal.order_id) == col(MealOrder.id), isouter=True)
        .where(
            MealOrder.elder_number == elder.number,
            MealOrder.service_day == today,
            MealOrder.state == OrderState.PLACED,
            MealOrder.fulfilment != Fulfilment.HOME,
            col(TakenMeal.id).is_(None),
        )
    )
    for order in orders:
        where = (point.code, order.kitchen_code or point.kitchen_code or "")
        first_s, last_s = read_hours(session).of(*where, Meal(order.meal), Fulfilment(order.fulfilment))
        if first_s <= at_s <= last_s:
            return order
    return None


def find_last_order(session: Session, elder: Elder, meal: Meal, before: date) -> MealOrder | None:
    """Return the elder's last order of a meal before a day."""
    earlier = select(MealOrder).where(
        MealOrder.elder_number == elder.number,
        MealOrder.meal == meal,
        MealOrder.state == OrderState.PLACED,
        MealOrder.service_day < before,
    )
    return session.exec(earlier.order_by(col(MealOrder.service_day).desc()).limit(1)).first()


def dish_of_order(session: Session, elder: Elder, order: MealOrder) -> Dish | None:
    """Return the dish of an order: its own, or what the elder's kitchen makes of the menu where none was named."""
    if order.dish_code is not None:
        return session.get(Dish, order.dish_code)
    usual = best_of(list_offers(session, elder, order.service_day, Meal(order.meal)))
    return session.get(Dish, usual.dish_code) if usual else None


def may_order(offer: Offer) -> bool:
    """Return whether the elder may have this dish and there is any left."""
    return offer.is_safe and offer.left != 0


def offer_for(session: Session, elder: Elder, day: date, meal: Meal, dish_code: str | None) -> Offer | None:
    """Return the wished dish if it can be ordered on that day, else the first one that can, what is disliked last."""
    offers = [offer for offer in list_offers(session, elder, day, meal) if may_order(offer)]
    wished = next((offer for offer in offers if offer.dish_code == dish_code), None)
    return wished or best_of(offers)
