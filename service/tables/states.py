"""Changes of an elder's state, each from a day on: asked for today, done by time."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from service.tables.columns import UtcDateTime, one_of
from service.tables.elders import ElderState


class ElderStateChange(SQLModel, table=True):
    """One change of state. `applied_at` is set once, by time; without `state_before` it then had no effect.

    A withdrawn change stays, and is never done.
    """

    __tablename__ = "elder_state_change"
    __table_args__ = (one_of("to_state", ElderState),)

    elder_number: str = Field(foreign_key="elder.number", primary_key=True)
    from_day: date = Field(primary_key=True, index=True)
    to_state: str
    reason: str = ""
    asked_by: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_by: str | None = None
    applied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    state_before: str | None = None
