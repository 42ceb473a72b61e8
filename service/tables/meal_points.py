"""Meal points (助餐配餐点): where elders eat, vans unload and couriers load."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel


class MealPoint(SQLModel, table=True):
    """A meal point with its usual kitchen.

    `kitchen_on_site` says that this kitchen stands in the meal point, so that no van is needed. Times are seconds
    after midnight; `cut_off_s` counts on the previous service day.
    """

    __tablename__ = "meal_point"
    __table_args__ = (
        CheckConstraint("opens_s <= closes_s", name="hours"),
        CheckConstraint("capacity_meals >= 0 AND handling_s >= 0", name="capacity"),
    )

    code: str = Field(primary_key=True)
    name: str
    community_code: str | None = Field(default=None, foreign_key="community.code", index=True)
    address: str
    phone: str
    lat: float
    lon: float
    kitchen_code: str | None = Field(default=None, foreign_key="kitchen.code", index=True)
    kitchen_on_site: bool = False
    capacity_meals: int
    handling_s: int = 240
    opens_s: int = 10 * 3600
    closes_s: int = 13 * 3600 + 1800
    cut_off_s: int = 15 * 3600
    works_weekends: bool = False
    active: bool = True
