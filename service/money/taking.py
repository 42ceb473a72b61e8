"""Meals handed over at the meal point: eaten there or fetched, each once, on its own day."""

from __future__ import annotations

from sqlmodel import Session, select

from kitchens.meals import Fulfilment
from service import audit
from service.clock import Clock, local_day
from service.db import Database, insert_unless_there
from service.errors import ConflictError, InvalidError, NotFoundError
from service.tables import MealOrder, OrderState, TakenMeal, TakenWay


def take_meal(database: Database, order_id: int, *, way: TakenWay, terminal: str, by: str, clock: Clock) -> TakenMeal:
    """Note that an ordered meal was handed over now; the same again changes nothing and returns the first.

    `terminal` is the code of the device, "" without one.

    Raises
    ------
    NotFoundError
        If there is no such order.
    InvalidError
        If the meal is brought home: the courier's outcome says how that ended.
    ConflictError
        If the order is not placed (cancelled, or waiting for the kitchen), or is for another day.
    """
    with database.write() as session:
        order = session.get(MealOrder, order_id)
        if order is None:
            raise NotFoundError("error.unknown_order", order=order_id)
        _refuse_unless_due(order, clock)
        values = {"at": clock.now(), "way": TakenWay(way), "terminal": terminal, "by": by}
        if insert_unless_there(session, TakenMeal, order_id=order_id, **values):
            audit.note(session, at=clock.now(), actor=by, action="take_meal", subject=str(order_id), terminal=terminal)
        return session.exec(select(TakenMeal).where(TakenMeal.order_id == order_id)).one()


def find_taken(session: Session, order_id: int) -> TakenMeal | None:
    """Return how an order was handed over at its meal point, None if it was not."""
    return session.exec(select(TakenMeal).where(TakenMeal.order_id == order_id)).first()


def _refuse_unless_due(order: MealOrder, clock: Clock) -> None:
    if order.fulfilment == Fulfilment.HOME:
        raise InvalidError("settling.taken_home", order=order.id)
    if order.state != OrderState.PLACED:
        raise ConflictError("settling.taken_not_placed", order=order.id)
    if order.service_day != local_day(clock.now()):
        raise ConflictError("settling.taken_other_day", order=order.id, day=order.service_day)
