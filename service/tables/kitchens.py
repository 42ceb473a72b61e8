"""Kitchens, what each can cook at each meal, and what it cooks on."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from kitchens.meals import Capability, Meal, ProvisionMode, StationKind
from service.tables.columns import one_of


class Kitchen(SQLModel, table=True):
    """A kitchen and its mode of provision (供餐方式)."""

    __tablename__ = "kitchen"
    __table_args__ = (one_of("mode", ProvisionMode),)

    code: str = Field(primary_key=True)
    name: str
    mode: str
    address: str
    licence: str
    phone: str
    lat: float
    lon: float
    active: bool = True


class KitchenMeal(SQLModel, table=True):
    """What a kitchen can do at one meal: seconds after midnight, meals, meals an hour."""

    __tablename__ = "kitchen_meal"
    __table_args__ = (
        one_of("meal", Meal),
        CheckConstraint("cooking_start_s <= cooking_end_s", name="cooking"),
        CheckConstraint("capacity_meals >= 0 AND meals_per_hour > 0", name="capacity"),
    )

    kitchen_code: str = Field(foreign_key="kitchen.code", primary_key=True)
    meal: str = Field(primary_key=True)
    capacity_meals: int
    meals_per_hour: int
    cooking_start_s: int
    cooking_end_s: int


class KitchenStation(SQLModel, table=True):
    """灶位: one wok, steamer, oven or cold table; `pan_portions` is the most that it cooks at once."""

    __tablename__ = "kitchen_station"
    __table_args__ = (
        one_of("kind", StationKind),
        CheckConstraint("meals_per_hour > 0 AND pan_portions > 0", name="capacity"),
    )

    kitchen_code: str = Field(foreign_key="kitchen.code", primary_key=True)
    code: str = Field(primary_key=True)
    kind: str
    meals_per_hour: int
    pan_portions: int


class KitchenCapability(SQLModel, table=True):
    """What a kitchen can do beyond ordinary cooking."""

    __tablename__ = "kitchen_capability"
    __table_args__ = (one_of("capability", Capability),)

    kitchen_code: str = Field(foreign_key="kitchen.code", primary_key=True)
    capability: str = Field(primary_key=True)
