"""Who did what when; rows are only ever added."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from service.tables.columns import UtcDateTime


class AuditEntry(SQLModel, table=True):
    """One act: who, when, what, on which subject; `details` never holds names, addresses or diagnoses."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    actor: str
    action: str
    subject: str = Field(index=True)
    details: dict[str, Any] = Field(sa_type=JSON)
