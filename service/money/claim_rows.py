"""The placed orders of a period as rows: what was ordered, what the newest plan did with it, and how it ended."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import and_, func
from sqlmodel import Session, col, select

from service.tables import CourierRun, MealOrder, OrderState, Plan, PlannedOrder, SettledMeal, TakenMeal, Visit

ORDERED: list[Any] = [
    MealOrder.id,
    MealOrder.elder_number,
    MealOrder.service_day,
    MealOrder.meal,
    MealOrder.fulfilment,
    MealOrder.dish_code,
    MealOrder.meal_point_code,
    MealOrder.kitchen_code,
]
ENDED: list[Any] = [
    PlannedOrder.dish_code,
    PlannedOrder.kitchen_code,
    PlannedOrder.meal_point_code,
    PlannedOrder.reason,
    PlannedOrder.visit_id,
    CourierRun.courier_code,
    Visit.outcome,
    Visit.outcome_at,
    Visit.outcome_by,
    TakenMeal.at,
    TakenMeal.way,
    TakenMeal.terminal,
]
"""The columns of a row: those of the order, then (after the plan's number) those of the plan and of the end."""


class Row(NamedTuple):
    """One placed order of the period, with what the plan did with it and how it ended."""

    order_id: int
    elder_number: str
    service_day: date
    meal: str
    fulfilment: str
    dish_code: str | None
    meal_point_code: str | None
    kitchen_code: str | None
    plan_id: int | None
    planned_dish: str | None
    planned_kitchen: str | None
    planned_point: str | None
    left_out: str | None
    visit_id: int | None
    courier_code: str | None
    outcome: str | None
    outcome_at: datetime | None
    outcome_by: str | None
    taken_at: datetime | None
    way: str | None
    terminal: str | None

    @property
    def kitchen(self) -> str:
        """The kitchen that cooked it as far as anybody knows."""
        return self.planned_kitchen or self.kitchen_code or ""

    @property
    def point(self) -> str:
        """The meal point that it went over."""
        return self.planned_point or self.meal_point_code or ""


def unsettled_rows(session: Session, since: date, until: date) -> list[Row]:
    """Return the placed orders of a period that are not settled, each with its line in the newest plan."""
    newest = newest_plans(since, until)
    settled = select(SettledMeal.order_id).where(SettledMeal.service_day >= since, SettledMeal.service_day <= until)
    asked = (
        sqlalchemy.select(*ORDERED, newest.c.id, *ENDED)
        .select_from(MealOrder)
        .outerjoin(newest, and_(newest.c.service_day == MealOrder.service_day, newest.c.meal == col(MealOrder.meal)))
        .outerjoin(
            PlannedOrder,
            and_(col(PlannedOrder.plan_id) == newest.c.id, col(PlannedOrder.order_id) == col(MealOrder.id)),
        )
        .outerjoin(Visit, col(Visit.id) == col(PlannedOrder.visit_id))
        .outerjoin(CourierRun, col(CourierRun.id) == col(Visit.courier_run_id))
        .outerjoin(TakenMeal, col(TakenMeal.order_id) == col(MealOrder.id))
        .where(col(MealOrder.service_day) >= since, col(MealOrder.service_day) <= until)
        .where(col(MealOrder.state) == OrderState.PLACED, col(MealOrder.id).not_in(settled))
        .order_by(col(MealOrder.id))
    )
    return [Row(*row) for row in session.execute(asked)]


def newest_plans(since: date, until: date) -> Any:
    """Return the newest published plan of each meal of a period, as something to join."""
    of_period = (col(Plan.service_day) >= since, col(Plan.service_day) <= until)
    last = (
        sqlalchemy.select(Plan.service_day, Plan.meal, func.max(Plan.version).label("version"))  # type: ignore[call-overload]
        .where(*of_period)
        .group_by(Plan.service_day, Plan.meal)
        .subquery()
    )
    return (
        sqlalchemy.select(Plan.id, Plan.service_day, Plan.meal)  # type: ignore[call-overload]
        .join(
            last,
            and_(
                last.c.service_day == Plan.service_day,
                last.c.meal == Plan.meal,
                last.c.version == Plan.version,
            ),
        )
        .subquery()
    )
