"""What kitchens have begun to cook of a published meal, as planning knows batches."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sqlmodel import Session, col, select

from kitchens.meals import Meal, Texture
from kitchens.plan import Batch as PlannedBatch
from service.tables import Batch, BatchRecord, Plan, PlannedOrder


def begun_batches(session: Session, service_day: date, meal: Meal) -> tuple[PlannedBatch, ...]:
    """Return all batches of the newest plan, of those kitchens in which any of them has a time or a reading."""
    of_meal = select(Plan.id).where(Plan.service_day == service_day, Plan.meal == meal)
    plan_id = session.exec(of_meal.order_by(col(Plan.version).desc()).limit(1)).first()
    rows = session.exec(select(Batch).where(Batch.plan_id == plan_id).order_by(col(Batch.code))).all()
    noted = set(
        session.exec(select(BatchRecord.batch_id).where(col(BatchRecord.batch_id).in_([one.id for one in rows])))
    )
    begun = {one.kitchen_code for one in rows if one.cooked_at is not None or one.id in noted}
    orders: dict[int, list[int]] = defaultdict(list)
    planned = select(PlannedOrder.batch_id, PlannedOrder.order_id).where(PlannedOrder.plan_id == plan_id)
    for batch_id, order_id in session.exec(planned.order_by(col(PlannedOrder.order_id))):
        orders[batch_id or 0].append(order_id)
    return tuple(
        PlannedBatch(
            batch_id=one.code,
            kitchen_id=one.kitchen_code,
            dish_id=one.dish_code,
            texture=Texture(one.texture),
            orders=tuple(orders[one.id or 0]),
            portions=one.portions,
            spare=one.spare,
            start_s=one.start_s,
            finish_s=one.finish_s,
            eat_by_s=one.eat_by_s,
            station_id=one.station_code,
        )
        for one in rows
        if one.kitchen_code in begun and orders[one.id or 0]
    )
