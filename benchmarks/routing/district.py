"""A made-up district, both echelons: every pipeline's plan judged by one checker and one account."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from random import Random

from benchmarks.district import ALL_DELIVERED, ORDINARY, District, made_up
from benchmarks.district import travel as travel_between
from benchmarks.routing.assemble import Index, index_of
from benchmarks.routing.peers_district import pyvrp_pipeline
from routing.check import check_runs
from routing.costs import costs_of
from routing.engine.plan import Effort, plan_runs
from routing.places import Place
from routing.plan import RunPlan
from routing.problem import Alternative, Consignment, Kitchen, MealPoint, RunProblem

KITCHENS = 3
Pipeline = Callable[[Index, float, int], RunPlan]


def several_kitchens(district: District, seed: int) -> RunProblem:
    """Return the made-up district with three kitchens in a row; a home may be served from any point of its kitchen."""
    one = made_up(district, seed)
    points = one.points
    lats, lons = [p.place.lat for p in points], [p.place.lon for p in points]
    middle = (min(lats) + max(lats)) / 2
    wide = max(lons) - min(lons)
    kitchens = tuple(
        Kitchen(f"k{n}", Place(middle, min(lons) + wide * (2 * n + 1) / (2 * KITCHENS))) for n in range(KITCHENS)
    )
    of = {point.point_id: _nearest(kitchens, point).kitchen_id for point in points}
    consignments = tuple(replace(owed, kitchen_id=of[owed.point_id]) for owed in one.consignments)
    homes = tuple(
        replace(
            home,
            kitchen_id=of[home.point_id],
            alternatives=tuple(
                Alternative(point)
                for point, kitchen in of.items()
                if kitchen == of[home.point_id] and point != home.point_id
            ),
        )
        for home in one.homes
    )
    return replace(
        one,
        kitchens=kitchens,
        consignments=consignments,
        homes=homes,
        vans=tuple(
            replace(one.vans[0], van_id=f"{k.kitchen_id}v{n}", kitchen_id=k.kitchen_id)
            for k in kitchens
            for n in range(_vans_for(k.kitchen_id, consignments, one.vans[0].capacity_boxes))
        ),
        van_travel=travel_between([*(k.place for k in kitchens), *(p.place for p in points)], 25, Random(seed)),
    )


def _nearest(kitchens: tuple[Kitchen, ...], point: MealPoint) -> Kitchen:
    return min(kitchens, key=lambda kitchen: abs(kitchen.place.lon - point.place.lon))


def _vans_for(kitchen_id: str, consignments: tuple[Consignment, ...], capacity: int) -> int:
    boxes = sum(one.boxes for one in consignments if one.kitchen_id == kitchen_id)
    return -(-boxes // capacity) + 1


def ours(index: Index, seconds: float, seed: int) -> RunPlan:
    """Return the engine's plan."""
    return plan_runs(index.problem, seed=seed, effort=replace(Effort.NORMAL.value, seconds=seconds))


def compare_district(seconds: float, seed: int, district: District = ALL_DELIVERED) -> None:
    """Print one line a pipeline: total, parts, who is left out, broken rules, seconds."""
    index = index_of(several_kitchens(district, seed))
    # Compiled loops are compiled or loaded before the clock.
    plan_runs(several_kitchens(replace(ORDINARY, homes=30, couriers=5, points=4), seed), seed=1, effort=Effort.QUICK)
    for name, pipeline in pipelines().items():
        wall, cpu = time.perf_counter(), time.process_time()
        plan = pipeline(index, seconds, seed)
        took = f"{time.perf_counter() - wall:6.1f} s ({time.process_time() - cpu:6.1f} cpu)"
        _show(name, index.problem, plan, took)


def pipelines() -> dict[str, Pipeline]:
    """Return every pipeline that can be run here by name; says aloud which one cannot."""
    from benchmarks.routing.peers_district_ortools import ortools_pipeline

    found: dict[str, Pipeline] = {"ours": ours, "pyvrp zone": pyvrp_pipeline, "ortools point": ortools_pipeline}
    if find_spec("vroom") is None:
        print("vroom: not installed (pip install pyvroom==1.15.2), left out of the comparison", flush=True)
    else:
        from benchmarks.routing.peers_vroom import vroom_pipeline

        found["vroom zone"] = vroom_pipeline
    return found


def _show(name: str, problem: RunProblem, plan: RunPlan, took: str) -> None:
    costs, wrong = costs_of(problem, plan), check_runs(problem, plan)
    vans = len({run.van_id for run in plan.van_runs})
    print(
        f"{name:14} {took}  total {costs.total_m:9,} m  vans {vans:2} {costs.vans_m:8,} m  "
        f"couriers {len(plan.courier_runs):3} {costs.couriers_m:8,} m  left out {len(plan.left_out_homes):3}  "
        f"violations {len(wrong)}",
        flush=True,
    )
    for violation in wrong[:5]:
        print("   ", violation, flush=True)
