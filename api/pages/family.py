"""The family's page: behind a personal link, without a login. Who holds it sees two weeks of meals and no more."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.deps import House, HouseDep, ServiceDay, language_of
from api.errors import STATUS
from api.pages.forms import go_to
from api.pages.render import page
from kitchens.meals import Meal
from service.desk.acts import Choice
from service.errors import ConflictError, InvalidError, NuanfanError
from service.family import LinkGoneError, cancel_by_link, order_by_link, read_weeks

router = APIRouter(include_in_schema=False, prefix="/family")
SAID = frozenset({"order", "change", "cancel"})
KeyForm = Annotated[str, Form(min_length=8, max_length=60)]
SeenForm = Annotated[str, Form(max_length=20)]
NumberForm = Annotated[int, Form(ge=0, le=9)]


@router.get("/{token}")
def show_weeks(
    request: Request,
    house: HouseDep,
    token: str,
    done: Annotated[str, Query(max_length=10)] = "",
    day: Annotated[ServiceDay | None, Query()] = None,
    meal: Annotated[Meal | None, Query()] = None,
) -> HTMLResponse:
    """Show two weeks of meals, and what was just done."""
    said = {"what": done, "day": day, "meal": meal} if done in SAID and day and meal else None
    return _weeks_page(request, house, token, said=said)


@router.post("/{token}/order")
def do_order(
    request: Request,
    house: HouseDep,
    token: str,
    day: Annotated[ServiceDay, Form()],
    meal: Annotated[Meal, Form()],
    key: KeyForm,
    seen: SeenForm = "",
    number: NumberForm = 0,
    had: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Order a meal, or another dish of one that is ordered."""
    choice = Choice(day, meal, seen, number)
    done = "change" if had else "order"
    return _done(
        request,
        house,
        token,
        choice,
        done,
        lambda: order_by_link(house.database, token, choice, key=key, clock=house.clock),
    )


@router.post("/{token}/cancel")
def do_cancel(
    request: Request,
    house: HouseDep,
    token: str,
    day: Annotated[ServiceDay, Form()],
    meal: Annotated[Meal, Form()],
    key: KeyForm,
    seen: SeenForm = "",
) -> Response:
    """Cancel a meal before its cut-off."""
    choice = Choice(day, meal, seen)
    return _done(
        request,
        house,
        token,
        choice,
        "cancel",
        lambda: cancel_by_link(house.database, token, choice, key=key, clock=house.clock),
    )


def _done(request: Request, house: House, token: str, choice: Choice, done: str, act: Callable[[], None]) -> Response:
    """Do it and lead back to its day, or show the weeks as they stand with the reason on top."""
    try:
        act()
    except LinkGoneError as error:
        return _gone_page(request, house, error)
    except (InvalidError, ConflictError) as error:
        return _weeks_page(request, house, token, refusal=error)
    day = choice.service_day
    return go_to(f"/family/{quote(token, safe='')}?done={done}&day={day}&meal={choice.meal}#day-{day}")


def _weeks_page(
    request: Request,
    house: House,
    token: str,
    *,
    said: dict[str, object] | None = None,
    refusal: NuanfanError | None = None,
) -> HTMLResponse:
    try:
        with house.database.read() as session:
            weeks = read_weeks(session, token, clock=house.clock)
    except LinkGoneError as error:
        return _gone_page(request, house, error)
    return page(
        request,
        "family.html",
        login=None,
        status=_status(refusal) if refusal is not None else 200,
        view=weeks,
        here=f"/family/{quote(token, safe='')}",
        new_key=_new_key,
        said=said,
        wrong=refusal.say(language_of(request, None)) if refusal is not None else "",
        phone=house.settings.desk_phone,
    )


def _gone_page(request: Request, house: House, error: LinkGoneError) -> HTMLResponse:
    phone = house.settings.desk_phone
    return page(request, "family_gone.html", login=None, status=_status(error), phone=phone)


def _new_key() -> str:
    """Return what makes one form one act, however often it is sent."""
    return secrets.token_hex(12)


def _status(error: NuanfanError) -> int:
    return next(status for kind, status in STATUS if isinstance(error, kind))
