"""The desk's lists of whom to call, and paper tickets keyed in as a whole."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from api.deps import House, HouseDep, RowId, language_of
from api.pages.forms import go_to
from api.pages.operator import MAY_DESK, refuse_foreign
from api.pages.render import page
from kitchens.meals import Fulfilment, Meal
from service.access import Login
from service.clock import local_day
from service.desk.call_backs import get_call_back, note_try
from service.desk.call_lists import list_calls
from service.desk.grid import Cell, week_of
from service.desk.tickets import Slot, TicketCell, TicketRefusedError, enter_ticket
from service.desk.worries import close_worry, get_worry, list_open_worries
from service.errors import ConflictError, InvalidError, NotFoundError, NuanfanError
from service.idempotency import call_of
from service.orders import Placing
from service.people import find_people, get_record
from service.people.record import Record
from service.reach import refuse_foreign_elder
from service.tables import OrderSource

router = APIRouter(include_in_schema=False, prefix="/operator")
TICKET_DAYS = 14
MOST_FIELDS = 60


@router.get("/lists")
def show_lists(request: Request, house: HouseDep, login: Login = MAY_DESK) -> HTMLResponse:
    """Show whom to call today, and the worries that nobody has looked into."""
    return _lists(request, house, login)


@router.post("/lists/{owed_id}")
def do_try(
    request: Request,
    house: HouseDep,
    owed_id: RowId,
    reached: Annotated[bool, Form()],
    login: Login = MAY_DESK,
) -> Response:
    """Keep that somebody was called, reached or not."""
    with house.database.read() as session:
        refuse_foreign_elder(session, login.reach, get_call_back(session, owed_id).elder_number)
    try:
        note_try(house.database, owed_id, is_reached=reached, by=login.name, clock=house.clock)
    except ConflictError as error:
        return _lists(request, house, login, error)
    return go_to("/operator/lists")


@router.post("/worries/{worry_id}")
def do_close_worry(
    request: Request,
    house: HouseDep,
    worry_id: RowId,
    finding: Annotated[str, Form(max_length=300)] = "",
    login: Login = MAY_DESK,
) -> Response:
    """Close a worry with what was found."""
    with house.database.read() as session:
        refuse_foreign_elder(session, login.reach, get_worry(session, worry_id).elder_number)
    try:
        close_worry(house.database, worry_id, finding, by=login.name, clock=house.clock)
    except (ConflictError, InvalidError) as error:
        return _lists(request, house, login, error)
    return go_to("/operator/lists")


@router.get("/ticket")
def show_ticket(
    request: Request,
    house: HouseDep,
    q: Annotated[str, Query(max_length=80)] = "",
    done: Annotated[int, Query(ge=0, le=99)] = 0,
    login: Login = MAY_DESK,
) -> HTMLResponse:
    """Show an empty ticket for whoever fits what was typed, or those to choose from."""
    with house.database.read() as session:
        found = find_people(session, q, login.reach)
    number = next((one.number for one in found if one.number == q.strip()), found[0].number if len(found) == 1 else "")
    return _ticket(request, house, login, number, q=q.strip(), found=found, done=done)


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form by name."""
    form: FormData = await request.form(max_fields=MOST_FIELDS)
    return {name: value for name, value in form.items() if isinstance(value, str)}


@router.post("/ticket")
def do_ticket(
    request: Request,
    house: HouseDep,
    fields: Annotated[dict[str, str], Depends(read_form)],
    login: Login = MAY_DESK,
) -> Response:
    """Order everything on a ticket, or show it again with what is wrong with which cell."""
    elder = fields.get("elder", "")[:40]
    with house.database.read() as session:
        number = refuse_foreign(session, login, elder)
    wrong: NuanfanError
    try:
        cells = _typed(fields)
        fulfilment = _fulfilment(fields.get("way", ""))
        placing = Placing(number, OrderSource.BULK, login.name)
        asked = call_of(
            login.name, fields.get("key", "")[:60], "ticket", {name: fields[name] for name in sorted(fields)}
        )
        orders = enter_ticket(
            house.database, placing, cells, fulfilment, clock=house.clock, call=asked if fields.get("key") else None
        )
    except (InvalidError, ConflictError, NotFoundError) as error:
        wrong = error
    else:
        return go_to(f"/operator/ticket?done={len(orders)}")
    return _ticket(request, house, login, number, typed=fields, wrong=wrong)


def _lists(request: Request, house: House, login: Login, refusal: NuanfanError | None = None) -> HTMLResponse:
    with house.database.read() as session:
        lists = list_calls(session, house.clock, login.reach)
        worries = list_open_worries(session, login.reach)
    wrong = refusal.say(language_of(request, login)) if refusal else ""
    status = 409 if isinstance(refusal, ConflictError) else 422 if refusal else 200
    return page(request, "operator_lists.html", login=login, status=status, lists=lists, worries=worries, wrong=wrong)


def _ticket(
    request: Request,
    house: House,
    login: Login,
    number: str,
    *,
    q: str = "",
    found: object = (),
    done: int = 0,
    typed: Mapping[str, str] | None = None,
    wrong: NuanfanError | None = None,
) -> HTMLResponse:
    language = language_of(request, login)
    record: Record | None = None
    meals: tuple[Meal, ...] = ()
    rows: list[list[Cell]] = []
    with house.database.read() as session:
        if number:
            record = get_record(session, number)
            first = local_day(house.clock.now()) + timedelta(days=1)
            meals, rows = week_of(session, record, first, settings=None, clock=house.clock, days=TICKET_DAYS)
    said: dict[Slot, str] = wrong.said(language) if isinstance(wrong, TicketRefusedError) else {}
    return page(
        request,
        "operator_ticket.html",
        login=login,
        status=(409 if isinstance(wrong, ConflictError) else 422) if wrong else 200,
        record=record,
        meals=meals,
        rows=rows,
        q=q or number,
        found=found,
        done=done,
        typed=typed or {},
        said=said,
        wrong=wrong.say(language) if wrong else "",
        key=secrets.token_hex(12),
    )


def _typed(fields: Mapping[str, str]) -> list[TicketCell]:
    """Return the cells that hold a digit.

    Raises
    ------
    InvalidError
        If a cell holds something else, or is none of a ticket.
    """
    cells: list[TicketCell] = []
    for name, value in fields.items():
        day, point, meal = name.partition(".")
        if not point or not value.strip():
            continue
        if value.strip() not in set("0123456789"):
            raise InvalidError("desk.no_digit", given=value[:10])
        try:
            cells.append(TicketCell(date.fromisoformat(day), Meal(meal), int(value)))
        except ValueError as error:
            raise InvalidError("desk.odd_day", given=name[:20]) from error
    return cells


def _fulfilment(given: str) -> Fulfilment:
    try:
        return Fulfilment(given)
    except ValueError as error:
        raise InvalidError("desk.odd_way", given=given[:20]) from error
