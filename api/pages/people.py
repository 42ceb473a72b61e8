"""Lists of people: found by what somebody has at hand, without a position, and those who look alike."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.access import Operation
from api.deps import HouseDep, allowed
from api.pages.forms import go_to
from api.pages.render import page
from service.access import Login
from service.board.addresses import list_open_addresses
from service.cautions import cautions_of
from service.clock import local_day
from service.people import find_people, list_alike, merge, say_different, undo_merge

router = APIRouter(include_in_schema=False, prefix="/people")
MAY_SEE = Depends(allowed(Operation.SEE_ELDER))
MAY_MERGE = Depends(allowed(Operation.MERGE_ELDERS))
MOST_SHOWN = 100
NumberForm = Annotated[str, Form(min_length=1, max_length=40)]


@router.get("")
def show_people(
    request: Request,
    house: HouseDep,
    q: Annotated[str, Query(max_length=60)] = "",
    login: Login = MAY_SEE,
) -> HTMLResponse:
    """Show who fits what was typed."""
    with house.database.read() as session:
        found = find_people(session, q, login.reach)
        cautions = cautions_of(session, [one.number for one in found], local_day(house.clock.now()))
    return page(request, "people.html", login=login, q=q.strip(), found=found, cautions=cautions)


@router.get("/open")
def show_open(
    request: Request,
    house: HouseDep,
    login: Login = Depends(allowed(Operation.OPEN_ADDRESSES)),  # noqa: B008  FastAPI's way to ask
) -> HTMLResponse:
    """Show the addresses that no geocoder could place."""
    with house.database.read() as session:
        rows = list_open_addresses(session, login.reach)
    return page(request, "people_open.html", login=login, rows=rows)


@router.get("/alike")
def show_alike(request: Request, house: HouseDep, login: Login = MAY_MERGE) -> HTMLResponse:
    """Show the records that may be one person."""
    with house.database.read() as session:
        pairs = list_alike(session, login.reach)
    return page(request, "people_alike.html", login=login, pairs=pairs[:MOST_SHOWN], count=len(pairs))


@router.post("/alike/merge")
def do_merge(house: HouseDep, keep: NumberForm, double: NumberForm, login: Login = MAY_MERGE) -> Response:
    """Let one record point to the other from now on."""
    merge(house.database, keep=keep, double=double, by=login.name, clock=house.clock)
    return go_to("/people/alike")


@router.post("/alike/different")
def do_different(house: HouseDep, one: NumberForm, other: NumberForm, login: Login = MAY_MERGE) -> Response:
    """Keep that two records are two people."""
    say_different(house.database, one=one, other=other, by=login.name, clock=house.clock)
    return go_to("/people/alike")


@router.post("/alike/undo")
def do_undo(house: HouseDep, double: NumberForm, login: Login = MAY_MERGE) -> Response:
    """Make a merged record one of its own again."""
    undo_merge(house.database, double=double, by=login.name, clock=house.clock)
    return go_to(f"/people/{double}")
