"""Orders: placed one by one or a week at a time, cancelled as a state, closed for the kitchen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import load_only, make_transient_to_detached
from sqlmodel import Session, col, select

from kitchens.meals import Fulfilment, Meal
from service import audit
from service.calendar import cut_off, is_service_day
from service.capacity import refuse_if_full, refuse_unknown_dish
from service.clock import ZONE, Clock, local_day
from service.db import Database, changed_rows, insert_unless_there
from service.diets import DIET, refuse_clashing
from service.errors import ConflictError, InvalidError, NotFoundError
from service.idempotency import Answer, Call, answered_once
from service.menus.choices import keep_choices
from service.tables import (
    Elder,
    ElderState,
    LateRequest,
    MealDay,
    MealOrder,
    MealPoint,
    MealState,
    OrderSource,
    OrderState,
)

DAYS_AHEAD = 62
"""How far ahead a single meal may be ordered: two months, further than any menu is known."""

MOST_AT_ONCE = 42
"""Two weeks of three meals: the most that one ticket may order."""


def _columns(*ones: Any) -> tuple[Any, ...]:
    # To the type checker an attribute of a row is its value.
    return ones


# Asked with every order, so built once. A shared lock: whoever closes the meal waits for the orders that are being
# written, and then sees them.
_HELD_DAY: Any = (
    select(MealDay.state)
    .where(MealDay.service_day == bindparam("day"), MealDay.meal == bindparam("meal"))
    .with_for_update(read=True)
)
_ELDER_AND_POINT: Any = (
    select(Elder, MealPoint)
    .join(MealPoint, col(MealPoint.code) == col(Elder.meal_point_code), isouter=True)
    .where(col(Elder.number) == bindparam("elder"))
    .options(
        # What an order asks for; the rest of the row comes by itself if a story wants it.
        load_only(*_columns(Elder.state, Elder.meal_point_code, *DIET)),
        load_only(*_columns(MealPoint.kitchen_code, MealPoint.cut_off_s, MealPoint.works_weekends)),
    )
)
_NEW = insert(MealOrder).returning(col(MealOrder.id))
_ORDER_OF: Any = select(MealOrder.id).where(
    MealOrder.elder_number == bindparam("elder"),
    MealOrder.service_day == bindparam("day"),
    MealOrder.meal == bindparam("meal"),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """One meal as somebody wants it; without a dish the kitchen's usual one, `proxy_name` is who fetches it.

    `choices` are the dishes chosen in the courses of a set meal; what they leave open is filled with what fits.
    """

    service_day: date
    meal: Meal
    fulfilment: Fulfilment
    dish_code: str | None = None
    proxy_name: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Placing:
    """Who places orders for whom, by which way."""

    elder_number: str
    source: OrderSource
    placed_by: str


def place_order(
    database: Database, placing: Placing, wish: Wish, *, clock: Clock, call: Call | None = None
) -> MealOrder:
    """Place one meal for one elder and return the order as it was stored; the same call again returns the same.

    Raises
    ------
    NotFoundError
        If the elder is not known.
    InvalidError
        If the elder is not served, the day is no service day, the dish is not on the kitchen's menu of the meal, or the
        call's key stood for something else.
    ConflictError
        If the elder already has this meal, its orders are closed, its kitchen or the dish is at its limit, or the same
        call is at work.
    """
    return place_orders(database, placing, (wish,), clock=clock, call=call)[0]


def place_orders(
    database: Database, placing: Placing, wishes: Sequence[Wish], *, clock: Clock, call: Call | None = None
) -> list[MealOrder]:
    """Place several meals for one elder, all or none; as `place_order`.

    Raises
    ------
    InvalidError
        Also if there are none, too many, or two for one meal.
    """
    refuse_odd_ticket([(wish.service_day, wish.meal) for wish in wishes])

    def work(session: Session) -> Answer:
        elder, point = get_served_with_point(session, placing.elder_number)
        orders = [placed_in(session, elder, point, placing, wish, clock) for wish in wishes]
        return {"orders": [order.model_dump(mode="json") for order in orders]}

    try:
        answer = answered_once(database, call, clock, work)
    except IntegrityError as error:
        # Two clerks at once: the database let one through.
        raise ConflictError("error.already_ordered", elder=placing.elder_number, day=wishes[0].service_day) from error
    return [MealOrder.model_validate(order) for order in answer["orders"]]


def refuse_odd_ticket(slots: Sequence[tuple[date, Meal]]) -> None:
    """Refuse a ticket of no meal, of too many, or with two for one meal.

    Raises
    ------
    InvalidError
        Then.
    """
    if not 1 <= len(slots) <= MOST_AT_ONCE:
        raise InvalidError("error.ticket_size", most=MOST_AT_ONCE, given=len(slots))
    twice = next((slot for slot in slots if slots.count(slot) > 1), None)
    if twice is not None:
        raise InvalidError("error.ticket_twice", day=twice[0])


def placed_in(
    session: Session, elder: Elder, point: MealPoint | None, placing: Placing, wish: Wish, clock: Clock
) -> MealOrder:
    """Place one meal within the caller's transaction, by the rules of `place_order`."""
    furthest = local_day(clock.now()) + timedelta(days=DAYS_AHEAD)
    if wish.service_day > furthest:
        raise InvalidError("error.too_far_ahead", day=wish.service_day, last=furthest)
    refuse_if_closed(session, point, wish.service_day, wish.meal, clock)
    refuse_unknown_dish(session, wish.service_day, wish.meal, wish.dish_code)
    order = find_order(session, elder.number, wish.service_day, wish.meal)
    if order is not None and order.state in {OrderState.PLACED, OrderState.REQUESTED}:
        raise ConflictError("error.already_ordered", elder=elder.number, day=wish.service_day)
    kitchen_code = point.kitchen_code if point else None
    asked = (wish.service_day, wish.meal, wish.dish_code, kitchen_code, wish.choices)
    parts = refuse_clashing(session, elder, *asked)
    refuse_if_full(session, kitchen_code, wish.service_day, wish.meal, wish.dish_code)
    order = written(session, order, elder, point, wish, placing, OrderState.PLACED, clock)
    keep_choices(session, order, parts)
    audit.note(
        session,
        at=clock.now(),
        actor=placing.placed_by,
        action="place_order",
        subject=str(order.id),
        source=placing.source,
    )
    return order


def written(
    session: Session,
    order: MealOrder | None,
    elder: Elder,
    point: MealPoint | None,
    wish: Wish,
    placing: Placing,
    state: OrderState,
    clock: Clock,
) -> MealOrder:
    """Write a wish as a new order, or over the elder's cancelled, withdrawn or refused one of this meal."""
    values: dict[str, Any] = {
        "fulfilment": wish.fulfilment,
        "dish_code": wish.dish_code,
        "proxy_name": wish.proxy_name,
        "meal_point_code": point.code if point else None,
        "kitchen_code": point.kitchen_code if point else None,
        "state": state,
        "source": placing.source,
        "placed_by": placing.placed_by,
        "placed_at": clock.now(),
    }
    if order is None:
        slot = {"elder_number": elder.number, "service_day": wish.service_day, "meal": wish.meal}
        return _inserted(session, slot | values)
    order.sqlmodel_update(values, update={"changed_at": clock.now()})
    session.add(order)
    session.flush()
    return order


def _inserted(session: Session, values: dict[str, Any]) -> MealOrder:
    """Return a new order as a row of this session, written by one plain statement: half the work of a flush."""
    session.flush()
    order_id = session.connection().execute(_NEW, values).scalar_one()
    order = MealOrder(id=order_id, **values)
    make_transient_to_detached(order)
    session.add(order)
    return order


def cancel_order(database: Database, order_id: int, *, by: str, clock: Clock, call: Call | None = None) -> MealOrder:
    """Cancel an order; the row stays, so that no generator brings the meal back. The same call again answers the same.

    Raises
    ------
    NotFoundError
        If there is no such order.
    ConflictError
        If it is cancelled already or its meal is closed.
    """

    def work(session: Session) -> Answer:
        return cancelled_in(session, order_id, by, clock)

    return MealOrder.model_validate(answered_once(database, call, clock, work))


def cancelled_in(session: Session, order_id: int, by: str, clock: Clock) -> Answer:
    """Cancel an order within the caller's transaction, by the rules of `cancel_order`."""
    order = find_held_order(session, order_id)
    if order is None:
        raise NotFoundError("error.unknown_order", order=order_id)
    if order.state == OrderState.REQUESTED:
        return _taken_back(session, order, by, clock)
    if order.state != OrderState.PLACED:
        raise ConflictError("error.already_cancelled", order=order_id)
    elder = session.get_one(Elder, order.elder_number)
    refuse_if_closed(session, find_point(session, elder), order.service_day, Meal(order.meal), clock)
    order.state, order.changed_at = OrderState.CANCELLED, clock.now()
    session.add(order)
    audit.note(session, at=clock.now(), actor=by, action="cancel_order", subject=str(order_id))
    session.flush()
    return order.model_dump(mode="json")


def ensure_meal_day(session: Session, service_day: date, meal: Meal) -> None:
    """Make the row of this meal if nobody has yet; two at once make one."""
    values = {"service_day": service_day, "meal": meal, "state": MealState.OPEN, "all_delivered": False}
    insert_unless_there(session, MealDay, **values)


def _taken_back(session: Session, order: MealOrder, by: str, clock: Clock) -> Answer:
    """Take back a late wish that no kitchen has answered: whoever asked may, at any time."""
    if not answer_wishes(session, order.id or 0, clock, by=by):
        raise ConflictError("error.wish_decided", day=order.service_day)
    order.state, order.changed_at = OrderState.CANCELLED, clock.now()
    session.add(order)
    audit.note(session, at=clock.now(), actor=by, action="cancel_order", subject=str(order.id))
    session.flush()
    return order.model_dump(mode="json")


def open_requests(session: Session, order: MealOrder) -> list[LateRequest]:
    """Return the late wishes about an order that no kitchen has answered."""
    of_order = select(LateRequest).where(LateRequest.order_id == order.id, col(LateRequest.decided_at).is_(None))
    return list(session.exec(of_order))


def answer_wishes(
    session: Session,
    order_id: int,
    clock: Clock,
    *,
    by: str,
    only: int | None = None,
    accepts: bool = False,
    why: str = "",
) -> int:
    """Answer the late wishes about an order that nobody has answered, and return how many: of two at once one does.

    Who asks for `only` one of them answers no other.
    """
    waiting = [col(LateRequest.order_id) == order_id, col(LateRequest.decided_at).is_(None)]
    if only is not None:
        waiting.append(col(LateRequest.id) == only)
    answer = {"decided_at": clock.now(), "decided_by": by, "accepted": accepts, "why": why.strip()}
    return changed_rows(session.execute(update(LateRequest).where(*waiting).values(**answer)))


def find_held_order(session: Session, order_id: int) -> MealOrder | None:
    """Return an order as it stands, held until the transaction ends."""
    return session.get(MealOrder, order_id, with_for_update=True, populate_existing=True)


def hold_open(session: Session, service_day: date, meal: Meal) -> bool:
    """Return whether a meal is open for orders, and hold it so until the transaction ends."""
    asked = {"day": service_day, "meal": meal}
    state = session.connection().execute(_HELD_DAY, asked).scalar()
    if state is None:
        ensure_meal_day(session, service_day, meal)
        state = session.connection().execute(_HELD_DAY, asked).scalar_one()
    return bool(state == MealState.OPEN)


def refuse_if_closed(session: Session, point: MealPoint | None, service_day: date, meal: Meal, clock: Clock) -> None:
    """Refuse unless the meal is open for this meal point, and hold it open until the transaction ends.

    Raises
    ------
    InvalidError
        If the day is no service day.
    ConflictError
        If the meal is closed or the cut-off has passed.
    """
    if not is_service_day(point, service_day):
        raise InvalidError("error.no_service_day", day=service_day)
    is_open = hold_open(session, service_day, meal)
    limit = cut_off(point, service_day, meal)
    if not is_open or clock.now() > limit:
        raise ConflictError("error.orders_closed", day=service_day, until=f"{limit.astimezone(ZONE):%Y-%m-%d %H:%M}")


def get_served_elder(session: Session, elder_number: str) -> Elder:
    """Return an elder who is served now.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    InvalidError
        If the elder is not served.
    """
    return get_served_with_point(session, elder_number)[0]


def get_served_with_point(session: Session, elder_number: str) -> tuple[Elder, MealPoint | None]:
    """Return an elder who is served now, and the elder's meal point; as `get_served_elder`."""
    found = session.execute(_ELDER_AND_POINT, {"elder": elder_number}).first()
    if found is None:
        raise NotFoundError("error.unknown_elder", elder=elder_number)
    elder, point = found
    if elder.state != ElderState.ACTIVE:
        raise InvalidError("error.elder_not_served", elder=elder_number, state=elder.state)
    return elder, point


def find_point(session: Session, elder: Elder) -> MealPoint | None:
    """Return the elder's meal point."""
    return session.get(MealPoint, elder.meal_point_code) if elder.meal_point_code else None


def find_order(session: Session, elder_number: str, service_day: date, meal: Meal) -> MealOrder | None:
    """Return the elder's order of this meal, in whatever state."""
    session.flush()
    asked = {"elder": elder_number, "day": service_day, "meal": meal}
    found = session.connection().execute(_ORDER_OF, asked).scalar()
    # Mostly there is none, and a row of the mapper costs more than a number.
    return None if found is None else session.get_one(MealOrder, found, populate_existing=True)
