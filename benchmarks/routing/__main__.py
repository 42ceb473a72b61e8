"""Our engine beside the best pipelines of others, on published instances and on a made-up district.

    python -m benchmarks.routing                                          everything there is, 10 s each: hours
    python -m benchmarks.routing --families single --limit 2 --seconds 5  two instances of each folder

Every solver gets one core, the same seconds and the same seed, and every plan the same independent checker. Gaps are in
percent over the best known value; a dash is a run without a valid plan or without such a value. With --cpu seconds are
the processor's for everybody but OR-Tools and VROOM.
"""

from __future__ import annotations

import argparse
import math
import platform
import statistics
from collections import defaultdict
from importlib.metadata import version

from benchmarks.routing.cases import list_known
from benchmarks.routing.district import compare_district
from benchmarks.routing.runs import Measured, measure_all

PUBLISHED = ("two_echelon", "timed", "single")
FAMILIES = (*PUBLISHED, "district")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--families", default=",".join(FAMILIES))
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--limit", type=int, help="instances of each folder")
    parser.add_argument("--jobs", type=int, default=1, help="runs at the same time")
    parser.add_argument("--cpu", action="store_true", help="seconds of the processor, where a solver can be told so")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    asked = chosen.families.split(",")
    if unknown := set(asked) - set(FAMILIES):
        parser.error(f"expected families out of {', '.join(FAMILIES)}, got {', '.join(sorted(unknown))}")
    packages = ", ".join(f"{name} {version(name)}" for name in ("numba", "numpy", "ortools", "pyvrp"))
    print(f"{platform.machine()}, Python {platform.python_version()}, {packages}; seed {chosen.seed}", flush=True)
    for family in asked:
        print(f"\n{family}, {chosen.seconds:g} s, one core each", flush=True)
        if family == "district":
            compare_district(chosen.seconds, chosen.seed)
        else:
            cases = list_known(family, chosen.limit)
            show(measure_all(cases, chosen.seconds, chosen.seed, chosen.jobs, cpu=chosen.cpu))


def show(rows: list[list[Measured]]) -> None:
    """Print a line an instance, then the means of each folder."""
    means: dict[tuple[str, str], list[Measured]] = defaultdict(list)
    for row in rows:
        cells = []
        for one in row:
            means[one.known.folder, one.how].append(one)
            cells.append(f"{one.how} {one.cost:12.2f} {_percent(one.gap)} {one.wall_s:5.1f} s ({one.cpu_s:5.1f} cpu)")
        print(f"{row[0].known.name:34} {'  '.join(cells)}", flush=True)
    for (folder, how), runs in sorted(means.items()):
        gaps = [one.gap for one in runs if not math.isnan(one.gap)]
        valid = sum(not one.violations for one in runs)
        mean = _percent(statistics.fmean(gaps) if gaps else math.nan)
        print(f"mean of {folder:10} {how:8} {mean}  worst {_percent(max(gaps, default=math.nan))}", end="")
        print(f"  valid {valid} of {len(runs)}, compared {len(gaps)}")


def _percent(gap: float) -> str:
    return "     –  " if math.isnan(gap) else f"{gap:6.2f} %"


if __name__ == "__main__":
    main()
