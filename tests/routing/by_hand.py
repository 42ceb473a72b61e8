"""Plans written down by hand: who goes where, with the earliest times that follow from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from routing.check import check_runs
from routing.explain import Because, Cause, explain_home
from routing.plan import (
    CourierRun,
    LeftOutConsignment,
    LeftOutHome,
    MadeBy,
    Reason,
    RunPlan,
    Trip,
    VanRun,
    VanStop,
    Visit,
)
from routing.problem import Home, RunProblem
from tests.routing.towns import willow_lane, willow_lane_plan

LANE = willow_lane()
DRIVE = willow_lane_plan().van_runs[0]
"""Elm's boxes lie ready at 10:06:40, Oak's at 10:13:20."""

ELM_READY_S, OAK_READY_S = 36_400, 36_800

Rounds = Mapping[str, Sequence[tuple[str, Sequence[str]]]]
"""Courier -> trips, each a meal point and its doors in order."""


def by_hand(
    problem: RunProblem,
    rounds: Rounds,
    *,
    drives: Sequence[VanRun] = (DRIVE,),
    left: Mapping[str, LeftOutHome] | None = None,
    standing: Sequence[LeftOutConsignment] = (),
) -> RunPlan:
    """A plan of these rounds that the checker accepts; homes that no round visits are left out."""
    runs = tuple(_run(problem, who, trips, drives) for who, trips in rounds.items())
    served = {visit.home_id for run in runs for trip in run.trips for visit in trip.visits}
    out = tuple(
        (left or {}).get(home.home_id, LeftOutHome(home.home_id, Reason.NO_COURIER))
        for home in problem.homes
        if home.home_id not in served
    )
    plan = RunPlan(tuple(drives), runs, out, tuple(standing), MadeBy.PLAIN)
    assert check_runs(problem, plan) == ()
    return plan


def _run(
    problem: RunProblem, who: str, trips: Sequence[tuple[str, Sequence[str]]], drives: Sequence[VanRun]
) -> CourierRun:
    courier = next(one for one in problem.couriers if one.courier_id == who)
    points = {one.point_id: one for one in problem.points}
    homes = {one.home_id: one for one in problem.homes}
    names = [*points, *homes]
    ways = problem.courier_travel
    here, now, metres, made = courier.point_id, courier.shift.start_s, 0, []

    def go(there: str) -> int:
        nonlocal here, metres
        row, column = names.index(here), names.index(there)
        here, metres = there, metres + int(ways.metres[row, column])
        return -(-int(ways.seconds[row, column]) * courier.pace_percent // 100)

    for point_id, doors in trips:
        there_s = now + go(point_id)
        ready = [stop.ready_s for run in drives for stop in run.stops if stop.point_id == point_id]
        ready += [one.ready_s for one in problem.consignments if one.point_id == point_id and one.on_site]
        load_s = max(there_s, points[point_id].window.start_s, *ready)
        now, visits = load_s + courier.loading_s, []
        for door in doors:
            arrive_s = now + go(door)
            start_s = max(arrive_s, homes[door].window.start_s)
            now = start_s + homes[door].service_s
            visits.append(Visit(door, arrive_s, start_s, now))
        boxes = sum(homes[door].boxes for door in doors)
        made.append(Trip(point_id, load_s, load_s + courier.loading_s, boxes, tuple(visits)))
    return CourierRun(who, tuple(made), now, metres)


def drive(*stops: VanStop, depart_s: int, back_s: int, metres: int, van_id: str = "van") -> VanRun:
    return VanRun(van_id, "canteen", depart_s, tuple(stops), back_s, metres)


def with_home(problem: RunProblem, home_id: str, **changes: object) -> RunProblem:
    """The same town with one home changed."""
    homes = tuple(replace(one, **changes) if one.home_id == home_id else one for one in problem.homes)  # type: ignore[arg-type]
    return replace(problem, homes=homes)


def with_courier(problem: RunProblem, courier_id: str, **changes: object) -> RunProblem:
    couriers = tuple(replace(one, **changes) if one.courier_id == courier_id else one for one in problem.couriers)  # type: ignore[arg-type]
    return replace(problem, couriers=couriers)


def with_point(problem: RunProblem, point_id: str, **changes: object) -> RunProblem:
    points = tuple(replace(one, **changes) if one.point_id == point_id else one for one in problem.points)  # type: ignore[arg-type]
    return replace(problem, points=points)


def with_batch(problem: RunProblem, point_id: str, **changes: object) -> RunProblem:
    batches = tuple(replace(one, **changes) if one.point_id == point_id else one for one in problem.consignments)  # type: ignore[arg-type]
    return replace(problem, consignments=batches)


def on_site(problem: RunProblem) -> RunProblem:
    """The same town with the canteen's boxes at the meal points from 10:00 on, and no van."""
    return replace(problem, consignments=tuple(replace(one, on_site=True) for one in problem.consignments), vans=())


def causes(some: Sequence[Because]) -> list[Cause]:
    return [one.cause for one in some]


def values(some: Sequence[Because], cause: Cause) -> dict[str, str | int]:
    """The figures of the one fact with this cause."""
    found = [dict(one.values) for one in some if one.cause is cause]
    assert len(found) == 1, f"{cause}: {found} in {causes(some)}"
    return found[0]


def why(problem: RunProblem, plan: RunPlan, home_id: str) -> tuple[Because, ...]:
    return explain_home(problem, plan, home_id)


def home_of(problem: RunProblem, home_id: str) -> Home:
    return next(one for one in problem.homes if one.home_id == home_id)
