"""Accounts of elders, tills of meal points, delivery fees, and meals handed over at the meal point."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import Operation
from api.bodies.money import (
    AccountOut,
    FeeIn,
    FeeOut,
    PaymentIn,
    PaymentOut,
    TakeIn,
    TakenOut,
    TillOut,
    account_out,
)
from api.deps import HouseDep, RowId, ServiceDay, allowed
from api.errors import problems
from api.routes.orders import Key, keyed
from service.access import EVERYTHING, Login
from service.errors import NotAllowedError
from service.money.accounts import Paying, balance, list_payments, list_tills, record_payment, set_delivery_fee
from service.money.taking import take_meal
from service.reach import refuse_foreign_elder, refuse_foreign_order

router = APIRouter(prefix="/api", tags=["money"])
MayPay = Annotated[Login, Depends(allowed(Operation.PAYMENTS))]
MayTake = Annotated[Login, Depends(allowed(Operation.TAKE_MEAL))]
MayMoney = Annotated[Login, Depends(allowed(Operation.MONEY))]


@router.get("/elders/{number}/account", summary="An elder's account", responses=problems(401, 403, 404, 422))
def account(house: HouseDep, login: MayPay, number: str) -> AccountOut:
    """Return what was paid in, what settled meals have cost, and apart from it what ordered meals will cost."""
    with house.database.read() as session:
        refuse_foreign_elder(session, login.reach, number)
        found = balance(session, number, settings=house.settings, clock=house.clock)
        payments = [PaymentOut(**row.model_dump()) for row in list_payments(session, number)]
    return account_out(found, payments)


@router.post(
    "/elders/{number}/payments",
    summary="Note a payment",
    status_code=201,
    responses=problems(400, 401, 403, 404, 409, 422),
)
def pay(house: HouseDep, login: MayPay, number: str, body: PaymentIn, key: Key = None) -> PaymentOut:
    """Note cash, a card payment, a top-up, or a refund; a refund is at most what is left on the account.

    With an `Idempotency-Key` the same call again returns the first answer and takes no money twice.
    """
    with house.database.read() as session:
        refuse_foreign_elder(session, login.reach, number)
    point = body.meal_point_code
    if login.reach != EVERYTHING:
        if point not in {None, login.reach.meal_point}:
            raise NotAllowedError("access.not_yours")
        point = login.reach.meal_point
    paying = Paying(number, body.fen, body.how, point, body.terminal, body.note)
    call = keyed(login, key, f"payment/{number}", body)
    row = record_payment(house.database, paying, by=login.name, clock=house.clock, call=call)
    return PaymentOut(**row.model_dump())


@router.get("/tills/{day}", summary="What the tills took", responses=problems(401, 403, 422))
def tills(house: HouseDep, login: MayPay, day: ServiceDay) -> list[TillOut]:
    """Return what was paid on a day, by meal point and way of paying; a meal point sees its own till."""
    with house.database.read() as session:
        lines = list_tills(session, day, login.reach)
    return [
        TillOut(meal_point_code=one.meal_point_code, how=one.how, payments=one.payments, fen=one.fen) for one in lines
    ]


@router.post("/delivery-fees", summary="Set a fee", status_code=201, responses=problems(400, 401, 403, 404, 422))
def set_fee(house: HouseDep, login: MayMoney, body: FeeIn) -> FeeOut:
    """Let bringing a meal cost the elder so much from today or a later day on, at one meal point or at all others."""
    row = set_delivery_fee(
        house.database,
        body.fen,
        from_day=body.from_day,
        meal_point_code=body.meal_point_code,
        by=login.name,
        clock=house.clock,
    )
    return FeeOut(**row.model_dump())


@router.post("/orders/{order_id}/taken", summary="A meal is handed over", responses=problems(401, 403, 404, 409, 422))
def taken(house: HouseDep, login: MayTake, order_id: RowId, body: TakeIn) -> TakenOut:
    """Note that a meal was eaten at its meal point or fetched, on its own day; a second call returns the first."""
    with house.database.read() as session:
        refuse_foreign_order(session, login.reach, order_id)
    row = take_meal(house.database, order_id, way=body.way, terminal=body.terminal, by=login.name, clock=house.clock)
    return TakenOut(**row.model_dump(exclude={"id"}))
