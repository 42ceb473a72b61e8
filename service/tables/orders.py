"""Orders: the standing ones that repeat, and the single ones that are cooked."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
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
    """Where one meal of one elder stands; only what is placed is cooked.

    A person's cancelled order stays: the generator of standing orders must not bring it back. What the generator itself
    took back because a pattern changed is withdrawn, and comes back when the pattern does. A late order is requested
    until its kitchen has accepted or refused it.
    """

    PLACED = "placed"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    REQUESTED = "requested"
    REFUSED = "refused"


class StandingOrder(SQLModel, table=True):
    """长期订餐: a weekday pattern (`weekdays` holds the digits 1 Monday … 7 Sunday) with an optional pause.

    `changed_at` is when a person last changed it: a meal whose cut-off lay before that is not made from it.
    """

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
    changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StandingException(SQLModel, table=True):
    """One day on which a standing order does not hold as it stands: no meal, or another dish or way to take it."""

    __tablename__ = "standing_exception"
    __table_args__ = (
        one_of("fulfilment", Fulfilment),
        CheckConstraint("NOT skips OR (fulfilment IS NULL AND dish_code IS NULL)", name="skips"),
    )

    standing_order_id: int = Field(foreign_key="standing_order.id", primary_key=True)
    service_day: date = Field(primary_key=True)
    skips: bool
    fulfilment: str | None = None
    dish_code: str | None = Field(default=None, foreign_key="dish.code")
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: str


class MealOrder(SQLModel, table=True):
    """One meal for one elder: at most one per day and meal, across all meal points.

    `meal_point_code` and `kitchen_code` are where the elder belonged when it was placed: what a kitchen still can cook
    is counted by them. `proxy_name` is who fetches it.
    """

    __tablename__ = "meal_order"
    __table_args__ = (
        one_of("meal", Meal),
        one_of("fulfilment", Fulfilment),
        one_of("state", OrderState),
        one_of("source", OrderSource),
        UniqueConstraint("elder_number", "service_day", "meal"),
        Index("ix_meal_order_load", "service_day", "meal", "kitchen_code", "state", "dish_code"),
    )

    id: int | None = Field(default=None, primary_key=True)
    elder_number: str = Field(foreign_key="elder.number")
    service_day: date
    meal: str
    fulfilment: str
    dish_code: str | None = Field(default=None, foreign_key="dish.code")
    meal_point_code: str | None = Field(default=None, foreign_key="meal_point.code")
    kitchen_code: str | None = Field(default=None, foreign_key="kitchen.code")
    proxy_name: str = ""
    state: str = OrderState.PLACED
    source: str
    placed_by: str
    placed_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LateRequest(SQLModel, table=True):
    """A wish after the cut-off (逾期补单): who asked why, and what the kitchen said. Rows are kept for ever."""

    __tablename__ = "late_request"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided"),
        CheckConstraint("(decided_at IS NULL) = (accepted IS NULL)", name="accepted"),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="meal_order.id", index=True)
    kitchen_code: str | None = Field(default=None, foreign_key="kitchen.code", index=True)
    cancels: bool
    reason: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    asked_by: str
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: str | None = None
    accepted: bool | None = None
    why: str = ""


class AnsweredCall(SQLModel, table=True):
    """What was answered to a call that carried a key, so that the same call again gets the same answer."""

    __tablename__ = "answered_call"

    caller: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: str
    answer: dict[str, Any] = Field(sa_type=JSON)
    made_at: datetime = Field(sa_type=UtcDateTime, index=True)
