"""What an operator's keys do: one form for every act, one answer with the desk as it stands after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from api.deps import House, HouseDep, RowId, ServiceDay, language_of
from api.errors import STATUS
from api.pages.operator import MAY_DESK, desk_page, refuse_foreign
from kitchens.meals import Fulfilment, Meal
from service.access import EVERYTHING, Login
from service.clock import local_day
from service.desk.acts import Choice, Seat, ask_late_meal, cancel_meal, order_meal
from service.desk.calls import begin_typed, finish_call, get_call, know_elder, reopen_call, take_call
from service.desk.standing_by import Stop, call_back, keep_number, serve_again, stop_meals, worry_about
from service.desk.typed import day_typed, time_typed
from service.desk.undoing import take_back
from service.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError, NuanfanError, StorageError
from service.idempotency import Call, call_of
from service.tables import AbsenceReason, ActKind, OrderSource, PhoneCall, Role
from service.texts import Key, text

router = APIRouter(include_in_schema=False, prefix="/operator")
REFUSALS = (InvalidError, ConflictError, NotFoundError, NotAllowedError, StorageError)
SOURCES = frozenset({OrderSource.PHONE, OrderSource.WORKER, OrderSource.FAMILY, OrderSource.BULK})
KeyForm = Annotated[str, Form(min_length=8, max_length=60)]


class ActForm(BaseModel):
    """One act as the page sends it; each kind takes the fields it needs."""

    model_config = ConfigDict(extra="forbid")

    kind: ActKind
    elder: Annotated[str, Field(min_length=1, max_length=40)]
    key: Annotated[str, Field(min_length=8, max_length=60)]
    call: RowId | None = None
    first: ServiceDay | None = None
    source: OrderSource = OrderSource.PHONE
    day: ServiceDay | None = None
    meal: Meal | None = None
    seen: Annotated[str, Field(max_length=20)] = ""
    number: Annotated[int, Field(ge=0, le=9)] = 0
    way: Fulfilment | None = None
    choices: Annotated[str, Field(max_length=400)] = ""
    reason: Annotated[str, Field(max_length=300)] = ""
    from_day: Annotated[str, Field(max_length=20)] = ""
    until_day: Annotated[str, Field(max_length=20)] = ""
    away: AbsenceReason = AbsenceReason.OTHER_REASON
    at: Annotated[str, Field(max_length=20)] = ""
    phone: Annotated[str, Field(max_length=30)] = ""


@router.post("/act")
def do_act(
    request: Request, house: HouseDep, form: Annotated[ActForm, Form()], login: Login = MAY_DESK
) -> HTMLResponse:
    """Do one thing and show the desk as it stands then, with one sentence that says what was done or why not."""

    def act() -> str:
        with house.database.read() as session:
            number = refuse_foreign(session, login, form.elder)
            _refuse_foreign_call(session, login, form.call)
        seat = Seat(number, login.name, _source(login, form.source), form.call)
        said = form.model_dump(mode="json", exclude={"key", "call", "first"})
        if form.kind not in ACTS:
            raise InvalidError("desk.no_such_act", given=form.kind)
        ACTS[form.kind](house, seat, form, call_of(login.name, form.key, "desk", said))
        return f"desk.done.{form.kind}"

    return _answered(request, house, login, form, act)


@router.post("/undo")
def do_undo(
    request: Request,
    house: HouseDep,
    elder: Annotated[str, Form(min_length=1, max_length=40)],
    call: Annotated[RowId | None, Form()] = None,
    first: Annotated[ServiceDay | None, Form()] = None,
    login: Login = MAY_DESK,
) -> HTMLResponse:
    """Take back what was last done for this elder."""

    def act() -> str:
        with house.database.read() as session:
            number = refuse_foreign(session, login, elder)
            _refuse_foreign_call(session, login, call)
        take_back(house.database, number, by=login.name, clock=house.clock)
        return "desk.done.undo"

    form = ActForm(kind=ActKind.CHANGE, elder=elder, key="not-kept", call=call, first=first)
    return _answered(request, house, login, form, act)


@router.post("/calls")
def do_begin(
    house: HouseDep, key: KeyForm, caller: Annotated[str, Form(max_length=30)] = "", login: Login = MAY_DESK
) -> JSONResponse:
    """Begin a call that no exchange told of."""
    return _told(house, begin_typed(house.database, caller, key, by=login.name, clock=house.clock))


@router.post("/calls/{number}/{step}")
def do_step(
    request: Request,
    house: HouseDep,
    number: RowId,
    step: str,
    elder: Annotated[str, Form(max_length=40)] = "",
    login: Login = MAY_DESK,
) -> JSONResponse:
    """Take a call, keep whom it is about, be done with it, or go on with it; a refusal says why."""
    steps: dict[str, Callable[[], PhoneCall]] = {
        "take": lambda: take_call(house.database, number, by=login.name, clock=house.clock),
        "elder": lambda: _know(house, login, number, elder),
        "done": lambda: finish_call(house.database, number, by=login.name, clock=house.clock),
        "reopen": lambda: reopen_call(house.database, number, by=login.name, clock=house.clock),
    }
    if step not in steps:
        raise NotFoundError("desk.unknown_call", call=number)
    if login.reach != EVERYTHING and step == "take":
        raise NotAllowedError("access.not_yours")
    try:
        return _told(house, steps[step]())
    except REFUSALS as error:
        return JSONResponse({"wrong": error.say(language_of(request, login))}, status_code=_status(error))


def _refuse_foreign_call(session: Session, login: Login, number: int | None) -> None:
    """Refuse to act during a call that is none, or that somebody else than who works at a meal point has taken."""
    call = get_call(session, number) if number is not None else None
    if call is not None and call.taken_by != login.name and login.reach != EVERYTHING:
        raise NotAllowedError("access.not_yours")


def _know(house: House, login: Login, number: int, elder: str) -> PhoneCall:
    with house.database.read() as session:
        refuse_foreign(session, login, elder)
    return know_elder(house.database, number, elder, by=login.name, clock=house.clock)


def _told(house: House, call: PhoneCall) -> JSONResponse:
    begin = call.answered_at or call.taken_at or call.began_at
    for_s = max(0, round((house.clock.now() - begin).total_seconds()))
    return JSONResponse(
        {"id": call.id, "caller": call.caller, "outcome": call.outcome, "for_s": for_s, "elder": call.elder_number}
    )


def _answered(request: Request, house: House, login: Login, form: ActForm, act: Callable[[], str]) -> HTMLResponse:
    refusal, said, status = None, "", 200
    try:
        said = text(language_of(request, login), act(), **_values(form))
    except REFUSALS as error:
        refusal, status = error, _status(error)
    return desk_page(
        request,
        house,
        login,
        "operator_desk.html",
        elder=form.elder,
        call_id=form.call,
        first=form.first,
        said=said,
        refusal=refusal,
        status=status,
    )


def _values(form: ActForm) -> Mapping[str, object]:
    return {"day": form.day or "", "meal": Key(f"meal.{form.meal}") if form.meal else ""}


def _status(error: NuanfanError) -> int:
    return next(status for kind, status in STATUS if isinstance(error, kind))


def _source(login: Login, wished: OrderSource) -> OrderSource:
    """Return by which way an order comes; who works at a meal point never stands in for the telephone."""
    if wished not in SOURCES:
        raise InvalidError("desk.odd_source", given=wished)
    return OrderSource.WORKER if login.role == Role.MEAL_POINT and wished == OrderSource.PHONE else wished


def _choice(form: ActForm) -> Choice:
    if form.day is None or form.meal is None:
        raise InvalidError("desk.no_meal_chosen")
    return Choice(form.day, form.meal, form.seen, form.number, form.way, tuple(form.choices.split()))


def _stop(house: House, seat: Seat, form: ActForm, call: Call) -> int:
    today = local_day(house.clock.now())
    until = day_typed(form.until_day, today) if form.until_day.strip() else None
    stop = Stop(day_typed(form.from_day, today), until, form.away)
    return stop_meals(house.database, seat, stop, clock=house.clock, call=call)


def _call_back(house: House, seat: Seat, form: ActForm, call: Call) -> int:
    due_at: datetime = time_typed(form.at, house.clock.now())
    return call_back(house.database, seat, due_at, form.reason, phone=form.phone, clock=house.clock, call=call)


Act = Callable[[House, Seat, ActForm, Call], Any]
ACTS: dict[ActKind, Act] = {
    ActKind.ORDER: lambda h, s, f, c: order_meal(h.database, s, _choice(f), clock=h.clock, call=c),
    ActKind.CANCEL: lambda h, s, f, c: cancel_meal(h.database, s, _choice(f), f.reason, clock=h.clock, call=c),
    ActKind.LATE: lambda h, s, f, c: ask_late_meal(h.database, s, _choice(f), f.reason, clock=h.clock, call=c),
    ActKind.STOP: _stop,
    ActKind.RESUME: lambda h, s, _, c: serve_again(h.database, s, clock=h.clock, call=c),
    ActKind.CALL_BACK: _call_back,
    ActKind.WORRY: lambda h, s, f, c: worry_about(h.database, s, f.reason, clock=h.clock, call=c),
    ActKind.PHONE: lambda h, s, f, c: keep_number(h.database, s, f.phone, clock=h.clock, call=c),
}
"""Each kind of act; a change is an order over another one, and a late cancel a cancel after the cut-off."""
