"""Calls: what the telephone exchange tells, and what the desk does with them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query

from api.access import Operation
from api.bodies.calls import (
    CallOut,
    EventIn,
    FoundOut,
    HandlingOut,
    ListRowOut,
    OutcomeIn,
    WaitingOut,
    call_out,
    found_out,
    handling_out,
    list_row_out,
    waiting_out,
)
from api.deps import HouseDep, RowId, ServiceDay, allowed
from api.errors import problems
from service.access import EVERYTHING, Login
from service.clock import local_day
from service.desk.call_lists import list_calls
from service.desk.calls import (
    GOAL_S,
    finish_call,
    list_handling,
    list_waiting,
    note_event,
    refuse_strange_exchange,
    take_call,
)
from service.errors import NotAllowedError
from service.people import find_callers, find_people
from service.tables import Role

router = APIRouter(prefix="/api/calls", tags=["calls"])
MayDesk = Annotated[Login, Depends(allowed(Operation.DESK))]
SEES_ALL = frozenset({Role.ADMIN, Role.DISTRICT})
BEARER = "Bearer "


def exchange(
    house: HouseDep,
    authorization: Annotated[str, Header(max_length=300, description="Bearer and the exchange's token")] = "",
) -> None:
    """Refuse whoever is not the installation's telephone exchange (`Operation.EXCHANGE`)."""
    given = authorization.removeprefix(BEARER) if authorization.startswith(BEARER) else ""
    refuse_strange_exchange(given, house.settings.exchange_token)


@router.post(
    "",
    summary="Tell of a call",
    status_code=202,
    responses=problems(400, 403, 422),
    dependencies=[Depends(exchange)],
)
def tell(house: HouseDep, body: EventIn) -> CallOut:
    """Tell that a call rings, is answered or has ended; told again, it changes nothing.

    Only the telephone exchange may, by the token in `NUANFAN_EXCHANGE_TOKEN`. Events may come late and in any order.
    """
    return call_out(note_event(house.database, body.told(), house.clock))


@router.get("/waiting", summary="Calls that wait", responses=problems(401, 403, 422))
def waiting(house: HouseDep, login: MayDesk, line: Annotated[str, Query(max_length=20)] = "") -> list[WaitingOut]:
    """Return the calls that nobody has taken, each with whom it may be from."""
    _refuse_without_calls(login)
    now = house.clock.now()
    with house.database.read() as session:
        calls = list_waiting(session, now, line)
        return [waiting_out(one, find_callers(session, one.caller, on=local_day(now))) for one in calls]


@router.post("/{number}/take", summary="Take a call", responses=problems(401, 403, 404, 409, 422))
def take(house: HouseDep, login: MayDesk, number: RowId) -> CallOut:
    """Take a call: it belongs to whoever takes it first."""
    _refuse_without_calls(login)
    return call_out(take_call(house.database, number, by=login.name, clock=house.clock))


@router.post("/{number}/done", summary="Be done with a call", responses=problems(400, 401, 403, 404, 409, 422))
def done(house: HouseDep, login: MayDesk, number: RowId, body: OutcomeIn) -> CallOut:
    """End a call with what came of it; ended again, it stays as it was."""
    _refuse_without_calls(login)
    call = finish_call(house.database, number, by=login.name, clock=house.clock, outcome=body.outcome)
    return call_out(call)


@router.get("/figures", summary="How long calls took", responses=problems(401, 403, 422))
def figures(house: HouseDep, login: MayDesk, day: ServiceDay | None = None) -> list[HandlingOut]:
    """Return the median and what 95 of 100 calls took, by operator; an operator sees the own line only."""
    wanted: date = day or local_day(house.clock.now())
    operator = None if login.role in SEES_ALL else login.name
    with house.database.read() as session:
        return [handling_out(wanted, one, GOAL_S) for one in list_handling(session, wanted, operator)]


@router.get("/lists", summary="Whom to call", responses=problems(401, 403))
def lists(house: HouseDep, login: MayDesk) -> list[ListRowOut]:
    """Return today's call-backs, who always orders and has not, who did not answer, and what is to be confirmed."""
    with house.database.read() as session:
        found = list_calls(session, house.clock, login.reach)
    return [list_row_out(row) for rows in found.values() for row in rows]


@router.get("/people", summary="Find an elder", responses=problems(401, 403, 422))
def people(house: HouseDep, login: MayDesk, q: Annotated[str, Query(min_length=1, max_length=80)]) -> list[FoundOut]:
    """Return who fits: number, card, name, pinyin, telephone, part of an address, several words in any order."""
    with house.database.read() as session:
        return [found_out(one) for one in find_people(session, q, login.reach)]


def _refuse_without_calls(login: Login) -> None:
    """Refuse who works at one meal point: the desk's calls are about everybody."""
    if login.reach != EVERYTHING:
        raise NotAllowedError("access.not_yours")
