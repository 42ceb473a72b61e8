"""What a kitchen cannot cook, and whose meal that changes."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from kitchens.meals import Meal, Outage
from service.tables.columns import UtcDateTime, one_of


class FailureState(StrEnum):
    """Reported and to be dealt with; dealt with in a newer plan; refused, for `why`."""

    REPORTED = "reported"
    DONE = "done"
    REFUSED = "refused"


class KitchenFailure(SQLModel, table=True):
    """What a kitchen reports: what is out from when, and how many are short (all, where nobody says how many).

    `plan_id` is the plan it was reported on, `new_plan_id` the one that deals with it. Of two who report at once one is
    first: a plan has one open failure, and another only when that was refused (`turn`).
    """

    __tablename__ = "kitchen_failure"
    __table_args__ = (
        one_of("meal", Meal),
        one_of("outage", Outage),
        one_of("state", FailureState),
        UniqueConstraint("plan_id", "turn"),
        CheckConstraint("short IS NULL OR short > 0", name="short"),
        CheckConstraint("(outage = 'kitchen') = (what = '')", name="what"),
        CheckConstraint("(state = 'done') = (new_plan_id IS NOT NULL)", name="done"),
        CheckConstraint("(state = 'reported') = (ended_at IS NULL)", name="ended"),
    )

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id", index=True)
    turn: int
    service_day: date
    meal: str
    kitchen_code: str = Field(foreign_key="kitchen.code")
    outage: str
    what: str = ""
    short: int | None = None
    from_s: int
    state: str = FailureState.REPORTED
    reported_at: datetime = Field(sa_type=UtcDateTime)
    reported_by: str
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    new_plan_id: int | None = Field(default=None, foreign_key="plan.id")
    threatened: int = 0
    why: str = ""


class FailureLine(SQLModel, table=True):
    """One order that a failure changed: its new kitchen and dish, or why it is left out, and whether it must be asked.

    `agreed` is what the elder said, empty until somebody has asked.
    """

    __tablename__ = "failure_line"
    __table_args__ = (
        CheckConstraint("(kitchen_code IS NULL) = (reason IS NOT NULL)", name="accounted"),
        CheckConstraint("(agreed IS NULL) = (asked_at IS NULL)", name="asked"),
    )

    failure_id: int = Field(foreign_key="kitchen_failure.id", primary_key=True)
    order_id: int = Field(foreign_key="meal_order.id", primary_key=True)
    former_dish_code: str = Field(foreign_key="dish.code")
    kitchen_code: str | None = Field(default=None, foreign_key="kitchen.code")
    dish_code: str | None = Field(default=None, foreign_key="dish.code")
    other_dish: bool
    must_ask: bool
    reason: str | None = None
    agreed: bool | None = None
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    asked_by: str | None = None
