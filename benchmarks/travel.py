"""How long travel matrices take, and how far the estimate is from real streets: `python -m benchmarks.travel`.

The error is measured where the shared data is (see `SHARED`): 1,300 doors up to 40 m off random junctions of western
Futian, Shenzhen, the estimate against the road graph of the same streets, pairs at least 50 m apart.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from random import Random

import numpy as np

from routing.estimate import EstimatedTravel, great_circle_m
from routing.places import Place
from routing.road_table import read_roads
from routing.roads import RoadGraph
from routing.travel import UNREACHABLE_S, Mode, TravelTimes

SHARED = Path(os.environ.get("NUANFAN_SHARED_DATA") or Path(__file__).resolve().parents[1].parent / "shared" / "data")
SIZES = (100, 325, 650, 1300)
RUNS = 3
DOOR_OFF_DEG = 0.0004


def main() -> None:
    random = Random(1)
    somewhere = [Place(23.05 + random.random() * 0.07, 113.23 + random.random() * 0.15) for _ in range(max(SIZES))]
    print("estimate, best of", RUNS)
    _print_seconds(EstimatedTravel(), somewhere)
    nodes, edges = (SHARED / "geo" / f"shenzhen_futian_{name}.csv" for name in ("nodes", "edges"))
    if not (nodes.is_file() and edges.is_file()):
        print(f"road graph and error not measured: no {nodes.name} in the shared data (set NUANFAN_SHARED_DATA)")
        return
    start = time.perf_counter()
    roads = read_roads(nodes, edges)
    graph = RoadGraph(roads)
    print(f"road graph: {len(roads.junctions)} junctions, {len(roads.length_m)} stretches read in", end=" ")
    print(f"{time.perf_counter() - start:.2f} s; best of {RUNS}")
    doors = [_door(random, roads.junctions[random.randrange(len(roads.junctions))]) for _ in range(max(SIZES))]
    _print_seconds(graph, doors)
    for mode in Mode:
        _print_error(graph, doors, mode)


def _door(random: Random, junction: np.ndarray) -> Place:
    north, east = ((random.random() * 2 - 1) * DOOR_OFF_DEG for _ in range(2))
    return Place(float(junction[0]) + north, float(junction[1]) + east)


def _print_seconds(travel: TravelTimes, places: list[Place]) -> None:
    for size in SIZES:
        for mode in Mode:
            took_s = []
            for _ in range(RUNS):
                start = time.perf_counter()
                travel.matrix(places[:size], mode)
                took_s.append(time.perf_counter() - start)
            print(f"  {size:5d} x {size:<5d} {mode.value:8s} {min(took_s):7.3f} s")


def _print_error(graph: RoadGraph, doors: list[Place], mode: Mode) -> None:
    real, guess = graph.matrix(doors, mode), EstimatedTravel().matrix(doors, mode)
    straight_m = great_circle_m(doors)
    has_way = (real.seconds < UNREACHABLE_S) & (real.seconds > 0) & (straight_m >= 50)
    print(f"estimate against roads, {mode.value}: {has_way.sum()} pairs, {len(real.off_road)} doors off the road")
    for name, least_m, most_m in (
        ("all", 50, 1e9),
        ("50-700 m", 50, 700),
        ("0.7-3 km", 700, 3e3),
        ("> 3 km", 3e3, 1e9),
    ):
        pairs = has_way & (straight_m >= least_m) & (straight_m < most_m)
        error = guess.seconds[pairs] / real.seconds[pairs] - 1
        total = guess.seconds[pairs].sum() / real.seconds[pairs].sum() - 1
        print(
            f"  {name:9s} MdAPE {np.median(np.abs(error)):.3f}  p90 {np.percentile(np.abs(error), 90):.3f}"
            f"  bias: median {np.median(error):+.3f}, mean {error.mean():+.3f}, of the sum {total:+.3f}"
        )


if __name__ == "__main__":
    main()
