"""Place and cancel orders, in time or late."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from pydantic import BaseModel

from api.access import Operation
from api.bodies.orders import (
    DecisionIn,
    LateCancelIn,
    LateIn,
    LateOut,
    OrderIn,
    OrderOut,
    TicketIn,
    order_out,
)
from api.deps import House, HouseDep, RowId, allowed
from api.errors import problems
from kitchens.meals import Meal
from service.access import Login
from service.idempotency import Call, call_of
from service.late import ask_late, ask_late_cancel, decide_late, list_late
from service.orders import Placing, cancel_order, place_order, place_orders
from service.reach import refuse_foreign_elder, refuse_foreign_order, refuse_foreign_request
from service.tables import MealOrder, OrderSource

router = APIRouter(prefix="/api/orders", tags=["orders"])
MayOrder = Annotated[Login, Depends(allowed(Operation.ORDER))]
MayDecide = Annotated[Login, Depends(allowed(Operation.DECIDE_LATE))]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=80,
        description="The same key with the same body returns the first answer; with another body it is refused (422)",
    ),
]


def keyed(login: Login, key: str | None, operation: str, body: BaseModel | None = None) -> Call | None:
    """Return the call that carries a key, None without one."""
    if key is None:
        return None
    return call_of(login.name, key, operation, body.model_dump(mode="json") if body else {})


def _out(house: House, order: MealOrder) -> OrderOut:
    with house.database.read() as session:
        return order_out(session, order)


@router.post("", summary="Place an order", status_code=201, responses=problems(400, 401, 403, 404, 409, 422))
def place(house: HouseDep, login: MayOrder, body: OrderIn, key: Key = None) -> OrderOut:
    """Order one meal for one elder.

    One meal a person, day and meal: a second order is refused with 409, as is one after the cut-off or beyond what the
    kitchen can cook.
    """
    with house.database.read() as session:
        refuse_foreign_elder(session, login.reach, body.elder_number)
    placing = Placing(body.elder_number, OrderSource(body.source.value), login.name)
    call = keyed(login, key, "place", body)
    return _out(house, place_order(house.database, placing, body.wish(), clock=house.clock, call=call))


@router.post("/ticket", summary="Place several", status_code=201, responses=problems(400, 401, 403, 404, 409, 422))
def place_ticket(house: HouseDep, login: MayOrder, body: TicketIn, key: Key = None) -> list[OrderOut]:
    """Order several meals for one elder, all or none."""
    with house.database.read() as session:
        refuse_foreign_elder(session, login.reach, body.elder_number)
    placing = Placing(body.elder_number, OrderSource(body.source.value), login.name)
    wishes = [one.wish() for one in body.meals]
    call = keyed(login, key, "ticket", body)
    orders = place_orders(house.database, placing, wishes, clock=house.clock, call=call)
    with house.database.read() as session:
        return [order_out(session, one) for one in orders]


@router.post("/late", summary="Ask late", status_code=201, responses=problems(400, 401, 403, 404, 409, 422))
def place_late(house: HouseDep, login: MayOrder, body: LateIn, key: Key = None) -> OrderOut:
    """Ask for a meal after its cut-off, by name and with a reason; it waits for the kitchen's word."""
    with house.database.read() as session:
        refuse_foreign_elder(session, login.reach, body.elder_number)
    placing = Placing(body.elder_number, OrderSource(body.source.value), login.name)
    call = keyed(login, key, "late", body)
    order = ask_late(house.database, placing, body.wish(), reason=body.reason, clock=house.clock, call=call)
    return _out(house, order)


@router.post("/{order_id}/cancel", summary="Cancel an order", responses=problems(401, 403, 404, 409, 422))
def cancel(house: HouseDep, login: MayOrder, order_id: RowId, key: Key = None) -> OrderOut:
    """Cancel an order before the cut-off; it stays on record, and no standing order brings it back."""
    with house.database.read() as session:
        refuse_foreign_order(session, login.reach, order_id)
    call = keyed(login, key, f"cancel/{order_id}")
    return _out(house, cancel_order(house.database, order_id, by=login.name, clock=house.clock, call=call))


@router.post("/{order_id}/cancel-late", summary="Ask to cancel late", responses=problems(401, 403, 404, 409, 422))
def cancel_late(house: HouseDep, login: MayOrder, order_id: RowId, body: LateCancelIn, key: Key = None) -> OrderOut:
    """Ask to cancel a meal after its cut-off; it stays ordered until the kitchen accepts."""
    with house.database.read() as session:
        refuse_foreign_order(session, login.reach, order_id)
    call = keyed(login, key, f"cancel-late/{order_id}", body)
    order = ask_late_cancel(house.database, order_id, reason=body.reason, by=login.name, clock=house.clock, call=call)
    return _out(house, order)


@router.get("/late/{service_day}/{meal}", summary="What waits for the kitchen", responses=problems(401, 403, 422))
def late(house: HouseDep, login: MayDecide, service_day: date, meal: Meal) -> list[LateOut]:
    """Return the late wishes that no kitchen has answered yet; a kitchen sees its own."""
    with house.database.read() as session:
        waiting = list_late(session, service_day, meal, login.reach.kitchen)
        return [LateOut(**one.model_dump()) for one in waiting]


@router.post("/late/{request_id}/decision", summary="Accept or refuse", responses=problems(401, 403, 404, 409, 422))
def decide(house: HouseDep, login: MayDecide, request_id: RowId, body: DecisionIn) -> LateOut:
    """Accept or refuse a late wish, once; a plan that is published is made again with what is accepted."""
    with house.database.read() as session:
        refuse_foreign_request(session, login.reach, request_id)
    request = decide_late(
        house.database, request_id, accepts=body.accepts, by=login.name, clock=house.clock, why=body.why
    )
    return LateOut(**request.model_dump())
