"""People who log in, and their sessions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from service.tables.columns import UtcDateTime, one_of


class Role(StrEnum):
    """What somebody works as."""

    ADMIN = "admin"
    DISTRICT = "district"
    OPERATOR = "operator"
    KITCHEN = "kitchen"
    MEAL_POINT = "meal_point"
    COURIER = "courier"


class User(SQLModel, table=True):
    """A login. `scope` is the kitchen, meal point or courier code for the roles that work at one."""

    __tablename__ = "app_user"
    __table_args__ = (one_of("role", Role),)

    name: str = Field(primary_key=True)
    role: str
    scope: str | None = None
    password_hash: str
    language: str = "zh"
    must_change: bool = False
    active: bool = True


class LoginSession(SQLModel, table=True):
    """A session cookie, kept as a hash so that the database alone opens no door."""

    __tablename__ = "login_session"

    token_hash: str = Field(primary_key=True)
    user_name: str = Field(foreign_key="app_user.name", index=True)
    made_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class LoginFailure(SQLModel, table=True):
    """A failed try, counted per name so that guessing is slowed down over all processes."""

    __tablename__ = "login_failure"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(index=True)
    at: datetime = Field(sa_type=UtcDateTime)
