"""A published plan as rows: orders, batches, van runs, courier runs. Written once; only what happened is added.

Times ending in `_s` are seconds after the service day's local midnight.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from kitchens.meals import Meal
from service.tables.columns import UtcDateTime, one_of


class Outcome(StrEnum):
    """送达结果: the eight codes of the route sheet, in its order."""

    IN_PERSON = "in_person"
    NAMED_PERSON = "named_person"
    LEFT_BY_RULE = "left_by_rule"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    AWAY_KNOWN = "away_known"
    ADDRESS_WRONG = "address_wrong"
    OTHER = "other"


class Plan(SQLModel, table=True):
    """The head of a plan. `figures` and `marks` are what `nuanfan day --json` prints.

    `cost_m` is what the road costs in metres, every wish at its price; no plan of the same homes and boxes costs less
    than `bound_m`. Empty where nobody has worked it out.
    """

    __tablename__ = "plan"
    __table_args__ = (one_of("meal", Meal), UniqueConstraint("service_day", "meal", "version"))

    id: int | None = Field(default=None, primary_key=True)
    service_day: date
    meal: str
    version: int
    seed: int
    made_by: str
    travel_source: str
    fell_back: str = ""
    marks: list[str] = Field(sa_type=JSON)
    figures: dict[str, Any] = Field(sa_type=JSON)
    cost_m: int | None = None
    bound_m: int | None = None
    published_at: datetime = Field(sa_type=UtcDateTime)


class PlanQuestion(SQLModel, table=True):
    """What a plan answers and the answer itself, as JSON: the question of the road without its travel times.

    Frozen with the plan, so that a change can be priced against exactly what was planned.
    """

    __tablename__ = "plan_question"

    plan_id: int = Field(primary_key=True, foreign_key="plan.id")
    content: str = Field(sa_type=Text)


class Batch(SQLModel, table=True):
    """One dish in one texture cooked at once on a station of its kitchen; `cooked_at` is set by the kitchen.

    `station_code` is empty where the kitchen does not tell its stations apart, or the plan is older than they are.
    """

    __tablename__ = "batch"
    __table_args__ = (UniqueConstraint("plan_id", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id", index=True)
    code: str
    kitchen_code: str = Field(foreign_key="kitchen.code")
    dish_code: str = Field(foreign_key="dish.code")
    texture: str
    portions: int
    spare: int
    start_s: int
    finish_s: int
    eat_by_s: int
    station_code: str = ""
    cooked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class VanRun(SQLModel, table=True):
    """干线: one trip of one van; `left_at` is set when it has been loaded and has left."""

    __tablename__ = "van_run"
    __table_args__ = (UniqueConstraint("plan_id", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id", index=True)
    code: str
    van_code: str = Field(foreign_key="van.code")
    kitchen_code: str = Field(foreign_key="kitchen.code")
    depart_s: int
    back_s: int
    metres: int
    left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class VanStop(SQLModel, table=True):
    """Boxes handed over at one meal point on one van run."""

    __tablename__ = "van_stop"

    van_run_id: int = Field(foreign_key="van_run.id", primary_key=True)
    position: int = Field(primary_key=True)
    meal_point_code: str = Field(foreign_key="meal_point.code")
    arrive_s: int
    ready_s: int
    boxes: int


class CourierRun(SQLModel, table=True):
    """配送班次: all trips of one courier; `left_at` is set when the courier leaves with the first load."""

    __tablename__ = "courier_run"
    __table_args__ = (UniqueConstraint("plan_id", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id", index=True)
    code: str
    courier_code: str = Field(foreign_key="courier.code")
    end_s: int
    metres: int
    left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Visit(SQLModel, table=True):
    """上门: one door on one trip. Without an outcome it is open: nothing is delivered by default."""

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("courier_run_id", "position"),
        CheckConstraint("(outcome IS NULL) = (outcome_at IS NULL)", name="outcome"),
    )

    id: int | None = Field(default=None, primary_key=True)
    courier_run_id: int = Field(foreign_key="courier_run.id", index=True)
    position: int
    trip: int
    meal_point_code: str = Field(foreign_key="meal_point.code")
    depart_s: int
    elder_number: str = Field(foreign_key="elder.number")
    boxes: int
    arrive_s: int
    start_s: int
    leave_s: int
    latest_s: int
    outcome: str | None = None
    outcome_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome_by: str | None = None
    note: str = ""


class PlannedOrder(SQLModel, table=True):
    """What the plan does with one order: served over kitchen, batch, point and visit, or left out and why."""

    __tablename__ = "planned_order"
    __table_args__ = (CheckConstraint("(reason IS NULL) = (batch_id IS NOT NULL)", name="accounted"),)

    plan_id: int = Field(foreign_key="plan.id", primary_key=True)
    order_id: int = Field(foreign_key="meal_order.id", primary_key=True)
    label: str | None = None
    kitchen_code: str | None = Field(default=None, foreign_key="kitchen.code")
    meal_point_code: str | None = Field(default=None, foreign_key="meal_point.code")
    dish_code: str | None = Field(default=None, foreign_key="dish.code")
    texture: str | None = None
    instead_of: str | None = None
    batch_id: int | None = Field(default=None, foreign_key="batch.id")
    visit_id: int | None = Field(default=None, foreign_key="visit.id", index=True)
    reason: str | None = None
    detail: str = ""
