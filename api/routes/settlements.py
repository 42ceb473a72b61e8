"""Settlements: what a period would come to, closing it, its totals, doubts cleared, and pricing anew."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.access import Operation
from api.bodies.money import (
    ClearedOut,
    ClearIn,
    DifferenceOut,
    HeadOut,
    OutlookOut,
    ReplayIn,
    SettleIn,
    SettlementOut,
    difference_out,
    head_out,
    outlook_out,
    settlement_out,
)
from api.deps import HouseDep, RowId, ServiceDay, allowed
from api.errors import problems
from service.access import Login
from service.board.money import get_settlement, list_settlements
from service.money.periods import clear_claims, outlook, settle_period
from service.settlement import replay
from service.subsidies import get_scheme, parse_scheme

router = APIRouter(prefix="/api/settlements", tags=["money"])
MayMoney = Annotated[Login, Depends(allowed(Operation.MONEY))]
SENT_FILE = "scheme.toml"


@router.get("", summary="All settlements", responses=problems(401, 403))
def settlements(house: HouseDep, login: MayMoney) -> list[HeadOut]:
    """Return what was settled and corrected, the newest first."""
    del login
    with house.database.read() as session:
        return [head_out(one) for one in list_settlements(session)]


@router.post("", summary="Settle a period", status_code=201, responses=problems(400, 401, 403, 409, 422))
def make(house: HouseDep, login: MayMoney, body: SettleIn) -> SettlementOut:
    """Settle all orders of days gone by under the installation's scheme.

    Refused with 409 while visits have no outcome, unless `despite_open` says why; what an earlier settlement of these
    days has paid or told is not said again.
    """
    done = settle_period(
        house.database,
        since=body.since,
        until=body.until,
        scheme=get_scheme(house.settings.subsidy_scheme),
        by=login.name,
        clock=house.clock,
        despite_open=body.despite_open,
    )
    with house.database.read() as session:
        return settlement_out(get_settlement(session, done.settlement_id))


@router.get("/outlook", summary="What a period would come to", responses=problems(401, 403, 422))
def look_ahead(
    house: HouseDep, login: MayMoney, since: Annotated[ServiceDay, Query()], until: Annotated[ServiceDay, Query()]
) -> OutlookOut:
    """Return every order of a period that is not settled: claimed, stopped, unclaimed, or a visit without outcome."""
    del login
    with house.database.read() as session:
        return outlook_out(outlook(session, since, until, get_scheme(house.settings.subsidy_scheme)))


@router.post("/clearances", summary="Clear doubtful claims", responses=problems(400, 401, 403, 404, 409, 422))
def clear(house: HouseDep, login: MayMoney, body: ClearIn) -> ClearedOut:
    """Note by name that claims stopped for a burst of swipes or for their hour are true; the next settlement pays."""
    scheme = get_scheme(house.settings.subsidy_scheme)
    ids = list(dict.fromkeys(body.order_ids))
    count = clear_claims(house.database, ids, reason=body.reason, by=login.name, clock=house.clock, scheme=scheme)
    return ClearedOut(cleared=count)


@router.get("/{settlement_id}", summary="One settlement", responses=problems(401, 403, 404, 422))
def one(house: HouseDep, login: MayMoney, settlement_id: RowId) -> SettlementOut:
    """Return totals by payer, kitchen, meal point and rule, and every order that was not paid with why."""
    del login
    with house.database.read() as session:
        return settlement_out(get_settlement(session, settlement_id))


@router.post("/{settlement_id}/replay", summary="Price anew", responses=problems(400, 401, 403, 404, 409, 422))
def replay_one(house: HouseDep, login: MayMoney, settlement_id: RowId, body: ReplayIn) -> DifferenceOut:
    """Price a settlement anew under corrected rules and return the difference; with `books`, book it as well."""
    scheme = (
        get_scheme(house.settings.subsidy_scheme)
        if body.scheme_toml is None
        else parse_scheme(body.scheme_toml, SENT_FILE)
    )
    found = replay(house.database, settlement_id, scheme, by=login.name, clock=house.clock, books=body.books)
    return difference_out(found)
