"""Orders as they come in and go out."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.deps import ServiceDay
from kitchens.meals import Fulfilment, Meal
from service.tables import MealOrder, OrderSource, OrderState

Code = Annotated[str, Field(min_length=1, max_length=40)]


class OrderDoor(StrEnum):
    """By which way somebody orders; standing and imported orders do not come through this door."""

    KIOSK = OrderSource.KIOSK.value
    PHONE = OrderSource.PHONE.value
    WORKER = OrderSource.WORKER.value
    FAMILY = OrderSource.FAMILY.value
    API = OrderSource.API.value


class OrderIn(BaseModel):
    """One meal for one elder."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "elder_number": "E00017",
                    "service_day": "2026-11-23",
                    "meal": "lunch",
                    "fulfilment": "home",
                    "source": "phone",
                    "idempotency_key": "9f0c7a52-call-118",
                }
            ]
        },
    )

    elder_number: Code
    service_day: ServiceDay
    meal: Meal
    fulfilment: Fulfilment
    dish_code: Code | None = Field(default=None, description="Without it the usual dish of the elder's kitchen")
    source: OrderDoor = OrderDoor.API
    idempotency_key: Annotated[str, Field(min_length=8, max_length=80)] | None = Field(
        default=None, description="The same key again returns the order that it made before"
    )


class OrderOut(BaseModel):
    """An order as it stands."""

    model_config = ConfigDict(extra="forbid")

    id: int
    elder_number: str
    service_day: date
    meal: Meal
    fulfilment: Fulfilment
    dish_code: str | None
    state: OrderState
    source: OrderSource
    placed_by: str
    placed_at: datetime
    changed_at: datetime | None


def order_out(order: MealOrder) -> OrderOut:
    """Return what the outside sees of an order."""
    return OrderOut(**order.model_dump(exclude={"idempotency_key"}))
