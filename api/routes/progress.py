"""What happened: cooked, left, handed over or not."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import Operation
from api.bodies.progress import MarkIn, MarkOut, OutcomeIn, VisitOut
from api.deps import HouseDep, RowId, allowed
from api.errors import problems
from service.access import Login
from service.progress import mark_cooked, mark_courier_left, mark_van_left, record_outcome, undo_outcome
from service.tables import Visit

router = APIRouter(prefix="/api", tags=["progress"])
REFUSALS = problems(400, 401, 403, 404, 409, 422)
NOW = MarkIn()


@router.post("/batches/{batch_id}/cooked", summary="A batch is cooked", responses=REFUSALS)
def batch_cooked(
    house: HouseDep,
    login: Annotated[Login, Depends(allowed(Operation.MARK_COOKED))],
    batch_id: RowId,
    body: MarkIn = NOW,
) -> MarkOut:
    """Note when a batch was finished; a second call changes nothing and returns the first time."""
    batch = mark_cooked(house.database, batch_id, by=login.name, reach=login.reach, clock=house.clock, at=body.at)
    return MarkOut(id=batch_id, code=batch.code, at=batch.cooked_at)


@router.post("/van-runs/{run_id}/left", summary="A van has left", responses=REFUSALS)
def van_left(
    house: HouseDep,
    login: Annotated[Login, Depends(allowed(Operation.MARK_VAN_LEFT))],
    run_id: RowId,
    body: MarkIn = NOW,
) -> MarkOut:
    """Note when a van left its kitchen; a second call changes nothing and returns the first time."""
    run = mark_van_left(house.database, run_id, by=login.name, reach=login.reach, clock=house.clock, at=body.at)
    return MarkOut(id=run_id, code=run.code, at=run.left_at)


@router.post("/courier-runs/{run_id}/left", summary="A courier has left", responses=REFUSALS)
def courier_left(
    house: HouseDep,
    login: Annotated[Login, Depends(allowed(Operation.MARK_COURIER_LEFT))],
    run_id: RowId,
    body: MarkIn = NOW,
) -> MarkOut:
    """Note when a courier left with the first load; a second call changes nothing and returns the first time."""
    run = mark_courier_left(house.database, run_id, by=login.name, reach=login.reach, clock=house.clock, at=body.at)
    return MarkOut(id=run_id, code=run.code, at=run.left_at)


@router.post("/visits/{visit_id}/outcome", summary="What happened at a door", responses=REFUSALS)
def visit_outcome(
    house: HouseDep,
    login: Annotated[Login, Depends(allowed(Operation.RECORD_OUTCOME))],
    visit_id: RowId,
    body: OutcomeIn,
) -> VisitOut:
    """Note one of the eight outcomes of the route sheet.

    The same outcome again changes nothing, so a phone may send it until it is acknowledged; another one is refused
    with 409. Where nobody got the meal, the desk is told.
    """
    visit = record_outcome(
        house.database,
        visit_id,
        outcome=body.outcome,
        at=body.at,
        note=body.note,
        by=login.name,
        reach=login.reach,
        clock=house.clock,
    )
    return _visit_out(visit)


@router.delete(
    "/visits/{visit_id}/outcome", summary="Take an outcome back", responses=problems(401, 403, 404, 409, 422)
)
def visit_undo(
    house: HouseDep, login: Annotated[Login, Depends(allowed(Operation.RECORD_OUTCOME))], visit_id: RowId
) -> VisitOut:
    """Take a mistaken outcome back within ten minutes."""
    return _visit_out(undo_outcome(house.database, visit_id, by=login.name, reach=login.reach, clock=house.clock))


def _visit_out(visit: Visit) -> VisitOut:
    return VisitOut(**visit.model_dump(include=set(VisitOut.model_fields)))
