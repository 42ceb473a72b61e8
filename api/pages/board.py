"""The today board and its notices."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from api.access import Operation
from api.deps import House, HouseDep, LoginDep, RowId, ServiceDay, allowed, let_pass
from api.pages.forms import BackForm, DayQuery, MealQuery, go_to
from api.pages.render import page
from kitchens.meals import Meal
from service.access import Login
from service.board.heads import choose_meal
from service.board.today import today_board
from service.clock import local_day
from service.outbox import list_unseen, mark_seen
from service.tables import Role

router = APIRouter(include_in_schema=False)


@router.get("/")
def show_board(
    request: Request, house: HouseDep, login: LoginDep, day: DayQuery = None, meal: MealQuery = None
) -> Response:
    """Show the board; a courier's first page is the own run."""
    if login.role == Role.COURIER:
        return go_to("/courier")
    return _board(request, house, let_pass(login, Operation.BOARD), "board.html", day, meal)


@router.get("/board/now")
def show_board_now(
    request: Request,
    house: HouseDep,
    day: ServiceDay,
    meal: Meal,
    login: Login = Depends(allowed(Operation.BOARD)),  # noqa: B008  FastAPI's way to ask
) -> Response:
    """Show the part of the board that changes, for a page that is open already."""
    return _board(request, house, login, "board_now.html", day, meal)


@router.post("/notices/{notice_id}/seen")
def do_notice_seen(
    notice_id: RowId,
    house: HouseDep,
    back: BackForm = "/",
    login: Login = Depends(allowed(Operation.SEE_NOTICES)),  # noqa: B008  FastAPI's way to ask
) -> Response:
    """Mark a notice of one's own role as seen."""
    with house.database.write() as session:
        own = {notice.id for notice in list_unseen(session, login.role, login.scope, limit=1000)}
        if notice_id in own:
            mark_seen(session, notice_id, by=login.name, at=house.clock.now())
    return go_to(back)


def _board(
    request: Request, house: House, login: Login, template: str, day: ServiceDay | None, meal: Meal | None
) -> HTMLResponse:
    now = house.clock.now()
    with house.database.read() as session:
        choice = choose_meal(session, day, meal, local_day(now))
        board = today_board(session, choice.service_day, choice.meal, now=now, reach=login.reach)
        notices = list_unseen(session, login.role, login.scope)
    return page(request, template, login=login, choice=choice, board=board, notices=notices)
