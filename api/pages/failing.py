"""A kitchen fails: three questions, what would become of it, one confirmation; then whom to phone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.access import Operation, may
from api.deps import HouseDep, RowId, ServiceDay, allowed
from api.pages.forms import DayQuery, MealQuery, go_to
from api.pages.render import page
from kitchens.failing.failure import Failure
from kitchens.meals import Meal, Outage
from service.access import Login
from service.board.heads import choose_meal, find_plan, get_plan
from service.clock import local_day
from service.failing.reporting import get_failure, note_answer, preview, report
from service.failing.view import asking, list_failures, outcome_of, past, previewed

router = APIRouter(include_in_schema=False, prefix="/failure")
MAY_REPORT = Depends(allowed(Operation.REPORT_FAILURE))
MAY_ASK = Depends(allowed(Operation.DESK))

WHAT = r"^(kitchen|station:[a-z]{1,20}|dish:[^:]{1,64})$"
TIME = r"^([01]\d|2[0-3]):[0-5]\d$"
Code = Annotated[str, Query(max_length=64)]


@router.get("")
def show_failure(
    request: Request,
    house: HouseDep,
    day: DayQuery = None,
    meal: MealQuery = None,
    kitchen: Code = "",
    login: Login = MAY_REPORT,
) -> HTMLResponse:
    """Show the three questions, and what has been reported of this meal."""
    return _page(request, house, login, day, meal, kitchen)


@router.get("/preview")
def show_preview(
    request: Request,
    house: HouseDep,
    day: ServiceDay,
    meal: Meal,
    kitchen: Annotated[str, Query(min_length=1, max_length=64)],
    what: Annotated[str, Query(pattern=WHAT)],
    since: Annotated[str, Query(pattern=TIME)],
    short: Annotated[str, Query(max_length=4)] = "",
    login: Login = MAY_REPORT,
) -> HTMLResponse:
    """Show what would become of a failure, beneath the questions as they were answered; nothing is written."""
    failure = failure_from(kitchen, what, since, short)
    running, answer = preview(
        house.database, day, meal, failure, reach=login.reach, settings=house.settings, clock=house.clock
    )
    given = {"what": what, "since": since, "short": short, "version": running.head.version}
    with house.database.read() as session:
        outcome = previewed(session, answer)
    return _page(request, house, login, day, meal, kitchen, given=given, outcome=outcome)


@router.post("")
def do_report(
    house: HouseDep,
    day: Annotated[ServiceDay, Form()],
    meal: Annotated[Meal, Form()],
    kitchen: Annotated[str, Form(min_length=1, max_length=64)],
    what: Annotated[str, Form(pattern=WHAT)],
    since: Annotated[str, Form(pattern=TIME)],
    version: Annotated[int, Form(ge=1)],
    short: Annotated[str, Form(max_length=4)] = "",
    login: Login = MAY_REPORT,
) -> Response:
    """Report a failure; the process that keeps time deals with it."""
    row = report(
        house.database,
        day,
        meal,
        failure_from(kitchen, what, since, short),
        version=version,
        reach=login.reach,
        by=login.name,
        settings=house.settings,
        clock=house.clock,
    )
    return go_to(f"/failure/{row.id}")


@router.get("/{failure_id}")
def show_outcome(request: Request, house: HouseDep, failure_id: RowId, login: Login = MAY_REPORT) -> HTMLResponse:
    """Show how far a failure is dealt with, what changed, and, to whoever phones, whom to phone."""
    with house.database.read() as session:
        row = get_failure(session, failure_id, login.reach)
        choice = choose_meal(session, row.service_day, Meal(row.meal), local_day(house.clock.now()))
        told = past(session, row)
        outcome = outcome_of(session, row, with_calls=may(login, Operation.DESK)) if row.new_plan_id else None
    return page(request, "failure_outcome.html", login=login, choice=choice, past=told, outcome=outcome)


@router.post("/{failure_id}/orders/{order_id}")
def do_answer(
    house: HouseDep,
    failure_id: RowId,
    order_id: RowId,
    agreed: Annotated[bool, Form()],
    login: Login = MAY_ASK,
) -> Response:
    """Note what an elder said on the phone."""
    with house.database.read() as session:
        get_failure(session, failure_id, login.reach)
    note_answer(house.database, failure_id, order_id, agreed=agreed, by=login.name, clock=house.clock)
    return go_to(f"/failure/{failure_id}#call-{order_id}")


def failure_from(kitchen: str, what: str, since: str, short: str) -> Failure:
    """Return what the three answers say."""
    outage, _, code = what.partition(":")
    hours, minutes = since.split(":")
    number = int(short) if short.isdecimal() and int(short) else None
    return Failure(kitchen, Outage(outage), int(hours) * 3600 + int(minutes) * 60, code, number)


def _page(
    request: Request,
    house: HouseDep,
    login: Login,
    day: ServiceDay | None,
    meal: Meal | None,
    kitchen: str,
    *,
    given: dict[str, object] | None = None,
    outcome: object = None,
) -> HTMLResponse:
    with house.database.read() as session:
        choice = choose_meal(session, day, meal, local_day(house.clock.now()))
        plan = (get_plan if outcome else find_plan)(session, choice.service_day, choice.meal)
        form = asking(session, plan, kitchen, login.reach, house.clock) if plan else None
        failures = list_failures(session, plan, login.reach) if plan else ()
    return page(
        request,
        "failure.html",
        login=login,
        choice=choice,
        plan=plan,
        form=form,
        given=given,
        outcome=outcome,
        failures=failures,
    )
