"""Dishes, and which kitchen offers which on which day."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field, SQLModel

from kitchens.meals import Meal
from service.tables.columns import one_of


class Dish(SQLModel, table=True):
    """A set meal; `contains`, `textures` and `keeps` are words of `kitchens.meals` parted by single spaces."""

    __tablename__ = "dish"

    code: str = Field(primary_key=True)
    name: str
    name_en: str = ""
    price_fen: int = Field(ge=0)
    contains: str = ""
    textures: str = "regular"
    keeps: str = ""


class MenuEntry(SQLModel, table=True):
    """One dish on one kitchen's menu; rank 1 is the usual dish, `capacity_meals` the most that can be ordered of it."""

    __tablename__ = "menu_entry"
    __table_args__ = (one_of("meal", Meal),)

    kitchen_code: str = Field(foreign_key="kitchen.code", primary_key=True)
    service_day: date = Field(primary_key=True)
    meal: str = Field(primary_key=True)
    rank: int = Field(primary_key=True, ge=1)
    dish_code: str = Field(foreign_key="dish.code")
    capacity_meals: int | None = Field(default=None, ge=0)
