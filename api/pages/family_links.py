"""The links of an elder's family, as the office makes and revokes them."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from api.access import Operation
from api.deps import House, HouseDep, allowed, language_of
from api.errors import STATUS
from api.pages.forms import go_to
from api.pages.render import page
from service.access import Login
from service.errors import ConflictError, InvalidError, NuanfanError
from service.family import LIFETIMES_DAYS, TEXT_VERSIONS, family_consent, list_links, make_link, revoke_link
from service.family.links import relatives_of
from service.people import get_record
from service.printing.qr import qr_svg
from service.tables import FamilyLink

router = APIRouter(include_in_schema=False, prefix="/people")
MAY_LINK = Depends(allowed(Operation.FAMILY_LINKS))
SIDES = re.compile(r'width="(\d+)" height="(\d+)"')


@router.get("/{number}/family")
def show_links(request: Request, house: HouseDep, number: str, login: Login = MAY_LINK) -> HTMLResponse:
    """Show the links about an elder, and whether one may be made."""
    return _links_page(request, house, login, number)


@router.post("/{number}/family")
def do_make(
    request: Request,
    house: HouseDep,
    number: str,
    holder: Annotated[str, Form(max_length=60)],
    days: Annotated[int, Form(ge=1, le=400)],
    login: Login = MAY_LINK,
) -> HTMLResponse:
    """Make a link and show its address, this once."""
    try:
        link, token = make_link(house.database, number, holder=holder, days=days, by=login.name, clock=house.clock)
    except (InvalidError, ConflictError) as error:
        return _links_page(request, house, login, number, refusal=error)
    address = f"{str(request.base_url).rstrip('/')}/family/{token}"
    return _links_page(request, house, login, number, made=link, address=address)


@router.post("/{number}/family/{code}/revoke")
def do_revoke(house: HouseDep, number: str, code: str, login: Login = MAY_LINK) -> Response:
    """Revoke a link."""
    revoke_link(house.database, code, by=login.name, clock=house.clock)
    return go_to(f"/people/{quote(number, safe='')}/family")


def _links_page(
    request: Request,
    house: House,
    login: Login,
    number: str,
    *,
    made: FamilyLink | None = None,
    address: str = "",
    refusal: NuanfanError | None = None,
) -> HTMLResponse:
    now = house.clock.now()
    with house.database.read() as session:
        record = get_record(session, number)
        lines = list_links(session, record, now)
    status = next((status for kind, status in STATUS if isinstance(refusal, kind)), 200)
    return page(
        request,
        "family_links.html",
        login=login,
        status=status,
        elder=record.elder,
        consent=family_consent(record, now),
        version=min(TEXT_VERSIONS),
        relatives=relatives_of(record, now),
        lifetimes=LIFETIMES_DAYS,
        lines=lines,
        made=made,
        address=address,
        qr=SIDES.sub(r'viewBox="0 0 \1 \2"', qr_svg(address), count=1) if address else "",
        wrong=refusal.say(language_of(request, login)) if refusal is not None else "",
    )
