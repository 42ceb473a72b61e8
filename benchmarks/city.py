"""A made-up city planned zone by zone with exchange at the borders: seconds, memory, metres, who is left out.

    python -m benchmarks.city                                20,000 doors, 16 kitchens, two worker processes
    python -m benchmarks.city --homes 100000
    python -m benchmarks.city --homes 2500 --workers 1 --rounds-a-home 20

Kitchens stand in a grid, each in the middle of 1,250 doors; meal points are as far apart as in the made-up district.
"""

from __future__ import annotations

import argparse
import math
import resource
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from random import Random

from scipy.spatial import KDTree

from benchmarks.district import LAT_0, LON_0, M_PER_DEGREE, Clock
from routing.check import check_city
from routing.city import City
from routing.costs import city_costs
from routing.engine.city.plan import LIMITS, plan_city
from routing.engine.warm import warm_up
from routing.estimate import EstimatedTravel
from routing.places import Place, Window
from routing.problem import Alternative, Consignment, Courier, Home, Kitchen, MealPoint, Van

HOMES_A_KITCHEN, BLOCK_M = 1_250, 5_916
"""A kitchen's block has the area of the made-up district: 7 x 5 km."""

HOUR = 3600


@dataclass(frozen=True, slots=True)
class Size:
    """How large the made-up city is; all figures are inputs of a benchmark, none is measured."""

    homes: int
    points_a_kitchen: int = 51
    couriers_a_kitchen: int = 90
    vans_a_kitchen: int = 13
    choice: int = 1


def made_up_city(size: Size, seed: int) -> City:
    """Return the lunch of a made-up city; the same seed makes the same city."""
    random = Random(seed)
    kitchens, points, couriers, vans = [], [], [], []
    blocks = max(1, round(size.homes / HOMES_A_KITCHEN))
    wide = math.ceil(math.sqrt(blocks))
    for k in range(blocks):
        left, low = (k % wide) * BLOCK_M, (k // wide) * BLOCK_M
        kitchens.append(Kitchen(f"k{k}", _place(left + BLOCK_M / 2, low + BLOCK_M / 2)))
        own = [
            MealPoint(f"p{k}-{n}", _place(left + random.random() * BLOCK_M, low + random.random() * BLOCK_M), DAY)
            for n in range(size.points_a_kitchen)
        ]
        points += own
        order = random.sample(range(len(own)), len(own))
        for n in range(size.couriers_a_kitchen):
            spot = own[order[n % len(own)]].point_id
            couriers.append(Courier(f"c{k}-{n}", spot, random.choice((20, 25, 30, 40)), SHIFT))
        vans += [Van(f"v{k}-{n}", f"k{k}", 150, Window(9 * HOUR, 13 * HOUR)) for n in range(size.vans_a_kitchen)]
    homes = _homes(size, random, points, wide, blocks)
    boxes: Counter[str] = Counter()
    for home in homes:
        boxes[home.point_id] += home.boxes
    owed = tuple(
        Consignment(_kitchen_of(point), point.point_id, boxes[point.point_id], 9 * HOUR + 2_700, 11 * HOUR + 900)
        for point in points
    )
    return City(tuple(kitchens), tuple(points), tuple(vans), tuple(couriers), owed, homes, travel=EstimatedTravel())


DAY, SHIFT = Window(9 * HOUR, 14 * HOUR), Window(10 * HOUR, 12 * HOUR + 1_800)


def _place(x_m: float, y_m: float) -> Place:
    return Place(LAT_0 + y_m / M_PER_DEGREE, LON_0 + x_m / (M_PER_DEGREE * math.cos(math.radians(LAT_0))))


def _kitchen_of(point: MealPoint) -> str:
    return "k" + point.point_id[1:].split("-")[0]


def _homes(size: Size, random: Random, points: list[MealPoint], wide: int, blocks: int) -> tuple[Home, ...]:
    """Return homes spread over all blocks, each of its nearest meal point, with 1.25 meals a door on average.

    With a choice, the next nearest meal points of the same kitchen may serve a home too.
    """
    tree = KDTree([_flat(point.place) for point in points])
    homes = []
    for n in range(size.homes):
        k = random.randrange(blocks)
        place = _place((k % wide + random.random()) * BLOCK_M, (k // wide + random.random()) * BLOCK_M)
        near = [points[int(m)] for m in tree.query(_flat(place), k=list(range(1, size.choice + 1)))[1]]
        point, kitchen = near[0], _kitchen_of(near[0])
        others = tuple(Alternative(one.point_id) for one in near[1:] if _kitchen_of(one) == kitchen)
        start_s, end_s = 10 * HOUR + 2_700, 12 * HOUR + 600
        if random.random() < 0.2:
            start_s = 11 * HOUR + 60 * random.randrange(40)
            end_s = start_s + 1_800
        boxes = 2 if random.random() < 0.247 else 1
        window, service_s = Window(start_s, end_s), random.randrange(120, 181)
        eat_by_s = 12 * HOUR + 600
        homes.append(
            Home(f"h{n}", place, point.point_id, kitchen, (n,), boxes, window, service_s, eat_by_s, alternatives=others)
        )
    return tuple(homes)


def _flat(place: Place) -> tuple[float, float]:
    return place.lat, place.lon * math.cos(math.radians(LAT_0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--homes", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--choice", type=int, default=1, help="how many meal points may serve a home")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, help="end by the clock instead of by rounds")
    parser.add_argument("--rounds-a-home", type=int, default=LIMITS.rounds_a_home)
    chosen = parser.parse_args()
    city = made_up_city(Size(chosen.homes, choice=chosen.choice), chosen.seed)
    limits = replace(LIMITS, seconds=chosen.seconds, rounds_a_home=chosen.rounds_a_home)
    warm_up()
    begun_s = time.perf_counter()

    def report(stage: str, done: int, total: int) -> None:
        print(f"{time.perf_counter() - begun_s:7.1f} s  {stage} {done} of {total}", flush=True)

    clock = Clock()
    with ProcessPoolExecutor(chosen.workers, mp_context=get_context("spawn")) as executor:
        plan = plan_city(
            city, seed=chosen.seed, limits=limits, executor=executor, workers=chosen.workers, report=report
        )
    took, cpu_s = clock.read(), clock.used_cpu_s()
    costs, wrong = city_costs(city, plan), check_city(city, plan)
    print(
        f"{len(city.homes):,} doors, {len(city.points):,} meal points, {len(city.kitchens)} kitchens: {took}, "
        f"{1000 * cpu_s / len(city.homes):.2f} ms cpu a door"
    )
    print(
        f"in all {costs.total_m:,} m, couriers {len(plan.courier_runs):,}, left out {len(plan.left_out_homes)}, "
        f"violations {len(wrong)}"
    )
    for violation in wrong[:10]:
        print("   ", violation)
    for name, who in (("this process", resource.RUSAGE_SELF), ("largest worker", resource.RUSAGE_CHILDREN)):
        print(f"memory of {name}: {resource.getrusage(who).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main()
