"""What waits for a kitchen's word: wishes after the cut-off, with as much of the person as the cook needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from kitchens.meals import Meal
from service.board.names import shortened
from service.late import list_late
from service.tables import Dish, Elder, MealOrder


@dataclass(frozen=True, slots=True)
class LateRow:
    """One late wish: a meal more, or one that is not wanted after all."""

    id: int
    cancels: bool
    elder_number: str
    short_name: str
    dish_name: str
    fulfilment: str
    meal_point_code: str | None
    reason: str
    asked_by: str
    asked_at: datetime


def late_rows(session: Session, service_day: date, meal: Meal, kitchen_code: str | None) -> tuple[LateRow, ...]:
    """Return what waits for a kitchen, oldest first; of all kitchens without one."""
    rows = []
    for request in list_late(session, service_day, meal, kitchen_code):
        order = session.get_one(MealOrder, request.order_id)
        elder = session.get_one(Elder, order.elder_number)
        dish = session.get(Dish, order.dish_code) if order.dish_code else None
        rows.append(
            LateRow(
                id=request.id or 0,
                cancels=request.cancels,
                elder_number=elder.number,
                short_name=shortened(elder.name),
                dish_name=dish.name if dish else "",
                fulfilment=order.fulfilment,
                meal_point_code=order.meal_point_code,
                reason=request.reason,
                asked_by=request.asked_by,
                asked_at=request.asked_at,
            )
        )
    return tuple(rows)
