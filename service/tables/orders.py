"""Orders: the standing ones that repeat, and the single ones that are cooked."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from kitchens.meals import Fulfilment, Meal
from service.tables.columns import UtcDateTime, one_of


class OrderSource(StrEnum):
    """Where an order came from."""

    KIOSK = "kiosk"
    PHONE = "phone"
    WORKER = "worker"
    FAMILY = "family"
    COURIER = "courier"
    STANDING = "standing"
    BULK = "bulk"
    API = "api"


class OrderState(StrEnum):
    """A cancelled order stays: the generator of standing orders must not bring it back."""

    PLACED = "placed"
    CANCELLED = "cancelled"


class StandingOrder(SQLModel, table=True):
    """长期订餐: a weekday pattern (`weekdays` holds the digits 1 Monday … 7 Sunday) with an optional pause."""

    __tablename__ = "standing_order"
    __table_args__ = (one_of("meal", Meal), one_of("fulfilment", Fulfilment), UniqueConstraint("elder_number", "meal"))

    id: int | None = Field(default=None, primary_key=True)
    elder_number: str = Field(foreign_key="elder.number", index=True)
    meal: str
    weekdays: str
    fulfilment: str
    dish_code: str | None = Field(default=None, foreign_key="dish.code")
    from_day: date
    until_day: date | None = None
    paused_from: date | None = None
    paused_until: date | None = None


class MealOrder(SQLModel, table=True):
    """One meal for one elder: at most one per day and meal, across all meal points."""

    __tablename__ = "meal_order"
    __table_args__ = (
        one_of("meal", Meal),
        one_of("fulfilment", Fulfilment),
        one_of("state", OrderState),
        one_of("source", OrderSource),
        UniqueConstraint("elder_number", "service_day", "meal"),
    )

    id: int | None = Field(default=None, primary_key=True)
    elder_number: str = Field(foreign_key="elder.number")
    service_day: date = Field(index=True)
    meal: str
    fulfilment: str
    dish_code: str | None = Field(default=None, foreign_key="dish.code")
    state: str = OrderState.PLACED
    source: str
    placed_by: str
    placed_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    idempotency_key: str | None = Field(default=None, unique=True)
