"""The papers of a plan: what is due, what is written, and each file to open, print or keep."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from api.access import Operation
from api.deps import HouseDep, RowId, ServiceDay, allowed
from api.pages.forms import DayQuery, MealQuery, go_to
from api.pages.render import page
from kitchens.meals import Meal
from service.access import Login
from service.board.changes import count_void_papers
from service.board.heads import choose_meal, find_plan
from service.board.papers import find_paper_file, list_papers
from service.clock import local_day
from service.tables import PaperKind

router = APIRouter(include_in_schema=False)
# Browsers show a PDF in a viewer of their own, which the strict policy of our pages would leave empty.
PAPER_POLICY = "script-src 'none'; frame-ancestors 'none'"
MAY_READ = Depends(allowed(Operation.PAPERS))


@router.get("/papers")
def choose_papers(
    house: HouseDep, day: DayQuery = None, meal: MealQuery = None, login: Login = MAY_READ
) -> RedirectResponse:
    """Go to the papers of the chosen meal, or of the one that matters most now."""
    del login
    with house.database.read() as session:
        choice = choose_meal(session, day, meal, local_day(house.clock.now()))
    return go_to(f"/papers/{choice.service_day}/{choice.meal}")


@router.get("/papers/{day}/{meal}")
def show_papers(
    request: Request, house: HouseDep, day: ServiceDay, meal: Meal, login: Login = MAY_READ
) -> HTMLResponse:
    """Show the papers of the newest plan that belong to this login."""
    with house.database.read() as session:
        choice = choose_meal(session, day, meal, local_day(house.clock.now()))
        plan = find_plan(session, day, meal)
        papers = list_papers(session, plan, login.reach) if plan else ()
        void = count_void_papers(session, plan) if plan else 0
    return page(
        request,
        "papers.html",
        login=login,
        choice=choice,
        plan=plan,
        papers=papers,
        void=void,
        kinds=tuple(PaperKind),
    )


@router.get("/papers/{paper_id}")
def show_paper(house: HouseDep, paper_id: RowId, keep: bool = False, login: Login = MAY_READ) -> FileResponse:
    """Return one paper's file, to look at or (`keep`) to keep."""
    with house.database.read() as session:
        path = find_paper_file(session, paper_id, login.reach, house.settings)
    return FileResponse(
        path,
        media_type="application/pdf",
        filename=path.name,
        content_disposition_type="attachment" if keep else "inline",
        headers={"Content-Security-Policy": PAPER_POLICY},
    )
