"""The kiosk at a meal point: one address, one question a screen. Only a registered device comes past the first page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from api.access import Operation, device_may
from api.deps import HouseDep, language_of
from api.pages.forms import go_to
from api.pages.render import day_name, page
from service.access import TooManyTriesError
from service.devices import CODE_LIFETIME, UnknownDeviceError, find_kiosk, note_seen, register_kiosk
from service.errors import NotFoundError
from service.kiosk import Said, answer, screen_of
from service.kiosk.pictures import find_photo
from service.kiosk.screens import Screen
from service.kiosk.who import SLIP_CODE
from service.printing.qr import qr_svg
from service.subsidies import yuan
from service.tables import Device
from service.texts import Key, text

router = APIRouter(include_in_schema=False, prefix="/kiosk")
SIDES = re.compile(r'width="(\d+)" height="(\d+)"')
SEPARATORS = {"zh": "、", "en": ", "}
KIOSK_COOKIE = "nuanfan_kiosk"
KEPT = timedelta(days=400)
"""The longest that browsers keep a cookie; a kiosk that is not wanted any more is revoked."""

CODE_MINUTES = int(CODE_LIFETIME.total_seconds() // 60)
PRESSED = Annotated[str, Form(alias="do", max_length=80)]


def find_device(request: Request, house: HouseDep) -> Device | None:
    """Return the kiosk that is asking, None if this browser is none."""
    with house.database.read() as session:
        device = find_kiosk(session, request.cookies.get(KIOSK_COOKIE, ""))
    return device if device_may(device, Operation.KIOSK) else None


FoundDevice = Annotated[Device | None, Depends(find_device)]


def get_device(device: FoundDevice) -> Device:
    """Return the kiosk that is asking.

    Raises
    ------
    UnknownDeviceError
        If this browser is none.
    """
    if device is None:
        raise UnknownDeviceError("kiosk.not_registered")
    return device


DeviceDep = Annotated[Device, Depends(get_device)]


@router.get("")
def show_kiosk(request: Request, house: HouseDep, device: FoundDevice) -> HTMLResponse:
    """Show the question that is due, or what to do with a browser that nobody has registered."""
    if device is None:
        return page(request, "kiosk_unknown.html", login=None, status=401)
    with house.database.read() as session:
        screen = screen_of(session, device, settings=house.settings, clock=house.clock)
    return _screen_page(request, screen)


def _screen_page(request: Request, screen: Screen) -> HTMLResponse:
    return page(
        request,
        "kiosk.html",
        login=None,
        language=screen.language,
        screen=screen,
        says=screen.says,
        yuan=yuan,
        slip_code=_slip_code,
        said=partial(_said, screen.language),
        listed=SEPARATORS[screen.language].join,
        day_names=partial(_day_names, screen.language),
    )


def _slip_code(number: str) -> str:
    """Return an elder's number as a QR code that grows with its place."""
    return SIDES.sub(r'viewBox="0 0 \1 \2"', qr_svg(SLIP_CODE + number), count=1)


def _said(language: str, keys: Sequence[Key]) -> str:
    return SEPARATORS[language].join(text(language, key) for key in keys)


def _day_names(language: str, days: Sequence[date]) -> str:
    return SEPARATORS[language].join(day_name(language, day) for day in days)


@router.post("")
def do_answer(
    house: HouseDep,
    device: FoundDevice,
    pressed: PRESSED,
    turn: Annotated[str, Form(max_length=60)] = "",
    given: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Take one answer and show what comes next."""
    if device is not None:
        note_seen(house.database, device, house.clock)
        answer(house.database, device, Said(turn, pressed, given), settings=house.settings, clock=house.clock)
    return go_to("/kiosk")


@router.post("/seen", status_code=204)
def do_seen(house: HouseDep, device: DeviceDep) -> Response:
    """Note that the kiosk is there while nobody stands at it."""
    note_seen(house.database, device, house.clock)
    return Response(status_code=204)


@router.get("/register")
def show_register(request: Request, device: FoundDevice) -> Response:
    """Ask for the one-time code."""
    if device is not None:
        return go_to("/kiosk")
    return page(request, "kiosk_register.html", login=None, wrong="", minutes=CODE_MINUTES)


@router.post("/register")
def do_register(request: Request, house: HouseDep, code: Annotated[str, Form(max_length=40)]) -> Response:
    """Make this browser a kiosk, or say what is wrong with the code."""
    try:
        token = register_kiosk(house.database, code, clock=house.clock)
    except (NotFoundError, TooManyTriesError) as refusal:
        status = 429 if isinstance(refusal, TooManyTriesError) else 404
        said = refusal.say(language_of(request, None))
        return page(request, "kiosk_register.html", login=None, status=status, wrong=said, minutes=CODE_MINUTES)
    return _with_token(go_to("/kiosk"), request, token)


def _with_token(response: RedirectResponse, request: Request, token: str) -> RedirectResponse:
    """Give the browser its cookie: for this address alone, for no script, and never along with another site's link."""
    response.set_cookie(
        KIOSK_COOKIE,
        token,
        max_age=int(KEPT.total_seconds()),
        path="/kiosk",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


@router.get("/pictures/{dish_code}")
def show_picture(house: HouseDep, device: DeviceDep, dish_code: str) -> FileResponse:
    """Return the kitchen's own photograph of a dish."""
    del device
    photo = find_photo(house.settings, dish_code)
    if photo is None:
        raise NotFoundError("kiosk.no_picture")
    return FileResponse(photo.path, media_type=photo.media_type, headers={"Cache-Control": "private, max-age=600"})
