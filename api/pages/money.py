"""Money: periods looked at and settled, totals by payer, what was not paid and why, doubts cleared, rules replayed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, Response

from api.access import Operation
from api.bodies.money import LONGEST_SCHEME, MOST_CLEARED
from api.deps import HouseDep, RowId, ServiceDay, allowed
from api.pages.forms import go_to
from api.pages.render import page
from service.access import Login
from service.board.money import get_settlement, list_settlements
from service.clock import local_day
from service.errors import InvalidError
from service.money.periods import (
    CAN_BE_CLEARED,
    LONGEST_REASON,
    Outlook,
    clear_claims,
    outlook,
    say_claim,
    settle_period,
)
from service.served import Stopped
from service.settlement import MOST_SHOWN_CHANGES, Difference, difference_lines, replay
from service.subsidies import Scheme, get_scheme, parse_scheme

router = APIRouter(include_in_schema=False, prefix="/money")
MAY = Depends(allowed(Operation.MONEY))
ReasonForm = Annotated[str, Form(max_length=LONGEST_REASON)]
OWN_SCHEME, SENT_FILE = "own", "scheme.toml"


@router.get("")
def show_money(
    request: Request,
    house: HouseDep,
    since: Annotated[ServiceDay | None, Query()] = None,
    until: Annotated[ServiceDay | None, Query()] = None,
    login: Login = MAY,
) -> HTMLResponse:
    """Show what was settled, and what a chosen period would come to."""
    today = local_day(house.clock.now())
    first, last = last_month(today)
    scheme = get_scheme(house.settings.subsidy_scheme)
    with house.database.read() as session:
        heads = list_settlements(session)
        found = None if since is None or until is None else outlook(session, since, until, scheme)
    return page(
        request,
        "money.html",
        login=login,
        scheme=scheme,
        heads=heads,
        found=found,
        rows=_rows_of(found) if found else [],
        since=since or first,
        until=until or last,
        today=today,
        say_claim=say_claim,
    )


@router.post("/settle")
def do_settle(
    house: HouseDep,
    since: Annotated[ServiceDay, Form()],
    until: Annotated[ServiceDay, Form()],
    despite_open: ReasonForm = "",
    login: Login = MAY,
) -> Response:
    """Settle the period and show the settlement."""
    done = settle_period(
        house.database,
        since=since,
        until=until,
        scheme=get_scheme(house.settings.subsidy_scheme),
        by=login.name,
        clock=house.clock,
        despite_open=despite_open,
    )
    return go_to(f"/money/{done.settlement_id}")


@router.post("/clear")
def do_clear(
    house: HouseDep,
    reason: ReasonForm,
    order_ids: Annotated[list[RowId], Form(max_length=MOST_CLEARED)],
    back: Annotated[str, Form(max_length=300)] = "/money",
    login: Login = MAY,
) -> Response:
    """Note that somebody has looked at doubtful claims."""
    scheme = get_scheme(house.settings.subsidy_scheme)
    clear_claims(house.database, order_ids, reason=reason, by=login.name, clock=house.clock, scheme=scheme)
    return go_to(back)


@router.get("/{settlement_id}")
def show_settlement(request: Request, house: HouseDep, settlement_id: RowId, login: Login = MAY) -> HTMLResponse:
    """Show one settlement."""
    with house.database.read() as session:
        view = get_settlement(session, settlement_id)
    return page(
        request,
        "money_one.html",
        login=login,
        view=view,
        can_clear=CAN_BE_CLEARED,
        say_claim=say_claim,
    )


@router.post("/{settlement_id}/replay")
def show_replay(
    request: Request,
    house: HouseDep,
    settlement_id: RowId,
    rules: Annotated[UploadFile | None, File()] = None,
    login: Login = MAY,
) -> HTMLResponse:
    """Show what a settlement would come to under corrected rules; nothing is booked."""
    sent = _text_of(rules)
    scheme = _scheme(house, sent)
    found = replay(house.database, settlement_id, scheme, by=login.name, clock=house.clock)
    return _difference(request, login, found, sent)


@router.post("/{settlement_id}/replay/book")
def do_replay(
    house: HouseDep,
    settlement_id: RowId,
    scheme_toml: Annotated[str, Form(max_length=LONGEST_SCHEME)] = "",
    login: Login = MAY,
) -> Response:
    """Book the difference as a correction of its own and show it."""
    scheme = _scheme(house, scheme_toml)
    found = replay(house.database, settlement_id, scheme, by=login.name, clock=house.clock, books=True)
    return go_to(f"/money/{found.settlement_id or settlement_id}")


def last_month(today: date) -> tuple[date, date]:
    """Return the first and the last day of the month before `today`."""
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def _rows_of(found: Outlook) -> list[tuple[Stopped, bool]]:
    return [(one, one.reason in CAN_BE_CLEARED) for one in found.stopped]


def _text_of(rules: UploadFile | None) -> str:
    """Return what was sent, "" for no file."""
    if rules is None or not rules.filename:
        return ""
    try:
        return rules.file.read(LONGEST_SCHEME).decode()
    except UnicodeDecodeError as error:
        raise InvalidError("money.scheme.unreadable", file=rules.filename, detail=str(error)) from error


def _scheme(house: HouseDep, sent: str) -> Scheme:
    return parse_scheme(sent, SENT_FILE) if sent.strip() else get_scheme(house.settings.subsidy_scheme)


def _difference(request: Request, login: Login, found: Difference, sent: str) -> HTMLResponse:
    return page(
        request,
        "money_replay.html",
        login=login,
        found=found,
        sent=sent,
        difference_lines=difference_lines,
        most=MOST_SHOWN_CHANGES,
    )
