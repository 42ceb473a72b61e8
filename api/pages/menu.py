"""A kitchen's menus: the week as a grid, and one meal with its dishes, swaps, prices and clashes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.access import Operation
from api.deps import HouseDep, ServiceDay, allowed
from api.pages.forms import DayQuery, go_to
from api.pages.render import page
from kitchens.meals import Meal
from service.access import Login
from service.board.menu import (
    get_kitchen_name,
    list_dishes,
    list_entry_views,
    list_ingredients,
    list_kitchens,
    menu_of,
    menu_week,
)
from service.clock import local_day
from service.menus.changes import MOST_MEALS, Entry, Slot, Swap, change_entry, swap_ingredient, take_swap_back
from service.menus.clashes import list_clashes
from service.menus.course_prices import announce_extra
from service.menus.prices import announce_price

router = APIRouter(include_in_schema=False, prefix="/menu")
MAY_SEE = Depends(allowed(Operation.SEE_MENU))
MAY_CHANGE = Depends(allowed(Operation.CHANGE_MENU))
MAY_PRICE = Depends(allowed(Operation.CHANGE_PRICE))
CodeForm = Annotated[str, Form(min_length=1, max_length=40)]
CodeOrNothing = Annotated[str, Form(max_length=40)]
RankForm = Annotated[int, Form(ge=1, le=30)]
MealsForm = Annotated[str, Form(pattern=r"^[0-9]{0,5}$")]
ChoiceForm = Annotated[str, Form(pattern=r"^[^/]{1,40}/[^/]{1,40}$")]
YuanForm = Annotated[Decimal, Form(ge=0, le=1000, decimal_places=2)]


@router.get("")
def show_week(
    request: Request,
    house: HouseDep,
    kitchen: Annotated[str, Query(max_length=40)] = "",
    day: DayQuery = None,
    login: Login = MAY_SEE,
) -> HTMLResponse:
    """Show a kitchen's week: its own for a kitchen's login, else the chosen or the first."""
    today = local_day(house.clock.now())
    with house.database.read() as session:
        choices = list_kitchens(session, login.reach)
        code = kitchen or (choices[0][0] if choices else "")
        week = menu_week(session, code, day or today, reach=login.reach, clock=house.clock) if code else None
    monday = week.monday if week else today
    return page(
        request,
        "menu.html",
        login=login,
        week=week,
        choices=choices,
        today=today,
        earlier=monday - timedelta(days=7),
        later=monday + timedelta(days=7),
    )


@router.get("/{kitchen}/{day}/{meal}")
def show_meal(
    request: Request, house: HouseDep, kitchen: str, day: ServiceDay, meal: Meal, login: Login = MAY_SEE
) -> HTMLResponse:
    """Show one meal's menu with all that can be changed, and who clashes with it."""
    values: dict[str, Any] = {}
    with house.database.read() as session:
        values["kitchen_name"] = get_kitchen_name(session, kitchen, login.reach)
        menu = menu_of(session, kitchen, day, meal, clock=house.clock)
        values["entries"] = list_entry_views(session, menu)
        values["clashes"] = list_clashes(session, day, meal, kitchen_code=kitchen, reach=login.reach)
        values["dishes"] = list_dishes(session)
        values["ingredients"] = list_ingredients(session)
    today = local_day(house.clock.now())
    notice_days = house.settings.price_notice_days
    return page(
        request,
        "menu_meal.html",
        login=login,
        menu=menu,
        today=today,
        most_meals=MOST_MEALS,
        first_price_day=today + timedelta(days=notice_days),
        notice_days=notice_days,
        next_rank=max((line.rank for line in menu.lines), default=0) + 1,
        **values,
    )


@router.post("/{kitchen}/{day}/{meal}/entry")
def do_entry(
    house: HouseDep,
    kitchen: str,
    day: ServiceDay,
    meal: Meal,
    rank: RankForm,
    dish: CodeForm,
    capacity: MealsForm = "",
    is_offered: Annotated[bool, Form()] = True,
    login: Login = MAY_CHANGE,
) -> Response:
    """Say what stands at one place of a menu."""
    entry = Entry(rank, dish, int(capacity) if capacity else None, is_offered)
    slot = Slot(kitchen, day, meal)
    change_entry(house.database, slot, entry, reach=login.reach, by=login.name, clock=house.clock)
    return go_to(f"{_address(slot)}#rank-{rank}")


@router.post("/{kitchen}/{day}/{meal}/swap")
def do_swap(
    house: HouseDep,
    kitchen: str,
    day: ServiceDay,
    meal: Meal,
    dish: CodeForm,
    out: CodeForm,
    into: CodeOrNothing = "",
    login: Login = MAY_CHANGE,
) -> Response:
    """Cook a dish with another ingredient, or without one."""
    slot = Slot(kitchen, day, meal)
    swap = Swap(dish, out, into or None)
    swap_ingredient(house.database, slot, swap, reach=login.reach, by=login.name, clock=house.clock)
    return go_to(_address(slot))


@router.post("/{kitchen}/{day}/{meal}/swap/undo")
def do_swap_back(
    house: HouseDep,
    kitchen: str,
    day: ServiceDay,
    meal: Meal,
    dish: CodeForm,
    out: CodeForm,
    login: Login = MAY_CHANGE,
) -> Response:
    """Cook a dish as its recipe says after all."""
    slot = Slot(kitchen, day, meal)
    take_swap_back(house.database, slot, dish, out, reach=login.reach, by=login.name, clock=house.clock)
    return go_to(_address(slot))


@router.post("/{kitchen}/{day}/{meal}/price")
def do_price(
    house: HouseDep,
    kitchen: str,
    day: ServiceDay,
    meal: Meal,
    dish: CodeForm,
    yuan: YuanForm,
    from_day: Annotated[date, Form()],
    login: Login = MAY_PRICE,
) -> Response:
    """Announce a price that holds from a later day on."""
    announce_price(
        house.database,
        dish,
        from_day,
        int(yuan * 100),
        notice_days=house.settings.price_notice_days,
        by=login.name,
        clock=house.clock,
    )
    return go_to(_address(Slot(kitchen, day, meal)))


@router.post("/{kitchen}/{day}/{meal}/extra")
def do_extra(
    house: HouseDep,
    kitchen: str,
    day: ServiceDay,
    meal: Meal,
    choice: ChoiceForm,
    yuan: YuanForm,
    from_day: Annotated[date, Form()],
    login: Login = MAY_PRICE,
) -> Response:
    """Announce what a choice in a course costs on top from a later day on."""
    course, dish = choice.split("/")
    announce_extra(
        house.database,
        (course, dish),
        from_day,
        int(yuan * 100),
        notice_days=house.settings.price_notice_days,
        by=login.name,
        clock=house.clock,
    )
    return go_to(_address(Slot(kitchen, day, meal)))


def _address(slot: Slot) -> str:
    return f"/menu/{slot.kitchen_code}/{slot.service_day}/{slot.meal}"
