"""What orders have chosen in the courses of a set meal, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete
from sqlmodel import Session, col, select

from kitchens.meals import Meal
from kitchens.plan import Part
from service.tables import MealOrder, OrderChoice


def keep_choices(session: Session, order: MealOrder, parts: Sequence[Part]) -> None:
    """Keep what goes with an order's set meal, in the place of what was chosen before."""
    if order.id is None:
        raise ValueError("expected an order that is stored")
    if order.changed_at is not None:
        # Written over an order that was cancelled: what that had chosen is gone.
        session.execute(delete(OrderChoice).where(col(OrderChoice.order_id) == order.id))
    if parts:
        session.add_all(
            OrderChoice(order_id=order.id, course_code=part.course_id, dish_code=part.dish_id) for part in parts
        )
        session.flush()


def choices_of(session: Session, order_id: int) -> tuple[str, ...]:
    """Return the dishes that an order has chosen, by course."""
    of_order = select(OrderChoice.dish_code).where(OrderChoice.order_id == order_id)
    return tuple(session.exec(of_order.order_by(col(OrderChoice.course_code), col(OrderChoice.dish_code))))


def choices_of_meal(session: Session, service_day: date, meal: Meal) -> dict[int, tuple[str, ...]]:
    """Return the dishes that the orders of a meal have chosen, by order; nothing for those without a set meal."""
    rows = session.execute(
        select(OrderChoice.order_id, OrderChoice.dish_code)
        .join(MealOrder, col(MealOrder.id) == col(OrderChoice.order_id))
        .where(MealOrder.service_day == service_day, MealOrder.meal == meal)
        .order_by(col(OrderChoice.order_id), col(OrderChoice.course_code), col(OrderChoice.dish_code))
    )
    chosen: dict[int, tuple[str, ...]] = {}
    for order_id, dish_code in rows:
        chosen[order_id] = (*chosen.get(order_id, ()), dish_code)
    return chosen
