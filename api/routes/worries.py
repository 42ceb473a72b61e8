"""What the desk owes: worries that somebody must look into, and calls that were promised."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import Operation
from api.bodies.calls import (
    CallBackIn,
    CallBackOut,
    FindingIn,
    TryIn,
    WorryIn,
    WorryOut,
    call_back_out,
    worry_out,
)
from api.deps import HouseDep, RowId, allowed
from api.errors import problems
from service.access import Login
from service.desk.call_backs import get_call_back, note_try, promise_call
from service.desk.worries import close_worry, get_worry, list_open_worries, open_worry
from service.reach import refuse_foreign_elder

router = APIRouter(prefix="/api", tags=["calls"])
MayDesk = Annotated[Login, Depends(allowed(Operation.DESK))]


@router.get("/worries", summary="Open worries", responses=problems(401, 403))
def worries(house: HouseDep, login: MayDesk) -> list[WorryOut]:
    """Return the worries that nobody has looked into, oldest first."""
    with house.database.read() as session:
        return [worry_out(one) for one in list_open_worries(session, login.reach)]


@router.post("/worries", summary="Open a worry", status_code=201, responses=problems(400, 401, 403, 404, 422))
def worry(house: HouseDep, login: MayDesk, body: WorryIn) -> WorryOut:
    """Keep that somebody is worried about an elder, and tell the district desk."""
    with house.database.read() as session:
        refuse_foreign_elder(session, login.reach, body.elder_number)
    return worry_out(open_worry(house.database, body.elder_number, body.what, by=login.name, clock=house.clock))


@router.post("/worries/{worry_id}/close", summary="Close a worry", responses=problems(400, 401, 403, 404, 409, 422))
def close(house: HouseDep, login: MayDesk, worry_id: RowId, body: FindingIn) -> WorryOut:
    """Close a worry with what was found, once."""
    with house.database.read() as session:
        refuse_foreign_elder(session, login.reach, get_worry(session, worry_id).elder_number)
    return worry_out(close_worry(house.database, worry_id, body.finding, by=login.name, clock=house.clock))


@router.post("/call-backs", summary="Promise a call", status_code=201, responses=problems(400, 401, 403, 404, 422))
def promise(house: HouseDep, login: MayDesk, body: CallBackIn) -> CallBackOut:
    """Promise to call an elder back."""
    with house.database.read() as session:
        refuse_foreign_elder(session, login.reach, body.elder_number)
    owed = promise_call(
        house.database,
        body.elder_number,
        body.due_at,
        body.note,
        phone=body.phone,
        by=login.name,
        clock=house.clock,
    )
    return call_back_out(owed)


@router.post("/call-backs/{owed_id}/try", summary="Note a try", responses=problems(400, 401, 403, 404, 409, 422))
def note(house: HouseDep, login: MayDesk, owed_id: RowId, body: TryIn) -> CallBackOut:
    """Keep that somebody was called: reached, or not, which puts it off for half an hour."""
    with house.database.read() as session:
        refuse_foreign_elder(session, login.reach, get_call_back(session, owed_id).elder_number)
    return call_back_out(note_try(house.database, owed_id, is_reached=body.reached, by=login.name, clock=house.clock))
