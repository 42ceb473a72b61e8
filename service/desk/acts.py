"""What an operator does with one key: each in one transaction, once, and so that it can be taken back.

Every act that concerns a meal carries the stamp of the cell that the operator saw. If the meal has been changed since
by somebody else, the act is refused with one sentence that says by whom, and nothing is changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from kitchens.meals import Fulfilment, Meal
from service import audit
from service.capacity import refuse_if_full, refuse_unknown_dish
from service.clock import Clock
from service.db import Database
from service.desk.grid import Cell, CellState, find_cell, numbered_dish, stamp_of
from service.diets import refuse_clashing
from service.errors import ConflictError, InvalidError
from service.idempotency import Answer, Call, answered_once
from service.late import asked_late_cancel_in, asked_late_in
from service.menus.choices import choices_of, keep_choices
from service.orders import (
    Placing,
    Wish,
    cancelled_in,
    find_order,
    find_point,
    get_served_elder,
    placed_in,
    refuse_if_closed,
    written,
)
from service.people import get_record
from service.tables import ActKind, DeskAct, MealOrder, OrderChoice, OrderSource, OrderState

LONGEST_REASON = 200
KEPT_COLUMNS = (
    "fulfilment",
    "dish_code",
    "meal_point_code",
    "kitchen_code",
    "proxy_name",
    "state",
    "source",
    "placed_by",
    "placed_at",
    "changed_at",
)


@dataclass(frozen=True, slots=True)
class Seat:
    """Who acts for whom, by which way, during which call."""

    elder_number: str
    by: str
    source: OrderSource = OrderSource.PHONE
    phone_call_id: int | None = None

    @property
    def placing(self) -> Placing:
        """Return it as orders take it."""
        return Placing(self.elder_number, self.source, self.by)


@dataclass(frozen=True, slots=True)
class Choice:
    """One meal as an operator keys it: `number` is the dish's place on the menu, 0 for the usual; no way is the usual.

    `seen` is the stamp of the cell that was on the screen; `choices` are the dishes keyed in the courses of a set meal,
    the rest of which is left to the kitchen, or stays as it was if the same set is ordered again.
    """

    service_day: date
    meal: Meal
    seen: str
    number: int = 0
    fulfilment: Fulfilment | None = None
    choices: tuple[str, ...] = ()


def order_meal(database: Database, seat: Seat, choice: Choice, *, clock: Clock, call: Call | None = None) -> int:
    """Order a meal, or change the one that is ordered into what is wanted, and return the number of the act.

    The same dish and way, keyed in whatever order, give the same order.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    InvalidError
        If the elder is not served, or there is no dish of that number, or it is not for this elder.
    ConflictError
        If somebody else has changed the meal meanwhile, or it is closed, or the kitchen can cook no more.
    """

    def work(session: Session) -> Answer:
        cell = _seen_cell(session, seat, choice, clock)
        if cell.state == CellState.REQUESTED:
            raise ConflictError("error.already_ordered", elder=seat.elder_number, day=choice.service_day)
        wish = _wish(session, seat, choice, cell)
        if cell.has_meal:
            return _changed(session, seat, wish, clock)
        elder = get_served_elder(session, seat.elder_number)
        before = _kept(session, find_order(session, elder.number, wish.service_day, wish.meal))
        order = placed_in(session, elder, find_point(session, elder), seat.placing, wish, clock)
        return noted(session, seat, ActKind.ORDER, clock, **_about(order), before=before)

    return _once(database, seat, choice.service_day, call, clock, work)


def cancel_meal(
    database: Database, seat: Seat, choice: Choice, reason: str, *, clock: Clock, call: Call | None = None
) -> int:
    """Cancel a meal with a reason and return the number of the act; after the cut-off the kitchen is asked.

    Raises
    ------
    InvalidError
        If no reason is given.
    ConflictError
        If nothing is ordered, or as `order_meal`.
    """
    reason = said_reason(reason)

    def work(session: Session) -> Answer:
        cell = _seen_cell(session, seat, choice, clock)
        if cell.order_id is None or not cell.has_meal:
            raise ConflictError("desk.nothing_ordered", day=choice.service_day)
        order = session.get_one(MealOrder, cell.order_id)
        before = _kept(session, order)
        if cell.is_closed and cell.state != CellState.REQUESTED:
            asked_late_cancel_in(session, cell.order_id, reason, seat.by, clock)
            return noted(session, seat, ActKind.LATE_CANCEL, clock, **_about(order), reason=reason)
        cancelled_in(session, cell.order_id, seat.by, clock)
        return noted(session, seat, ActKind.CANCEL, clock, **_about(order), before=before, reason=reason)

    return _once(database, seat, choice.service_day, call, clock, work)


def ask_late_meal(
    database: Database, seat: Seat, choice: Choice, reason: str, *, clock: Clock, call: Call | None = None
) -> int:
    """Ask the kitchen for a meal after its cut-off, with a reason, and return the number of the act.

    Raises
    ------
    InvalidError
        If no reason is given, or as `service.late.ask_late`.
    ConflictError
        As `order_meal`.
    """
    reason = said_reason(reason)

    def work(session: Session) -> Answer:
        cell = _seen_cell(session, seat, choice, clock)
        wish = _wish(session, seat, choice, cell)
        before = _kept(session, find_order(session, seat.elder_number, wish.service_day, wish.meal))
        asked_late_in(session, seat.placing, wish, reason, clock)
        order = find_order(session, seat.elder_number, wish.service_day, wish.meal)
        if order is None:
            raise ConflictError("desk.nothing_ordered", day=choice.service_day)
        return noted(session, seat, ActKind.LATE, clock, **_about(order), before=before, reason=reason)

    return _once(database, seat, choice.service_day, call, clock, work)


def noted(session: Session, seat: Seat, kind: ActKind, clock: Clock, **details: Any) -> Answer:
    """Keep an act with what is needed to take it back."""
    act = DeskAct(
        phone_call_id=seat.phone_call_id,
        elder_number=seat.elder_number,
        kind=kind,
        by=seat.by,
        at=clock.now(),
        details=details,
    )
    session.add(act)
    session.flush()
    return {"act": act.id}


def done_once(database: Database, call: Call | None, clock: Clock, work: Any) -> int:
    """Do an act once and return its number."""
    return int(answered_once(database, call, clock, work)["act"])


def said_reason(reason: str) -> str:
    """Return a reason as it is kept.

    Raises
    ------
    InvalidError
        If nothing is said, or too much.
    """
    reason = reason.strip()
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise InvalidError("error.no_reason", most=LONGEST_REASON)
    return reason


def put_back(session: Session, order: MealOrder, before: dict[str, Any], clock: Clock, *, in_place_of: bool) -> None:
    """Make an order what it was before an act, its choices too.

    In place of a meal that stands, only what could still be ordered like that; a meal that was given up comes back as
    it was: planning puts another dish in the place of one that is not for the elder, and no meal would be worse. It
    comes back to where the elder belongs now: who has moved since is looked for at no old meal point.
    """
    values = {name: before[name] for name in KEPT_COLUMNS}
    for name in ("placed_at", "changed_at"):
        values[name] = None if values[name] is None else datetime.fromisoformat(values[name])
    if values["state"] == OrderState.PLACED:
        elder = get_served_elder(session, order.elder_number)
        point = find_point(session, elder)
        refuse_if_closed(session, point, order.service_day, Meal(order.meal), clock)
        kitchen_code = point.kitchen_code if point else None
        values |= {"meal_point_code": point.code if point else None, "kitchen_code": kitchen_code}
        # As a change does, it gives its own portion back first.
        order.state = OrderState.CANCELLED
        session.flush()
        meal, dish_code = Meal(order.meal), values["dish_code"]
        if in_place_of:
            chosen = [dish for _, dish in before.get("choices", ())]
            refuse_unknown_dish(session, order.service_day, meal, dish_code)
            refuse_clashing(session, elder, order.service_day, meal, dish_code, kitchen_code, chosen)
        refuse_if_full(session, kitchen_code, order.service_day, meal, dish_code)
    order.sqlmodel_update(values)
    session.add(order)
    session.execute(delete(OrderChoice).where(col(OrderChoice.order_id) == order.id))
    for course_code, dish_code in before.get("choices", ()):
        session.add(OrderChoice(order_id=order.id or 0, course_code=course_code, dish_code=dish_code))
    session.flush()


def kept(session: Session, order: MealOrder) -> dict[str, Any]:
    """Return an order's row as an act keeps it."""
    values: dict[str, Any] = {name: getattr(order, name) for name in KEPT_COLUMNS}
    for name in ("placed_at", "changed_at"):
        values[name] = values[name].isoformat() if values[name] else None
    chosen = select(OrderChoice).where(OrderChoice.order_id == order.id)
    values["choices"] = [[one.course_code, one.dish_code] for one in session.exec(chosen)]
    return values


def _kept(session: Session, order: MealOrder | None) -> dict[str, Any] | None:
    return None if order is None else kept(session, order)


def _about(order: MealOrder) -> dict[str, Any]:
    return {"order": order.id, "day": order.service_day.isoformat(), "meal": order.meal, "stamp": stamp_of(order)}


def _once(database: Database, seat: Seat, day: date, call: Call | None, clock: Clock, work: Any) -> int:
    try:
        return done_once(database, call, clock, work)
    except IntegrityError as error:
        # Two clerks at once: the database let one through.
        raise ConflictError("error.already_ordered", elder=seat.elder_number, day=day) from error


def _seen_cell(session: Session, seat: Seat, choice: Choice, clock: Clock) -> Cell:
    """Return the cell as it stands, held; refused if it is not what the operator saw."""
    of_meal = select(MealOrder).where(
        MealOrder.elder_number == seat.elder_number,
        MealOrder.service_day == choice.service_day,
        MealOrder.meal == choice.meal,
    )
    order = session.exec(of_meal.with_for_update().execution_options(populate_existing=True)).first()
    cell = find_cell(session, get_record(session, seat.elder_number), choice.service_day, choice.meal, clock=clock)
    if cell.stamp != choice.seen:
        raise ConflictError("desk.changed_meanwhile", day=choice.service_day, by=order.placed_by if order else "-")
    return cell


def _wish(session: Session, seat: Seat, choice: Choice, cell: Cell) -> Wish:
    """Return what is wanted: what is keyed, and for the rest what is ordered already or usual."""
    order = find_order(session, seat.elder_number, choice.service_day, choice.meal) if cell.has_meal else None
    dish_code = order.dish_code if order is not None else cell.usual.dish_code
    if choice.number:
        elder = get_record(session, seat.elder_number).elder
        dish_code = numbered_dish(session, elder, choice.service_day, choice.meal, choice.number)
    way = choice.fulfilment or cell.fulfilment
    is_same = order is not None and order.dish_code == dish_code
    choices = choice.choices or (choices_of(session, order.id or 0) if order is not None and is_same else ())
    proxy_name = order.proxy_name if order is not None and way == Fulfilment.PICK_UP else ""
    return Wish(choice.service_day, choice.meal, way, dish_code, proxy_name, choices)


def _changed(session: Session, seat: Seat, wish: Wish, clock: Clock) -> Answer:
    """Change an order that stands into another one of the same meal, by the rules of a new one."""
    elder = get_served_elder(session, seat.elder_number)
    point = find_point(session, elder)
    refuse_if_closed(session, point, wish.service_day, wish.meal, clock)
    refuse_unknown_dish(session, wish.service_day, wish.meal, wish.dish_code)
    order = find_order(session, elder.number, wish.service_day, wish.meal)
    if order is None:
        raise ConflictError("desk.nothing_ordered", day=wish.service_day)
    before = kept(session, order)
    kitchen_code = point.kitchen_code if point else None
    parts = refuse_clashing(session, elder, wish.service_day, wish.meal, wish.dish_code, kitchen_code, wish.choices)
    # It gives its own portion back first: a change takes nothing from anybody.
    order.state = OrderState.CANCELLED
    session.flush()
    refuse_if_full(session, kitchen_code, wish.service_day, wish.meal, wish.dish_code)
    order = written(session, order, elder, point, wish, seat.placing, OrderState.PLACED, clock)
    keep_choices(session, order, parts)
    audit.note(session, at=clock.now(), actor=seat.by, action="change_order", subject=str(order.id), source=seat.source)
    return noted(session, seat, ActKind.CHANGE, clock, **_about(order), before=before)
