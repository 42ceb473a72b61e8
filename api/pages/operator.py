"""The telephone desk: the page, and the pieces of it that are asked for while somebody is on the line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse
from sqlmodel import Session

from api.access import Operation
from api.deps import House, HouseDep, RowId, ServiceDay, allowed, language_of
from api.pages.render import page
from kitchens.meals import Meal
from service.access import EVERYTHING, Login
from service.clock import local_day
from service.desk.calls import (
    GOAL_S,
    Handling,
    find_open_call,
    get_call,
    list_handling,
    list_waiting,
)
from service.desk.view import DeskView, desk_view
from service.errors import NotAllowedError, NotFoundError, NuanfanError
from service.kiosk.courses import fitting_options, questions_of
from service.menus.choices import choices_of
from service.menus.offers import list_offers
from service.orders import find_order
from service.people import Found, find_callers, find_people, get_root
from service.reach import refuse_foreign_elder
from service.tables import OrderState, PhoneCall, Role

router = APIRouter(include_in_schema=False, prefix="/operator")
MAY_DESK = Depends(allowed(Operation.DESK))
QUICK = {
    "stop": ("hospital", "with_family", "travel", "short_care", "other_reason"),
    "cancel": ("away", "unwell", "guests", "dish", "other"),
    "late": ("forgot", "home_early", "guests", "other"),
    "worry": ("no_answer", "fall", "confused", "unwell", "low"),
}
"""The words that one digit stands for, by what is asked."""

NumberQuery = Annotated[str | None, Query(max_length=40)]
CallQuery = Annotated[RowId | None, Query()]
LineQuery = Annotated[str, Query(max_length=20)]


@dataclass(frozen=True, slots=True)
class Desk:
    """What one state of the desk shows: an elder, or those to choose from, and the call it is about."""

    view: DeskView | None = None
    call: PhoneCall | None = None
    found: tuple[Found, ...] = ()
    said: str = ""
    wrong: str = ""


@router.get("")
def show_desk(
    request: Request,
    house: HouseDep,
    elder: NumberQuery = None,
    call: CallQuery = None,
    line: LineQuery = "",
    login: Login = MAY_DESK,
) -> HTMLResponse:
    """Show the desk; with an elder or a call that is on the line, show that."""
    with house.database.read() as session:
        own = find_open_call(session, login.name) if call is None and elder is None else None
    shown = call if call is not None else own.id if own else None
    return desk_page(request, house, login, "operator.html", elder=elder, call_id=shown, line=line)


@router.get("/now")
def show_now(
    request: Request,
    house: HouseDep,
    elder: NumberQuery = None,
    call: CallQuery = None,
    first: Annotated[ServiceDay | None, Query()] = None,
    login: Login = MAY_DESK,
) -> HTMLResponse:
    """Show the desk's inner part: an elder, or whom a caller may be."""
    return desk_page(request, house, login, "operator_desk.html", elder=elder, call_id=call, first=first)


@router.get("/find")
def show_found(
    request: Request, house: HouseDep, q: Annotated[str, Query(max_length=80)] = "", login: Login = MAY_DESK
) -> HTMLResponse:
    """Show who fits what was typed."""
    with house.database.read() as session:
        found = find_people(session, q, login.reach)
    return page(request, "operator_found.html", login=login, q=q.strip(), found=found)


@router.get("/dishes")
def show_dishes(
    request: Request,
    house: HouseDep,
    elder: Annotated[str, Query(max_length=40)],
    day: ServiceDay,
    meal: Meal,
    login: Login = MAY_DESK,
) -> HTMLResponse:
    """Show what can be ordered for one meal, by the digits that order it."""
    with house.database.read() as session:
        person = get_root(session, elder)
        refuse_foreign_elder(session, login.reach, person.number)
        offers = list_offers(session, person, day, meal)
        order = find_order(session, person.number, day, meal)
        chosen = choices_of(session, order.id or 0) if order is not None and order.state == OrderState.PLACED else ()
    return page(
        request,
        "operator_dishes.html",
        login=login,
        offers=offers,
        day=day,
        meal=meal,
        questions_of=questions_of,
        fitting_options=fitting_options,
        ordered=order.dish_code if order is not None else None,
        chosen=chosen,
    )


@router.get("/waiting")
def show_waiting(house: HouseDep, line: LineQuery = "", login: Login = MAY_DESK) -> JSONResponse:
    """Return the calls that wait, for a page that asks every second; who works at one meal point has none."""
    if login.reach != EVERYTHING:
        return JSONResponse({"calls": []})
    now = house.clock.now()
    with house.database.read() as session:
        calls = list_waiting(session, now, line)
    return JSONResponse(
        {
            "calls": [
                {
                    "id": one.id,
                    "caller": one.caller,
                    "line": one.line,
                    "answered": one.answered_at is not None,
                    "waits_s": max(0, round((now - one.began_at).total_seconds())),
                }
                for one in calls
            ]
        }
    )


def desk_page(
    request: Request,
    house: House,
    login: Login,
    template: str,
    *,
    elder: str | None = None,
    call_id: int | None = None,
    first: date | None = None,
    line: str = "",
    said: str = "",
    refusal: NuanfanError | None = None,
    status: int = 200,
) -> HTMLResponse:
    """Return the desk, or its inner part, with what was just said about an act."""
    wrong = refusal.say(language_of(request, login)) if refusal is not None else ""
    with house.database.read() as session:
        desk = _desk(session, house, login, elder, call_id, first, said, wrong)
        handling = list_handling(session, local_day(house.clock.now()), None if _sees_all(login) else login.name)
        line = line or (desk.call.line if desk.call else "")
    return page(
        request,
        template,
        login=login,
        status=status,
        desk=desk,
        view=desk.view,
        line=line,
        own=next((one for one in handling if one.operator == login.name), Handling(login.name, 0, 0, 0)),
        handling=handling if _sees_all(login) else [],
        goal_s=GOAL_S,
        quick=QUICK,
        source="worker" if login.role == Role.MEAL_POINT else "phone",
        has_calls=login.reach == EVERYTHING,
    )


def refuse_foreign(session: Session, login: Login, elder_number: str) -> str:
    """Return the number that stands for an elder, refused to who works at another meal point.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    NotAllowedError
        If the elder belongs to another meal point.
    """
    number = get_root(session, elder_number).number
    refuse_foreign_elder(session, login.reach, number)
    return number


def _desk(
    session: Session,
    house: House,
    login: Login,
    elder: str | None,
    call_id: int | None,
    first: date | None,
    said: str,
    wrong: str,
) -> Desk:
    call = get_call(session, call_id) if call_id is not None else None
    if call is not None and call.taken_by != login.name and login.reach != EVERYTHING:
        raise NotAllowedError("access.not_yours")
    known = elder or (call.elder_number if call else None)
    found: tuple[Found, ...] = ()
    if known is None and call is not None:
        found = tuple(find_callers(session, call.caller, login.reach, on=local_day(house.clock.now())))
        known = found[0].number if len(found) == 1 else None
    if known is None:
        return Desk(call=call, found=found, said=said, wrong=wrong)
    try:
        number = refuse_foreign(session, login, known)
    except NotFoundError as error:
        return Desk(call=call, wrong=str(error))
    view = desk_view(session, number, settings=house.settings, clock=house.clock, by=login.name, first_day=first)
    return Desk(view=view, call=call, said=said, wrong=wrong)


def _sees_all(login: Login) -> bool:
    return login.role in {Role.ADMIN, Role.DISTRICT}
