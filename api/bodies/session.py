"""Logging in over JSON."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from service.tables import Role


class LoginIn(BaseModel):
    """Name and password."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100)]
    password: Annotated[str, Field(min_length=1, max_length=300)]


class LoginOut(BaseModel):
    """Who is logged in now; the session itself is in the cookie."""

    model_config = ConfigDict(extra="forbid")

    name: str
    role: Role
    scope: str | None
    must_change: bool = Field(
        description="The first password must be changed on the page /password before anything else"
    )


class HealthOut(BaseModel):
    """Whether the service can work."""

    model_config = ConfigDict(extra="forbid")

    status: str
    database: str
    version: str
