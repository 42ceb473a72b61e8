"""Calls, call-backs, worries and lists of the telephone desk as they come in and go out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.bodies.orders import Code
from service.desk.call_backs import LONGEST_NOTE
from service.desk.call_lists import CallReason, ListRow
from service.desk.calls import CallEvent, Handling, Told, handled_s
from service.desk.worries import LONGEST_WORRY
from service.people import Found
from service.tables import CallBack, CallBackState, CallOutcome, PhoneCall, Worry, WorryState
from service.texts import text

Instant = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC))]
"""When something was; a clock that was never set begins in 1970 or in the year 1."""

Number = Annotated[str, Field(max_length=30, pattern=r"^[0-9+() -]*$")]


class EventIn(BaseModel):
    """One event of a call as the exchange tells it; a caller who hides the number has an empty one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "call_id": "a1b2-0001",
                    "line": "8001",
                    "caller": "02055501001",
                    "event": "ringing",
                    "at": "2026-11-23T09:15:02+08:00",
                }
            ]
        },
    )

    call_id: Annotated[str, Field(min_length=1, max_length=80)]
    line: Annotated[str, Field(max_length=20)] = ""
    caller: Number = ""
    event: CallEvent
    at: Instant

    def told(self) -> Told:
        """Return it as the service takes it."""
        return Told(self.call_id, self.line, self.caller, self.event, self.at)


class CallOut(BaseModel):
    """A call as it stands; `handled_s` once it is done."""

    model_config = ConfigDict(extra="forbid")

    id: int
    call_id: str
    line: str
    caller: str
    began_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    taken_by: str | None
    done_at: datetime | None
    elder_number: str | None
    outcome: CallOutcome | None
    handled_s: int | None


class WaitingOut(CallOut):
    """A call that waits, with whom it may be from."""

    may_be: list[FoundOut]


class FoundOut(BaseModel):
    """One elder who fits what was typed."""

    model_config = ConfigDict(extra="forbid")

    number: str
    name: str
    state: str
    birth_year: int
    address: str
    meal_point_code: str | None


class OutcomeIn(BaseModel):
    """What came of a call; without it, what was done during it."""

    model_config = ConfigDict(extra="forbid")

    outcome: CallOutcome | None = None


class HandlingOut(BaseModel):
    """How long one operator's calls of a day took, from being answered to being done; the goal is the median's."""

    model_config = ConfigDict(extra="forbid")

    day: date
    operator: str
    calls: int
    median_s: int
    p95_s: int
    goal_s: int


class CallBackIn(BaseModel):
    """A call that is promised to an elder."""

    model_config = ConfigDict(extra="forbid")

    elder_number: Code
    due_at: AwareDatetime
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""
    phone: Number = ""


class TryIn(BaseModel):
    """Whether somebody answered."""

    model_config = ConfigDict(extra="forbid")

    reached: bool


class CallBackOut(BaseModel):
    """A call that is or was owed."""

    model_config = ConfigDict(extra="forbid")

    id: int
    elder_number: str
    kind: str
    due_at: datetime
    note: str
    made_by: str
    tries: int
    state: CallBackState


class ListRowOut(BaseModel):
    """One elder to call; the telephone is masked."""

    model_config = ConfigDict(extra="forbid")

    reason: CallReason
    elder_number: str
    short_name: str
    phone: str
    zh: str
    en: str
    note: str
    due_at: datetime | None
    call_back_id: int | None


class WorryIn(BaseModel):
    """What somebody is worried about."""

    model_config = ConfigDict(extra="forbid")

    elder_number: Code
    what: Annotated[str, Field(min_length=1, max_length=LONGEST_WORRY)]


class FindingIn(BaseModel):
    """What was found."""

    model_config = ConfigDict(extra="forbid")

    finding: Annotated[str, Field(min_length=1, max_length=LONGEST_WORRY)]


class WorryOut(BaseModel):
    """A worry as it stands."""

    model_config = ConfigDict(extra="forbid")

    id: int
    elder_number: str
    what: str
    by: str
    at: datetime
    state: WorryState
    finding: str
    settled_at: datetime | None
    settled_by: str | None


def call_out(call: PhoneCall) -> CallOut:
    """Return what the outside sees of a call."""
    return CallOut(**_call_values(call))


def waiting_out(call: PhoneCall, may_be: list[Found]) -> WaitingOut:
    """Return a call that waits, with whom it may be from."""
    return WaitingOut(**_call_values(call), may_be=[found_out(one) for one in may_be])


def _call_values(call: PhoneCall) -> dict[str, Any]:
    values = call.model_dump(exclude={"is_typed", "taken_at"})
    return {**values, "handled_s": None if call.done_at is None else handled_s(call)}


def found_out(found: Found) -> FoundOut:
    """Return one who fits."""
    return FoundOut(
        number=found.number,
        name=found.name,
        state=found.state,
        birth_year=found.birth_year,
        address=found.address,
        meal_point_code=found.meal_point_code,
    )


def handling_out(day: date, one: Handling, goal_s: int) -> HandlingOut:
    """Return an operator's day."""
    return HandlingOut(
        day=day, operator=one.operator, calls=one.calls, median_s=one.median_s, p95_s=one.p95_s, goal_s=goal_s
    )


def call_back_out(owed: CallBack) -> CallBackOut:
    """Return what the outside sees of a call that is owed."""
    hidden = {"phone", "made_at", "tried_at", "settled_at", "settled_by"}
    return CallBackOut(**owed.model_dump(exclude=hidden))


def list_row_out(row: ListRow) -> ListRowOut:
    """Return one row of a list with its sentence in both languages."""
    return ListRowOut(
        reason=row.reason,
        elder_number=row.elder_number,
        short_name=row.short_name,
        phone=row.phone,
        zh=text("zh", row.why, **row.values),
        en=text("en", row.why, **row.values),
        note=row.note,
        due_at=row.due_at,
        call_back_id=row.owed_id,
    )


def worry_out(worry: Worry) -> WorryOut:
    """Return what the outside sees of a worry."""
    return WorryOut(**worry.model_dump())
