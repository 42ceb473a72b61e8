"""Packing on the screen: pick lists, label and lid read box by box, a second person for what is special."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse

from api.access import Operation
from api.deps import House, HouseDep, allowed, language_of
from api.pages.forms import DayQuery, MealQuery
from api.pages.render import page
from api.pages.working import (
    DayForm,
    KeyForm,
    MealForm,
    Said,
    ShortForm,
    attempt,
    call_for,
    fresh_key,
    keyer_of,
    looking_at,
    meal_and_plan,
    second_of,
    sentence,
)
from kitchens.meals import Meal
from service.access import Login
from service.errors import InvalidError
from service.kitchen_work.boxes import kitchens_of_list
from service.kitchen_work.missing import report_short
from service.kitchen_work.packing import Scan, check_box, tick_box, untick_box
from service.kitchen_work.ramp_view import MOST_MARKS, pick_lists

router = APIRouter(include_in_schema=False, prefix="/packing")
Packer = Annotated[Login, Depends(allowed(Operation.PACK))]
LONGEST_ROUND = 200


@router.get("")
def show_packing(
    request: Request,
    house: HouseDep,
    login: Packer,
    day: DayQuery = None,
    meal: MealQuery = None,
    list: str = "",  # noqa: A002  what the address calls it
    kitchen: str = "",
) -> HTMLResponse:
    """Show one pick list: the one asked for, else the first of the kitchen with anything open."""
    return _shown(request, house, login, day, meal, list, kitchen=kitchen)


def _shown(
    request: Request,
    house: House,
    login: Login,
    day: date | None,
    meal: Meal | None,
    list_key: str,
    said: Said | None = None,
    kitchen: str = "",
) -> HTMLResponse:
    with house.database.read() as session:
        choice, plan = meal_and_plan(session, house, day, meal)
        of_list = kitchens_of_list(session, plan, list_key) if plan and list_key else ()
        looking = looking_at(session, plan, login, next(iter(of_list), kitchen))
        lists, marks = pick_lists(session, plan, looking.reach) if plan else ((), ())
    wanted = [one for one in lists if one.head.key == list_key]
    waiting = [one for one in lists if one.ticked < one.owed]
    chosen = next(iter([*wanted, *waiting, *lists]), None)
    of_kitchen = tuple(mark for mark in marks) if len(marks) <= MOST_MARKS else ()
    return page(
        request,
        "packing.html",
        login=login,
        status=said.status if said else 200,
        choice=choice,
        plan=plan,
        looking=looking,
        lists=lists,
        chosen=chosen,
        marks=of_kitchen,
        said=said,
        fresh_key=fresh_key,
    )


@router.post("/tick")
def do_tick(
    request: Request,
    house: HouseDep,
    login: Packer,
    day: DayForm,
    meal: MealForm,
    key: KeyForm,
    list: Annotated[str, Form(max_length=60)],  # noqa: A002
    label: ShortForm,
    mark: ShortForm = "",
) -> HTMLResponse:
    """Tick one box out."""
    language = language_of(request, login)

    def act() -> str:
        call = call_for(login, key, "tick", list=list, label=label, mark=mark, day=day, meal=meal)
        kept = tick_box(house.database, day, meal, Scan(list, label, mark), keyer_of(house, login), call=call)
        special = "work.ticked_special" if kept["special"] else "work.ticked"
        return sentence(language, special, label=kept["label"])

    return _shown(request, house, login, day, meal, list, attempt(language, act))


@router.post("/untick")
def do_untick(
    request: Request,
    house: HouseDep,
    login: Packer,
    day: DayForm,
    meal: MealForm,
    list: Annotated[str, Form(max_length=60)],  # noqa: A002
    label: ShortForm,
) -> HTMLResponse:
    """Take a box back from its list."""
    language = language_of(request, login)

    def act() -> str:
        untick_box(house.database, day, meal, label, keyer_of(house, login))
        return sentence(language, "work.unticked", label=label)

    return _shown(request, house, login, day, meal, list, attempt(language, act))


@router.post("/short")
def do_short(
    request: Request,
    house: HouseDep,
    login: Packer,
    day: DayForm,
    meal: MealForm,
    list: Annotated[str, Form(max_length=60)],  # noqa: A002
    label: ShortForm,
    why: Annotated[str, Form(max_length=200)],
) -> HTMLResponse:
    """Say that a box cannot be packed."""
    language = language_of(request, login)

    def act() -> str:
        report_short(house.database, day, meal, label, why, keyer_of(house, login))
        return sentence(language, "work.short", label=label)

    return _shown(request, house, login, day, meal, list, attempt(language, act))


@router.post("/check")
def do_check(
    request: Request,
    house: HouseDep,
    login: Packer,
    day: DayForm,
    meal: MealForm,
    list: Annotated[str, Form(max_length=60)],  # noqa: A002
    labels: Annotated[tuple[ShortForm, ...], Form(max_length=LONGEST_ROUND)],
    marks: Annotated[tuple[ShortForm, ...], Form(max_length=LONGEST_ROUND)],
    name: Annotated[str, Form(max_length=64)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
) -> HTMLResponse:
    """Let a second person sign for special boxes, each with the mark read from its lid; empty ones are left open."""
    language = language_of(request, login)

    def act() -> str:
        read = [(label, mark) for label, mark in zip(labels, marks, strict=False) if mark.strip()]
        if not read:
            raise InvalidError("kitchen_work.mark_missing", label=labels[0] if labels else "")
        second = second_of(house, login, name, password, Operation.PACK)
        for label, mark in read:
            check_box(house.database, day, meal, Scan(list, label, mark), second)
        return sentence(language, "work.checked", count=len(read), by=second.name)

    return _shown(request, house, login, day, meal, list, attempt(language, act))
