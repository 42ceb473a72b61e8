"""Bodies about kiosks."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from service.devices import DeviceLine


class KioskIn(BaseModel):
    """A kiosk to be."""

    model_config = ConfigDict(extra="forbid")

    meal_point_code: str = Field(min_length=1, max_length=40)


class KioskCodeOut(BaseModel):
    """A new kiosk and the one-time code that its browser is given at `/kiosk/register`."""

    code: str
    meal_point_code: str
    one_time_code: str
    valid_until: datetime


class DeviceOut(BaseModel):
    """A device as it stands."""

    code: str
    meal_point_code: str
    meal_point_name: str
    made_at: datetime
    waits_until: datetime | None
    registered_at: datetime | None
    seen_at: datetime | None
    revoked_at: datetime | None


def device_out(line: DeviceLine) -> DeviceOut:
    """Return a line of the list as a body."""
    return DeviceOut.model_validate(line, from_attributes=True)
