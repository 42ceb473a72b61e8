"""A courier's pages: the runs that are one's own, and one run door by door."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from api.access import Operation
from api.deps import HouseDep, RowId, allowed
from api.pages.forms import DayQuery, MealQuery, go_to
from api.pages.render import page
from service.access import Login
from service.board.courier import courier_view, list_run_choices
from service.board.heads import choose_meal, find_plan
from service.clock import local_day
from service.progress import LONGEST_NOTE, mark_courier_left, record_outcome, undo_outcome
from service.tables import Outcome

router = APIRouter(include_in_schema=False)
FIRST_OUTCOMES = (Outcome.IN_PERSON, Outcome.NO_ANSWER)
OTHER_OUTCOMES = tuple(outcome for outcome in Outcome if outcome not in FIRST_OUTCOMES)


@router.get("/courier")
def show_runs(
    request: Request,
    house: HouseDep,
    day: DayQuery = None,
    meal: MealQuery = None,
    login: Login = Depends(allowed(Operation.COURIER)),  # noqa: B008  FastAPI's way to ask
) -> Response:
    """Show the runs within reach; a courier with one run goes straight to it."""
    with house.database.read() as session:
        choice = choose_meal(session, day, meal, local_day(house.clock.now()))
        plan = find_plan(session, choice.service_day, choice.meal)
        runs = list_run_choices(session, plan, login.reach) if plan else ()
    if login.reach.courier and len(runs) == 1 and day is None:
        return go_to(f"/courier/{runs[0].run_id}")
    return page(request, "courier_runs.html", login=login, choice=choice, plan=plan, runs=runs)


@router.get("/courier/{run_id}")
def show_run(
    request: Request,
    house: HouseDep,
    run_id: RowId,
    login: Login = Depends(allowed(Operation.COURIER)),  # noqa: B008  FastAPI's way to ask
) -> HTMLResponse:
    """Show one run: the next door on top, then all of them."""
    with house.database.read() as session:
        view = courier_view(session, run_id, login.reach, house.clock)
    return page(
        request,
        "courier.html",
        login=login,
        view=view,
        other_outcomes=OTHER_OUTCOMES,
        longest_note=LONGEST_NOTE,
        desk_phone=house.settings.desk_phone,
    )


@router.post("/courier/{run_id}/left")
def do_left(
    house: HouseDep,
    run_id: RowId,
    login: Login = Depends(allowed(Operation.MARK_COURIER_LEFT)),  # noqa: B008  FastAPI's way to ask
) -> Response:
    """Note that the courier sets out."""
    mark_courier_left(house.database, run_id, by=login.name, reach=login.reach, clock=house.clock)
    return go_to(f"/courier/{run_id}")


@router.post("/courier/{run_id}/visits/{visit_id}")
def do_outcome(
    house: HouseDep,
    run_id: RowId,
    visit_id: RowId,
    outcome: Annotated[Outcome, Form()],
    note: Annotated[str, Form(max_length=LONGEST_NOTE)] = "",
    login: Login = Depends(allowed(Operation.RECORD_OUTCOME)),  # noqa: B008  FastAPI's way to ask
) -> Response:
    """Note what happened at a door."""
    record_outcome(
        house.database,
        visit_id,
        outcome=outcome,
        note=note,
        by=login.name,
        reach=login.reach,
        clock=house.clock,
    )
    return go_to(f"/courier/{run_id}")


@router.post("/courier/{run_id}/visits/{visit_id}/undo")
def do_undo(
    house: HouseDep,
    run_id: RowId,
    visit_id: RowId,
    login: Login = Depends(allowed(Operation.RECORD_OUTCOME)),  # noqa: B008  FastAPI's way to ask
) -> Response:
    """Take a mistaken outcome back."""
    undo_outcome(house.database, visit_id, by=login.name, reach=login.reach, clock=house.clock)
    return go_to(f"/courier/{run_id}")
