"""The kiosks of the district: which there are, a new one with its code, one revoked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import col, select

from api.access import Operation
from api.deps import HouseDep, allowed
from api.pages.forms import go_to
from api.pages.render import page
from service.access import Login
from service.devices import CODE_LIFETIME, add_kiosk, list_devices, read_aloud, revoke_device
from service.tables import Device, MealPoint

router = APIRouter(include_in_schema=False, prefix="/devices")
MAY_MANAGE = Depends(allowed(Operation.DEVICES))
CodeForm = Annotated[str, Form(min_length=1, max_length=60)]


@router.get("")
def show_devices(request: Request, house: HouseDep, login: Login = MAY_MANAGE) -> HTMLResponse:
    """Show every kiosk."""
    return _devices_page(request, house, login)


@router.post("")
def do_add(request: Request, house: HouseDep, point: CodeForm, login: Login = MAY_MANAGE) -> HTMLResponse:
    """Add a kiosk and show its code, this once."""
    made, code = add_kiosk(house.database, point, by=login.name, clock=house.clock)
    return _devices_page(request, house, login, made=made, code=read_aloud(code))


@router.post("/{code}/revoke")
def do_revoke(house: HouseDep, code: str, login: Login = MAY_MANAGE) -> Response:
    """Revoke a kiosk."""
    revoke_device(house.database, code, by=login.name, clock=house.clock)
    return go_to("/devices")


def _devices_page(
    request: Request, house: HouseDep, login: Login, *, made: Device | None = None, code: str = ""
) -> HTMLResponse:
    with house.database.read() as session:
        points = session.exec(select(MealPoint).where(MealPoint.active).order_by(col(MealPoint.code))).all()
        devices = list_devices(session, login.reach)
    return page(
        request,
        "devices.html",
        login=login,
        devices=devices,
        points=points,
        made=made,
        code=code,
        minutes=int(CODE_LIFETIME.total_seconds() // 60),
        address=f"{request.base_url}kiosk/register",
    )
