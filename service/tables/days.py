"""The state of one meal of one service day."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from kitchens.meals import Meal
from service.tables.columns import UtcDateTime, one_of


class MealState(StrEnum):
    """Open for orders; closed, being planned; published, with papers."""

    OPEN = "open"
    CLOSED = "closed"
    PUBLISHED = "published"


class MealDay(SQLModel, table=True):
    """One meal of one day. While somebody plans it, `planner` holds it until `lease_until`, renewed as it works."""

    __tablename__ = "meal_day"
    __table_args__ = (one_of("meal", Meal), one_of("state", MealState))

    service_day: date = Field(primary_key=True)
    meal: str = Field(primary_key=True)
    state: str = MealState.OPEN
    all_delivered: bool = False
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by: str | None = None
    planner: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
