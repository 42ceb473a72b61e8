"""Lower bounds beside the plans they judge: bound, plan, gap, seconds and memory.

python -m benchmarks.bounds                       single meal points of 15, 30 and 60 homes
python -m benchmarks.bounds --district            1,250 homes all delivered, 51 meal points; --choice 4: four for each
python -m benchmarks.bounds --usual               as long as a plan of the day is looked at
python -m benchmarks.bounds --seconds 60 --seeds 1 2 3
"""

from __future__ import annotations

import argparse
import math
import resource
import time
from dataclasses import dataclass
from random import Random

from benchmarks.district import ALL_DELIVERED, LAT_0, LON_0, M_PER_DEGREE, made_up, travel, with_choice
from routing.bound import lower_bound, usual_rounds
from routing.costs import costs_of
from routing.engine.effort import Effort
from routing.engine.plan import plan_runs
from routing.places import Place, Window
from routing.problem import Consignment, Courier, Home, Kitchen, MealPoint, RunProblem, Van

TEN_S, ELEVEN_S = 36_000, 39_600
RADIUS_M = 1_000
BIKE_KMH, VAN_KMH = 15, 25


@dataclass(frozen=True, slots=True)
class Single:
    """One meal point: how many homes and couriers. All figures are inputs of a benchmark, none is measured."""

    homes: int
    couriers: int
    max_trips: int = 2


SINGLES = (Single(15, 2), Single(30, 2), Single(60, 4), Single(60, 3))


def single(size: Single, seed: int) -> RunProblem:
    """Return a meal point with homes within a kilometre, 20 meals a load, a window of 75 minutes, some of 30."""
    random = Random(seed)
    homes = []
    for n in range(size.homes):
        way_m, angle = RADIUS_M * math.sqrt(random.random()), random.uniform(0, 2 * math.pi)
        start_s, end_s = ELEVEN_S, ELEVEN_S + 4_500
        if random.random() < 0.2:
            start_s = ELEVEN_S + 60 * random.randrange(45)
            end_s = start_s + 1_800
        place = _place(way_m * math.cos(angle), way_m * math.sin(angle))
        window = Window(start_s, end_s)
        boxes, service_s = random.choice((1, 1, 1, 2)), random.randrange(120, 181)
        homes.append(Home(f"h{n}", place, "p", "k", (n,), boxes, window, service_s, end_s))
    kitchen, point = Kitchen("k", _place(2_000, 1_500)), MealPoint("p", _place(0, 0), Window(TEN_S, TEN_S + 4 * 3600))
    shift = Window(TEN_S, TEN_S + 3 * 3600)
    return RunProblem(
        kitchens=(kitchen,),
        points=(point,),
        vans=(Van("v", "k", 150, shift),),
        couriers=tuple(Courier(f"c{n}", "p", 20, shift, max_trips=size.max_trips) for n in range(size.couriers)),
        consignments=(Consignment("k", "p", sum(h.boxes for h in homes), TEN_S - 900, ELEVEN_S),),
        homes=tuple(homes),
        van_travel=travel([kitchen.place, point.place], VAN_KMH, random),
        courier_travel=travel([point.place, *(h.place for h in homes)], BIKE_KMH, random),
    )


def _place(east_m: float, north_m: float) -> Place:
    return Place(LAT_0 + north_m / M_PER_DEGREE, LON_0 + east_m / (M_PER_DEGREE * math.cos(math.radians(LAT_0))))


def measure(name: str, problem: RunProblem, effort: Effort, seed: int, seconds: float | None) -> None:
    """Print plan, bound and gap of one problem; the usual rounds where no seconds are given."""
    begun_s = time.process_time()
    plan = plan_runs(problem, seed=seed, effort=effort)
    planned_s = time.process_time() - begun_s
    begun_s = time.process_time()
    rounds = usual_rounds(problem) if seconds is None else None
    if seconds is None and rounds is None:
        print(f"{name}: too many doors for the usual look")
        return
    bound = lower_bound(problem, plan=plan, seconds=seconds, rounds=rounds)
    bounded_s = time.process_time() - begun_s
    costs = costs_of(problem, plan)
    gap = 100 * (costs.total_m - bound.cost_m) / costs.total_m if costs.total_m else 0.0
    print(
        f"{name:22} seed {seed}  plan {costs.total_m:8,} m ({planned_s:5.1f} s, couriers {len(plan.courier_runs):2}, "
        f"left out {len(plan.left_out_homes)})  bound {bound.cost_m:8,} m ({bounded_s:5.1f} s)  gap {gap:5.2f} %  "
        f"vans {bound.vans_m:,} of {costs.vans_m + costs.van_use_m:,}  couriers {bound.couriers_m:,} of "
        f"{costs.couriers_m + costs.courier_use_m:,}  {'ended' if bound.proven else 'cut off'}  "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--district", action="store_true")
    parser.add_argument("--choice", type=int, default=1, help="how many meal points may serve a home of the district")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--usual", action="store_true")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--effort", choices=[effort.name for effort in Effort], default="NORMAL")
    chosen = parser.parse_args()
    seconds = None if chosen.usual else chosen.seconds
    for seed in chosen.seeds:
        if chosen.district:
            problem = with_choice(made_up(ALL_DELIVERED, seed), chosen.choice)
            measure("district", problem, Effort[chosen.effort], seed, seconds)
            continue
        for size in SINGLES:
            name = f"{size.homes} homes, {size.couriers} couriers"
            measure(name, single(size, seed), Effort[chosen.effort], seed, seconds)


if __name__ == "__main__":
    main()
