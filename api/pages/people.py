"""Lists about people that wait for somebody."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from api.access import Operation
from api.deps import HouseDep, allowed
from api.pages.render import page
from service.access import Login
from service.board.addresses import list_open_addresses

router = APIRouter(include_in_schema=False)


@router.get("/people/open")
def show_open(
    request: Request,
    house: HouseDep,
    login: Login = Depends(allowed(Operation.OPEN_ADDRESSES)),  # noqa: B008  FastAPI's way to ask
) -> HTMLResponse:
    """Show the addresses that no geocoder could place."""
    with house.database.read() as session:
        rows = list_open_addresses(session, login.reach)
    return page(request, "people_open.html", login=login, rows=rows)
