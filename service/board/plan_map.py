"""A plan drawn: kitchens, meal points, van legs, courier trips, and the figures beneath."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from kitchens.meals import Meal
from service.access import EVERYTHING, Reach
from service.board.heads import id_of
from service.board.names import shortened
from service.tables import (
    Courier,
    CourierRun,
    Elder,
    Kitchen,
    MealPoint,
    Plan,
    PlannedOrder,
    VanRun,
    VanStop,
    Visit,
)

LatLon = tuple[float, float]


@dataclass(frozen=True, slots=True)
class MapPlace:
    """A kitchen or a meal point in WGS-84."""

    code: str
    name: str
    at: LatLon


@dataclass(frozen=True, slots=True)
class MapLeg:
    """One van run as the line it drives, in straight pieces from place to place."""

    id: int
    code: str
    kitchen_code: str
    line: tuple[LatLon, ...]


@dataclass(frozen=True, slots=True)
class MapStop:
    """One door on the map: no name, no address."""

    visit_id: int
    number: int
    at: LatLon
    outcome: str | None


@dataclass(frozen=True, slots=True)
class MapRun:
    """One courier run: a line for each trip from its meal point, and the doors in order."""

    id: int
    code: str
    trips: tuple[tuple[LatLon, ...], ...]
    stops: tuple[MapStop, ...]


@dataclass(frozen=True, slots=True)
class PlanMap:
    """What the map of one plan shows."""

    kitchens: tuple[MapPlace, ...]
    points: tuple[MapPlace, ...]
    vans: tuple[MapLeg, ...]
    runs: tuple[MapRun, ...]


@dataclass(frozen=True, slots=True)
class RunLine:
    """One courier run in the list beside the map."""

    id: int
    code: str
    courier_name: str
    point_name: str
    doors: int
    boxes: int
    depart_s: int
    end_s: int
    metres: int
    least_spare_s: int


@dataclass(frozen=True, slots=True)
class VanLine:
    """One van run in the list beside the map."""

    id: int
    code: str
    kitchen_name: str
    points: tuple[str, ...]
    boxes: int
    depart_s: int
    back_s: int
    metres: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How good a plan is: what it costs, and what no plan of the same homes and boxes costs less than."""

    cost_m: int
    bound_m: int

    @property
    def above_percent(self) -> float:
        """How far above the best possible it is at most, rounded up to a tenth."""
        return math.ceil(1_000 * (self.cost_m - self.bound_m) / self.bound_m) / 10


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """The figures of a plan, counted from its rows. `standing` is for whoever sees the whole of it."""

    plan_id: int
    service_day: date
    meal: Meal
    version: int
    made_by: str
    travel_source: str
    fell_back: str
    marks: tuple[str, ...]
    published_at: datetime
    orders: int
    served: int
    left_out: int
    doors: int
    runs: tuple[RunLine, ...]
    vans: tuple[VanLine, ...]
    courier_metres: int
    van_metres: int
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class StopLine:
    """One door in the list of a run: a shortened name, no address."""

    visit_id: int
    number: int
    trip: int
    elder_number: str
    short_name: str
    boxes: int
    start_s: int
    latest_s: int
    outcome: str | None


def plan_map(session: Session, plan: Plan, reach: Reach) -> PlanMap:
    """Return what the map of `plan` shows as far as `reach` goes."""
    kitchens = {one.code: one for one in session.exec(select(Kitchen))}
    points = {one.code: one for one in session.exec(select(MealPoint))}
    vans = [
        MapLeg(run.id or 0, run.code, run.kitchen_code, _van_line(kitchens[run.kitchen_code], stops, points))
        for run, stops in _van_runs(session, plan, reach)
    ]
    runs = [_map_run(run, visits, points) for run, _, visits in _courier_runs(session, plan, reach)]
    supply = _supply(session, plan, reach)
    return PlanMap(
        kitchens=tuple(
            MapPlace(code, kitchens[code].name, (kitchens[code].lat, kitchens[code].lon))
            for code in sorted({kitchen for kitchen, _ in supply})
        ),
        points=tuple(
            MapPlace(code, points[code].name, (points[code].lat, points[code].lon))
            for code in sorted({point for _, point in supply})
        ),
        vans=tuple(vans),
        runs=tuple(runs),
    )


def plan_summary(session: Session, plan: Plan, reach: Reach) -> PlanSummary:
    """Return the figures of `plan`; the runs and the totals of their metres cover what `reach` covers."""
    rows = session.exec(select(col(PlannedOrder.reason)).where(PlannedOrder.plan_id == plan.id)).all()
    kitchens = {one.code: one.name for one in session.exec(select(Kitchen))}
    points = {one.code: one.name for one in session.exec(select(MealPoint))}
    runs = tuple(
        _run_line(run, courier, [visit for visit, _ in visits], points)
        for run, courier, visits in _courier_runs(session, plan, reach)
    )
    vans = tuple(
        VanLine(
            id=run.id or 0,
            code=run.code,
            kitchen_name=kitchens[run.kitchen_code],
            points=tuple(points[stop.meal_point_code] for stop in stops),
            boxes=sum(stop.boxes for stop in stops),
            depart_s=run.depart_s,
            back_s=run.back_s,
            metres=run.metres,
        )
        for run, stops in _van_runs(session, plan, reach)
    )
    return PlanSummary(
        plan_id=id_of(plan),
        service_day=plan.service_day,
        meal=Meal(plan.meal),
        version=plan.version,
        made_by=plan.made_by,
        travel_source=plan.travel_source,
        fell_back=plan.fell_back,
        marks=tuple(plan.marks),
        published_at=plan.published_at,
        orders=len(rows),
        served=sum(reason is None for reason in rows),
        left_out=sum(reason is not None for reason in rows),
        doors=sum(run.doors for run in runs),
        runs=runs,
        vans=vans,
        courier_metres=sum(run.metres for run in runs),
        van_metres=sum(van.metres for van in vans),
        standing=_standing(plan) if reach == EVERYTHING else None,
    )


def _standing(plan: Plan) -> Standing | None:
    """Return how good a plan is; None where no bound was found, or none that a share can be taken of."""
    if plan.cost_m is None or plan.bound_m is None or not 0 < plan.bound_m <= plan.cost_m:
        return None
    return Standing(plan.cost_m, plan.bound_m)


def list_stops(session: Session, plan: Plan, run_id: int, reach: Reach) -> tuple[RunLine, tuple[StopLine, ...]] | None:
    """Return one courier run of `plan` with its doors in order, or None if it is not within reach."""
    for run, courier, visits in _courier_runs(session, plan, reach):
        if run.id != run_id:
            continue
        points = {one.code: one.name for one in session.exec(select(MealPoint))}
        stops = tuple(
            StopLine(
                visit_id=visit.id or 0,
                number=visit.position,
                trip=visit.trip,
                elder_number=elder.number,
                short_name=shortened(elder.name),
                boxes=visit.boxes,
                start_s=visit.start_s,
                latest_s=visit.latest_s,
                outcome=visit.outcome,
            )
            for visit, elder in visits
        )
        return _run_line(run, courier, [visit for visit, _ in visits], points), stops
    return None


def _supply(session: Session, plan: Plan, reach: Reach) -> set[tuple[str, str]]:
    """Return the pairs of kitchen and meal point between which meals go."""
    wanted = (
        select(PlannedOrder.kitchen_code, PlannedOrder.meal_point_code)
        .where(PlannedOrder.plan_id == plan.id, col(PlannedOrder.reason).is_(None))
        .distinct()
    )
    if reach.kitchen:
        wanted = wanted.where(PlannedOrder.kitchen_code == reach.kitchen)
    if reach.meal_point:
        wanted = wanted.where(PlannedOrder.meal_point_code == reach.meal_point)
    return {(kitchen, point) for kitchen, point in session.exec(wanted) if kitchen and point}


def _van_runs(session: Session, plan: Plan, reach: Reach) -> list[tuple[VanRun, list[VanStop]]]:
    stops: defaultdict[int, list[VanStop]] = defaultdict(list)
    of_plan = select(VanRun.id).where(VanRun.plan_id == plan.id)
    for stop in session.exec(
        select(VanStop).where(col(VanStop.van_run_id).in_(of_plan)).order_by(col(VanStop.position))
    ):
        stops[stop.van_run_id].append(stop)
    wanted = select(VanRun).where(VanRun.plan_id == plan.id).order_by(col(VanRun.code))
    if reach.kitchen:
        wanted = wanted.where(VanRun.kitchen_code == reach.kitchen)
    return [
        (run, stops[run.id or 0])
        for run in session.exec(wanted)
        if not reach.meal_point or any(stop.meal_point_code == reach.meal_point for stop in stops[run.id or 0])
    ]


def _courier_runs(
    session: Session, plan: Plan, reach: Reach
) -> list[tuple[CourierRun, Courier, list[tuple[Visit, Elder]]]]:
    """Return the runs with their doors; a kitchen sees none, for no door is its business."""
    if reach.kitchen:
        return []
    of_plan = select(CourierRun.id).where(CourierRun.plan_id == plan.id)
    visits: defaultdict[int, list[tuple[Visit, Elder]]] = defaultdict(list)
    for visit, elder in session.exec(
        select(Visit, Elder)
        .join(Elder, col(Elder.number) == col(Visit.elder_number))
        .where(col(Visit.courier_run_id).in_(of_plan))
        .order_by(col(Visit.position))
    ):
        if not reach.meal_point or visit.meal_point_code == reach.meal_point:
            visits[visit.courier_run_id].append((visit, elder))
    wanted = (
        select(CourierRun, Courier)
        .join(Courier, col(Courier.code) == col(CourierRun.courier_code))
        .where(CourierRun.plan_id == plan.id)
        .order_by(col(CourierRun.code))
    )
    if reach.courier:
        wanted = wanted.where(CourierRun.courier_code == reach.courier)
    return [(run, courier, visits[run.id or 0]) for run, courier in session.exec(wanted) if visits[run.id or 0]]


def _van_line(kitchen: Kitchen, stops: list[VanStop], points: dict[str, MealPoint]) -> tuple[LatLon, ...]:
    home = (kitchen.lat, kitchen.lon)
    there = [points[stop.meal_point_code] for stop in stops]
    return (home, *((point.lat, point.lon) for point in there), home)


def _map_run(run: CourierRun, visits: list[tuple[Visit, Elder]], points: dict[str, MealPoint]) -> MapRun:
    trips: dict[int, list[LatLon]] = {}
    stops = []
    for visit, elder in visits:
        if elder.lat is None or elder.lon is None:
            # The position was taken away after the plan was made: the door stays in the list, not on the map.
            continue
        point = points[visit.meal_point_code]
        trips.setdefault(visit.trip, [(point.lat, point.lon)]).append((elder.lat, elder.lon))
        stops.append(MapStop(visit.id or 0, visit.position, (elder.lat, elder.lon), visit.outcome))
    return MapRun(run.id or 0, run.code, tuple(tuple(line) for line in trips.values()), tuple(stops))


def _run_line(run: CourierRun, courier: Courier, visits: list[Visit], points: dict[str, str]) -> RunLine:
    return RunLine(
        id=run.id or 0,
        code=run.code,
        courier_name=courier.name,
        point_name=points[visits[0].meal_point_code],
        doors=len(visits),
        boxes=sum(visit.boxes for visit in visits),
        depart_s=visits[0].depart_s,
        end_s=run.end_s,
        metres=run.metres,
        least_spare_s=min(visit.latest_s - visit.start_s for visit in visits),
    )
