"""One meal of one day, in figures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from kitchens.meals import Meal
from service.tables import MealState


class PlanOut(BaseModel):
    """The newest published plan."""

    model_config = ConfigDict(extra="forbid")

    version: int
    seed: int
    made_by: str = Field(description="`engine` or `ortools`, or `plain` where neither gave an answer")
    travel_source: str = Field(description="Where travel times come from; `estimate` is a straight line with a factor")
    fell_back: str = Field(description="Why another travel source than the chosen one was used; empty if it was not")
    marks: list[str] = Field(description="Machine words for what went plain or was estimated")
    figures: dict[str, Any] = Field(description="What `nuanfan day --json` prints")
    published_at: datetime


class ProgressOut(BaseModel):
    """Meals at each step."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    ordered: int
    planned: int
    left_out: int
    unplanned: int = Field(description="Ordered but in no plan: 0 once a plan is published")
    cooked: int
    loaded: int
    to_doors: int
    delivered: int
    not_handed_over: int
    open_doors: int


class LeftOutOut(BaseModel):
    """One order nobody serves."""

    model_config = ConfigDict(extra="forbid")

    order_id: int
    elder_number: str
    reason: str
    detail: str


class DayOut(BaseModel):
    """One meal of one service day."""

    model_config = ConfigDict(extra="forbid")

    service_day: date
    meal: Meal
    state: MealState
    plan: PlanOut | None
    progress: ProgressOut
    left_out: list[LeftOutOut]
