"""A made-up district of one meal, planned and checked: seconds, metres, couriers, who is left out.

    python -m benchmarks.district                    an ordinary lunch: 250 homes, 24 couriers
    python -m benchmarks.district --all-delivered    every meal to a door: 1,250 homes, 90 couriers
    python -m benchmarks.district --all-delivered --choice 4 --seconds 30 --workers 2 --engines plain engine ortools

7 x 5 km, 51 meal points, 1,559 meals, vans of 150 boxes; homes lie within about a kilometre of their meal point.
"""

from __future__ import annotations

import argparse
import math
import resource
import time
from collections import Counter
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from routing.check import check_runs
from routing.costs import costs_of
from routing.engine.ortools import plan as ortools
from routing.engine.plan import Effort, plan_runs
from routing.engine.warm import warm_up
from routing.insertion import plan_runs_plain
from routing.places import Place, Window
from routing.plan import RunPlan
from routing.problem import Alternative, Consignment, Courier, Home, Kitchen, MealPoint, RunProblem, Van
from routing.travel import TravelMatrix, TravelSource

DETOUR = 1.35
LAT_0, LON_0 = 30.0, 120.0
M_PER_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True)
class District:
    """How large the made-up district is. All figures are inputs of a benchmark, none is measured."""

    homes: int
    couriers: int
    points: int = 51
    max_trips: int = 2
    meals: int = 1_559
    vans: int = 11
    width_m: int = 7_000
    height_m: int = 5_000


ORDINARY = District(homes=250, couriers=24, max_trips=4)
ALL_DELIVERED = District(homes=1_250, couriers=90)


def made_up(district: District, seed: int) -> RunProblem:
    """Return the lunch of a made-up district; the same seed makes the same district."""
    random = Random(seed)
    points = [
        MealPoint(f"p{n}", _place(random.uniform(0, district.width_m), random.uniform(0, district.height_m)), _h(9, 14))
        for n in range(district.points)
    ]
    homes = _homes(district, random, points)
    couriers = tuple(
        Courier(
            f"c{n}",
            f"p{spot}",
            random.choice((20, 25, 30, 40)),
            Window(_at(10), _at(12, 30)),
            max_trips=district.max_trips,
        )
        for n, spot in enumerate(_spread(district, random))
    )
    kitchen = Kitchen("k", _place(district.width_m / 2, district.height_m / 2))
    vans = tuple(Van(f"v{n}", "k", 150, Window(_at(9), _at(13))) for n in range(district.vans))
    consignments = tuple(
        Consignment("k", point.point_id, boxes, _at(9, 45), _at(11, 15))
        for point, boxes in zip(points, _boxes(district, points, homes), strict=True)
    )
    return RunProblem(
        kitchens=(kitchen,),
        points=tuple(points),
        vans=vans,
        couriers=couriers,
        consignments=consignments,
        homes=homes,
        van_travel=travel([kitchen.place, *(p.place for p in points)], 25, random),
        courier_travel=travel([*(p.place for p in points), *(h.place for h in homes)], 14, random),
    )


def _at(hour: int, minute: int = 0) -> int:
    return hour * 3600 + minute * 60


def _h(start: int, end: int) -> Window:
    return Window(_at(start), _at(end))


def _place(x_m: float, y_m: float) -> Place:
    return Place(LAT_0 + y_m / M_PER_DEGREE, LON_0 + x_m / (M_PER_DEGREE * math.cos(math.radians(LAT_0))))


def _spread(district: District, random: Random) -> list[int]:
    """Return where the couriers stand: one a point as far as they go, then the round begins again."""
    order = random.sample(range(district.points), district.points)
    return [order[n % district.points] for n in range(district.couriers)]


def _homes(district: District, random: Random, points: list[MealPoint]) -> tuple[Home, ...]:
    """Return homes spread over the district, each of its nearest meal point, with 1.25 meals a door on average."""
    homes = []
    for n in range(district.homes):
        place = _place(random.uniform(0, district.width_m), random.uniform(0, district.height_m))
        point = min(points, key=lambda p: _straight_m(p.place, place))
        start_s, end_s = _at(10, 45), _at(12, 10)
        if random.random() < 0.2:
            start_s = _at(11) + 60 * random.randrange(40)
            end_s = start_s + 1_800
        boxes = 2 if random.random() < 0.247 else 1
        window = Window(start_s, end_s)
        service_s = random.randrange(120, 181)
        orders = tuple(range(10 * n, 10 * n + boxes))
        homes.append(Home(f"h{n}", place, point.point_id, "k", orders, boxes, window, service_s, _at(12, 10)))
    return tuple(homes)


def _boxes(district: District, points: list[MealPoint], homes: tuple[Home, ...]) -> list[int]:
    """Return the boxes of each point: those for its homes, and its share of the tables up to all meals."""
    doors = Counter[str]()
    for home in homes:
        doors[home.point_id] += home.boxes
    tables, rest = divmod(max(0, district.meals - sum(doors.values())), len(points))
    return [max(1, doors[p.point_id] + tables + (n < rest)) for n, p in enumerate(points)]


def _straight_m(a: Place, b: Place) -> float:
    dx = (a.lon - b.lon) * math.cos(math.radians(LAT_0))
    return M_PER_DEGREE * math.hypot(dx, a.lat - b.lat)


def travel(places: list[Place], speed_kmh: float, random: Random) -> TravelMatrix:
    """Return straight lines times the detour, with up to 8 % more on each one-way."""
    lat = np.array([p.lat for p in places]) * M_PER_DEGREE
    lon = np.array([p.lon for p in places]) * M_PER_DEGREE * math.cos(math.radians(LAT_0))
    straight = np.hypot(lat[:, None] - lat[None, :], lon[:, None] - lon[None, :])
    noise = 1 + 0.08 * np.random.default_rng(random.randrange(1 << 30)).random(straight.shape)
    metres = np.ceil(straight * DETOUR * noise)
    np.fill_diagonal(metres, 0)
    seconds = np.ceil(metres / (speed_kmh / 3.6))
    return TravelMatrix(seconds.astype(np.int32), metres.astype(np.int32), TravelSource.ESTIMATE)


class Clock:
    """Seconds on the wall and of all cores since it was made; a busy machine shows in the difference."""

    def __init__(self) -> None:
        self.wall_s, self.cpu_s = time.perf_counter(), _cpu_s()

    def read(self) -> str:
        """Return both as words."""
        return f"{time.perf_counter() - self.wall_s:6.1f} s ({self.used_cpu_s():5.1f} s cpu)"

    def used_cpu_s(self) -> float:
        """Return the seconds of all cores, those of ended children included."""
        return _cpu_s() - self.cpu_s


def _cpu_s() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def describe(name: str, problem: RunProblem, plan: RunPlan, took: str) -> None:
    """Print one line of figures; a violation is printed in full."""
    riding_m = sum(run.metres for run in plan.courier_runs)
    driving_m = sum(run.metres for run in plan.van_runs)
    vans = len({run.van_id for run in plan.van_runs})
    why = dict(Counter(str(left.reason) for left in plan.left_out_homes))
    wrong, total_m = check_runs(problem, plan), costs_of(problem, plan).total_m
    print(
        f"{name:16} {took}  vans {vans:2} {driving_m:7,} m  couriers {len(plan.courier_runs):2} "
        f"{riding_m:7,} m  in all {total_m:9,} m  "
        f"left out {len(plan.left_out_homes)} {why or ''}  violations {len(wrong)}",
        flush=True,
    )
    for violation in wrong[:10]:
        print("   ", violation)


def with_choice(problem: RunProblem, points: int) -> RunProblem:
    """Return the same lunch with the nearest `points` meal points open to every home."""
    if points <= 1:
        return problem
    ride_m = problem.courier_travel.metres[: len(problem.points), len(problem.points) :]
    homes = []
    for home, column in zip(problem.homes, ride_m.T, strict=True):
        near = [problem.points[int(n)].point_id for n in np.argsort(column, kind="stable")[:points]]
        others = tuple(Alternative(point_id) for point_id in near if point_id != home.point_id)
        homes.append(replace(home, alternatives=others))
    return replace(problem, homes=tuple(homes))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all-delivered", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plan-seed", type=int, help="seed of the search, where it is not that of the district")
    parser.add_argument("--effort", choices=[effort.name for effort in Effort], default="NORMAL")
    parser.add_argument("--seconds", type=float, help="end by the clock instead of by rounds")
    parser.add_argument("--cpu", action="store_true", help="seconds are the processor's: for a busy machine")
    parser.add_argument("--choice", type=int, default=1, help="how many meal points may serve a home")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--engines", nargs="+", choices=["plain", "engine", "ortools"], default=["plain", "engine"])
    chosen = parser.parse_args()
    problem = with_choice(made_up(ALL_DELIVERED if chosen.all_delivered else ORDINARY, chosen.seed), chosen.choice)
    warm_up()
    seed = chosen.seed if chosen.plan_seed is None else chosen.plan_seed
    clock_of_run = time.process_time if chosen.cpu else time.monotonic
    limits = replace(Effort[chosen.effort].value, seconds=chosen.seconds, clock=clock_of_run)
    for engine in chosen.engines:
        clock = Clock()
        if engine == "plain":
            plan = plan_runs_plain(problem)
        elif engine == "engine":
            plan = plan_runs(problem, seed=seed, effort=limits, workers=chosen.workers)
        else:
            plan = ortools.plan_runs(problem, seed=seed, effort=ortools.Effort[chosen.effort])
        describe(engine, problem, plan, clock.read())


if __name__ == "__main__":
    main()
