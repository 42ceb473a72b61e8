"""Imports beside the daily cycle: an order is not added to, changed in or taken from a meal that is closed.

Whoever closes a meal waits for the orders that are being written, and then sees them; so an import holds the meals of
its orders open until its transaction ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlmodel import Session, col, select

from kitchens.meals import Meal
from service.orders import ensure_meal_day
from service.tables import MealDay, MealState

MealKey = tuple[date, str]


def closed_meals(session: Session, meals: Iterable[MealKey]) -> set[MealKey]:
    """Return which of `meals` are closed or published."""
    days = sorted({day for day, _ in meals})
    closed = select(MealDay).where(col(MealDay.service_day).in_(days), MealDay.state != MealState.OPEN)
    return {(day.service_day, day.meal) for day in session.exec(closed)}


def hold_open(session: Session, meals: Iterable[MealKey], *, today: date) -> None:
    """Keep anybody from closing `meals` until the transaction ends; days gone by are history and left alone."""
    for day, meal in sorted(set(meals)):
        if day >= today:
            ensure_meal_day(session, day, Meal(meal))
            held = select(MealDay.state).where(MealDay.service_day == day, MealDay.meal == meal)
            session.exec(held.with_for_update(read=True)).one()
