"""Standing orders: how they repeat, when they rest, which day is otherwise. Every call may be repeated without harm."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import Operation
from api.bodies.orders import Code
from api.bodies.standing import EndIn, OneDayIn, PauseIn, RepeatIn, StandingOut, standing_out
from api.deps import HouseDep, RowId, ServiceDay, allowed
from api.errors import problems
from kitchens.meals import Meal
from service.access import Login
from service.reach import refuse_foreign_elder, refuse_foreign_standing
from service.standing_changes import change_standing, end_standing, except_day, list_standing, pause_standing

router = APIRouter(prefix="/api/standing", tags=["orders"])
MayOrder = Annotated[Login, Depends(allowed(Operation.ORDER))]


@router.get("/of/{elder_number}", summary="Standing orders of an elder", responses=problems(401, 403, 404, 422))
def standing_of(house: HouseDep, login: MayOrder, elder_number: Code) -> list[StandingOut]:
    """Return the standing orders of an elder."""
    with house.database.read() as session:
        refuse_foreign_elder(session, login.reach, elder_number)
        return [standing_out(one) for one in list_standing(session, elder_number)]


@router.put("/of/{elder_number}/{meal}", summary="Begin or change", responses=problems(400, 401, 403, 404, 422))
def change(house: HouseDep, login: MayOrder, elder_number: Code, meal: Meal, body: RepeatIn) -> StandingOut:
    """Begin an elder's standing order of a meal, or put this one in its place; orders up to the cut-off follow."""
    with house.database.read() as session:
        refuse_foreign_elder(session, login.reach, elder_number)
    made = change_standing(house.database, elder_number, meal, body.repeat(), by=login.name, clock=house.clock)
    return standing_out(made)


@router.put("/{standing_id}/pause", summary="Let rest, or go on", responses=problems(400, 401, 403, 404, 422))
def pause(house: HouseDep, login: MayOrder, standing_id: RowId, body: PauseIn) -> StandingOut:
    """Let a standing order rest from one day to another; without days it goes on."""
    with house.database.read() as session:
        refuse_foreign_standing(session, login.reach, standing_id)
    days = (body.from_day, body.until_day)
    return standing_out(pause_standing(house.database, standing_id, *days, by=login.name, clock=house.clock))


@router.put(
    "/{standing_id}/days/{service_day}", summary="One day otherwise", responses=problems(400, 401, 403, 404, 422)
)
def one_day(
    house: HouseDep, login: MayOrder, standing_id: RowId, service_day: ServiceDay, body: OneDayIn
) -> StandingOut:
    """Skip a day, or change the dish or the way to take it on that day alone."""
    with house.database.read() as session:
        refuse_foreign_standing(session, login.reach, standing_id)
    wanted = body.one_day(service_day)
    return standing_out(except_day(house.database, standing_id, wanted, by=login.name, clock=house.clock))


@router.put("/{standing_id}/end", summary="End", responses=problems(400, 401, 403, 404, 422))
def end(house: HouseDep, login: MayOrder, standing_id: RowId, body: EndIn) -> StandingOut:
    """Let a standing order end after a day."""
    with house.database.read() as session:
        refuse_foreign_standing(session, login.reach, standing_id)
    return standing_out(end_standing(house.database, standing_id, body.last_day, by=login.name, clock=house.clock))
