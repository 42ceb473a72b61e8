"""Vans (干线车辆) that bring carriers from a kitchen to its meal points."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel


class Van(SQLModel, table=True):
    """A van of one kitchen; its shift in seconds after midnight."""

    __tablename__ = "van"
    __table_args__ = (
        CheckConstraint("shift_start_s <= shift_end_s", name="shift"),
        CheckConstraint("capacity_boxes >= 0", name="capacity"),
    )

    code: str = Field(primary_key=True)
    kitchen_code: str = Field(foreign_key="kitchen.code", index=True)
    plate: str
    driver: str
    phone: str
    capacity_boxes: int
    shift_start_s: int
    shift_end_s: int
    active: bool = True
