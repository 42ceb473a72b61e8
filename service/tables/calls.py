"""The telephone desk: calls, what was done during them, and whom to call back."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import Field, SQLModel

from service.tables.columns import UtcDateTime, one_of


class CallOutcome(StrEnum):
    """What came of a call, the weightiest first."""

    WORRY = "worry"
    ORDERED = "ordered"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    STOPPED = "stopped"
    CALL_BACK = "call_back"
    NOTHING = "nothing"


class PhoneCall(SQLModel, table=True):
    """One call: what the exchange tells of it, who at the desk took it, about whom, and what came of it.

    `call_id` is the exchange's own; a call that an operator typed in has one that we made. `ended_at` is when the line
    was hung up, `done_at` when the operator was done.
    """

    __tablename__ = "phone_call"
    __table_args__ = (
        one_of("outcome", CallOutcome),
        CheckConstraint("(taken_at IS NULL) = (taken_by IS NULL)", name="taken"),
        CheckConstraint("done_at IS NULL OR taken_at IS NOT NULL", name="done"),
        Index("ix_phone_call_done", "taken_by", "done_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    call_id: str = Field(unique=True)
    line: str
    caller: str
    is_typed: bool = False
    began_at: datetime = Field(sa_type=UtcDateTime, index=True)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    taken_by: str | None = None
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    elder_number: str | None = Field(default=None, foreign_key="elder.number", index=True)
    outcome: str | None = None


class ActKind(StrEnum):
    """What an operator can do with one key."""

    ORDER = "order"
    CHANGE = "change"
    CANCEL = "cancel"
    STOP = "stop"
    RESUME = "resume"
    CALL_BACK = "call_back"
    WORRY = "worry"
    LATE = "late"
    LATE_CANCEL = "late_cancel"
    PHONE = "phone"


class DeskAct(SQLModel, table=True):
    """One thing that was done at the desk; `details` holds what is needed to take it back."""

    __tablename__ = "desk_act"
    __table_args__ = (
        one_of("kind", ActKind),
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone"),
        Index("ix_desk_act_elder", "elder_number", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    phone_call_id: int | None = Field(default=None, foreign_key="phone_call.id", index=True)
    elder_number: str = Field(foreign_key="elder.number")
    kind: str
    by: str
    at: datetime = Field(sa_type=UtcDateTime)
    details: dict[str, Any] = Field(sa_type=JSON)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    undone_by: str | None = None


class CallBackKind(StrEnum):
    """Why somebody is to be called: it was promised, or what was arranged is to be confirmed."""

    PROMISED = "promised"
    CONFIRM = "confirm"


class CallBackState(StrEnum):
    """Whether a call-back is still owed."""

    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class CallBack(SQLModel, table=True):
    """A call that the desk owes somebody; each try without an answer is counted, and puts it off."""

    __tablename__ = "call_back"
    __table_args__ = (
        one_of("kind", CallBackKind),
        one_of("state", CallBackState),
        Index("ix_call_back_due", "state", "due_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    elder_number: str = Field(foreign_key="elder.number", index=True)
    phone: str = ""
    kind: str = CallBackKind.PROMISED
    due_at: datetime = Field(sa_type=UtcDateTime)
    note: str = ""
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: str
    tries: int = 0
    tried_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    state: str = CallBackState.OPEN
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_by: str | None = None
