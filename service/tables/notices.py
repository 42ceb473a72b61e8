"""The outbox: what has to be told to whom, written in the transaction that made it true."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from service.tables.columns import UtcDateTime


class Notice(SQLModel, table=True):
    """One notice to one role or person. `dedupe` makes the same notice impossible to write twice."""

    __tablename__ = "notice"

    id: int | None = Field(default=None, primary_key=True)
    dedupe: str = Field(unique=True)
    to: str = Field(index=True)
    key: str
    values: dict[str, Any] = Field(sa_type=JSON)
    made_at: datetime = Field(sa_type=UtcDateTime)
    shown_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    shown_to: str | None = None
