"""What elders have paid in, and what delivery costs them: rows that are only ever added."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from service.tables.columns import UtcDateTime, one_of


class PaidBy(StrEnum):
    """How money came in, or went back."""

    CASH = "cash"
    CARD = "card"
    TOP_UP = "top_up"
    REFUND = "refund"


class Payment(SQLModel, table=True):
    """Money of an elder on account; `fen` is negative where it went back. `meal_point_code` is whose till it was."""

    __tablename__ = "payment"
    __table_args__ = (
        one_of("how", PaidBy),
        CheckConstraint("(how = 'refund' AND fen < 0) OR (how <> 'refund' AND fen > 0)", name="fen"),
    )

    id: int | None = Field(default=None, primary_key=True)
    elder_number: str = Field(foreign_key="elder.number", index=True)
    fen: int
    how: str
    meal_point_code: str | None = Field(default=None, foreign_key="meal_point.code", index=True)
    terminal: str = ""
    by: str
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    note: str = ""


class DeliveryFee(SQLModel, table=True):
    """送餐费: what bringing a meal costs the elder from a day on, at one meal point or (None) at all others."""

    __tablename__ = "delivery_fee"
    __table_args__ = (CheckConstraint("fen >= 0", name="fen"),)

    id: int | None = Field(default=None, primary_key=True)
    meal_point_code: str | None = Field(default=None, foreign_key="meal_point.code")
    from_day: date
    fen: int
    noted_by: str
    noted_at: datetime = Field(sa_type=UtcDateTime)
