"""Imports of district files, kept row by row so that each can be undone."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from service.tables.columns import UtcDateTime, one_of


class ImportState(StrEnum):
    """An import is applied as a whole, and may be undone as a whole."""

    APPLIED = "applied"
    UNDONE = "undone"


class ImportRun(SQLModel, table=True):
    """One import of one or more files."""

    __tablename__ = "import_run"
    __table_args__ = (one_of("state", ImportState),)

    id: int | None = Field(default=None, primary_key=True)
    source: str
    state: str = ImportState.APPLIED
    applied_at: datetime = Field(sa_type=UtcDateTime)
    applied_by: str
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ImportChange(SQLModel, table=True):
    """One row that an import added (`before` is None) or changed, as it was before and after."""

    __tablename__ = "import_change"

    id: int | None = Field(default=None, primary_key=True)
    import_id: int = Field(foreign_key="import_run.id", index=True)
    table_name: str
    row_key: str
    before: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    after: dict[str, Any] = Field(sa_type=JSON)
