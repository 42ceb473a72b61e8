"""Worries (担心): somebody is not sure that an elder is well; open until somebody has found out."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from service.tables.columns import UtcDateTime, one_of


class WorryState(StrEnum):
    """Where a worry stands; one that was noted by mistake is withdrawn."""

    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Worry(SQLModel, table=True):
    """One worry; it is closed with what was found."""

    __tablename__ = "worry"
    __table_args__ = (
        one_of("state", WorryState),
        CheckConstraint("what <> ''", name="what"),
        CheckConstraint("state <> 'closed' OR finding <> ''", name="finding"),
        CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled"),
    )

    id: int | None = Field(default=None, primary_key=True)
    elder_number: str = Field(foreign_key="elder.number", index=True)
    what: str
    by: str
    at: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(default=WorryState.OPEN, index=True)
    finding: str = ""
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_by: str | None = None
