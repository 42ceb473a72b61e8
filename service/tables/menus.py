"""Dishes, and which kitchen offers which on which day."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from kitchens.meals import Meal
from service.tables.columns import UtcDateTime, one_of


class EntryState(StrEnum):
    """Where a dish of a dated menu stands; nothing is deleted, so that no cycle brings back what a person took off.

    What the cycle itself no longer says is withdrawn, and comes back with it.
    """

    OFFERED = "offered"
    TAKEN_OFF = "taken_off"
    WITHDRAWN = "withdrawn"


class Dish(SQLModel, table=True):
    """A set meal, or one dish that can be chosen in a course of one.

    `contains`, `textures` and `keeps` are words of `kitchens.meals` parted by spaces. `contains` names what is in
    it beyond its recipe; where it has no recipe, all of it. `price_fen` holds before its first price version.
    `station` is the word for what it is cooked on, None where nobody has said; `spare_percent` the portions on top,
    None for the usual share.
    """

    __tablename__ = "dish"

    code: str = Field(primary_key=True)
    name: str
    name_en: str = ""
    price_fen: int = Field(ge=0)
    contains: str = ""
    textures: str = "regular"
    keeps: str = ""
    station: str | None = None
    spare_percent: int | None = Field(default=None, ge=0)


class MenuEntry(SQLModel, table=True):
    """One dish on one kitchen's menu; the lowest rank offered is the usual dish, `capacity_meals` the most of it.

    `from_cycle` is true while the entry follows its kitchen's cycle; whatever a person says about it makes it false.
    """

    __tablename__ = "menu_entry"
    __table_args__ = (one_of("meal", Meal), one_of("state", EntryState))

    kitchen_code: str = Field(foreign_key="kitchen.code", primary_key=True)
    service_day: date = Field(primary_key=True)
    meal: str = Field(primary_key=True)
    rank: int = Field(primary_key=True, ge=1)
    dish_code: str = Field(foreign_key="dish.code")
    capacity_meals: int | None = Field(default=None, ge=0)
    state: str = EntryState.OFFERED
    from_cycle: bool = False


class MenuCycle(SQLModel, table=True):
    """A menu of one kitchen and meal that repeats every `weeks` weeks from a Monday on.

    Of several that hold on a day the one begun last counts.
    """

    __tablename__ = "menu_cycle"
    __table_args__ = (
        one_of("meal", Meal),
        CheckConstraint("weeks >= 1", name="weeks"),
        CheckConstraint("until_day IS NULL OR until_day >= first_monday", name="days"),
    )

    code: str = Field(primary_key=True)
    kitchen_code: str = Field(foreign_key="kitchen.code", index=True)
    meal: str
    weeks: int
    first_monday: date
    until_day: date | None = None


class CycleEntry(SQLModel, table=True):
    """One dish of a cycle: week 1 … `weeks`, weekday 1 Monday … 7 Sunday."""

    __tablename__ = "cycle_entry"
    __table_args__ = (
        CheckConstraint("week >= 1 AND weekday BETWEEN 1 AND 7", name="day"),
        CheckConstraint("capacity_meals IS NULL OR capacity_meals >= 0", name="capacity"),
    )

    cycle_code: str = Field(foreign_key="menu_cycle.code", primary_key=True)
    week: int = Field(primary_key=True)
    weekday: int = Field(primary_key=True)
    rank: int = Field(primary_key=True, ge=1)
    dish_code: str = Field(foreign_key="dish.code")
    capacity_meals: int | None = None


class MenuSwap(SQLModel, table=True):
    """One ingredient of one dish that a kitchen replaces (or with `in_code` None leaves out) at one meal.

    A swap that is taken back stays, with `holds` false.
    """

    __tablename__ = "menu_swap"
    __table_args__ = (one_of("meal", Meal), CheckConstraint("in_code IS NULL OR in_code <> out_code", name="differs"))

    kitchen_code: str = Field(foreign_key="kitchen.code", primary_key=True)
    service_day: date = Field(primary_key=True)
    meal: str = Field(primary_key=True)
    dish_code: str = Field(foreign_key="dish.code", primary_key=True)
    out_code: str = Field(foreign_key="ingredient.code", primary_key=True)
    in_code: str | None = Field(default=None, foreign_key="ingredient.code")
    holds: bool = True
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: str
