"""Locks (锁定): what a person has decided about one elder's door for one meal; every plan of that meal keeps to it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from kitchens.meals import Meal
from service.tables.columns import UtcDateTime, one_of


class LockKind(StrEnum):
    """Nobody but this courier; not this courier; from this meal point."""

    COURIER = "courier"
    NOT_COURIER = "not_courier"
    POINT = "point"


class StopLock(SQLModel, table=True):
    """One decision. A row is never taken away: undoing it says who and when."""

    __tablename__ = "stop_lock"
    __table_args__ = (
        one_of("meal", Meal),
        one_of("kind", LockKind),
        CheckConstraint("(kind = 'point') = (meal_point_code IS NOT NULL)", name="meal_point"),
        CheckConstraint("(kind = 'point') = (courier_code IS NULL)", name="courier"),
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone"),
        Index("ix_stop_lock_meal", "service_day", "meal"),
    )

    id: int | None = Field(default=None, primary_key=True)
    service_day: date
    meal: str
    elder_number: str = Field(foreign_key="elder.number", index=True)
    kind: str
    courier_code: str | None = Field(default=None, foreign_key="courier.code")
    meal_point_code: str | None = Field(default=None, foreign_key="meal_point.code")
    why: str = ""
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: str
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    undone_by: str | None = None
