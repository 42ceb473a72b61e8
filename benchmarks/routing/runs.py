"""One run of one solver on one published instance, in a process of its own, judged by the independent checker."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from benchmarks.routing.cases import Known

HOWS = {
    "two_echelon": ("ours", "pyvrp", "ortools"),
    "timed": ("ours",),
    "single": ("ours", "pyvrp", "ortools"),
}
"""Who is compared in each family; nobody else plans vehicles that wait for each other."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run gave: cost in the instance's convention, seconds on the wall and of the processor, broken rules."""

    known: Known
    how: str
    cost: float
    wall_s: float
    cpu_s: float
    violations: tuple[str, ...]

    @property
    def gap(self) -> float:
        """Return by how many percent the cost lies above the best known; nan without a valid plan or value."""
        if self.violations or self.known.best is None:
            return math.nan
        return 100 * (self.cost / self.known.best - 1)


def measure_all(
    cases: Sequence[Known], seconds: float, seed: int, jobs: int, *, cpu: bool = False
) -> list[list[Measured]]:
    """Return, for each instance, the runs of all solvers; each solver has one core and the same seconds.

    With `cpu` the seconds are the processor's, where a solver can be told so: on a busy machine the wall says little.
    """
    clock = time.process_time if cpu else time.perf_counter
    tasks = [(known, how, seconds, seed, clock) for known in cases for how in HOWS[known.family]]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as executor:
        done = {(one.known.path, one.how): one for one in executor.map(_measure, tasks)}
    return [[done[known.path, how] for how in HOWS[known.family]] for known in cases]


def _measure(task: tuple[Known, str, float, int, Callable[[], float]]) -> Measured:
    known, how, seconds, seed, clock = task
    run = _PREPARE[known.family](known, how, seed, clock)
    wall, cpu = time.perf_counter(), time.process_time()
    plan = run(seconds)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if plan is None:
        return Measured(known, how, math.nan, wall, cpu, ("no plan",))
    cost, violations = run.judge(plan)
    return Measured(known, how, cost, wall, cpu, violations)


class _Run:
    """A solver with its instance read and its loops compiled: only the search is timed."""

    def __init__(self, known: Known, how: str, seed: int, clock: Callable[[], float]) -> None:
        from routing.published.families import open_case

        self.known, self.how, self.seed, self.clock = known, how, seed, clock
        self.case = open_case(known.path)
        self.judge = self.case.judge
        if how == "ours":
            from routing.engine.budget import Budget

            self.case.solve(budget=Budget(rounds=1), seed=seed, cores=1)

    def __call__(self, seconds: float) -> object:
        if self.how == "ours":
            from routing.engine.budget import Budget

            return self.case.solve(budget=Budget(seconds=seconds, clock=self.clock), seed=self.seed, cores=1)
        return self.peer(seconds)

    def peer(self, seconds: float) -> object:
        """Return what the other solver finds."""
        raise NotImplementedError(f"{self.how} for {self.known.family}, {seconds} s")


class _Single(_Run):
    def peer(self, seconds: float) -> object:
        from benchmarks.routing.peers_single import plain_pyvrp, tuned_ortools
        from routing.published.single.read import read

        solve = plain_pyvrp if self.how == "pyvrp" else tuned_ortools
        return solve(read(self.known.path), seconds, self.seed, self.clock)


class _TwoEchelon(_Run):
    def peer(self, seconds: float) -> object:
        from benchmarks.routing.peers_two_echelon import sequential
        from routing.published.two_echelon.read import read_two_echelon

        return sequential(read_two_echelon(self.known.path), self.how, seconds, self.seed, self.clock)


_PREPARE = {"single": _Single, "two_echelon": _TwoEchelon, "timed": _Run}
