"""One stop of a plan as the desk sees it: who comes, what is decided about it, and what every other way would cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from kitchens.meals import Meal
from routing.problem import Home
from service.board.heads import id_of
from service.board.names import shortened
from service.cautions import cautions_of
from service.pricing import NoOffer, Offer, Roads, roads_of
from service.settings import Settings
from service.tables import (
    Courier,
    CourierRun,
    Elder,
    LockKind,
    MealPoint,
    Plan,
    PlanQuestion,
    StopLock,
    Visit,
)
from service.wishes import list_locks


@dataclass(frozen=True, slots=True)
class LockRow:
    """A decision that stands; `is_kept` says whether the newest plan keeps to it already."""

    id: int
    kind: LockKind
    elder_number: str
    short_name: str
    code: str
    name: str
    why: str
    made_at: datetime
    made_by: str
    is_kept: bool
    visit_id: int | None


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One other way to serve the stop: by a courier, or from a meal point, with its price or why it is not possible."""

    courier_code: str
    courier_name: str
    point_code: str
    point_name: str
    offer: Offer | None
    why: str
    lack: int
    is_barred: bool


@dataclass(frozen=True, slots=True)
class StopView:
    """One stop: as planned, its decisions, and the other ways; `couriers` the cheapest first, the impossible last."""

    visit_id: int
    plan_id: int
    service_day: date
    meal: Meal
    version: int
    run_id: int
    run_code: str
    number: int
    elder_number: str
    short_name: str
    boxes: int
    floors: int
    courier_code: str
    courier_name: str
    point_code: str
    point_name: str
    start_s: int
    latest_s: int
    locks: tuple[LockRow, ...]
    locked_to: str | None
    held_at: str | None
    has_prices: bool
    couriers: tuple[OfferRow, ...]
    points: tuple[OfferRow, ...]
    cautions: tuple[str, ...]


def find_roads(session: Session, plan: Plan, settings: Settings) -> Roads | None:
    """Return the rides of a plan, or None where its question was not kept."""
    question = session.get(PlanQuestion, id_of(plan))
    return None if question is None else roads_of(question.content, settings)


def stop_view(session: Session, visit: Visit, run: CourierRun, plan: Plan, settings: Settings) -> StopView:
    """Return one stop with what every other way would cost."""
    elder = session.get_one(Elder, visit.elder_number)
    couriers = {one.code: one.name for one in session.exec(select(Courier))}
    points = {one.code: one.name for one in session.exec(select(MealPoint))}
    locks = tuple(row for row in lock_rows(session, plan) if row.elder_number == elder.number)
    barred = {row.code for row in locks if row.kind == LockKind.NOT_COURIER}
    roads = find_roads(session, plan, settings)
    home = None if roads is None else roads.home_of(run.courier_code, visit.position)
    by_courier, by_point = _ways(roads, home)
    return StopView(
        visit_id=visit.id or 0,
        plan_id=id_of(plan),
        service_day=plan.service_day,
        meal=Meal(plan.meal),
        version=plan.version,
        run_id=run.id or 0,
        run_code=run.code,
        number=visit.position,
        elder_number=elder.number,
        short_name=shortened(elder.name),
        boxes=visit.boxes,
        floors=0 if home is None else home.floors,
        courier_code=run.courier_code,
        courier_name=couriers[run.courier_code],
        point_code=visit.meal_point_code,
        point_name=points[visit.meal_point_code],
        start_s=visit.start_s,
        latest_s=visit.latest_s,
        locks=locks,
        locked_to=next((row.code for row in locks if row.kind == LockKind.COURIER), None),
        held_at=next((row.code for row in locks if row.kind == LockKind.POINT), None),
        has_prices=roads is not None,
        couriers=tuple(sorted((_row(one, couriers, points, barred) for one in by_courier), key=_turn)),
        points=tuple(sorted((_row(one, couriers, points, barred) for one in by_point), key=_turn)),
        cautions=cautions_of(session, [elder.number], plan.service_day).get(elder.number, ()),
    )


def lock_rows(session: Session, plan: Plan) -> tuple[LockRow, ...]:
    """Return the decisions about a plan's meal that stand, the oldest first."""
    locks = list_locks(session, plan.service_day, Meal(plan.meal))
    numbers = [lock.elder_number for lock in locks]
    elders = {one.number: one.name for one in session.exec(select(Elder).where(col(Elder.number).in_(numbers)))}
    couriers = {one.code: one.name for one in session.exec(select(Courier))}
    points = {one.code: one.name for one in session.exec(select(MealPoint))}
    visits = {
        visit.elder_number: (visit, courier)
        for visit, courier in session.exec(
            select(Visit, CourierRun.courier_code)
            .join(CourierRun, col(CourierRun.id) == col(Visit.courier_run_id))
            .where(CourierRun.plan_id == plan.id, col(Visit.elder_number).in_(numbers))
        )
    }
    rows = []
    for lock in locks:
        visit, courier = visits.get(lock.elder_number, (None, ""))
        code = lock.courier_code or lock.meal_point_code or ""
        rows.append(
            LockRow(
                id=lock.id or 0,
                kind=LockKind(lock.kind),
                elder_number=lock.elder_number,
                short_name=shortened(elders[lock.elder_number]),
                code=code,
                name=(points if lock.kind == LockKind.POINT else couriers)[code],
                why=lock.why,
                made_at=lock.made_at,
                made_by=lock.made_by,
                is_kept=visit is not None and _is_kept(lock, visit, courier),
                visit_id=None if visit is None else visit.id,
            )
        )
    return tuple(rows)


def _is_kept(lock: StopLock, visit: Visit, courier: str) -> bool:
    if lock.kind == LockKind.POINT:
        return visit.meal_point_code == lock.meal_point_code
    return (courier == lock.courier_code) == (lock.kind == LockKind.COURIER)


def _ways(roads: Roads | None, home: Home | None) -> tuple[list[Offer | NoOffer], list[Offer | NoOffer]]:
    if roads is None or home is None:
        return [], []
    return roads.by_couriers(home.home_id), roads.by_points(home.home_id)


def _row(one: Offer | NoOffer, couriers: Mapping[str, str], points: Mapping[str, str], barred: set[str]) -> OfferRow:
    return OfferRow(
        courier_code=one.courier_id,
        courier_name=couriers.get(one.courier_id, ""),
        point_code=one.point_id,
        point_name=points[one.point_id],
        offer=one if isinstance(one, Offer) else None,
        why=one.why if isinstance(one, NoOffer) else "",
        lack=one.lack if isinstance(one, NoOffer) else 0,
        is_barred=one.courier_id in barred,
    )


def _turn(row: OfferRow) -> tuple[bool, bool, int, str, str]:
    cost_m = 0 if row.offer is None else row.offer.cost_m
    return row.offer is None, row.is_barred, cost_m, row.courier_code, row.point_code
