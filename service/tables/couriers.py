"""Couriers (送餐员) who bring boxes from a meal point to the doors."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel


class Courier(SQLModel, table=True):
    """A courier of one meal point; the reserve is called only on days when everything is delivered."""

    __tablename__ = "courier"
    __table_args__ = (
        CheckConstraint("shift_start_s <= shift_end_s", name="shift"),
        CheckConstraint("capacity_boxes >= 0 AND max_trips >= 1", name="capacity"),
    )

    code: str = Field(primary_key=True)
    name: str
    phone: str
    meal_point_code: str = Field(foreign_key="meal_point.code", index=True)
    capacity_boxes: int
    shift_start_s: int
    shift_end_s: int
    max_trips: int = 2
    reserve: bool = False
    active: bool = True
