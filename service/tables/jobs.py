"""Work that time starts, as rows: a tick writes the row, whoever claims it does it, once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from service.tables.columns import UtcDateTime


class Job(SQLModel, table=True):
    """One piece of work, unique by name, subject and due time; `lease_until` is set while somebody does it."""

    __tablename__ = "job"
    __table_args__ = (UniqueConstraint("name", "subject", "due_at"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    subject: str
    due_at: datetime = Field(sa_type=UtcDateTime, index=True)
    attempt: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str = ""
