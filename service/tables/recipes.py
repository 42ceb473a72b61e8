"""What is in a dish, what can be chosen in it, and what it costs from which day on."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel


class Ingredient(SQLModel, table=True):
    """What a kitchen buys; `contains` holds words of `kitchens.meals.Ingredient` parted by single spaces."""

    __tablename__ = "ingredient"

    code: str = Field(primary_key=True)
    name: str
    name_en: str = ""
    contains: str = ""


class RecipeLine(SQLModel, table=True):
    """One ingredient of one dish, in grams for a regular portion."""

    __tablename__ = "recipe_line"
    __table_args__ = (CheckConstraint("grams > 0", name="grams"),)

    dish_code: str = Field(foreign_key="dish.code", primary_key=True)
    ingredient_code: str = Field(foreign_key="ingredient.code", primary_key=True)
    grams: int


class Course(SQLModel, table=True):
    """A part of a set meal of which exactly `pick` are chosen, each another dish."""

    __tablename__ = "course"
    __table_args__ = (
        CheckConstraint("pick >= 1 AND position >= 1", name="pick"),
        UniqueConstraint("dish_code", "position"),
    )

    code: str = Field(primary_key=True)
    dish_code: str = Field(foreign_key="dish.code")
    position: int
    name: str
    name_en: str = ""
    pick: int = 1


class CourseOption(SQLModel, table=True):
    """One dish that can be chosen in a course; `extra_fen` comes on top of the price of the set.

    It holds before the first version in `CoursePrice`.
    """

    __tablename__ = "course_option"
    __table_args__ = (
        CheckConstraint("rank >= 1 AND extra_fen >= 0", name="rank"),
        UniqueConstraint("course_code", "dish_code"),
    )

    course_code: str = Field(foreign_key="course.code", primary_key=True)
    rank: int = Field(primary_key=True)
    dish_code: str = Field(foreign_key="dish.code")
    extra_fen: int = 0


class OrderChoice(SQLModel, table=True):
    """One dish that an order has chosen in a course."""

    __tablename__ = "order_choice"

    order_id: int = Field(foreign_key="meal_order.id", primary_key=True)
    course_code: str = Field(foreign_key="course.code", primary_key=True)
    dish_code: str = Field(foreign_key="dish.code", primary_key=True)


class PlannedPart(SQLModel, table=True):
    """One dish of a course as a plan has it made for an order."""

    __tablename__ = "planned_part"

    plan_id: int = Field(foreign_key="plan.id", primary_key=True)
    order_id: int = Field(foreign_key="meal_order.id", primary_key=True)
    course_code: str = Field(foreign_key="course.code", primary_key=True)
    dish_code: str = Field(foreign_key="dish.code", primary_key=True)
    texture: str


class DishPrice(SQLModel, table=True):
    """What a dish costs from a day on, and when that was announced (公示); versions in force are never edited."""

    __tablename__ = "dish_price"
    __table_args__ = (
        CheckConstraint("price_fen >= 0", name="price"),
        CheckConstraint("announced_on <= from_day", name="announced"),
    )

    dish_code: str = Field(foreign_key="dish.code", primary_key=True)
    from_day: date = Field(primary_key=True)
    price_fen: int
    announced_on: date
    announced_by: str = ""


class CoursePrice(SQLModel, table=True):
    """What choosing a dish in a course costs on top from a day on, announced and kept as the price of a dish is."""

    __tablename__ = "course_price"
    __table_args__ = (
        CheckConstraint("extra_fen >= 0", name="price"),
        CheckConstraint("announced_on <= from_day", name="announced"),
    )

    course_code: str = Field(foreign_key="course.code", primary_key=True)
    dish_code: str = Field(foreign_key="dish.code", primary_key=True)
    from_day: date = Field(primary_key=True)
    extra_fen: int
    announced_on: date
    announced_by: str = ""
