"""After the cut-off: somebody asks by name and with a reason, and the kitchen accepts or refuses (逾期补单).

What is accepted after the plan was published is planned again at once; while the meal is being planned nothing can be
accepted, for the plan that comes out would not know of it.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from kitchens.dispatch import HOME_WINDOWS
from kitchens.meals import Meal
from service import audit
from service.calendar import cut_off, is_service_day
from service.capacity import refuse_unknown_dish
from service.claims import local_time
from service.clock import Clock, instant_of
from service.db import Database
from service.diets import refuse_clashing
from service.errors import ConflictError, InvalidError, NotFoundError
from service.idempotency import Answer, Call, answered_once
from service.menus.choices import choices_of, keep_choices
from service.orders import (
    Placing,
    Wish,
    answer_wishes,
    ensure_meal_day,
    find_held_order,
    find_order,
    find_point,
    get_served_elder,
    open_requests,
    written,
)
from service.outbox import tell
from service.replanning import is_replan_waiting, write_replan
from service.tables import Elder, LateRequest, MealDay, MealOrder, MealState, OrderState, Role
from service.texts import Key

LONGEST_REASON = 200


def ask_late(
    database: Database, placing: Placing, wish: Wish, *, reason: str, clock: Clock, call: Call | None = None
) -> MealOrder:
    """Ask for a meal after its cut-off; it is cooked only if the kitchen accepts. The same call again answers the same.

    Raises
    ------
    NotFoundError
        If the elder is not known.
    InvalidError
        If there is no reason, the elder is not served, the day is no service day, or the dish is on no menu.
    ConflictError
        If the meal can still be ordered as usual, is over, or the elder has it or has asked already.
    """

    def work(session: Session) -> Answer:
        return asked_late_in(session, placing, wish, reason, clock)

    try:
        return MealOrder.model_validate(answered_once(database, call, clock, work))
    except IntegrityError as error:
        # Two clerks at once: the database let one through.
        raise ConflictError("error.already_ordered", elder=placing.elder_number, day=wish.service_day) from error


def asked_late_in(session: Session, placing: Placing, wish: Wish, reason: str, clock: Clock) -> Answer:
    """As `ask_late`, within the caller's transaction."""
    _refuse_no_reason(reason)
    elder = get_served_elder(session, placing.elder_number)
    _refuse_unless_late(session, elder, wish.service_day, wish.meal, clock)
    refuse_unknown_dish(session, wish.service_day, wish.meal, wish.dish_code)
    order = find_order(session, elder.number, wish.service_day, wish.meal)
    if order is not None:
        # Held and read anew: somebody else may be asking for the same meal.
        session.refresh(order, with_for_update=True)
    if order is not None and order.state in {OrderState.PLACED, OrderState.REQUESTED}:
        raise ConflictError("error.already_ordered", elder=elder.number, day=wish.service_day)
    point = find_point(session, elder)
    kitchen_code = point.kitchen_code if point else None
    asked = (wish.service_day, wish.meal, wish.dish_code, kitchen_code, wish.choices)
    parts = refuse_clashing(session, elder, *asked)
    order = written(session, order, elder, point, wish, placing, OrderState.REQUESTED, clock)
    keep_choices(session, order, parts)
    _write_request(session, order, reason, placing.placed_by, clock, cancels=False)
    return order.model_dump(mode="json")


def ask_late_cancel(
    database: Database, order_id: int, *, reason: str, by: str, clock: Clock, call: Call | None = None
) -> MealOrder:
    """Ask to cancel a meal after its cut-off; it stays ordered until the kitchen accepts.

    Raises
    ------
    NotFoundError
        If there is no such order.
    InvalidError
        If there is no reason.
    ConflictError
        If it can still be cancelled as usual, the meal is over, it is not ordered, or this was asked already.
    """

    def work(session: Session) -> Answer:
        return asked_late_cancel_in(session, order_id, reason, by, clock)

    return MealOrder.model_validate(answered_once(database, call, clock, work))


def asked_late_cancel_in(session: Session, order_id: int, reason: str, by: str, clock: Clock) -> Answer:
    """As `ask_late_cancel`, within the caller's transaction."""
    _refuse_no_reason(reason)
    order = find_held_order(session, order_id)
    if order is None:
        raise NotFoundError("error.unknown_order", order=order_id)
    if order.state != OrderState.PLACED:
        raise ConflictError("error.already_cancelled", order=order_id)
    elder = session.get_one(Elder, order.elder_number)
    _refuse_unless_late(session, elder, order.service_day, Meal(order.meal), clock)
    if open_requests(session, order):
        raise ConflictError("error.already_asked", order=order_id)
    _write_request(session, order, reason, by, clock, cancels=True)
    return order.model_dump(mode="json")


def decide_late(
    database: Database, request_id: int, *, accepts: bool, by: str, clock: Clock, why: str = ""
) -> LateRequest:
    """Accept or refuse a late wish, once.

    Raises
    ------
    NotFoundError
        If there is no such request.
    InvalidError
        If it is refused without saying why.
    ConflictError
        If it is decided already, the meal is over, being planned, or has left the kitchen.
    """
    with database.write() as session:
        request = session.get(LateRequest, request_id)
        if request is None:
            raise NotFoundError("error.unknown_request", request=request_id)
        # The order before its wish, as everybody holds them who changes both.
        order = session.get_one(MealOrder, request.order_id, with_for_update=True)
        if answer_wishes(session, request.order_id, clock, only=request_id, by=by, accepts=accepts, why=why) != 1:
            raise ConflictError("error.already_decided", request=request_id)
        if not accepts and not why.strip():
            raise InvalidError("error.no_reason", most=LONGEST_REASON)
        if accepts:
            _accept(session, request, order, by, clock)
        elif not request.cancels:
            order.state, order.changed_at = OrderState.REFUSED, clock.now()
        session.add(order)
        _tell_decided(session, request, order, clock)
        subject = str(order.id)
        audit.note(session, at=clock.now(), actor=by, action="decide_late", subject=subject, accepted=accepts)
        session.flush()
        return request


def list_late(session: Session, service_day: date, meal: Meal, kitchen_code: str | None) -> list[LateRequest]:
    """Return what waits for a kitchen's word, oldest first; of all kitchens without one."""
    waiting = (
        select(LateRequest)
        .join(MealOrder, col(MealOrder.id) == col(LateRequest.order_id))
        .where(MealOrder.service_day == service_day, MealOrder.meal == meal, col(LateRequest.decided_at).is_(None))
    )
    if kitchen_code is not None:
        waiting = waiting.where(LateRequest.kitchen_code == kitchen_code)
    return list(session.exec(waiting.order_by(col(LateRequest.id))))


def _accept(session: Session, request: LateRequest, order: MealOrder, by: str, clock: Clock) -> None:
    """Let a wish count; a plan that is published already is made again with it.

    A meal is asked of today's record once more: between the wish and the kitchen's word the elder may have left the
    service, the diet may have been changed, or the dish may have gone from the menu.
    """
    meal = Meal(order.meal)
    _refuse_if_over(order.service_day, meal, clock)
    if not request.cancels:
        elder = get_served_elder(session, order.elder_number)
        asked = (order.service_day, meal, order.dish_code)
        refuse_unknown_dish(session, *asked)
        refuse_clashing(session, elder, *asked, order.kitchen_code, choices_of(session, order.id or 0))
    ensure_meal_day(session, order.service_day, meal)
    day = session.exec(
        select(MealDay)
        .where(MealDay.service_day == order.service_day, MealDay.meal == meal)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if day.state == MealState.CLOSED:
        raise ConflictError("lock.being_planned", day=order.service_day, meal=Key(f"meal.{meal}"))
    if day.state == MealState.PUBLISHED and not is_replan_waiting(session, order.service_day, meal):
        write_replan(session, order.service_day, meal, by=by, clock=clock)
    order.state = OrderState.CANCELLED if request.cancels else OrderState.PLACED
    order.changed_at = clock.now()


def _refuse_no_reason(reason: str) -> None:
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        raise InvalidError("error.no_reason", most=LONGEST_REASON)


def _refuse_unless_late(session: Session, elder: Elder, service_day: date, meal: Meal, clock: Clock) -> None:
    point = find_point(session, elder)
    if not is_service_day(point, service_day):
        raise InvalidError("error.no_service_day", day=service_day)
    limit = cut_off(point, service_day, meal)
    day = session.get(MealDay, (service_day, meal))
    if clock.now() <= limit and (day is None or day.state == MealState.OPEN):
        raise ConflictError("error.not_late_yet", day=service_day, until=local_time(limit))
    _refuse_if_over(service_day, meal, clock)


def _refuse_if_over(service_day: date, meal: Meal, clock: Clock) -> None:
    if clock.now() > instant_of(service_day, HOME_WINDOWS[meal].end_s):
        raise ConflictError("error.meal_over", day=service_day, meal=Key(f"meal.{meal}"))


def _write_request(session: Session, order: MealOrder, reason: str, by: str, clock: Clock, *, cancels: bool) -> None:
    request = LateRequest(
        order_id=order.id or 0,
        kitchen_code=order.kitchen_code,
        cancels=cancels,
        reason=reason.strip(),
        asked_at=clock.now(),
        asked_by=by,
    )
    session.add(request)
    session.flush()
    tell(
        session,
        to=f"{Role.KITCHEN}:{order.kitchen_code}" if order.kitchen_code else Role.KITCHEN,
        key="notice.late_cancel" if cancels else "notice.late_order",
        dedupe=f"late/{request.id}",
        at=clock.now(),
        day=str(order.service_day),
        meal=f"meal.{order.meal}",
        kitchen=order.kitchen_code or "",
    )
    audit.note(session, at=clock.now(), actor=by, action="ask_late", subject=str(order.id), cancels=cancels)


def _tell_decided(session: Session, request: LateRequest, order: MealOrder, clock: Clock) -> None:
    tell(
        session,
        to=Role.OPERATOR,
        key="notice.late_accepted" if request.accepted else "notice.late_refused",
        dedupe=f"late/{request.id}/decided",
        at=clock.now(),
        order=order.id,
        day=str(order.service_day),
        meal=f"meal.{order.meal}",
        why=request.why,
    )
