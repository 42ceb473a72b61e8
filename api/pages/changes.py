"""Changing a published plan: lock, move and price a stop, take a decision back, plan again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from api.access import Operation
from api.deps import HouseDep, RowId, ServiceDay, allowed
from api.pages.forms import BackForm, go_to
from api.pages.render import page
from kitchens.meals import Meal
from service.access import Login
from service.board.changes import plan_changes
from service.board.heads import choose_meal, get_plan
from service.board.stop import stop_view
from service.clock import local_day
from service.locks import LONGEST_WHY, get_stop, lock_stop, undo_lock
from service.replanning import ask_again
from service.tables import LockKind

router = APIRouter(include_in_schema=False, prefix="/plan/{day}/{meal}")
MAY_CHANGE = Depends(allowed(Operation.CHANGE_PLAN))
ChoiceForm = Annotated[str, Form(pattern=r"^(courier|not_courier|point):[^:]{1,64}$")]


@router.get("/changes")
def show_changes(
    request: Request, house: HouseDep, day: ServiceDay, meal: Meal, version: int = 0, login: Login = MAY_CHANGE
) -> Response:
    """Show what is decided and how planning again goes, for a page that shows `version`; a newer one loads it anew."""
    with house.database.read() as session:
        plan = get_plan(session, day, meal)
        choice = choose_meal(session, day, meal, local_day(house.clock.now()))
        changes = plan_changes(session, plan)
    headers = {"HX-Refresh": "true"} if version and plan.version != version else {}
    return page(request, "plan_changes.html", login=login, headers=headers, choice=choice, changes=changes)


@router.get("/stops/{visit_id}")
def show_stop(
    request: Request, house: HouseDep, day: ServiceDay, meal: Meal, visit_id: RowId, login: Login = MAY_CHANGE
) -> HTMLResponse:
    """Show one stop, what is decided about it, and what every other way to serve it would cost."""
    with house.database.read() as session:
        choice = choose_meal(session, day, meal, local_day(house.clock.now()))
        visit, run, plan = get_stop(session, visit_id)
        changes = plan_changes(session, get_plan(session, plan.service_day, Meal(plan.meal)))
        stop = stop_view(session, visit, run, plan, house.settings)
    return page(
        request, "plan_stop.html", login=login, choice=choice, stop=stop, changes=changes, longest_why=LONGEST_WHY
    )


@router.post("/stops/{visit_id}/locks")
def do_lock(
    house: HouseDep,
    day: ServiceDay,
    meal: Meal,
    visit_id: RowId,
    decision: ChoiceForm,
    why: Annotated[str, Form(max_length=LONGEST_WHY)] = "",
    login: Login = MAY_CHANGE,
) -> Response:
    """Keep a decision about a stop, such as `courier:R12` or `point:P03`."""
    kind, _, code = decision.partition(":")
    lock_stop(
        house.database,
        visit_id,
        kind=LockKind(kind),
        code=code,
        why=why,
        by=login.name,
        settings=house.settings,
        clock=house.clock,
    )
    return go_to(f"/plan/{day}/{meal}/stops/{visit_id}")


@router.post("/locks/{lock_id}/undo")
def do_undo(
    house: HouseDep, day: ServiceDay, meal: Meal, lock_id: RowId, back: BackForm = "", login: Login = MAY_CHANGE
) -> Response:
    """Take a decision back."""
    undo_lock(house.database, lock_id, by=login.name, clock=house.clock)
    return go_to(back or f"/plan/{day}/{meal}")


@router.post("/again")
def do_again(house: HouseDep, day: ServiceDay, meal: Meal, login: Login = MAY_CHANGE) -> Response:
    """Have the meal planned again."""
    ask_again(house.database, day, meal, by=login.name, clock=house.clock)
    return go_to(f"/plan/{day}/{meal}")
