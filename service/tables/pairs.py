"""What a person has said about two records that look alike."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint
from sqlmodel import Field, SQLModel

from service.tables.columns import UtcDateTime, one_of


class Verdict(StrEnum):
    """One person in two records, two people, or no longer said."""

    MERGED = "merged"
    DIFFERENT = "different"
    UNDONE = "undone"


class ElderPair(SQLModel, table=True):
    """A verdict on two records (`one` sorts before `other`).

    `kept` is the record that goes on after a merge; `moved` what the merge changed, so that it can be undone.
    """

    __tablename__ = "elder_pair"
    __table_args__ = (one_of("verdict", Verdict), CheckConstraint("one < other", name="sorted"))

    one: str = Field(foreign_key="elder.number", primary_key=True)
    other: str = Field(foreign_key="elder.number", primary_key=True)
    verdict: str
    kept: str | None = Field(default=None, foreign_key="elder.number")
    decided_by: str
    decided_at: datetime = Field(sa_type=UtcDateTime)
    moved: dict[str, Any] = Field(sa_type=JSON)
