"""From what is open to the field of a repair, and the rows of the running plan to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from routing.engine.repair.field import (
    ANYBODY,
    AS_THE_VEHICLE,
    FORBIDDEN,
    HUB,
    NEVER,
    ON_BOARD,
    STOP,
    VEHICLE,
    Field,
    Records,
    Rows,
    nearest_stops,
    nearest_vehicles,
    ways_of,
)
from routing.engine.repair.work import BIKE, BOARD, POINT, Source, Work
from routing.places import DAY_S, Window
from routing.plan import Visit
from routing.problem import Courier, Home
from routing.situation import CourierNow, RunningPlan
from routing.supply import may_go

ALWAYS = Window(0, 2 * DAY_S)


@dataclass(frozen=True, slots=True)
class Chart:
    """A field with the way back: stop i is `work.tasks[i]`, vehicle v is `couriers[v]`, hub d is `hubs[d]`."""

    work: Work
    field: Field
    couriers: tuple[Courier, ...]
    now: tuple[CourierNow, ...]
    hubs: tuple[Source, ...]


def chart_of(work: Work) -> Chart:
    """Return the field of all that is open and of all couriers who are not gone."""
    both = zip(work.problem.couriers, work.couriers, strict=True)
    pairs = [(courier, now) for courier, now in both if not now.gone]
    couriers, now = tuple(courier for courier, _ in pairs), tuple(now for _, now in pairs)
    hubs = tuple(sorted({task.source for task in work.tasks if task.source[0] != BOARD}))
    first = len(work.problem.points)
    doors = [first + task.home for task in work.tasks]
    stands = [_stand(work, hub) for hub in hubs]
    used = list(dict.fromkeys([*stands, *(one.at for one in now), *doors]))
    row_of = {place: row for row, place in enumerate(used)}
    travel, block = work.situation.ways(work.problem), np.ix_(used, used)
    ways = ways_of(travel.seconds[block], travel.metres[block])
    pair_cost = _pair_costs(work, couriers)
    stops = _stops(work, hubs, {one.courier_id: v for v, one in enumerate(couriers)})
    stops["place"] = [row_of[door] for door in doors]
    stops["choosy"] = pair_cost.any(axis=1)
    hub_records = _hubs(work, hubs)
    hub_records["place"] = [row_of[stand] for stand in stands]
    vehicles = _vehicles(work, couriers, now)
    vehicles["start"] = [row_of[one.at] for one in now]
    field = Field(
        ways=ways,
        stops=stops,
        hubs=hub_records,
        vehicles=vehicles,
        pair_cost=pair_cost,
        near=nearest_stops(ways, stops["place"]),
        near_vehicles=nearest_vehicles(ways, vehicles["start"], hub_records["place"]),
    )
    return Chart(work, field, couriers, now, hubs)


def _stand(work: Work, hub: Source) -> int:
    """Return the row of a hub in the situation's matrix."""
    kind, name = hub
    if kind == BIKE:
        return next(one.at for one in work.couriers if one.courier_id == name)
    return next(n for n, point in enumerate(work.problem.points) if point.point_id == name)


def _stops(work: Work, hubs: Sequence[Source], vehicle_of: dict[str, int]) -> Records:
    hub_at = {hub: d for d, hub in enumerate(hubs)}
    prices = work.problem.prices
    records = np.zeros(len(work.tasks), dtype=STOP)
    for i, task in enumerate(work.tasks):
        home: Home = work.problem.homes[task.home]
        kind, name = task.source
        due_s = NEVER if home.due_s is None or not prices.late_m_per_s else home.due_s
        records[i] = (
            0,
            home.boxes,
            hub_at.get(task.source, ON_BOARD),
            vehicle_of[name] if kind == BOARD else ANYBODY,
            max(task.release_s, work.situation.now_s),
            home.service_s,
            home.window.start_s,
            home.window.end_s,
            home.latest_s,
            due_s,
            prices.late_m_per_s,
            home.floors if prices.floor_m else 0,
            0,
        )
    return records


def _hubs(work: Work, hubs: Sequence[Source]) -> Records:
    points = {point.point_id: point for point in work.problem.points}
    records = np.zeros(len(hubs), dtype=HUB)
    for d, (kind, name) in enumerate(hubs):
        window = points[name].window if kind == POINT else ALWAYS
        takes_s = AS_THE_VEHICLE if kind == POINT else work.situation.hand_over_s
        records[d] = (0, window.start_s, window.end_s, takes_s, kind == POINT)
    return records


def _vehicles(work: Work, couriers: Sequence[Courier], now: Sequence[CourierNow]) -> Records:
    homes = {home.home_id: home for home in work.problem.homes}
    records = np.zeros(len(couriers), dtype=VEHICLE)
    for v, (courier, one) in enumerate(zip(couriers, now, strict=True)):
        records[v] = (
            0,
            max(one.free_s, work.situation.now_s),
            courier.shift.end_s,
            courier.capacity_boxes,
            sum(homes[home_id].boxes for home_id in one.on_board),
            courier.loading_s,
            max(0, courier.max_trips - one.trips),
            0 if one.done or one.on_board else courier.fixed_cost_m,
            courier.pace_percent,
            sum(homes[step.home_id].floors for step in one.done if isinstance(step, Visit)),
            work.problem.prices.floor_m,
        )
    return records


def _pair_costs(work: Work, couriers: Sequence[Courier]) -> Rows:
    """Return what familiarity takes off and a change of courier adds, and who must not go where."""
    prices, number = work.problem.prices, {one.courier_id: v for v, one in enumerate(couriers)}
    cost = np.zeros((len(work.tasks), len(couriers)), dtype=np.int64)
    for i, task in enumerate(work.tasks):
        home = work.problem.homes[task.home]
        for known in home.familiar if prices.familiar_m else ():
            if known in number:
                cost[i, number[known]] -= prices.familiar_m
        if prices.churn_m and home.former_courier_id is not None:
            cost[i] += prices.churn_m
            if home.former_courier_id in number:
                cost[i, number[home.former_courier_id]] -= prices.churn_m
        if home.certified_only or home.courier_id is not None or home.not_couriers:
            for v, courier in enumerate(couriers):
                if not may_go(courier, home) and task.source != (BOARD, courier.courier_id):
                    cost[i, v] = FORBIDDEN
    return cost


def rows_to_begin(chart: Chart, plan: RunningPlan) -> list[list[int]]:
    """Return what every vehicle still does in the running plan, without what it cannot do any more."""
    work = chart.work
    stop_of = {work.problem.homes[task.home].home_id: i for i, task in enumerate(work.tasks)}
    courses = {course.courier_id: course for course in plan.courses}
    rows = []
    for v, courier in enumerate(chart.couriers):
        course = courses.get(courier.courier_id)
        row: list[int] = []
        fetched: set[int] = set()
        for step in course.steps if course else ():
            if isinstance(step, Visit):
                i = stop_of.get(step.home_id)
                if i is not None and _still_his(chart, i, v, fetched):
                    row.append(i)
            else:
                hubs = sorted({int(chart.field.stops["hub"][stop_of[h]]) for h in step.home_ids if h in stop_of})
                meant = [d for d in hubs if d >= 0 and chart.hubs[d][1] in {step.point_id, step.bike_of}]
                row += [-1 - d for d in meant]
                fetched.update(meant)
        rows.append(row)
    return rows


def _still_his(chart: Chart, i: int, v: int, fetched: set[int]) -> bool:
    """Return whether vehicle `v` has the boxes of stop `i` on board, or fetches them before."""
    stop = chart.field.stops[i]
    return bool(stop["owner"] == v if stop["owner"] >= 0 else stop["hub"] in fetched)
