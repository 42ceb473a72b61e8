"""Orders: placed one by one or from standing orders, cancelled as a state, closed for the kitchen."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from kitchens.meals import Fulfilment, Meal
from service import audit
from service.calendar import cut_off, is_service_day
from service.clock import ZONE, Clock
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.tables import (
    Elder,
    ElderState,
    MealDay,
    MealOrder,
    MealPoint,
    MealState,
    MenuEntry,
    OrderSource,
    OrderState,
    StandingOrder,
)


def place_order(
    database: Database,
    *,
    elder_number: str,
    service_day: date,
    meal: Meal,
    fulfilment: Fulfilment,
    source: OrderSource,
    placed_by: str,
    clock: Clock,
    dish_code: str | None = None,
    idempotency_key: str | None = None,
) -> MealOrder:
    """Place one meal for one elder and return the stored order.

    The same `idempotency_key` for the same wish returns the order it made before.

    Raises
    ------
    NotFoundError
        If the elder is not known.
    InvalidError
        If the elder is not served, the day is no service day, or the dish is not on any menu of the meal.
    ConflictError
        If the elder already has this meal, its orders are closed, or the key stands for another order.
    """
    try:
        with database.write() as session:
            if idempotency_key and (earlier := _find_by_key(session, idempotency_key)):
                wished = (elder_number, service_day, meal, placed_by, OrderState.PLACED)
                made = (earlier.elder_number, earlier.service_day, earlier.meal, earlier.placed_by, earlier.state)
                if made != wished:
                    raise ConflictError("error.key_used", given=idempotency_key)
                return earlier
            elder = _get_served_elder(session, elder_number)
            refuse_if_closed(session, elder, service_day, meal, clock)
            _refuse_unknown_dish(session, dish_code, service_day, meal)
            order = _find_order(session, elder_number, service_day, meal)
            if order is not None and order.state == OrderState.PLACED:
                raise ConflictError("error.already_ordered", elder=elder_number, day=service_day)
            wish: dict[str, Any] = {
                "fulfilment": fulfilment,
                "dish_code": dish_code,
                "state": OrderState.PLACED,
                "source": source,
                "placed_by": placed_by,
                "placed_at": clock.now(),
                "idempotency_key": idempotency_key,
            }
            if order is None:
                order = MealOrder(elder_number=elder_number, service_day=service_day, meal=meal, **wish)
            else:
                order.sqlmodel_update(wish, update={"changed_at": clock.now()})
            session.add(order)
            session.flush()
            audit.note(
                session, at=clock.now(), actor=placed_by, action="place_order", subject=str(order.id), source=source
            )
            return order
    except IntegrityError as error:
        # Two clerks at once: the database let one through.
        raise ConflictError("error.already_ordered", elder=elder_number, day=service_day) from error


def cancel_order(database: Database, order_id: int, *, by: str, clock: Clock) -> MealOrder:
    """Cancel an order; the row stays, so that no generator brings the meal back.

    Raises
    ------
    NotFoundError
        If there is no such order.
    ConflictError
        If it is cancelled already or its meal is closed.
    """
    with database.write() as session:
        order = session.get(MealOrder, order_id)
        if order is None:
            raise NotFoundError("error.unknown_order", order=order_id)
        if order.state == OrderState.CANCELLED:
            raise ConflictError("error.already_cancelled", order=order_id)
        elder = session.get(Elder, order.elder_number)
        refuse_if_closed(session, elder, order.service_day, Meal(order.meal), clock)
        order.state, order.changed_at = OrderState.CANCELLED, clock.now()
        session.add(order)
        audit.note(session, at=clock.now(), actor=by, action="cancel_order", subject=str(order_id))
        session.flush()
        return order


def generate_standing_orders(session: Session, service_day: date, meal: Meal, *, clock: Clock) -> int:
    """Make the day's orders from the standing ones and return how many were made."""
    due = standing_orders_due(session, service_day, meal)
    session.add_all(_from_standing(standing, service_day, clock) for standing in due)
    session.flush()
    return len(due)


def standing_orders_due(session: Session, service_day: date, meal: Meal) -> list[StandingOrder]:
    """Return the standing orders that hold on a day of which the elder's meal point serves, and have no order yet.

    A person's own choice is never overwritten and a cancelled meal never comes back: whoever has a row for this meal,
    in whatever state, is passed over.
    """
    has_row = select(MealOrder.elder_number).where(
        col(MealOrder.service_day) == service_day, col(MealOrder.meal) == meal
    )
    wanted = session.exec(
        select(StandingOrder, Elder)
        .join(Elder, col(Elder.number) == col(StandingOrder.elder_number))
        .where(StandingOrder.meal == meal, Elder.state == ElderState.ACTIVE)
        .where(col(StandingOrder.weekdays).contains(str(service_day.isoweekday())))
        .where(col(StandingOrder.elder_number).not_in(has_row))
        .order_by(col(StandingOrder.elder_number))
    ).all()
    points = {point.code: point for point in session.exec(select(MealPoint))}
    return [
        standing
        for standing, elder in wanted
        if is_in_force(standing, service_day) and is_service_day(points.get(elder.meal_point_code or ""), service_day)
    ]


def is_in_force(standing: StandingOrder, day: date) -> bool:
    """Return whether a standing order holds on `day`: begun, not ended, not paused."""
    if day < standing.from_day or (standing.until_day is not None and day > standing.until_day):
        return False
    if standing.paused_from is None or day < standing.paused_from:
        return True
    return standing.paused_until is not None and day > standing.paused_until


def ensure_meal_day(session: Session, service_day: date, meal: Meal) -> None:
    """Make the row of this meal if nobody has yet; two at once make one."""
    bind = session.get_bind()
    insert = postgresql.insert if bind.dialect.name == "postgresql" else sqlite.insert
    values = {"service_day": service_day, "meal": meal, "state": MealState.OPEN, "all_delivered": False}
    session.execute(insert(MealDay).values(**values).on_conflict_do_nothing())


def refuse_if_closed(session: Session, elder: Elder | None, service_day: date, meal: Meal, clock: Clock) -> None:
    """Refuse unless the meal is open for this elder's meal point, and hold it open until the transaction ends.

    Raises
    ------
    InvalidError
        If the day is no service day.
    ConflictError
        If the meal is closed or the cut-off has passed.
    """
    point = session.get(MealPoint, elder.meal_point_code) if elder and elder.meal_point_code else None
    if not is_service_day(point, service_day):
        raise InvalidError("error.no_service_day", day=service_day)
    ensure_meal_day(session, service_day, meal)
    # A shared lock: whoever closes the meal waits for the orders that are being written, and then sees them.
    day = session.exec(
        select(MealDay)
        .where(MealDay.service_day == service_day, MealDay.meal == meal)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).one()
    limit = cut_off(point, service_day, meal)
    if day.state != MealState.OPEN or clock.now() > limit:
        raise ConflictError("error.orders_closed", day=service_day, until=f"{limit.astimezone(ZONE):%Y-%m-%d %H:%M}")


def _get_served_elder(session: Session, elder_number: str) -> Elder:
    elder = session.get(Elder, elder_number)
    if elder is None:
        raise NotFoundError("error.unknown_elder", elder=elder_number)
    if elder.state != ElderState.ACTIVE:
        raise InvalidError("error.elder_not_served", elder=elder_number, state=elder.state)
    return elder


def _refuse_unknown_dish(session: Session, dish_code: str | None, service_day: date, meal: Meal) -> None:
    if dish_code is None:
        return
    on_menu = select(MenuEntry).where(
        MenuEntry.dish_code == dish_code, MenuEntry.service_day == service_day, MenuEntry.meal == meal
    )
    if session.exec(on_menu).first() is None:
        raise InvalidError("error.dish_not_on_menu", dish=dish_code, day=service_day)


def _find_order(session: Session, elder_number: str, service_day: date, meal: Meal) -> MealOrder | None:
    return session.exec(
        select(MealOrder).where(
            MealOrder.elder_number == elder_number, MealOrder.service_day == service_day, MealOrder.meal == meal
        )
    ).first()


def _find_by_key(session: Session, key: str) -> MealOrder | None:
    return session.exec(select(MealOrder).where(MealOrder.idempotency_key == key)).first()


def _from_standing(standing: StandingOrder, service_day: date, clock: Clock) -> MealOrder:
    return MealOrder(
        elder_number=standing.elder_number,
        service_day=service_day,
        meal=standing.meal,
        fulfilment=standing.fulfilment,
        dish_code=standing.dish_code,
        source=OrderSource.STANDING,
        placed_by="standing",
        placed_at=clock.now(),
    )
