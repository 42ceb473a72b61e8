"""Devices that are known to us: kiosks bound to a meal point, and who stands in front of one right now."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint
from sqlmodel import Field, SQLModel

from service.tables.columns import UtcDateTime, one_of


class DeviceKind(StrEnum):
    """What a device is."""

    KIOSK = "kiosk"


class Device(SQLModel, table=True):
    """A device at a meal point.

    `code_digest` is that of the one-time code until it is used, `token_digest` that of the cookie from then on: the
    database alone opens no door.
    """

    __tablename__ = "device"
    __table_args__ = (
        one_of("kind", DeviceKind),
        CheckConstraint("(code_digest IS NULL) = (code_until IS NULL)", name="code_until"),
        CheckConstraint("(token_digest IS NULL) = (registered_at IS NULL)", name="registered"),
    )

    code: str = Field(primary_key=True)
    kind: str = DeviceKind.KIOSK
    meal_point_code: str = Field(foreign_key="meal_point.code", index=True)
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: str
    code_digest: str | None = Field(default=None, unique=True)
    code_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    token_digest: str | None = Field(default=None, unique=True)
    registered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_by: str | None = None


class KioskVisit(SQLModel, table=True):
    """Who stands at a kiosk and what was answered so far; one a kiosk, gone when the visit ends.

    `key` is drawn anew for each visit and `turn` counts its answers: an answer to a screen that is no longer shown is
    told by them. `answers` holds codes and amounts, never a name.
    """

    __tablename__ = "kiosk_visit"
    __table_args__ = (CheckConstraint("turn >= 0", name="turn"),)

    device_code: str = Field(foreign_key="device.code", primary_key=True)
    key: str
    turn: int = 0
    elder_number: str | None = Field(default=None, foreign_key="elder.number")
    answers: dict[str, Any] = Field(sa_type=JSON)
    began_at: datetime = Field(sa_type=UtcDateTime)
    touched_at: datetime = Field(sa_type=UtcDateTime)
