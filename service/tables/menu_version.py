"""How often menus have changed, so that what was read of them can be kept until they do again."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel


class MenuVersion(SQLModel, table=True):
    """One row; absent until the first change."""

    __tablename__ = "menu_version"
    __table_args__ = (CheckConstraint("id = 1", name="id"),)

    id: int = Field(default=1, primary_key=True)
    changes: int
