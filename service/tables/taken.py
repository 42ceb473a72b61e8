"""Meals that were eaten at the meal point or fetched from it: the counterpart of a visit's outcome."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from service.tables.columns import UtcDateTime, one_of


class TakenWay(StrEnum):
    """By what it is known that the meal was handed over."""

    SWIPE = "swipe"
    SIGNATURE = "signature"
    KEYED = "keyed"


class TakenMeal(SQLModel, table=True):
    """One order handed over at its meal point, once; `terminal` is the device's code, "" without one."""

    __tablename__ = "taken_meal"
    __table_args__ = (one_of("way", TakenWay),)

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="meal_order.id", unique=True)
    at: datetime = Field(sa_type=UtcDateTime)
    way: str
    terminal: str = ""
    by: str
