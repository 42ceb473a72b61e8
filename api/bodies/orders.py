"""Orders as they come in and go out."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from api.deps import ServiceDay
from kitchens.meals import Fulfilment, Meal
from service.late import LONGEST_REASON
from service.menus.offers import sold
from service.orders import MOST_AT_ONCE, Wish
from service.tables import MealOrder, OrderSource, OrderState

Code = Annotated[str, Field(min_length=1, max_length=40)]


class OrderDoor(StrEnum):
    """By which way somebody orders; standing and imported orders do not come through this door."""

    KIOSK = OrderSource.KIOSK.value
    PHONE = OrderSource.PHONE.value
    WORKER = OrderSource.WORKER.value
    FAMILY = OrderSource.FAMILY.value
    COURIER = OrderSource.COURIER.value
    BULK = OrderSource.BULK.value
    API = OrderSource.API.value


class MealIn(BaseModel):
    """One meal as somebody wants it."""

    model_config = ConfigDict(extra="forbid")

    service_day: ServiceDay
    meal: Meal
    fulfilment: Fulfilment
    dish_code: Code | None = Field(default=None, description="Without it the usual dish of the elder's kitchen")
    proxy_name: Annotated[str, Field(max_length=40)] = Field(default="", description="Who fetches it")
    choices: Annotated[list[Code], Field(max_length=20)] = Field(
        default=[], description="Dishes chosen in the courses of a set meal; the rest is filled with what fits"
    )

    def wish(self) -> Wish:
        """Return it as the service takes it."""
        chosen = tuple(self.choices)
        return Wish(self.service_day, self.meal, self.fulfilment, self.dish_code, self.proxy_name, chosen)


class OrderIn(MealIn):
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
                }
            ]
        },
    )

    elder_number: Code
    source: OrderDoor = OrderDoor.API


class TicketIn(BaseModel):
    """Several meals for one elder, all or none: a week at the kiosk, a ticket filled in by hand."""

    model_config = ConfigDict(extra="forbid")

    elder_number: Code
    source: OrderDoor = OrderDoor.BULK
    meals: Annotated[list[MealIn], Field(min_length=1, max_length=MOST_AT_ONCE)]


class LateIn(OrderIn):
    """One meal after its cut-off, with a reason for the kitchen."""

    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON)]


class LateCancelIn(BaseModel):
    """Why a meal is to be cancelled after its cut-off."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON)]


class DecisionIn(BaseModel):
    """What a kitchen says to a late wish; a refusal says why."""

    model_config = ConfigDict(extra="forbid")

    accepts: bool
    why: Annotated[str, Field(max_length=LONGEST_REASON)] = ""


class LateOut(BaseModel):
    """A late wish and what became of it."""

    model_config = ConfigDict(extra="forbid")

    id: int
    order_id: int
    kitchen_code: str | None
    cancels: bool
    reason: str
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str | None
    accepted: bool | None
    why: str


class OrderOut(BaseModel):
    """An order as it stands; `price_fen` is the price of the day before any subsidy, with what its choices add."""

    model_config = ConfigDict(extra="forbid")

    id: int
    elder_number: str
    service_day: date
    meal: Meal
    fulfilment: Fulfilment
    dish_code: str | None
    meal_point_code: str | None
    kitchen_code: str | None
    proxy_name: str
    state: OrderState
    source: OrderSource
    placed_by: str
    placed_at: datetime
    changed_at: datetime | None
    choices: list[str]
    price_fen: int | None


def order_out(session: Session, order: MealOrder) -> OrderOut:
    """Return what the outside sees of an order."""
    went = sold(session, order)
    return OrderOut(**order.model_dump(), choices=list(went.choices), price_fen=went.price_fen)
