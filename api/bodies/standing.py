"""Standing orders as they come in and go out."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.bodies.orders import Code
from api.deps import ServiceDay
from kitchens.meals import Fulfilment, Meal
from service.standing_changes import OneDay, Repeat
from service.tables import StandingOrder


class RepeatIn(BaseModel):
    """How a standing order repeats."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"weekdays": "12345", "fulfilment": "home", "from_day": "2026-11-30"}]},
    )

    weekdays: Annotated[str, Field(min_length=1, max_length=7)] = Field(description="Digits, 1 Monday to 7 Sunday")
    fulfilment: Fulfilment
    from_day: ServiceDay
    until_day: ServiceDay | None = None
    dish_code: Code | None = None

    def repeat(self) -> Repeat:
        """Return it as the service takes it."""
        return Repeat(self.weekdays, self.fulfilment, self.from_day, self.until_day, self.dish_code)


class PauseIn(BaseModel):
    """From when to when a standing order rests; without a first day it goes on."""

    model_config = ConfigDict(extra="forbid")

    from_day: ServiceDay | None = None
    until_day: ServiceDay | None = None


class OneDayIn(BaseModel):
    """A day that is otherwise: no meal, or another dish or way to take it."""

    model_config = ConfigDict(extra="forbid")

    skips: bool = True
    fulfilment: Fulfilment | None = None
    dish_code: Code | None = None

    def one_day(self, service_day: date) -> OneDay:
        """Return it as the service takes it."""
        return OneDay(service_day, self.skips, self.fulfilment, self.dish_code)


class EndIn(BaseModel):
    """The last day of a standing order."""

    model_config = ConfigDict(extra="forbid")

    last_day: ServiceDay


class StandingOut(BaseModel):
    """A standing order as it stands."""

    model_config = ConfigDict(extra="forbid")

    id: int
    elder_number: str
    meal: Meal
    weekdays: str
    fulfilment: Fulfilment
    dish_code: str | None
    from_day: date
    until_day: date | None
    paused_from: date | None
    paused_until: date | None


def standing_out(standing: StandingOrder) -> StandingOut:
    """Return what the outside sees of a standing order."""
    return StandingOut(**standing.model_dump(exclude={"changed_at"}))
