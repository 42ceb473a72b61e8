"""Solve published two-echelon instances with windows and compare with the published values.

python -m benchmarks.timed [--seconds 10] [--cpu] [--seed 1] [--sets SetG-25,SetI-50] [--names rc104]
                           [--limit-per-set N]

The instances lie outside the repository, in `bench/2evrptw` of the folder that NUANFAN_SHARED_DATA names (else
`../shared/data` beside the repository), published values in `bench/bks.csv`. One line an instance, one a set. With
`--cpu` the limit is processor time of the one thread used: a busy machine changes nothing. The search is compiled, or
its machine code loaded, before the first instance.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from collections import defaultdict
from pathlib import Path

from routing.engine.budget import Budget
from routing.published.timed.check import check
from routing.published.timed.read import read_instance
from routing.published.timed.solve import solve

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description="Solve published two-echelon instances with windows.")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--cpu", action="store_true", help="limit processor time instead of wall time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sets", default="", help="only these sets, by comma")
    parser.add_argument("--names", default="", help="only instances whose name ends so, by comma")
    parser.add_argument("--limit-per-set", type=int, default=0)
    asked = parser.parse_args()
    bench = Path(os.environ.get("NUANFAN_SHARED_DATA") or ROOT.parent / "shared" / "data") / "bench"
    if not (bench / "bks.csv").is_file():
        print(f"skipped: no published instances in {bench}; set NUANFAN_SHARED_DATA")
        sys.exit(0)
    gaps: dict[str, list[float]] = defaultdict(list)
    refused = 0
    chosen = _chosen(bench, asked.sets, asked.names, asked.limit_per_set)
    _warm_up(chosen[0][1])
    print(f"{'instance':26}{'cost':>11}{'published':>11}{'gap %':>8}{'s':>7}  feasible")
    for name, path, published in chosen:
        cost, seconds, wrong = _solved(path, asked.seconds, asked.seed, cpu=asked.cpu)
        gap = 100.0 * (cost / published - 1.0) if published else None
        if gap is not None:
            gaps[name.split("_")[0]].append(gap)
        refused += wrong
        shown = f"{published:11.3f}{gap:8.2f}" if gap is not None else f"{'open':>11}{'':8}"
        print(f"{name:26}{cost:11.3f}{shown}{seconds:7.1f}  {'NO' if wrong else 'yes'}", flush=True)
    for name, values in gaps.items():
        best = sum(value < -1e-3 for value in values)
        print(
            f"{name:26} instances {len(values):3}  mean gap {sum(values) / len(values):6.2f} %  "
            f"worst {max(values):6.2f} %  better than published {best}"
        )
    print(f"plans the checker refuses: {refused} of {len(chosen)}")


def _chosen(bench: Path, sets: str, names: str, limit: int) -> list[tuple[str, Path, float | None]]:
    wanted = set(sets.split(",")) if sets else set()
    chosen: list[tuple[str, Path, float | None]] = []
    taken: dict[str, int] = defaultdict(int)
    with (bench / "bks.csv").open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            if line["family"] != "2evrptw" or (wanted and line["set"] not in wanted):
                continue
            if names and not line["instance"].endswith(tuple(names.split(","))):
                continue
            taken[line["set"]] += 1
            if not limit or taken[line["set"]] <= limit:
                published = float(line["value"]) if line["value"] else None
                chosen.append((line["instance"], bench / line["file"], published))
    if not chosen:
        sys.exit("no such instances")
    return chosen


def _warm_up(path: Path) -> None:
    begun = time.perf_counter()
    solve(read_instance(path), budget=Budget(rounds=1), seed=1)
    print(f"compiled or loaded in {time.perf_counter() - begun:.1f} s")


def _solved(path: Path, seconds: float, seed: int, *, cpu: bool) -> tuple[float, float, bool]:
    instance = read_instance(path)
    clock = time.thread_time if cpu else time.monotonic
    begun = clock()
    plan = solve(instance, budget=Budget(seconds=seconds, clock=clock), seed=seed)
    used = clock() - begun
    verdict = check(instance, plan)
    return verdict.cost, used, not verdict.is_feasible


if __name__ == "__main__":
    main()
