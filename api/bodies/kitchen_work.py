"""What is keyed and read while a meal is cooked, packed, loaded and received."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.deps import ServiceDay
from kitchens.meals import Meal
from service.kitchen_work.sheets import LONGEST_LINE, LONGEST_WHY
from service.tables import Keeping, MissingWay

Short = Annotated[str, Field(min_length=1, max_length=60)]
Why = Annotated[str, Field(max_length=LONGEST_WHY)]
Core = Annotated[float, Field(description="Core temperature in °C, 0 to 110")]


class MeasureKind(StrEnum):
    """When a core temperature was taken."""

    CORE = "core"
    HOLDING = "holding"
    DISPATCH = "dispatch"


class SheetIn(BaseModel):
    """A whole batch sheet in one line of short codes."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"service_day": "2026-11-23", "meal": "lunch", "line": "K03-02 s0915 f0950 c74 h68 g130 m冷柜2 k陈例"}
            ]
        },
    )

    service_day: ServiceDay
    meal: Meal
    line: Annotated[str, Field(max_length=LONGEST_LINE + LONGEST_WHY)]


class ReadingIn(BaseModel):
    """One core temperature; without `at` it was taken now."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"kind": "holding", "core_c": 66.5}]})

    kind: MeasureKind
    core_c: Core
    at: AwareDatetime | None = None
    why: Why = ""


class KeptOut(BaseModel):
    """What was kept: how many rows are new, and until when the batch may be eaten now."""

    model_config = ConfigDict(extra="forbid")

    batch_id: int
    batch: str
    rows: int
    eat_by: datetime


class ScanIn(BaseModel):
    """A label and the mark on the lid, as they were read at a pick list."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"service_day": "2026-11-23", "meal": "lunch", "list": "V01-1", "label": "K01-0007", "mark": "02"}
            ]
        },
    )

    service_day: ServiceDay
    meal: Meal
    list: Short
    label: Short
    mark: Short


class TickOut(BaseModel):
    """A box that was ticked out; a special one still needs a second person."""

    model_config = ConfigDict(extra="forbid")

    label: str
    list: str
    special: bool


class CheckOut(BaseModel):
    """A special box that a second person has signed for."""

    model_config = ConfigDict(extra="forbid")

    label: str
    list: str
    checked_by: str


class CarrierIn(BaseModel):
    """An insulated carrier for one stop of a van run."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"position": 1, "number": "12", "keeping": "hot", "seal": "A771", "boxes": 20}]
        },
    )

    position: Annotated[int, Field(ge=1, le=999)]
    number: Short
    keeping: Keeping
    seal: Short
    boxes: Annotated[int, Field(ge=1, le=9999)]


class CarrierOut(BaseModel):
    """A carrier that was put down."""

    model_config = ConfigDict(extra="forbid")

    id: int
    run: str
    number: str
    boxes: int


class SignOutIn(BaseModel):
    """The kitchen's signature: temperatures out of what is carried hot and cold."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"hot_c": 71.5}]})

    hot_c: Core | None = None
    cold_c: Core | None = None


class SignOutOut(BaseModel):
    """A van run that the kitchen has signed for."""

    model_config = ConfigDict(extra="forbid")

    run: str
    boxes: int
    signed_by: str
    signed_at: datetime


class SignInIn(BaseModel):
    """The meal point's signature: what was counted, which labels are missing, how warm, and why it differs."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"boxes": 19, "missing": ["K01-0007"], "hot_c": 66, "seals_whole": True, "why": "少装一盒"}]
        },
    )

    boxes: Annotated[int, Field(ge=0, le=9999)]
    missing: Annotated[list[Short], Field(max_length=500)] = []
    hot_c: Core | None = None
    cold_c: Core | None = None
    seals_whole: bool
    why: Why = ""


class SignInOut(BaseModel):
    """A stop that the meal point has signed for."""

    model_config = ConfigDict(extra="forbid")

    run: str
    stop: int
    boxes: int
    missing: list[str]


class MissingOut(BaseModel):
    """A missing box; open until it says what became of it."""

    model_config = ConfigDict(extra="forbid")

    id: int
    label: str
    order_id: int
    why: str
    noted_at: datetime
    noted_by: str
    way: MissingWay | None
    dish_code: str | None
    note: str
    settled_at: datetime | None
    settled_by: str | None


class SettleIn(BaseModel):
    """What became of a missing box; a substitute names kitchen, dish and texture."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"way": "called_off", "note": "已电话告诉家属"}]}
    )

    way: MissingWay
    note: Why = ""
    kitchen_code: Annotated[str, Field(max_length=40)] = ""
    dish_code: Annotated[str, Field(max_length=40)] = ""
    texture: Annotated[str, Field(max_length=20)] = ""


class LateStopOut(BaseModel):
    """One box that comes too late by what was measured; times are seconds after the day's local midnight."""

    model_config = ConfigDict(extra="forbid")

    label: str
    batch_code: str
    van_code: str
    run: str
    stop: int
    point_code: str
    planned_s: int
    latest_s: int
