"""The published two-echelon instances (2E-CVRP): cost and gap to the best known plan, instance by instance.

`python -m benchmarks.two_echelon [--seconds 10] [--sets Set2a,Set5] [--limit-per-set N] [--jobs 1]`. The instances and
`bks.csv` are found through NUANFAN_SHARED_DATA or beside the repository; without them it says so and ends.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import NamedTuple

from routing.engine.budget import Budget
from routing.published.two_echelon.check import check_two_echelon
from routing.published.two_echelon.read import read_two_echelon
from routing.published.two_echelon.solve import solve

SAME = 1e-4
"""A cost within this share of the reference has reached it: references are rounded."""


class Line(NamedTuple):
    """One instance solved."""

    family: str
    name: str
    customers: int
    cost: float
    reference: float
    violations: int

    @property
    def gap(self) -> float:
        """Share of the reference that the cost is above it."""
        return self.cost / self.reference - 1


def folder() -> Path:
    data = os.environ.get("NUANFAN_SHARED_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(data) / "bench"


def listed(bench: Path, sets: set[str], limit: int | None) -> list[dict[str, str]]:
    with (bench / "bks.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["family"] == "2ecvrp"]
    chosen: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        if not sets or row["set"] in sets:
            chosen[row["set"]].append(row)
    return [row for rows in chosen.values() for row in rows[:limit]]


def measure(row: dict[str, str], seconds: float, seed: int, *, cpu: bool) -> Line:
    """Solve one instance after a short first call, which is start-up and not counted."""
    instance = read_two_echelon(folder() / row["file"])
    solve(instance, budget=Budget(rounds=300), seed=seed)
    budget = Budget(seconds=seconds, clock=time.thread_time if cpu else time.monotonic)
    account = check_two_echelon(instance, solve(instance, budget=budget, seed=seed))
    known = [float(row[key]) for key in ("value", "cited_value") if row[key]]
    return Line(row["set"], row["instance"], len(instance.demand), account.cost, min(known), len(account.violations))


def show(lines: list[Line]) -> None:
    by_set: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_set[line.family].append(line)
    for family, members in by_set.items():
        print(f"{family}: mean gap {100 * _mean(members):.3f} % over {len(members)}")
    small = [line for line in lines if line.customers <= 51]
    if small:
        reached = sum(line.gap <= SAME for line in small)
        print(f"up to 51 customers: {reached} of {len(small)} at the reference or better")
    for title, members in (
        ("Sets 2-6", [line for line in lines if line.family != "Set7"]),
        ("Set 7", by_set["Set7"]),
    ):
        if members:
            worst = max(members, key=lambda line: line.gap)
            print(f"{title}: mean {100 * _mean(members):.3f} %, worst {100 * worst.gap:.3f} % ({worst.name})")


def _mean(lines: list[Line]) -> float:
    return sum(line.gap for line in lines) / len(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--sets", default="", help="sets between commas; all without")
    parser.add_argument("--limit-per-set", type=int)
    parser.add_argument("--jobs", type=int, default=1, help="instances at a time, a process each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cpu", action="store_true", help="seconds of the thread's CPU instead of the wall's")
    given = parser.parse_args()
    if not (folder() / "bks.csv").is_file():
        print(f"skipped: the instances are not here (looked in {folder()}); set NUANFAN_SHARED_DATA")
        return
    rows = listed(folder(), {name for name in given.sets.split(",") if name}, given.limit_per_set)
    lines = []
    with ProcessPoolExecutor(given.jobs) as pool:
        for line in pool.map(_measured, rows, repeat((given.seconds, given.seed, given.cpu))):
            wrong = f"  {line.violations} VIOLATIONS" if line.violations else ""
            print(f"{line.name:34s}{line.cost:12.4f}{line.reference:12.4f}{100 * line.gap:9.3f} %{wrong}", flush=True)
            lines.append(line)
    show(lines)


def _measured(row: dict[str, str], how: tuple[float, int, bool]) -> Line:
    return measure(row, how[0], how[1], cpu=how[2])


if __name__ == "__main__":
    main()
