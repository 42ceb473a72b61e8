"""Both echelons of one meal by the solver: first the vans, then the couriers, then again where boxes came too late."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from routing.docks import docked
from routing.engine.ortools.couriers import plan_point, point_tasks
from routing.engine.ortools.effort import Effort, Limits
from routing.engine.ortools.vans import VanTask, plan_vans
from routing.engine.ortools.zones import PHASES, improve_zone, zone_count, zone_tasks
from routing.filling import empty_rides, fill, near_vehicles
from routing.ground import Ground
from routing.insertion import pass_on, refill_couriers, supplied_ground, waiting_homes
from routing.plan import LeftOutConsignment, MadeBy, RunPlan, VanRun
from routing.problem import RunProblem
from routing.reasons import left_out_consignments, left_out_homes, missed_by_s, turned_away
from routing.rides import Ride
from routing.runs import courier_runs, van_runs
from routing.supply import courier_ground, van_grounds
from routing.wanted import Wanted, earlier_arrivals, wanted_arrivals

Report = Callable[[str, int, int], None]
AGAIN_SHARE = 2
"""A second attempt starts from good rides: every second of the rounds will do."""

SEARCHES_A_RUN = 100
"""Seeds of two runs lie so far apart that their searches share none."""

Task = TypeVar("Task")
Answer = TypeVar("Answer")


def quiet(stage: str, done: int, total: int) -> None:
    """Report nothing."""


def plan_runs(
    problem: RunProblem, *, seed: int, effort: Effort | Limits, report: Report = quiet, executor: Executor | None = None
) -> RunPlan:
    """Return a plan of both echelons.

    Parameters
    ----------
    problem
        Kitchens, meal points, vans, couriers, consignments and homes of one meal.
    seed
        The same problem, seed and effort give the same plan on every machine and with any number of workers.
    effort
        How hard to try, by name or by limits; every search ends by solutions and rounds, not by the clock.
    report
        Told (stage, done, total) with stage "vans", "points" or "couriers", anew when the vans are planned again;
        ("cut_short", n, n) when the far limit of seconds ended n searches, in which case alone the plan may differ
        from one machine to the next.
    executor
        Maps the independent parts. Processes only: a routing solve holds Python's lock for its whole length.

    Returns
    -------
    RunPlan
        Every home and every consignment stands in it, served or left out with a reason.
    """
    limits = effort.value if isinstance(effort, Effort) else effort
    run = _Run(problem, limits, seed, report, executor)
    best = run.draft(wanted_arrivals(problem), None)
    for _ in range(limits.again):
        wanted = earlier_arrivals(problem, best.plan.van_runs, best.missed_by_s, best.wanted)
        other = run.draft(wanted, best) if wanted != best.wanted else best
        if other.worth >= best.worth:
            break
        best = other
    if run.cut_short:
        report("cut_short", run.cut_short, run.cut_short)
    return best.plan


@dataclass(frozen=True, slots=True)
class _Draft:
    """A whole plan with what a second attempt starts from.

    `missed_by_s` says how many seconds each home left out (by number) lacked; `worth` is (boxes left out, metres with
    prices), less is better.
    """

    plan: RunPlan
    wanted: Wanted
    missed_by_s: Mapping[int, int]
    rides: Sequence[Ride]
    worth: tuple[int, int]


class _Run:
    """One call of `plan_runs`."""

    def __init__(
        self, problem: RunProblem, limits: Limits, seed: int, report: Report, executor: Executor | None
    ) -> None:
        self.problem = problem
        self.limits = limits
        self.next_seed = count(seed * SEARCHES_A_RUN).__next__
        self.report = report
        self.executor = executor
        self.cut_short = 0
        self.supplies = van_grounds(problem)
        self.bare = courier_ground(problem)

    def draft(self, wanted: Wanted, earlier: _Draft | None) -> _Draft:
        """Return a plan for these wishes; the couriers start from the earlier draft if there is one."""
        runs, standing, vans_m = self._vans(wanted)
        if earlier is not None and tuple(runs) == earlier.plan.van_runs:
            return earlier
        ground, hopeless = supplied_ground(self.problem, runs, self.bare)
        rides = self._point_by_point(ground) if earlier is None else _carried_over(ground, earlier.rides)
        rides, left = self._together(rides, share=1 if earlier is None else AGAIN_SHARE)
        left = pass_on(self.problem, runs, rides, hopeless, refill_couriers(rides, left))
        homes = left_out_homes(self.problem, rides, hopeless, left)
        couriers = tuple(courier_runs(self.problem, rides))
        plan = RunPlan(tuple(runs), couriers, tuple(homes), tuple(standing), MadeBy.ORTOOLS)
        without = {one.home_id for one in homes}
        boxes = sum(home.boxes for home in self.problem.homes if home.home_id in without)
        boxes += sum(one.boxes for one in standing)
        missed = {n: missed_by_s(n, rides) or 0 for n in left}
        return _Draft(plan, wanted, missed, rides, (boxes, vans_m + sum(ride.cost_m for ride in rides)))

    def _vans(self, wanted: Wanted) -> tuple[list[VanRun], list[LeftOutConsignment], int]:
        tasks = [
            VanTask(supply, wanted, self.limits.vans, self.limits.van_rounds, self.next_seed())
            for supply in self.supplies
        ]
        runs: list[VanRun] = []
        standing: list[LeftOutConsignment] = []
        for answer in self._map("vans", plan_vans, tasks, 0, len(tasks)):
            rides = answer.rides()
            self.cut_short += answer.was_cut_short
            runs += van_runs(self.problem, answer.supply, rides)
            standing += left_out_consignments(answer.supply, answer.left)
        runs, undocked = docked(self.problem, runs)
        used = {run.van_id for run in runs}
        metres = sum(run.metres for run in runs)
        metres += sum(van.fixed_cost_m for van in self.problem.vans if van.van_id in used)
        return runs, [*turned_away(self.problem), *standing, *undocked], metres

    def _point_by_point(self, ground: Ground) -> list[Ride]:
        """Return each courier's trips for its own meal point."""
        tasks = point_tasks(ground, waiting_homes(ground), self.limits.couriers)
        rides = empty_rides(ground)
        for answer in self._map("points", plan_point, tasks, 0, len(tasks)):
            self.cut_short += answer.was_cut_short
            for v, trips in zip(answer.couriers, answer.trips, strict=True):
                rides[v] = Ride(ground, ground.vehicles[v], trips)
        return rides

    def _together(self, rides: list[Ride], share: int) -> tuple[list[Ride], list[int]]:
        """Return better rides of all couriers, each helping where it can, and the homes that remain.

        Only one in `share` of the usual rounds is made.
        """
        if not rides:
            return [], []
        ground = rides[0].ground
        places = [point.place for point in self.problem.points]
        everyone = near_vehicles(ground, len(rides))
        left = fill(rides, _unserved(rides), everyone)
        zones = zone_count(len(waiting_homes(ground)))
        rounds = (self.limits.rounds + self.limits.rounds_a_home * len(ground.stops)) // (PHASES * share)
        for phase in range(PHASES):
            tasks = zone_tasks(rides, left, places, phase, rounds, self.next_seed())
            for answer in self._map("couriers", improve_zone, tasks, phase * zones, PHASES * zones):
                for v, trips in zip(answer.couriers, answer.trips, strict=True):
                    rides[v] = Ride(ground, ground.vehicles[v], trips)
            left = fill(rides, _unserved(rides), everyone)
        self.report("couriers", PHASES * zones, PHASES * zones)
        return rides, left

    def _map(
        self, stage: str, function: Callable[[Task], Answer], tasks: Sequence[Task], before: int, total: int
    ) -> Iterator[Answer]:
        """Yield the answers in the order of the tasks, by workers if there are any; `before` parts are done already."""
        self.report(stage, before, total)
        answers = map(function, tasks) if self.executor is None else self.executor.map(function, tasks)
        for done, answer in enumerate(answers, before + 1):
            self.report(stage, done, total)
            yield answer


def _unserved(rides: Sequence[Ride]) -> list[int]:
    served = {i for ride in rides for load in ride.loads for i in load.stops}
    return [n for n in waiting_homes(rides[0].ground) if n not in served]


def _carried_over(ground: Ground, rides: Sequence[Ride]) -> list[Ride]:
    """Return the same trips on a ground where boxes come at other times; a ride that no longer holds is emptied."""
    fresh = []
    for ride in rides:
        trips = [[i for i in trip if ground.stops[i].release_s >= 0] for trip in ride.trips()]
        moved = Ride(ground, ride.vehicle, trips)
        fresh.append(moved if moved.refresh() else Ride(ground, ride.vehicle))
    return fresh
