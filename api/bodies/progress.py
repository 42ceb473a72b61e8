"""What happened, as it is told and as it stands."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.progress import LONGEST_NOTE
from service.tables import Outcome

At = Annotated[
    AwareDatetime | None,
    Field(description="When it happened; without it now. Not in the future, not before the service day"),
]


class MarkIn(BaseModel):
    """Something was done."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"at": "2026-11-23T10:41:00+08:00"}]})

    at: At = None


class OutcomeIn(BaseModel):
    """What happened at a door."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"outcome": "no_answer", "at": "2026-11-23T11:42:00+08:00"}]},
    )

    outcome: Outcome
    at: At = None
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""


class MarkOut(BaseModel):
    """A batch or a run with the instant it was marked at; a repeated mark gives the first one back."""

    model_config = ConfigDict(extra="forbid")

    id: int
    code: str
    at: datetime | None


class VisitOut(BaseModel):
    """A visit with its outcome."""

    model_config = ConfigDict(extra="forbid")

    id: int
    outcome: Outcome | None
    outcome_at: datetime | None
    outcome_by: str | None
    note: str
