"""Closing a meal step by step: what each step found, what blocks it, and who confirmed it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse

from api.access import Operation
from api.deps import House, HouseDep, RowId, allowed, language_of
from api.pages.forms import DayQuery, MealQuery
from api.pages.render import page
from api.pages.working import DayForm, MealForm, Said, attempt, keyer_of, meal_and_plan, sentence
from kitchens.meals import Meal
from service.access import Login
from service.kitchen_work.closing import acknowledge, close_view, confirm_step
from service.tables import Step
from service.texts import text

router = APIRouter(include_in_schema=False, prefix="/close")
Closer = Annotated[Login, Depends(allowed(Operation.CLOSE_DAY))]


@router.get("")
def show_close(
    request: Request, house: HouseDep, login: Closer, day: DayQuery = None, meal: MealQuery = None
) -> HTMLResponse:
    """Show the steps of a meal as they stand."""
    return _shown(request, house, login, day, meal)


def _shown(
    request: Request, house: House, login: Login, day: date | None, meal: Meal | None, said: Said | None = None
) -> HTMLResponse:
    with house.database.read() as session:
        choice, plan = meal_and_plan(session, house, day, meal)
        steps = close_view(session, choice.service_day, choice.meal, house.clock.now())
    return page(
        request,
        "close.html",
        login=login,
        status=said.status if said else 200,
        choice=choice,
        plan=plan,
        steps=steps,
        said=said,
    )


@router.post("/confirm")
def do_confirm(
    request: Request,
    house: HouseDep,
    login: Closer,
    day: DayForm,
    meal: MealForm,
    step: Annotated[Step, Form()],
    digest: Annotated[str, Form(max_length=64)],
) -> HTMLResponse:
    """Confirm a step as it was seen."""
    language = language_of(request, login)

    def act() -> str:
        confirm_step(house.database, day, meal, step, digest, keyer_of(house, login))
        return sentence(language, "work.confirmed", step=text(language, f"step.{step}"))

    return _shown(request, house, login, day, meal, attempt(language, act))


@router.post("/read")
def do_read(
    request: Request,
    house: HouseDep,
    login: Closer,
    day: DayForm,
    meal: MealForm,
    orders: Annotated[tuple[RowId, ...], Form(max_length=500)] = (),
) -> HTMLResponse:
    """Note by name that somebody has read why these people are left out."""
    language = language_of(request, login)

    def act() -> str:
        count = acknowledge(house.database, day, meal, orders, keyer_of(house, login))
        return sentence(language, "work.read", count=count)

    return _shown(request, house, login, day, meal, attempt(language, act))
