"""Strips: the couriers along the border of two zones searched together, with the vans as they are.

What the vans have brought lies where it lies, so a strip is a meal whose kitchen stands at every meal point.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from routing.city import City
from routing.costs import costs_of
from routing.engine.budget import Budget
from routing.engine.couriers import Trips, courier_chart, rides_of
from routing.engine.search.search import Search
from routing.insertion import supplied_ground, waiting_homes
from routing.lots import Lies
from routing.plan import CourierRun, LeftOutHome, MadeBy, RunPlan
from routing.problem import Consignment, Courier, Home, Kitchen, MealPoint, RunProblem
from routing.reasons import left_out_homes
from routing.runs import courier_runs

HOT_M, COLD_M = 500.0, 3.0
"""Heats of the annealing: both sides are good plans already."""

NO_HURRY_S = 2 * 24 * 3600
ON_SITE = "on-site"


@dataclass(frozen=True, slots=True)
class Strip:
    """The couriers along a border with their present runs, as a meal whose boxes lie at the meal points already."""

    city: City
    runs: tuple[CourierRun, ...]


@dataclass(frozen=True, slots=True)
class Exchanged:
    """New runs for the couriers of a strip, and who of its homes then has none."""

    runs: tuple[CourierRun, ...]
    left_out_homes: tuple[LeftOutHome, ...]


def strip_of(
    city: City,
    couriers: Sequence[Courier],
    runs: Sequence[CourierRun],
    homes: Sequence[Home],
    lies: Mapping[str, Lies],
    points: Mapping[str, MealPoint],
) -> Strip:
    """Return the strip of these couriers and homes; each home is served from where its boxes lie, or not at all."""
    at_point = [
        replace(
            home,
            point_id=lies[home.home_id].point_id,
            kitchen_id=ON_SITE,
            batch=str(lies[home.home_id].release_s),
            alternatives=(),
        )
        for home in homes
    ]
    boxes: Counter[tuple[str, str]] = Counter()
    for home in at_point:
        boxes[home.point_id, home.batch] += home.boxes
    used = sorted({home.point_id for home in at_point} | {courier.point_id for courier in couriers})
    lots = tuple(
        Consignment(ON_SITE, point_id, owed, int(batch), NO_HURRY_S, on_site=True, batch=batch)
        for (point_id, batch), owed in sorted(boxes.items())
    )
    meal = replace(
        city,
        kitchens=(Kitchen(ON_SITE, points[used[0]].place),),
        points=tuple(replace(points[point_id], capacity_boxes=None) for point_id in used),
        vans=(),
        couriers=tuple(couriers),
        consignments=lots,
        homes=tuple(at_point),
    )
    return Strip(meal, tuple(runs))


def exchanged(strip: Strip, budget: Budget, seed: int) -> Exchanged | None:
    """Return better runs for the couriers of a strip, None where none were found."""
    problem = strip.city.problem()
    ground, hopeless = supplied_ground(problem, ())
    chart = courier_chart(problem, problem, ground, {})
    search = Search(chart.field, seed)
    search.set_rows(chart.rows(_trips(problem, strip.runs)))
    search.fill()
    search.improve(budget, HOT_M, COLD_M)
    rides = rides_of(ground, chart.trips(search.rows))
    runs = tuple(courier_runs(problem, rides))
    if _worth(problem, runs) >= _worth(problem, strip.runs):
        return None
    served = visited(runs)
    left = [n for n in waiting_homes(ground) if problem.homes[n].home_id not in served]
    return Exchanged(runs, tuple(left_out_homes(problem, rides, hopeless, left)))


def visited(runs: Iterable[CourierRun]) -> set[str]:
    """Return the homes that some couriers visit."""
    return {visit.home_id for run in runs for trip in run.trips for visit in trip.visits}


def _worth(problem: RunProblem, runs: tuple[CourierRun, ...]) -> tuple[int, int]:
    """Return boxes left out and metres with prices."""
    plan = RunPlan((), runs, (), (), MadeBy.ENGINE)
    return _without(problem.homes, visited(runs)), costs_of(problem, plan).total_m


def _without(homes: Iterable[Home], served: Collection[str]) -> int:
    return sum(home.boxes for home in homes if home.home_id not in served)


def _trips(problem: RunProblem, runs: Iterable[CourierRun]) -> Trips:
    point_at = {point.point_id: n for n, point in enumerate(problem.points)}
    home_at = {home.home_id: n for n, home in enumerate(problem.homes)}
    of = {run.courier_id: run.trips for run in runs}
    return [
        [
            (point_at[trip.point_id], [home_at[visit.home_id] for visit in trip.visits])
            for trip in of.get(courier.courier_id, ())
        ]
        for courier in problem.couriers
    ]
