"""Addresses that no geocoder could place: each waits for a person."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.tables.columns import UtcDateTime


class AddressTask(SQLModel, table=True):
    """One elder's address that needs a person; settled when somebody has set the position."""

    __tablename__ = "address_task"

    elder_number: str = Field(foreign_key="elder.number", primary_key=True)
    reason: str
    opened_at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_by: str | None = None
