"""Menus: what a kitchen offers, what is swapped that day and who clashes with it, cycles and prices."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.access import Operation
from api.bodies.menus import (
    ClashOut,
    CoursePriceIn,
    CoursePriceOut,
    CycleIn,
    CycleOut,
    EntryIn,
    LaidOutOut,
    MenuOut,
    OfferOut,
    PriceIn,
    PriceOut,
    Rank,
    SwapIn,
    clash_out,
    course_price_out,
    cycle_out,
    laid_out_out,
    menu_out,
    offer_out,
    price_out,
)
from api.bodies.orders import Code
from api.deps import HouseDep, ServiceDay, allowed
from api.errors import problems
from kitchens.meals import Meal
from service.access import Login
from service.board.menu import get_kitchen_name, list_kitchens, menu_of
from service.errors import NotAllowedError
from service.menus.changes import Entry, Slot, Swap, change_entry, swap_ingredient, take_swap_back
from service.menus.clashes import list_clashes
from service.menus.course_prices import announce_extra, list_extras
from service.menus.cycles import list_cycles, put_cycle
from service.menus.offers import list_offers
from service.menus.prices import announce_price, list_prices
from service.orders import get_served_elder
from service.reach import refuse_foreign_elder

router = APIRouter(prefix="/api", tags=["menus"])
MaySee = Annotated[Login, Depends(allowed(Operation.SEE_MENU))]
MaySeeClashes = Annotated[Login, Depends(allowed(Operation.SEE_CLASHES))]
MayChange = Annotated[Login, Depends(allowed(Operation.CHANGE_MENU))]
MayPrice = Annotated[Login, Depends(allowed(Operation.CHANGE_PRICE))]
MayOrder = Annotated[Login, Depends(allowed(Operation.ORDER))]
MENU = "/menus/{service_day}/{meal}/{kitchen_code}"
SWAP = MENU + "/swaps/{dish_code}/{out_code}"


@router.get("/menus/cycles", summary="Menu cycles", responses=problems(401, 403, 404, 422))
def cycles(house: HouseDep, login: MaySee, kitchen: Annotated[Code | None, Query()] = None) -> list[CycleOut]:
    """Return the cycles of a kitchen, or of all that the login sees."""
    with house.database.read() as session:
        if kitchen is not None:
            get_kitchen_name(session, kitchen, login.reach)
        seen = dict(list_kitchens(session, login.reach))
        return [cycle_out(one) for one in list_cycles(session, kitchen) if one.kitchen_code in seen]


@router.put("/menus/cycles/{code}", summary="Begin or change", responses=problems(400, 401, 403, 404, 422))
def change_cycle(house: HouseDep, login: MayChange, code: Code, body: CycleIn) -> LaidOutOut:
    """Begin a cycle or put this one in its place; open menus ahead that nobody has touched follow at once."""
    if login.reach.kitchen not in (None, body.kitchen_code):
        raise NotAllowedError("access.not_yours")
    return laid_out_out(put_cycle(house.database, body.cycle(code), by=login.name, clock=house.clock))


@router.get("/menus/{service_day}/{meal}", summary="Menus of a meal", responses=problems(401, 403, 422))
def menus(house: HouseDep, login: MaySee, service_day: ServiceDay, meal: Meal) -> list[MenuOut]:
    """Return the menus of a meal with prices, what is left, and that day's real ingredients."""
    with house.database.read() as session:
        kitchens = [code for code, _ in list_kitchens(session, login.reach)]
        return [menu_out(menu_of(session, code, service_day, meal, clock=house.clock)) for code in kitchens]


@router.get("/menus/{service_day}/{meal}/clashes", summary="Who clashes", responses=problems(401, 403, 422))
def clashes(house: HouseDep, login: MaySeeClashes, service_day: ServiceDay, meal: Meal) -> list[ClashOut]:
    """Return the orders that clash with what is really cooked, each with the dish that is made instead."""
    with house.database.read() as session:
        return [clash_out(one) for one in list_clashes(session, service_day, meal, reach=login.reach)]


@router.get(
    "/menus/{service_day}/{meal}/offers/{elder_number}",
    summary="What an elder can order",
    responses=problems(400, 401, 403, 404, 422),
)
def offers(house: HouseDep, login: MayOrder, service_day: ServiceDay, meal: Meal, elder_number: Code) -> list[OfferOut]:
    """Return what the elder's own kitchen offers, in the order of its menu, with the price of the day."""
    with house.database.read() as session:
        refuse_foreign_elder(session, login.reach, elder_number)
        elder = get_served_elder(session, elder_number)
        return [offer_out(one) for one in list_offers(session, elder, service_day, meal)]


@router.put(MENU + "/{rank}", summary="Change a menu", responses=problems(400, 401, 403, 404, 409, 422))
def change(
    house: HouseDep,
    login: MayChange,
    service_day: ServiceDay,
    meal: Meal,
    kitchen_code: Code,
    rank: Rank,
    body: EntryIn,
) -> MenuOut:
    """Say which dish stands at one place of a menu, how many of it there are, and whether it is offered."""
    entry = Entry(rank, body.dish_code, body.capacity_meals, body.is_offered)
    slot = Slot(kitchen_code, service_day, meal)
    change_entry(house.database, slot, entry, reach=login.reach, by=login.name, clock=house.clock)
    with house.database.read() as session:
        return menu_out(menu_of(session, kitchen_code, service_day, meal, clock=house.clock))


@router.put(SWAP, summary="Swap an ingredient", responses=problems(400, 401, 403, 404, 422))
def swap(
    house: HouseDep,
    login: MayChange,
    service_day: ServiceDay,
    meal: Meal,
    kitchen_code: Code,
    dish_code: Code,
    out_code: Code,
    body: SwapIn,
) -> list[ClashOut]:
    """Cook a dish with another ingredient that day, and return the orders that clash now."""
    slot = Slot(kitchen_code, service_day, meal)
    asked = Swap(dish_code, out_code, body.in_code)
    found = swap_ingredient(house.database, slot, asked, reach=login.reach, by=login.name, clock=house.clock)
    return [clash_out(one) for one in found]


@router.delete(SWAP, summary="Take a swap back", responses=problems(400, 401, 403, 404, 422))
def swap_back(
    house: HouseDep,
    login: MayChange,
    service_day: ServiceDay,
    meal: Meal,
    kitchen_code: Code,
    dish_code: Code,
    out_code: Code,
) -> list[ClashOut]:
    """Cook a dish as its recipe says after all, and return the orders that clash now."""
    slot = Slot(kitchen_code, service_day, meal)
    pot = (dish_code, out_code)
    found = take_swap_back(house.database, slot, *pot, reach=login.reach, by=login.name, clock=house.clock)
    return [clash_out(one) for one in found]


@router.get("/dishes/{dish_code}/prices", summary="Prices of a dish", responses=problems(401, 403, 422))
def prices(house: HouseDep, login: MaySee, dish_code: Code) -> list[PriceOut]:
    """Return the price versions of a dish, the newest first."""
    del login
    with house.database.read() as session:
        return [price_out(one) for one in list_prices(session, dish_code)]


@router.post(
    "/dishes/{dish_code}/prices", summary="Announce", status_code=201, responses=problems(400, 401, 403, 404, 422)
)
def announce(house: HouseDep, login: MayPrice, dish_code: Code, body: PriceIn) -> PriceOut:
    """Announce a price today that holds from a later day on; what is in force is never edited."""
    version = announce_price(
        house.database,
        dish_code,
        body.from_day,
        body.price_fen,
        notice_days=house.settings.price_notice_days,
        by=login.name,
        clock=house.clock,
    )
    return price_out(version)


@router.get("/dishes/{dish_code}/choice-prices", summary="Prices of choices", responses=problems(401, 403, 422))
def choice_prices(house: HouseDep, login: MaySee, dish_code: Code) -> list[CoursePriceOut]:
    """Return the price versions of what can be chosen in the courses of a set meal, the newest first."""
    del login
    with house.database.read() as session:
        return [course_price_out(one) for one in list_extras(session, dish_code)]


@router.post(
    "/courses/{course_code}/choices/{dish_code}/prices",
    summary="Announce the price of a choice",
    status_code=201,
    responses=problems(400, 401, 403, 404, 422),
)
def announce_choice(
    house: HouseDep, login: MayPrice, course_code: Code, dish_code: Code, body: CoursePriceIn
) -> CoursePriceOut:
    """Announce today what a choice costs on top from a later day on; what is in force is never edited."""
    version = announce_extra(
        house.database,
        (course_code, dish_code),
        body.from_day,
        body.extra_fen,
        notice_days=house.settings.price_notice_days,
        by=login.name,
        clock=house.clock,
    )
    return course_price_out(version)
