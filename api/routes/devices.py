"""Kiosks: listed, added with a one-time code, revoked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import Operation
from api.bodies.devices import DeviceOut, KioskCodeOut, KioskIn, device_out
from api.deps import HouseDep, allowed
from api.errors import problems
from service.access import Login
from service.devices import CODE_LIFETIME, add_kiosk, list_devices, read_aloud, revoke_device

router = APIRouter(prefix="/api/devices", tags=["devices"])
MayManage = Annotated[Login, Depends(allowed(Operation.DEVICES))]


@router.get("", summary="Kiosks of the district", responses=problems(401, 403))
def devices(house: HouseDep, login: MayManage) -> list[DeviceOut]:
    """Return every kiosk: where it stands, whether it was registered, when it was last seen."""
    with house.database.read() as session:
        return [device_out(line) for line in list_devices(session, login.reach)]


@router.post("", summary="Add a kiosk", status_code=201, responses=problems(400, 401, 403, 404, 413, 422))
def add(house: HouseDep, login: MayManage, body: KioskIn) -> KioskCodeOut:
    """Make a kiosk of a meal point and return its one-time code, which nobody can ask for again."""
    device, code = add_kiosk(house.database, body.meal_point_code, by=login.name, clock=house.clock)
    return KioskCodeOut(
        code=device.code,
        meal_point_code=device.meal_point_code,
        one_time_code=read_aloud(code),
        valid_until=device.made_at + CODE_LIFETIME,
    )


@router.post("/{code}/revoke", summary="Revoke a kiosk", responses=problems(401, 403, 404, 409, 422))
def revoke(house: HouseDep, login: MayManage, code: str) -> DeviceOut:
    """Let a kiosk open nothing from now on."""
    revoke_device(house.database, code, by=login.name, clock=house.clock)
    with house.database.read() as session:
        return next(device_out(line) for line in list_devices(session) if line.code == code)
