"""Beside a settlement: orders for which nobody claims money, and doubtful claims that somebody has looked at.

Rows are only ever added, as all rows of money.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import Field, SQLModel

from kitchens.meals import Meal
from service.tables.columns import UtcDateTime, one_of


class UnclaimedMeal(SQLModel, table=True):
    """An order of a settled period for which nothing is claimed: `reason` is a key of the texts, `details` its values.

    With the settled meals and the refused claims these are all orders of the period: nobody is left out in silence.
    """

    __tablename__ = "unclaimed_meal"
    __table_args__ = (one_of("meal", Meal), Index("ix_unclaimed_meal_elder", "elder_number", "service_day"))

    id: int | None = Field(default=None, primary_key=True)
    settlement_id: int = Field(foreign_key="settlement.id", index=True)
    order_id: int = Field(foreign_key="meal_order.id")
    elder_number: str = Field(foreign_key="elder.number")
    service_day: date
    meal: str
    kitchen_code: str | None = Field(default=None, foreign_key="kitchen.code")
    meal_point_code: str | None = Field(default=None, foreign_key="meal_point.code")
    reason: str
    details: dict[str, Any] = Field(sa_type=JSON)


class ClearedClaim(SQLModel, table=True):
    """A claim that was stopped for its burst or its hour, looked at by a named person and found to be true."""

    __tablename__ = "cleared_claim"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="meal_order.id", unique=True)
    reason: str
    by: str
    at: datetime = Field(sa_type=UtcDateTime)
