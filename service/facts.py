"""What papers say about people, places and dishes, read from the rows: the least that each paper needs."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col, select

from kitchens.facts import CourierFacts, DishFacts, ElderFacts, Facts, KitchenFacts, PlaceFacts, VanFacts
from kitchens.meals import Meal
from service.cautions import cautions_of
from service.purchasing import recipes_of_meal
from service.tables import Courier, Dish, Elder, Kitchen, LateRequest, MealDay, MealOrder, MealPoint, Van


def read_facts(session: Session, service_day: date, meal: Meal) -> Facts:
    """Return the facts of everybody who ordered this meal and of everything that serves them."""
    of_meal = select(MealOrder.elder_number).where(MealOrder.service_day == service_day, MealOrder.meal == meal)
    elders = session.exec(select(Elder).where(col(Elder.number).in_(of_meal))).all()
    cautions = cautions_of(session, [elder.number for elder in elders], service_day)
    closed = session.get(MealDay, (service_day, meal))
    return Facts(
        elders={elder.number: _elder(elder, cautions.get(elder.number, ())) for elder in elders},
        places={
            point.code: PlaceFacts(point.code, point.name, point.address, point.phone)
            for point in session.exec(select(MealPoint))
        },
        kitchens={
            kitchen.code: KitchenFacts(kitchen.code, kitchen.name, kitchen.address, kitchen.licence, kitchen.phone)
            for kitchen in session.exec(select(Kitchen))
        },
        couriers={
            courier.code: CourierFacts(courier.code, courier.name, courier.phone)
            for courier in session.exec(select(Courier))
        },
        vans={van.code: VanFacts(van.code, van.plate, van.driver, van.phone) for van in session.exec(select(Van))},
        dishes={dish.code: DishFacts(dish.code, dish.name) for dish in session.exec(select(Dish))},
        recipes=recipes_of_meal(session, service_day, meal),
        closed_at=closed.closed_at if closed is not None else None,
        closed_by=(closed.closed_by or "") if closed is not None else "",
        late=_late(session, service_day, meal),
    )


def _late(session: Session, service_day: date, meal: Meal) -> dict[int, str]:
    """Return who has let an order in after the cut-off, by order; a wish to cancel is no such order."""
    rows = session.exec(
        select(LateRequest.order_id, LateRequest.decided_by)
        .join(MealOrder, col(MealOrder.id) == col(LateRequest.order_id))
        .where(
            MealOrder.service_day == service_day,
            MealOrder.meal == meal,
            col(LateRequest.accepted).is_(True),
            col(LateRequest.cancels).is_(False),
        )
    )
    return {order_id: by or "" for order_id, by in rows}


def _elder(elder: Elder, cautions: tuple[str, ...]) -> ElderFacts:
    return ElderFacts(
        elder_id=elder.number,
        name=elder.name,
        phone=elder.phone,
        street=_without_door(elder),
        block=elder.block,
        stairwell=elder.stairwell,
        floor=elder.floor,
        door=elder.door,
        has_lift=elder.has_lift,
        door_note=elder.door_note,
        cautions=cautions,
    )


def _without_door(elder: Elder) -> str:
    """Return the address without the block, stairwell and door that the sheet prints by themselves."""
    for part in (elder.block, elder.stairwell, elder.door):
        if part and part in elder.address:
            return elder.address[: elder.address.index(part)]
    return elder.address
