"""One elder's record: shown, added, changed part by part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from api.access import Operation
from api.deps import House, HouseDep, ServiceDay, allowed, language_of
from api.pages.forms import go_to
from api.pages.render import page
from routing.coordinates import Crs
from service.access import Login
from service.board.elder import elder_view, rows_of
from service.clock import local_day
from service.editing import (
    RowRefusedError,
    add_elder,
    cells_of_row,
    change_elder,
    get_part,
    keep_row,
    make_first_contact,
    make_first_phone,
)
from service.errors import ConflictError, InvalidError, NotFoundError
from service.importing.columns import FileRow, columns
from service.importing.people_formats import ElderRow
from service.people import get_record, get_root, plan_change, settle_address, withdraw_change
from service.reach import refuse_foreign_elder
from service.subsidies import get_scheme
from service.tables import ElderState

router = APIRouter(include_in_schema=False, prefix="/people")
MAY_SEE = Depends(allowed(Operation.SEE_ELDER))
MAY_CHANGE = Depends(allowed(Operation.CHANGE_ELDER))
MOST_FIELDS = 60
HIDDEN = frozenset({"state", "lat", "lon", "crs", "position_verified", "birth_year"})
ShortForm = Annotated[str, Form(max_length=200)]


async def read_cells(request: Request) -> dict[str, str]:
    """Return the fields of a form; boxes that stand for words of one cell are put together."""
    form: FormData = await request.form(max_fields=MOST_FIELDS)
    cells: dict[str, str] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            cells[name] = f"{cells[name]} {value}".strip() if name in cells else value
    return cells


CellsDep = Annotated[dict[str, str], Depends(read_cells)]


@router.get("/new")
def show_new(request: Request, house: HouseDep, login: Login = MAY_CHANGE) -> HTMLResponse:
    """Show an empty form for an elder."""
    del house
    return _form(request, login, ElderRow, {}, "/people/new", "/people")


@router.post("/new")
def do_new(request: Request, house: HouseDep, cells: CellsDep, login: Login = MAY_CHANGE) -> Response:
    """Add an elder, or show the form again with what is wrong."""
    try:
        elder = add_elder(house.database, _filled(cells), by=login.name, clock=house.clock)
    except (RowRefusedError, ConflictError) as error:
        return _form(request, login, ElderRow, cells, "/people/new", "/people", error)
    return go_to(_address(elder.number))


@router.get("/{number}")
def show_elder(
    request: Request, house: HouseDep, number: str, on: ServiceDay | None = None, login: Login = MAY_SEE
) -> HTMLResponse:
    """Show a record as it stands on a day, today unless asked otherwise."""
    return _record(request, house, login, number, on=on)


@router.get("/{number}/edit")
def show_edit(request: Request, house: HouseDep, number: str, login: Login = MAY_CHANGE) -> HTMLResponse:
    """Show the form of who an elder is and where the door is."""
    with house.database.read() as session:
        elder = get_record(session, number).elder
    cells = cells_of_row(ElderRow, elder)
    return _form(request, login, ElderRow, cells, f"{_address(number)}/edit", _address(number), number=number)


@router.post("/{number}/edit")
def do_edit(request: Request, house: HouseDep, number: str, cells: CellsDep, login: Login = MAY_CHANGE) -> Response:
    """Change who an elder is and where the door is."""
    try:
        given = {name: cell for name, cell in cells.items() if name != "number"}
        change_elder(house.database, number, given, by=login.name, clock=house.clock)
    except RowRefusedError as error:
        back = _address(number)
        return _form(request, login, ElderRow, cells, f"{back}/edit", back, error, number=number)
    return go_to(_address(number))


@router.post("/{number}/position")
def do_position(
    request: Request,
    house: HouseDep,
    number: str,
    lat: Annotated[float, Form()],
    lon: Annotated[float, Form()],
    crs: Annotated[str, Form(pattern="^(wgs84|gcj02|bd09)$")],
    login: Login = MAY_CHANGE,
) -> Response:
    """Keep the position that somebody found at the door."""

    def settle() -> None:
        settle_address(house.database, number, lat=lat, lon=lon, crs=Crs[crs.upper()], by=login.name, clock=house.clock)

    return _done(request, house, login, number, settle)


@router.post("/{number}/states")
def do_state(
    request: Request,
    house: HouseDep,
    number: str,
    to_state: Annotated[ElderState, Form()],
    from_day: Annotated[date, Form()],
    reason: ShortForm = "",
    login: Login = MAY_CHANGE,
) -> Response:
    """Have an elder's state change on a day."""

    def plan() -> None:
        plan_change(
            house.database,
            number,
            to_state=to_state,
            from_day=from_day,
            reason=reason,
            by=login.name,
            clock=house.clock,
        )

    return _done(request, house, login, number, plan)


@router.post("/{number}/states/withdraw")
def do_withdraw(
    request: Request,
    house: HouseDep,
    number: str,
    from_day: Annotated[date, Form()],
    login: Login = MAY_CHANGE,
) -> Response:
    """Take a change of state back."""
    return _done(
        request,
        house,
        login,
        number,
        lambda: withdraw_change(house.database, number, from_day, by=login.name, clock=house.clock),
    )


@router.post("/{number}/first")
def do_first(
    house: HouseDep, number: str, contact: ShortForm = "", phone: ShortForm = "", login: Login = MAY_CHANGE
) -> Response:
    """Have a further contact or telephone be the first."""
    if contact:
        make_first_contact(house.database, number, contact, by=login.name, clock=house.clock)
    else:
        make_first_phone(house.database, number, phone, by=login.name, clock=house.clock)
    return go_to(_address(number))


@router.get("/{number}/{part}")
def show_part(request: Request, house: HouseDep, number: str, part: str, login: Login = MAY_CHANGE) -> HTMLResponse:
    """Show the form of one row of a part, the one that the query names by its key, or a new one."""
    kind = get_part(part)
    asked = {name: request.query_params[name] for name in kind.KEY if name in request.query_params}
    with house.database.read() as session:
        record = get_record(session, number)
        cells = _row_cells(kind, rows_of(record, part), asked) if asked else _new_cells(kind, house)
    return _form(request, login, kind, cells, f"{_address(number)}/{part}", _address(number), number=number)


@router.post("/{number}/{part}")
def do_part(
    request: Request, house: HouseDep, number: str, part: str, cells: CellsDep, login: Login = MAY_CHANGE
) -> Response:
    """Keep one row of a part, or show the form again with what is wrong."""
    kind = get_part(part)
    try:
        keep_row(house.database, number, part, _filled(cells), by=login.name, clock=house.clock)
    except RowRefusedError as error:
        back = _address(number)
        return _form(request, login, kind, cells, f"{back}/{part}", back, error, number=number)
    return go_to(_address(number))


def _record(
    request: Request,
    house: House,
    login: Login,
    number: str,
    *,
    on: date | None = None,
    wrong: str = "",
    status: int = 200,
) -> HTMLResponse:
    today = local_day(house.clock.now())
    with house.database.read() as session:
        refuse_foreign_elder(session, login.reach, get_root(session, number).number)
        scheme = get_scheme(house.settings.subsidy_scheme)
        view = elder_view(session, number, on or today, scheme, login.reach)
    return page(request, "elder.html", login=login, status=status, view=view, today=today, wrong=wrong)


def _done(request: Request, house: House, login: Login, number: str, act: Callable[[], object]) -> Response:
    """Do something to a record and show it, with the reason on top if that was refused."""
    try:
        act()
    except (InvalidError, ConflictError) as error:
        status = 409 if isinstance(error, ConflictError) else 422
        wrong = error.say(language_of(request, login))
        return _record(request, house, login, number, wrong=wrong, status=status)
    return go_to(_address(number))


def _form(
    request: Request,
    login: Login,
    kind: type[FileRow],
    cells: Mapping[str, str],
    action: str,
    back: str,
    error: InvalidError | ConflictError | None = None,
    *,
    number: str = "",
) -> HTMLResponse:
    language = language_of(request, login)
    said: dict[str, str] = {}
    if isinstance(error, RowRefusedError):
        said = error.said(language)
    elif error is not None:
        said = {"": error.say(language)}
    fields = [column for name, column in columns(kind).items() if not _is_hidden(kind, name)]
    loose = {name: text for name, text in said.items() if name not in {column.name for column in fields}}
    values: dict[str, Any] = {"fields": fields, "cells": cells, "said": said, "loose": loose}
    return page(
        request,
        "elder_form.html",
        login=login,
        status=422 if error else 200,
        kind=kind,
        action=action,
        back=back,
        number=number,
        is_known=bool(number) and kind is ElderRow,
        **values,
    )


def _is_hidden(kind: type[FileRow], name: str) -> bool:
    return name in HIDDEN if kind is ElderRow else name == "elder_number"


def _new_cells(kind: type[FileRow], house: House) -> dict[str, str]:
    """Return what a new row begins with: the format's own, and now for a moment that must be given."""
    now = house.clock.now()
    return {
        name: column.type.write(now) if column.type.name == "instant" else column.type.write(column.default)
        for name, column in columns(kind).items()
        if column.default not in (None, "") or column.type.name == "instant"
    }


def _row_cells(kind: type[FileRow], rows: Any, asked: Mapping[str, str]) -> dict[str, str]:
    for row in rows:
        cells = cells_of_row(kind, row)
        if all(cells[name] == asked.get(name) for name in kind.KEY):
            return cells
    raise NotFoundError("people.unknown_row", elder=asked.get("elder_number", "-"))


def _filled(cells: Mapping[str, str]) -> dict[str, str]:
    """Return the cells that hold something: an empty field of a new row is one that was left out."""
    return {name: cell for name, cell in cells.items() if cell.strip()}


def _address(number: str) -> str:
    return f"/people/{quote(number, safe='')}"
