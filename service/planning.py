"""Rows into the question, the plan into rows: the only module that knows both sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session, col, select

from kitchens import meals
from kitchens import problem as kitchens_problem
from kitchens.facts import Facts
from kitchens.plan import Batch
from kitchens.wishes import NO_WISHES, Wishes
from routing import problem as routing_problem
from routing.places import Place, Window
from service.begun import begun_batches
from service.calendar import is_service_day
from service.diets import diet_of
from service.facts import read_facts
from service.failing.lasting import after_failures
from service.menus.choices import choices_of_meal
from service.menus.dishes import list_menus
from service.tables import (
    Community,
    Courier,
    Elder,
    ElderState,
    Kitchen,
    KitchenCapability,
    KitchenMeal,
    KitchenStation,
    MealDay,
    MealOrder,
    MealPoint,
    OrderState,
    Plan,
    PlannedOrder,
    Van,
)
from service.wishes import read_wishes

DOOR_S = 100
STAIRS_S_A_FLOOR = 20
LIFT_S = 45
"""Seconds at a door: the hand-over, and the way up. With walk-ups to the fourth floor this gives the 2.3 to 3 minutes a
box, riding included, that couriers of dense quarters are reported to need."""


@dataclass(frozen=True, slots=True)
class Question:
    """Everything one meal is planned from, and what its papers say: both as they were at one moment.

    `begun` are the batches of kitchens that have begun to cook what was published before, `lost_locks` the elders about
    whom a person has decided what cannot be kept any more.
    """

    day: kitchens_problem.DayProblem
    facts: Facts
    vans: tuple[routing_problem.Van, ...]
    couriers: tuple[routing_problem.Courier, ...]
    wishes: Wishes = NO_WISHES
    lost_locks: tuple[str, ...] = ()
    begun: tuple[Batch, ...] = ()


def read_question(session: Session, service_day: date, meal: meals.Meal, *, as_reported: bool = True) -> Question:
    """Return the closed orders of a meal and all there is to serve them with, in a stable order.

    What a kitchen has reported as out is not there, unless it is to be looked at without that (not `as_reported`).
    """
    state = session.get_one(MealDay, (service_day, meal))
    couriers = _list_couriers(session, with_reserve=state.all_delivered)
    points = [
        point
        for point in session.exec(select(MealPoint).where(MealPoint.active).order_by(col(MealPoint.code)))
        if is_service_day(point, service_day)
    ]
    vans = _list_vans(session)
    kitchens = _list_kitchens(
        session, service_day, meal, points, {van.kitchen_id for van in vans if van.capacity_boxes}
    )
    if as_reported:
        kitchens = after_failures(session, service_day, meal, kitchens)
    known = {kitchen.kitchen_id for kitchen in kitchens}
    boxes = _boxes_by_point(couriers)
    streets = _streets(session)
    day = kitchens_problem.DayProblem(
        service_day=service_day,
        meal=meal,
        orders=_list_orders(session, service_day, meal, streets, all_delivered=state.all_delivered),
        kitchens=tuple(kitchens),
        points=tuple(_meal_point(point, known, boxes.get(point.code, 0), streets) for point in points),
    )
    open_points = {point.point_id for point in day.points}
    on_duty = tuple(courier for courier in couriers if courier.point_id in open_points)
    wishes, lost = read_wishes(session, service_day, meal, {one.courier_id for one in on_duty}, open_points)
    return Question(
        day=day,
        facts=read_facts(session, service_day, meal),
        vans=tuple(van for van in vans if van.kitchen_id in known),
        couriers=on_duty,
        wishes=wishes,
        lost_locks=lost,
        begun=begun_batches(session, service_day, meal),
    )


def door_time_s(floor: int, *, has_lift: bool) -> int:
    """Return the seconds a courier needs from the gate to the next start."""
    up_s = max(0, floor - 1) * STAIRS_S_A_FLOOR
    return DOOR_S + (min(LIFT_S, up_s) if has_lift else up_s)


def floors_on_foot(floor: int, *, has_lift: bool) -> int:
    """Return the floors that a courier walks up."""
    return 0 if has_lift else max(0, floor - 1)


def _list_orders(
    session: Session, service_day: date, meal: meals.Meal, streets: Mapping[str, str], *, all_delivered: bool
) -> tuple[kitchens_problem.Order, ...]:
    rows = session.exec(
        select(MealOrder, Elder)
        .join(Elder, col(Elder.number) == col(MealOrder.elder_number))
        .where(MealOrder.service_day == service_day, MealOrder.meal == meal, MealOrder.state == OrderState.PLACED)
        .order_by(col(MealOrder.id))
    )
    chosen = choices_of_meal(session, service_day, meal)
    former = _last_served(session, service_day, meal)
    return tuple(
        replace(
            _order(order, elder, streets, all_delivered=all_delivered),
            choices=chosen.get(order.id or 0, ()),
            former=former.get(elder.number),
        )
        for order, elder in rows
    )


def _last_served(session: Session, service_day: date, meal: meals.Meal) -> dict[str, tuple[str, str]]:
    """Return the kitchen and meal point of each elder in the newest plan of the same meal on an earlier day."""
    earlier = select(Plan.id).where(Plan.meal == meal, Plan.service_day < service_day)
    last = session.exec(earlier.order_by(col(Plan.service_day).desc(), col(Plan.version).desc()).limit(1)).first()
    rows = session.exec(
        select(MealOrder.elder_number, PlannedOrder.kitchen_code, PlannedOrder.meal_point_code)
        .join(MealOrder, col(MealOrder.id) == col(PlannedOrder.order_id))
        .where(PlannedOrder.plan_id == last, col(PlannedOrder.kitchen_code).is_not(None))
    )
    return {elder: (kitchen or "", point or "") for elder, kitchen, point in rows}


def _order(
    order: MealOrder, elder: Elder, streets: Mapping[str, str], *, all_delivered: bool
) -> kitchens_problem.Order:
    window = None
    if elder.window_start_s is not None and elder.window_end_s is not None:
        window = Window(elder.window_start_s, elder.window_end_s)
    return kitchens_problem.Order(
        order_id=order.id or 0,
        elder_id=elder.number,
        point_id=elder.meal_point_code,
        fulfilment=meals.Fulfilment.HOME if all_delivered else meals.Fulfilment(order.fulfilment),
        diet=diet_of(elder),
        dish_id=order.dish_code,
        place=None if elder.lat is None or elder.lon is None else Place(elder.lat, elder.lon),
        window=window,
        service_s=door_time_s(elder.floor, has_lift=elder.has_lift),
        is_served=elder.state == ElderState.ACTIVE,
        floors=floors_on_foot(elder.floor, has_lift=elder.has_lift),
        street_id=streets.get(elder.community_code or "", ""),
    )


def _streets(session: Session) -> dict[str, str]:
    """Return the sub-district (街道) of each community."""
    return {one.code: one.street_code for one in session.exec(select(Community))}


def _list_kitchens(
    session: Session, service_day: date, meal: meals.Meal, points: list[MealPoint], with_vans: set[str]
) -> list[kitchens_problem.Kitchen]:
    menus = list_menus(session, service_day, meal)
    stands_in = {point.kitchen_code: point.code for point in points if point.kitchen_on_site}
    stations, capabilities = _stations(session), _capabilities(session)
    rows = session.exec(
        select(Kitchen, KitchenMeal)
        .join(KitchenMeal, col(KitchenMeal.kitchen_code) == col(Kitchen.code))
        .where(Kitchen.active, KitchenMeal.meal == meal)
        .order_by(col(Kitchen.code))
    )
    return [
        kitchens_problem.Kitchen(
            kitchen_id=kitchen.code,
            place=Place(kitchen.lat, kitchen.lon),
            mode=meals.ProvisionMode(kitchen.mode),
            menu=menus.get(kitchen.code, ()),
            capacity_meals=work.capacity_meals,
            meals_per_hour=work.meals_per_hour,
            cooking=Window(work.cooking_start_s, work.cooking_end_s),
            point_id=stands_in.get(kitchen.code),
            delivers=kitchen.code in with_vans,
            stations=stations.get(kitchen.code, ()),
            capabilities=capabilities.get(kitchen.code, frozenset()),
        )
        for kitchen, work in rows
    ]


def _stations(session: Session) -> dict[str, tuple[kitchens_problem.Station, ...]]:
    """Return what each kitchen cooks on."""
    found: dict[str, tuple[kitchens_problem.Station, ...]] = {}
    ordered = select(KitchenStation).order_by(col(KitchenStation.kitchen_code), col(KitchenStation.code))
    for row in session.exec(ordered):
        station = kitchens_problem.Station(row.code, meals.StationKind(row.kind), row.meals_per_hour, row.pan_portions)
        found[row.kitchen_code] = (*found.get(row.kitchen_code, ()), station)
    return found


def _capabilities(session: Session) -> dict[str, frozenset[meals.Capability]]:
    """Return what each kitchen can do beyond ordinary cooking."""
    found: dict[str, frozenset[meals.Capability]] = {}
    for row in session.exec(select(KitchenCapability)):
        found[row.kitchen_code] = found.get(row.kitchen_code, frozenset()) | {meals.Capability(row.capability)}
    return found


def _meal_point(
    point: MealPoint, kitchens: set[str], courier_boxes: int, streets: Mapping[str, str]
) -> kitchens_problem.MealPoint:
    return kitchens_problem.MealPoint(
        point_id=point.code,
        place=Place(point.lat, point.lon),
        kitchen_id=point.kitchen_code if point.kitchen_code in kitchens else None,
        window=Window(point.opens_s, point.closes_s),
        capacity_meals=point.capacity_meals,
        courier_boxes=courier_boxes,
        handling_s=point.handling_s,
        street_id=streets.get(point.community_code or "", ""),
    )


def _list_couriers(session: Session, *, with_reserve: bool) -> list[routing_problem.Courier]:
    rows = session.exec(select(Courier).where(Courier.active).order_by(col(Courier.code)))
    return [
        routing_problem.Courier(
            courier_id=courier.code,
            point_id=courier.meal_point_code,
            capacity_boxes=courier.capacity_boxes,
            shift=Window(courier.shift_start_s, courier.shift_end_s),
            max_trips=courier.max_trips,
        )
        for courier in rows
        if with_reserve or not courier.reserve
    ]


def _boxes_by_point(couriers: list[routing_problem.Courier]) -> dict[str, int]:
    boxes: dict[str, int] = {}
    for courier in couriers:
        boxes[courier.point_id] = boxes.get(courier.point_id, 0) + courier.capacity_boxes * courier.max_trips
    return boxes


def _list_vans(session: Session) -> list[routing_problem.Van]:
    return [
        routing_problem.Van(
            van_id=van.code,
            kitchen_id=van.kitchen_code,
            capacity_boxes=van.capacity_boxes,
            shift=Window(van.shift_start_s, van.shift_end_s),
        )
        for van in session.exec(select(Van).where(Van.active).order_by(col(Van.code)))
    ]
