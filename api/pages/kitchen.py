"""A kitchen's page: the count, the specials, the batches, the vans to load."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from api.access import Operation
from api.deps import HouseDep, RowId, allowed
from api.pages.forms import BackForm, DayQuery, MealQuery, go_to
from api.pages.render import page
from service.access import Login
from service.board.heads import choose_meal, find_plan
from service.board.kitchen import TEXTURES, kitchen_view, list_plan_kitchens, list_van_loads
from service.board.late import late_rows
from service.clock import instant_of, local_day
from service.errors import NotAllowedError
from service.late import LONGEST_REASON, decide_late
from service.progress import mark_cooked, mark_van_left, undo_cooked
from service.reach import refuse_foreign_request

router = APIRouter(include_in_schema=False)
TimeForm = Annotated[str, Form(pattern=r"^(\d{2}:\d{2})?$")]


@router.get("/kitchen")
def show_kitchen(
    request: Request,
    house: HouseDep,
    day: DayQuery = None,
    meal: MealQuery = None,
    kitchen: str = "",
    login: Login = Depends(allowed(Operation.KITCHEN)),  # noqa: B008  FastAPI's way to ask
) -> HTMLResponse:
    """Show one kitchen's meal: its own for a kitchen's login, else the chosen or the first."""
    if login.reach.kitchen and kitchen not in {"", login.reach.kitchen}:
        raise NotAllowedError("access.not_yours")
    with house.database.read() as session:
        choice = choose_meal(session, day, meal, local_day(house.clock.now()))
        plan = find_plan(session, choice.service_day, choice.meal)
        choices = list_plan_kitchens(session, plan) if plan else ()
        code = login.reach.kitchen or kitchen or next((code for code, _ in choices), "")
        view = kitchen_view(session, plan, code, house.clock) if plan and code else None
        vans = list_van_loads(session, plan, code, house.clock) if plan and code else ()
        late = late_rows(session, choice.service_day, choice.meal, code or None)
    return page(
        request,
        "kitchen.html",
        login=login,
        choice=choice,
        plan=plan,
        view=view,
        vans=vans,
        late=late,
        longest_reason=LONGEST_REASON,
        choices=choices if login.reach.kitchen is None else (),
        textures=TEXTURES,
    )


@router.post("/batches/{batch_id}/cooked")
def do_cooked(
    batch_id: RowId,
    house: HouseDep,
    day: Annotated[date, Form()],
    at: TimeForm = "",
    back: BackForm = "/kitchen",
    login: Login = Depends(allowed(Operation.MARK_COOKED)),  # noqa: B008  FastAPI's way to ask
) -> Response:
    """Note a batch as cooked, now or at the time given."""
    mark_cooked(house.database, batch_id, by=login.name, reach=login.reach, clock=house.clock, at=_instant(day, at))
    return go_to(back)


@router.post("/batches/{batch_id}/cooked/undo")
def do_undo_cooked(
    batch_id: RowId,
    house: HouseDep,
    back: BackForm = "/kitchen",
    login: Login = Depends(allowed(Operation.MARK_COOKED)),  # noqa: B008  FastAPI's way to ask
) -> Response:
    """Take a mistaken mark back."""
    undo_cooked(house.database, batch_id, by=login.name, reach=login.reach, clock=house.clock)
    return go_to(back)


@router.post("/late/{request_id}/decision")
def do_decide_late(
    request_id: RowId,
    house: HouseDep,
    accepts: Annotated[bool, Form()],
    why: Annotated[str, Form(max_length=LONGEST_REASON)] = "",
    back: BackForm = "/kitchen",
    login: Login = Depends(allowed(Operation.DECIDE_LATE)),  # noqa: B008  FastAPI's way to ask
) -> Response:
    """Accept or refuse a wish after the cut-off."""
    with house.database.read() as session:
        refuse_foreign_request(session, login.reach, request_id)
    decide_late(house.database, request_id, accepts=accepts, by=login.name, clock=house.clock, why=why)
    return go_to(back)


@router.post("/van-runs/{run_id}/left")
def do_van_left(
    run_id: RowId,
    house: HouseDep,
    back: BackForm = "/kitchen",
    login: Login = Depends(allowed(Operation.MARK_VAN_LEFT)),  # noqa: B008  FastAPI's way to ask
) -> Response:
    """Note that a van is loaded and gone."""
    mark_van_left(house.database, run_id, by=login.name, reach=login.reach, clock=house.clock)
    return go_to(back)


def _instant(day: date, at: str) -> datetime | None:
    if not at:
        return None
    hours, minutes = at.split(":")
    return instant_of(day, int(hours) * 3600 + int(minutes) * 60)
