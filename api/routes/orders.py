"""Place and cancel single orders."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import Operation
from api.bodies.orders import OrderIn, OrderOut, order_out
from api.deps import HouseDep, RowId, allowed
from api.errors import problems
from service.access import Login, refuse_foreign_elder, refuse_foreign_order
from service.orders import cancel_order, place_order
from service.tables import OrderSource

router = APIRouter(prefix="/api/orders", tags=["orders"])
MayOrder = Annotated[Login, Depends(allowed(Operation.ORDER))]


@router.post("", summary="Place an order", status_code=201, responses=problems(400, 401, 403, 404, 409, 422))
def place(house: HouseDep, login: MayOrder, body: OrderIn) -> OrderOut:
    """Order one meal for one elder.

    One meal a person, day and meal: a second order is refused with 409, as is one after the cut-off. Send an
    `idempotency_key` to be able to repeat the request without harm.
    """
    with house.database.read() as session:
        refuse_foreign_elder(session, login.reach, body.elder_number)
    order = place_order(
        house.database,
        elder_number=body.elder_number,
        service_day=body.service_day,
        meal=body.meal,
        fulfilment=body.fulfilment,
        dish_code=body.dish_code,
        source=OrderSource(body.source.value),
        placed_by=login.name,
        clock=house.clock,
        idempotency_key=body.idempotency_key,
    )
    return order_out(order)


@router.post("/{order_id}/cancel", summary="Cancel an order", responses=problems(401, 403, 404, 409, 422))
def cancel(house: HouseDep, login: MayOrder, order_id: RowId) -> OrderOut:
    """Cancel an order before the cut-off; it stays on record, and no standing order brings it back."""
    with house.database.read() as session:
        refuse_foreign_order(session, login.reach, order_id)
    return order_out(cancel_order(house.database, order_id, by=login.name, clock=house.clock))
