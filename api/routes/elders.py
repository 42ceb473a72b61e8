"""Elders: their records, what is decided about them, and records that look alike."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.access import Operation
from api.bodies.elders import (
    CellsIn,
    ElderOut,
    EntitlementOut,
    LikenessOut,
    NumbersIn,
    PairIn,
    StateIn,
    answer_out,
    elder_out,
    likeness_out,
)
from api.deps import House, HouseDep, ServiceDay, allowed
from api.errors import problems
from service.access import EVERYTHING, Login
from service.board.elder import elder_view
from service.clock import local_day
from service.editing import add_elder, change_elder, keep_row
from service.entitlement import decide
from service.people import get_root, list_alike, merge, plan_change, say_different, undo_merge, withdraw_change
from service.reach import refuse_foreign_elder
from service.subsidies import get_scheme

router = APIRouter(prefix="/api", tags=["elders"])
MaySee = Annotated[Login, Depends(allowed(Operation.SEE_ELDER))]
MayChange = Annotated[Login, Depends(allowed(Operation.CHANGE_ELDER))]
MayMerge = Annotated[Login, Depends(allowed(Operation.MERGE_ELDERS))]
Number = Annotated[str, Path(min_length=1, max_length=40)]


@router.get("/elders/{number}", summary="Read a record", responses=problems(401, 403, 404, 422))
def read(house: HouseDep, login: MaySee, number: Number, on: ServiceDay | None = None) -> ElderOut:
    """Return a record as it stands on a day (today unless said otherwise), as far as this role may see it."""
    return _read(house, login, number, on)


@router.get(
    "/elders/{number}/entitlement",
    summary="May eat, is subsidised",
    responses=problems(401, 403, 404, 422),
)
def entitlement(house: HouseDep, login: MaySee, number: Number, on: ServiceDay | None = None) -> EntitlementOut:
    """Return both decisions about a person on a day, each with its sentence, its rule and the rule's date."""
    with house.database.read() as session:
        refuse_foreign_elder(session, login.reach, get_root(session, number).number)
        scheme = get_scheme(house.settings.subsidy_scheme)
        found = decide(session, number, on or local_day(house.clock.now()), scheme)
    return EntitlementOut(
        elder_number=number,
        day=found.day,
        may_eat=answer_out(found.may_eat),
        is_subsidised=answer_out(found.is_subsidised),
        rules=[answer_out(one) for one in found.rules] if login.reach == EVERYTHING else [],
        is_birth_date_known=found.is_birth_date_known,
    )


@router.post("/elders", summary="Add a record", status_code=201, responses=problems(400, 401, 403, 409, 422))
def add(house: HouseDep, login: MayChange, body: CellsIn) -> ElderOut:
    """Add an elder by the columns of the import format `elders`."""
    elder = add_elder(house.database, body.cells, by=login.name, clock=house.clock)
    return _read(house, login, elder.number, None)


@router.patch("/elders/{number}", summary="Change a record", responses=problems(400, 401, 403, 404, 422))
def change(house: HouseDep, login: MayChange, number: Number, body: CellsIn) -> ElderOut:
    """Change columns of the import format `elders`; another address takes the position away."""
    change_elder(house.database, number, body.cells, by=login.name, clock=house.clock)
    return _read(house, login, number, None)


@router.put(
    "/elders/{number}/parts/{part}", summary="Keep a row of a part", responses=problems(400, 401, 403, 404, 422)
)
def keep(house: HouseDep, login: MayChange, number: Number, part: Number, body: CellsIn) -> ElderOut:
    """Add a row to `phones`, `contacts`, `cards` … or change the one with the same key; rows end, none is deleted."""
    keep_row(house.database, number, part, body.cells, by=login.name, clock=house.clock)
    return _read(house, login, number, None)


@router.post(
    "/elders/{number}/states", summary="Plan a change of state", responses=problems(400, 401, 403, 404, 409, 422)
)
def plan_state(house: HouseDep, login: MayChange, number: Number, body: StateIn) -> ElderOut:
    """Have the state change on a day: today at once, later by time, once."""
    plan_change(
        house.database,
        number,
        to_state=body.to_state,
        from_day=body.from_day,
        reason=body.reason,
        by=login.name,
        clock=house.clock,
    )
    return _read(house, login, number, None)


@router.post(
    "/elders/{number}/states/{from_day}/withdraw",
    summary="Withdraw a change of state",
    responses=problems(401, 403, 404, 409, 422),
)
def withdraw_state(house: HouseDep, login: MayChange, number: Number, from_day: date) -> ElderOut:
    """Take a change back; one that is done is undone, if nothing has followed it."""
    withdraw_change(house.database, number, from_day, by=login.name, clock=house.clock)
    return _read(house, login, number, None)


@router.get("/look-alikes", summary="Records that look alike", responses=problems(401, 403))
def alike(house: HouseDep, login: MayMerge) -> list[LikenessOut]:
    """Return the pairs of which nobody has said yet what they are."""
    with house.database.read() as session:
        return [likeness_out(pair) for pair in list_alike(session, login.reach)]


@router.post("/look-alikes/merge", summary="Merge", status_code=204, responses=problems(400, 401, 403, 404, 409, 422))
def do_merge(house: HouseDep, login: MayMerge, body: PairIn) -> None:
    """Let `double` point to `keep`; nothing is lost, and it can be undone."""
    merge(house.database, keep=body.keep, double=body.double, by=login.name, clock=house.clock)


@router.post(
    "/look-alikes/different",
    summary="Say that they are two people",
    status_code=204,
    responses=problems(400, 401, 403, 404, 409, 422),
)
def do_different(house: HouseDep, login: MayMerge, body: NumbersIn) -> None:
    """Keep that two records are two people: they are not proposed again."""
    say_different(house.database, one=body.one, other=body.other, by=login.name, clock=house.clock)


@router.post(
    "/look-alikes/{double}/undo",
    summary="Undo a merge",
    status_code=204,
    responses=problems(401, 403, 404, 409, 422),
)
def do_undo(house: HouseDep, login: MayMerge, double: Number) -> None:
    """Make a merged record one of its own again."""
    undo_merge(house.database, double=double, by=login.name, clock=house.clock)


def _read(house: House, login: Login, number: str, on: date | None) -> ElderOut:
    with house.database.read() as session:
        refuse_foreign_elder(session, login.reach, get_root(session, number).number)
        scheme = get_scheme(house.settings.subsidy_scheme)
        return elder_out(elder_view(session, number, on or local_day(house.clock.now()), scheme, login.reach))
