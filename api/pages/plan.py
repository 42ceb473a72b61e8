"""The plan on a map, with its runs, figures and everything needed to read it without the map."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response

from api.access import Operation
from api.deps import HouseDep, RowId, ServiceDay, allowed
from api.pages.forms import DayQuery, MealQuery, go_to
from api.pages.render import page
from kitchens.meals import Meal
from service.access import EVERYTHING, Login
from service.board.changes import plan_changes
from service.board.heads import choose_meal, find_plan, get_plan
from service.board.plan_map import PlanMap, list_stops, plan_map, plan_summary
from service.board.stop import lock_rows
from service.clock import local_day
from service.errors import NotFoundError

router = APIRouter(include_in_schema=False)
MAY_PLAN = Depends(allowed(Operation.PLAN))


@router.get("/plan")
def choose_plan(
    house: HouseDep, day: DayQuery = None, meal: MealQuery = None, login: Login = MAY_PLAN
) -> RedirectResponse:
    """Go to the plan of the chosen meal, or of the one that matters most now."""
    del login
    with house.database.read() as session:
        choice = choose_meal(session, day, meal, local_day(house.clock.now()))
    return go_to(f"/plan/{choice.service_day}/{choice.meal}")


@router.get("/plan/basemap.geojson")
def show_basemap(house: HouseDep, login: Login = MAY_PLAN) -> Response:
    """Return the ground under the map; without one the map is drawn on plain paper."""
    del login
    ground = house.settings.basemap
    if not ground.is_file():
        return JSONResponse({"type": "FeatureCollection", "features": []})
    return FileResponse(ground, media_type="application/geo+json")


@router.get("/plan/{day}/{meal}")
def show_plan(request: Request, house: HouseDep, day: ServiceDay, meal: Meal, login: Login = MAY_PLAN) -> HTMLResponse:
    """Show the newest plan of a meal."""
    with house.database.read() as session:
        choice = choose_meal(session, day, meal, local_day(house.clock.now()))
        plan = find_plan(session, day, meal)
        summary = plan_summary(session, plan, login.reach) if plan else None
        # Who sees only a part of the plan sees its locks beside the doors of that part.
        changes = plan_changes(session, plan) if plan and login.reach == EVERYTHING else None
    return page(request, "plan.html", login=login, choice=choice, summary=summary, changes=changes)


@router.get("/plan/{day}/{meal}/map.json", response_model=PlanMap)
def show_map(house: HouseDep, day: ServiceDay, meal: Meal, login: Login = MAY_PLAN) -> PlanMap:
    """Return what the map draws."""
    with house.database.read() as session:
        return plan_map(session, get_plan(session, day, meal), login.reach)


@router.get("/plan/{day}/{meal}/runs/{run_id}")
def show_run(
    request: Request, house: HouseDep, day: ServiceDay, meal: Meal, run_id: RowId, login: Login = MAY_PLAN
) -> HTMLResponse:
    """Show one run's doors, for the panel beside the map."""
    with house.database.read() as session:
        plan = get_plan(session, day, meal)
        found = list_stops(session, plan, run_id, login.reach)
        locks = lock_rows(session, plan)
    if found is None:
        raise NotFoundError("progress.unknown_run", run=run_id)
    return page(
        request, "plan_run.html", login=login, base=f"/plan/{day}/{meal}", run=found[0], stops=found[1], locks=locks
    )
