"""The week of one elder, day by meal: what is ordered, what would be ordered with one key, and what it costs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlmodel import Session, col, select

from kitchens.meals import Fulfilment, Meal
from service.calendar import cut_off, is_service_day
from service.clock import Clock, local_day
from service.errors import InvalidError, NotFoundError
from service.kiosk.courses import questions_of
from service.menus.choices import choices_of
from service.menus.offers import Offer, best_of, list_offers
from service.money.quoting import Quoting
from service.orders import Wish, find_point
from service.people.record import Record
from service.settings import Settings
from service.standing import GENERATOR, is_in_force, is_paused
from service.tables import (
    Elder,
    KitchenMeal,
    LateRequest,
    MealDay,
    MealOrder,
    MealPoint,
    MealState,
    OrderState,
    StandingException,
    StandingOrder,
)

DAYS = 7
LOOKS_BACK = timedelta(days=28)


class CellState(StrEnum):
    """What stands in one cell of the week."""

    DEFAULT = "default"
    ORDERED = "ordered"
    CHANGED = "changed"
    REQUESTED = "requested"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    OPEN = "open"
    NOT_SERVED = "not_served"


HAS_MEAL = frozenset({CellState.DEFAULT, CellState.ORDERED, CellState.CHANGED, CellState.REQUESTED})

DECIDABLE = frozenset({CellState.OPEN, CellState.CANCELLED, CellState.REFUSED, CellState.STOPPED})


@dataclass(frozen=True, slots=True)
class Usual:
    """What one key orders: the standing order's words, else those of the last order of this meal."""

    fulfilment: Fulfilment
    dish_code: str | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One meal of one day.

    `stamp` changes with every change of the order, so that a clerk's act can tell what it was made upon; `dish` and
    `fulfilment` are the order's, or those of `usual`; `pays_fen` is what the elder pays, None where nobody can tell.
    Where there is a menu and nothing on it is for this elder, it does not fit. `sets` are the numbers of the dishes on
    its menu in whose courses there is something to choose.
    """

    service_day: date
    meal: Meal
    state: CellState
    is_closed: bool
    stamp: str
    order_id: int | None
    usual: Usual
    fulfilment: Fulfilment
    dish_name: str
    dish_name_en: str
    pays_fen: int | None
    price_fen: int | None
    source: str | None = None
    asks_cancel: bool = False
    fits: bool = True
    sets: tuple[int, ...] = ()

    @property
    def is_open(self) -> bool:
        """Return whether this is a meal that nobody has decided about and that can still be ordered."""
        return self.fits and not self.is_closed and self.state == CellState.OPEN

    @property
    def may_order(self) -> bool:
        """Return whether it can be ordered if the elder says so, also where it was stopped or cancelled."""
        return self.fits and not self.is_closed and self.state in DECIDABLE

    @property
    def has_meal(self) -> bool:
        """Return whether a meal is ordered or asked for."""
        return self.state in HAS_MEAL


@dataclass(frozen=True, slots=True)
class _Week:
    """The rows that a week's cells are made of."""

    point: MealPoint | None
    orders: dict[tuple[date, str], MealOrder]
    standing: dict[str, StandingOrder]
    exceptions: dict[tuple[int, date], StandingException]
    closed: frozenset[tuple[date, str]]
    last: dict[str, MealOrder]
    cancelling: frozenset[int]


def week_of(
    session: Session, record: Record, first_day: date, *, settings: Settings | None, clock: Clock, days: int = DAYS
) -> tuple[tuple[Meal, ...], list[list[Cell]]]:
    """Return the meals of the grid, and for each day from `first_day` on a row of their cells; priced with settings."""
    elder = record.elder
    span = [first_day + timedelta(days=ahead) for ahead in range(days)]
    week = _read(session, elder, span, local_day(clock.now()))
    meals = _meals(session, week)
    quoting = Quoting.of(session, elder, settings=settings, clock=clock) if settings is not None else None
    rows = [[_cell(session, record, week, day, meal, quoting, clock) for meal in meals] for day in span]
    return meals, rows


def find_cell(session: Session, record: Record, day: date, meal: Meal, *, clock: Clock) -> Cell:
    """Return one cell of the grid, without what it costs."""
    week = _read(session, record.elder, [day], local_day(clock.now()))
    return _cell(session, record, week, day, meal, None, clock)


def numbered_dish(session: Session, elder: Elder, day: date, meal: Meal, number: int) -> str:
    """Return the dish in this place on the elder's menu, from 1 on.

    Raises
    ------
    InvalidError
        If the menu is shorter.
    """
    offers = list_offers(session, elder, day, meal)
    if number > len(offers):
        raise InvalidError("desk.no_such_dish", number=number, most=len(offers))
    return offers[number - 1].dish_code


def stamp_of(order: MealOrder | None) -> str:
    """Return what tells one state of an order from another; "" where there is none."""
    if order is None:
        return ""
    at = [moment.timestamp() if moment is not None else "" for moment in (order.placed_at, order.changed_at)]
    said = "|".join(str(one) for one in (order.id, order.state, order.fulfilment, order.dish_code, *at))
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _read(session: Session, elder: Elder, span: Sequence[date], today: date) -> _Week:
    own = select(MealOrder).where(MealOrder.elder_number == elder.number)
    orders = {
        (one.service_day, one.meal): one
        for one in session.exec(own.where(MealOrder.service_day >= span[0], MealOrder.service_day <= span[-1]))
    }
    before = own.where(
        MealOrder.service_day >= today - LOOKS_BACK,
        MealOrder.service_day <= span[-1],
        MealOrder.state == OrderState.PLACED,
    )
    last = {one.meal: one for one in session.exec(before.order_by(col(MealOrder.service_day)))}
    standing = {
        one.meal: one for one in session.exec(select(StandingOrder).where(StandingOrder.elder_number == elder.number))
    }
    ids = [one.id for one in standing.values()]
    odd = select(StandingException).where(col(StandingException.standing_order_id).in_(ids))
    days = select(MealDay).where(
        MealDay.service_day >= span[0], MealDay.service_day <= span[-1], MealDay.state != MealState.OPEN
    )
    cancels = select(LateRequest.order_id).where(
        col(LateRequest.order_id).in_([one.id for one in orders.values()]),
        col(LateRequest.decided_at).is_(None),
        col(LateRequest.cancels),
    )
    return _Week(
        point=find_point(session, elder),
        orders=orders,
        standing=standing,
        exceptions={(one.standing_order_id, one.service_day): one for one in session.exec(odd)},
        closed=frozenset((one.service_day, one.meal) for one in session.exec(days)),
        last=last,
        cancelling=frozenset(session.exec(cancels)),
    )


def _meals(session: Session, week: _Week) -> tuple[Meal, ...]:
    """Return the meals that the elder's kitchen cooks, and those that are ordered or repeat all the same."""
    cooked = select(KitchenMeal.meal).distinct()
    if week.point is not None and week.point.kitchen_code is not None:
        cooked = cooked.where(KitchenMeal.kitchen_code == week.point.kitchen_code)
    found = {*session.exec(cooked), *week.standing, *(meal for _, meal in week.orders)}
    return tuple(meal for meal in Meal if meal in found) or (Meal.LUNCH,)


def _cell(
    session: Session, record: Record, week: _Week, day: date, meal: Meal, quoting: Quoting | None, clock: Clock
) -> Cell:
    order = week.orders.get((day, meal))
    is_served = is_service_day(week.point, day)
    offers = list_offers(session, record.elder, day, meal) if is_served else []
    pattern = _pattern(week, day, meal)
    usual = _usual(week, pattern, meal, offers)
    state = _state(record, week, order, pattern, day, meal, is_served=is_served)
    has = order is not None and state in HAS_MEAL
    fulfilment = Fulfilment(order.fulfilment) if order is not None and has else usual.fulfilment
    dish_code = order.dish_code if order is not None and has else usual.dish_code
    fits = has or not offers or any(one.is_safe for one in offers)
    dish = _offered(offers, dish_code) if fits else None
    is_closed = (day, meal) in week.closed or clock.now() > cut_off(week.point, day, meal)
    chosen = choices_of(session, order.id or 0) if order is not None and has and dish and dish.choices else ()
    wish = Wish(day, meal, fulfilment, dish.dish_code if dish else dish_code, choices=chosen)
    wanted = is_served and fits and (has or not is_closed) and bool(offers)
    pays, price = _costs(quoting, wish) if wanted and quoting is not None else (None, None)
    return Cell(
        service_day=day,
        meal=meal,
        state=state,
        is_closed=is_closed,
        stamp=stamp_of(order),
        order_id=order.id if order is not None else None,
        usual=usual,
        fulfilment=fulfilment,
        dish_name=dish.name if dish else "",
        dish_name_en=dish.name_en if dish else "",
        pays_fen=pays,
        price_fen=price,
        source=order.source if order is not None and has else None,
        asks_cancel=order is not None and order.id in week.cancelling,
        fits=fits,
        sets=tuple(number for number, one in enumerate(offers, start=1) if one.is_safe and questions_of(one)),
    )


def _pattern(week: _Week, day: date, meal: Meal) -> Usual | None:
    """Return what the standing order says about a day, None where it says nothing."""
    standing = week.standing.get(meal)
    if standing is None or str(day.isoweekday()) not in standing.weekdays or not is_in_force(standing, day):
        return None
    odd = week.exceptions.get((standing.id or 0, day))
    if odd is None:
        return Usual(Fulfilment(standing.fulfilment), standing.dish_code)
    if odd.skips:
        return None
    return Usual(Fulfilment(odd.fulfilment or standing.fulfilment), odd.dish_code or standing.dish_code)


def _usual(week: _Week, pattern: Usual | None, meal: Meal, offers: Sequence[Offer]) -> Usual:
    """Return what one key orders; a dish that is not offered, or not for this elder, gives way to one that is."""
    last, standing = week.last.get(meal), week.standing.get(meal)
    if pattern is not None:
        way, wished = pattern.fulfilment, pattern.dish_code
    elif standing is not None:
        way, wished = Fulfilment(standing.fulfilment), standing.dish_code
    elif last is not None:
        way, wished = Fulfilment(last.fulfilment), None
    else:
        others = [one.fulfilment for one in week.last.values()]
        way, wished = Fulfilment(others[0]) if others else Fulfilment.HOME, None
    safe = [one for one in offers if one.is_safe]
    if wished is not None and any(one.dish_code == wished for one in safe):
        return Usual(way, wished)
    is_first_safe = bool(safe) and safe[0] is offers[0]
    return Usual(way, None if is_first_safe or not safe else safe[0].dish_code)


def _state(
    record: Record,
    week: _Week,
    order: MealOrder | None,
    pattern: Usual | None,
    day: date,
    meal: Meal,
    *,
    is_served: bool,
) -> CellState:
    if order is not None and order.state == OrderState.PLACED:
        if order.placed_by == GENERATOR and order.changed_at is None:
            return CellState.DEFAULT
        said = Usual(Fulfilment(order.fulfilment), order.dish_code)
        return CellState.CHANGED if pattern is not None and pattern != said else CellState.ORDERED
    if order is not None and order.state == OrderState.REQUESTED:
        return CellState.REQUESTED
    if not is_served:
        return CellState.NOT_SERVED
    if order is not None and order.state == OrderState.REFUSED:
        return CellState.REFUSED
    standing = week.standing.get(meal)
    rests = standing is not None and is_paused(standing, day)
    if record.absence_on(day) is not None or rests:
        return CellState.STOPPED
    if order is not None and order.state == OrderState.CANCELLED:
        return CellState.CANCELLED
    return CellState.OPEN


def _offered(offers: Sequence[Offer], dish_code: str | None) -> Offer | None:
    if dish_code is None:
        return best_of(offers) or next(iter(offers), None)
    return next((one for one in offers if one.dish_code == dish_code), None)


def _costs(quoting: Quoting, wish: Wish) -> tuple[int | None, int | None]:
    """Return what the elder pays and what the meal costs, Nones where the record does not let us tell."""
    try:
        found = quoting.quote(wish)
    except (InvalidError, NotFoundError):
        return None, None
    return (None if found.refusal else found.pays_fen), found.price_fen
