"""Loading and arrival: carriers with seals, the kitchen's and the meal point's signatures, what is missing."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse

from api.access import Operation
from api.deps import House, HouseDep, RowId, allowed, language_of
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
from service.kitchen_work.carriers import Carrier, carrier_back, pack_carrier, unpack_carrier
from service.kitchen_work.manifests import Arrival, Warmth, sign_in, sign_out
from service.kitchen_work.missing import Settling, settle_missing
from service.kitchen_work.ramp_view import missing_views, run_views, substitutes
from service.kitchen_work.sheets import tenths_of
from service.tables import Keeping, MissingWay

router = APIRouter(include_in_schema=False, prefix="/loading")
Loader = Annotated[Login, Depends(allowed(Operation.LOAD))]
Settler = Annotated[Login, Depends(allowed(Operation.SETTLE_MISSING))]
Position = Annotated[int, Form(ge=1, le=999)]
Boxes = Annotated[int, Form(ge=0, le=9999)]
Degrees = Annotated[str, Form(max_length=10)]
WhyForm = Annotated[str, Form(max_length=200)]


@router.get("")
def show_loading(
    request: Request, house: HouseDep, login: Loader, day: DayQuery = None, meal: MealQuery = None
) -> HTMLResponse:
    """Show the van runs of one's own kitchen, or what comes to one's own meal point."""
    return _shown(request, house, login, day, meal)


def _shown(
    request: Request, house: House, login: Login, day: date | None, meal: Meal | None, said: Said | None = None
) -> HTMLResponse:
    with house.database.read() as session:
        choice, plan = meal_and_plan(session, house, day, meal)
        # Kept in the address of every form here, so that an act does not lead to another kitchen.
        looking = looking_at(session, plan, login, request.query_params.get("kitchen", ""))
        runs = run_views(session, plan, looking.reach) if plan else ()
        missing = missing_views(session, plan, login.reach) if plan else ()
        instead = substitutes(session, plan) if plan and missing else ()
    return page(
        request,
        "loading.html",
        login=login,
        status=said.status if said else 200,
        choice=choice,
        plan=plan,
        looking=looking,
        runs=runs,
        missing=missing,
        instead=instead,
        ways=tuple(MissingWay),
        said=said,
        fresh_key=fresh_key,
    )


@router.post("/runs/{run_id}/carriers")
def do_carrier(
    request: Request,
    house: HouseDep,
    login: Loader,
    run_id: RowId,
    day: DayForm,
    meal: MealForm,
    key: KeyForm,
    position: Position,
    number: ShortForm,
    keeping: Annotated[Keeping, Form()],
    seal: ShortForm,
    boxes: Boxes,
) -> HTMLResponse:
    """Put down a carrier."""
    language = language_of(request, login)

    def act() -> str:
        carrier = Carrier(number.strip(), keeping, seal.strip(), boxes)
        call = call_for(login, key, "carrier", run=run_id, position=position, number=number, seal=seal, boxes=boxes)
        pack_carrier(house.database, run_id, position, carrier, keyer_of(house, login), call=call)
        return sentence(language, "work.carrier_kept", number=number, boxes=boxes)

    return _shown(request, house, login, day, meal, attempt(language, act))


@router.post("/carriers/{carrier_id}/off")
def do_carrier_off(
    request: Request, house: HouseDep, login: Loader, carrier_id: RowId, day: DayForm, meal: MealForm
) -> HTMLResponse:
    """Take a carrier off its run."""
    language = language_of(request, login)

    def act() -> str:
        unpack_carrier(house.database, carrier_id, keyer_of(house, login))
        return sentence(language, "work.carrier_off")

    return _shown(request, house, login, day, meal, attempt(language, act))


@router.post("/carriers/{carrier_id}/back")
def do_carrier_back(
    request: Request, house: HouseDep, login: Loader, carrier_id: RowId, day: DayForm, meal: MealForm
) -> HTMLResponse:
    """Note an empty carrier as back."""
    language = language_of(request, login)

    def act() -> str:
        carrier_back(house.database, carrier_id, keyer_of(house, login))
        return sentence(language, "work.carrier_back")

    return _shown(request, house, login, day, meal, attempt(language, act))


@router.post("/runs/{run_id}/out")
def do_sign_out(
    request: Request,
    house: HouseDep,
    login: Loader,
    run_id: RowId,
    day: DayForm,
    meal: MealForm,
    key: KeyForm,
    hot: Degrees = "",
    cold: Degrees = "",
) -> HTMLResponse:
    """Sign for a van run at the kitchen."""
    language = language_of(request, login)

    def act() -> str:
        call = call_for(login, key, "sign_out", run=run_id, hot=hot, cold=cold)
        kept = sign_out(house.database, run_id, warmth_of(hot, cold), keyer_of(house, login), call=call)
        return sentence(language, "work.signed", what=kept["run"], by=kept["signed_by"])

    return _shown(request, house, login, day, meal, attempt(language, act))


@router.post("/runs/{run_id}/in")
def do_sign_in(
    request: Request,
    house: HouseDep,
    login: Loader,
    run_id: RowId,
    day: DayForm,
    meal: MealForm,
    key: KeyForm,
    position: Position,
    boxes: Boxes,
    missing: Annotated[tuple[ShortForm, ...], Form(max_length=500)] = (),
    hot: Degrees = "",
    cold: Degrees = "",
    seals: Annotated[bool, Form()] = False,
    why: WhyForm = "",
    name: Annotated[str, Form(max_length=64)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
) -> HTMLResponse:
    """Sign for what arrived at a meal point."""
    language = language_of(request, login)

    def act() -> str:
        arrival = Arrival(boxes, tuple(missing), warmth_of(hot, cold), seals, why)
        signer = second_of(house, login, name, password, Operation.LOAD)
        call = call_for(login, key, "sign_in", run=run_id, position=position, boxes=boxes, missing=missing, why=why)
        kept = sign_in(house.database, run_id, position, arrival, signer, call=call)
        short = "work.arrived_short" if kept["missing"] else "work.arrived"
        return sentence(language, short, run=kept["run"], boxes=kept["boxes"], missing=len(kept["missing"]))

    return _shown(request, house, login, day, meal, attempt(language, act))


@router.post("/missing/{missing_id}")
def do_settle(
    request: Request,
    house: HouseDep,
    login: Settler,
    missing_id: RowId,
    day: DayForm,
    meal: MealForm,
    way: Annotated[MissingWay, Form()],
    instead: ShortForm = "",
    note: WhyForm = "",
) -> HTMLResponse:
    """Say what became of a missing box; `instead` names kitchen, dish and texture of a substitute."""
    language = language_of(request, login)

    def act() -> str:
        kitchen, dish, texture = [*instead.split("|"), "", "", ""][:3]
        settling = Settling(way, note, dish_code=dish, kitchen_code=kitchen, texture=texture)
        row = settle_missing(house.database, missing_id, settling, keyer_of(house, login))
        return sentence(language, "work.settled", label=row.label)

    return _shown(request, house, login, day, meal, attempt(language, act))


def warmth_of(hot: str, cold: str) -> Warmth:
    """Return keyed temperatures.

    Raises
    ------
    InvalidError
        If one is no temperature that can be.
    """
    hot_c, cold_c = (tenths_of(one.strip(), one.strip()) / 10 if one.strip() else None for one in (hot, cold))
    return Warmth(hot_c, cold_c)
