"""Why: the answers that open beneath a stop, a run, a home left out, or the whole plan."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from api.access import Operation
from api.deps import House, HouseDep, RowId, ServiceDay, allowed, language_of
from api.pages.render import page
from kitchens.meals import Meal
from service.access import Login
from service.board.heads import get_plan
from service.board.troubles import list_left_out
from service.board.why import Answer, Asked, find_asked, sees_everything, why_order, why_run, why_vans, why_visit
from service.errors import NotFoundError
from service.tables import Plan

router = APIRouter(prefix="/plan/{day}/{meal}/why", include_in_schema=False)
MAY_PLAN = Depends(allowed(Operation.PLAN))


@router.get("")
def show_why_plan(
    request: Request, house: HouseDep, day: ServiceDay, meal: Meal, login: Login = MAY_PLAN
) -> HTMLResponse:
    """Show what is to be said about the whole plan, and who is left out, each with a question of its own."""
    if not sees_everything(login.reach):
        raise NotFoundError("explain.unknown", what=login.name)
    with house.database.read() as session:
        plan = get_plan(session, day, meal)
        asked = find_asked(session, plan, house.settings, language_of(request, login))
        answer = asked.plan() if asked else None
        vans = why_vans(session, asked, plan) if asked else ()
        left_out = list_left_out(session, plan, login.reach)
    here = f"/plan/{day}/{meal}/why"
    return page(request, "why_plan.html", login=login, answer=answer, vans=vans, left_out=left_out, here=here)


@router.get("/orders/{order_id}")
def show_why_order(
    request: Request, house: HouseDep, day: ServiceDay, meal: Meal, order_id: RowId, login: Login = MAY_PLAN
) -> HTMLResponse:
    """Show why an order is served as it is, or left out."""
    return _answer(
        request,
        house,
        day,
        meal,
        login,
        lambda session, asked, plan: why_order(session, asked, plan, order_id, login.reach),
    )


@router.get("/visits/{visit_id}")
def show_why_visit(
    request: Request, house: HouseDep, day: ServiceDay, meal: Meal, visit_id: RowId, login: Login = MAY_PLAN
) -> HTMLResponse:
    """Show why a door is visited at its hour, from its meal point, by its courier."""
    return _answer(
        request,
        house,
        day,
        meal,
        login,
        lambda session, asked, plan: why_visit(session, asked, plan, visit_id, login.reach),
    )


@router.get("/runs/{run_id}")
def show_why_run(
    request: Request, house: HouseDep, day: ServiceDay, meal: Meal, run_id: RowId, login: Login = MAY_PLAN
) -> HTMLResponse:
    """Show what bounds a courier's run."""
    return _answer(
        request,
        house,
        day,
        meal,
        login,
        lambda session, asked, plan: why_run(session, asked, plan, run_id, login.reach),
    )


def _answer(
    request: Request,
    house: House,
    day: ServiceDay,
    meal: Meal,
    login: Login,
    ask: Callable[[Session, Asked, Plan], Answer],
) -> HTMLResponse:
    with house.database.read() as session:
        plan = get_plan(session, day, meal)
        asked = find_asked(session, plan, house.settings, language_of(request, login))
        answer = ask(session, asked, plan) if asked else None
    return page(request, "why_answer.html", login=login, answer=answer)
