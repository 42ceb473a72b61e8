"""Both echelons of one meal by the compiled search: vans and couriers in turn, each as the other leaves it room."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from routing.costs import costs_of
from routing.docks import docked
from routing.engine.budget import Budget
from routing.engine.couriers import Trips, courier_chart, needed_s, rides_of
from routing.engine.effort import Effort, Limits
from routing.engine.opening import closed_points, thought_arrivals
from routing.engine.settle import settled
from routing.engine.vans import VanPlan, first_vans, kept_in_time, reloaded
from routing.engine.zones import Heat, searched
from routing.ground import Ground
from routing.insertion import pass_on, plan_runs_plain, supplied_ground, waiting_homes
from routing.plan import LeftOutConsignment, MadeBy, RunPlan, VanRun
from routing.problem import Lot, RunProblem
from routing.reasons import left_out_consignments, left_out_homes, turned_away
from routing.runs import courier_runs, van_runs
from routing.supply import Arrivals, courier_ground, list_arrivals, van_grounds
from routing.wanted import Wanted, Wish, wanted_arrivals

__all__ = ["Effort", "Limits", "plan_runs"]

Report = Callable[[str, int, int], None]

HOT_M, AGAIN_HOT_M, SETTLE_HOT_M, COLD_M, COLDEST_M = 2_000.0, 200.0, 100.0, 10.0, 3.0
"""Heats of the annealing over the couriers, in metres of cost that a round may lose: hot enough at first to give up a
courier, less so in the later turns, which start from a good plan, and once the vans took up what moved."""

LAST_SHARE = 0.03
"""Which share of the seconds is kept for writing the plan."""

FIRST_SHARE = 0.7
"""Which share of the rounds the first search over the couriers gets; the later turns share the rest."""

VAN_SHARE, CLOSING_SHARE, VAN_SHARE_OF_LEFT = 0.04, 0.02, 0.3
"""Which share of the seconds each search over the vans of one kitchen gets, where seconds count: for new loads, for the
time that the couriers leave, and at most of the seconds left."""

TURN_SHARE, LEAST_TURN, LEAST_TURN_S_A_HOME = 0.1, 0.04, 0.0025
"""Which share of all seconds a later turn gets, and with less than which, or fewer seconds a home, it is not begun."""

AFTER_FIRST, AFTER_SETTLING = 4.0, 2.5
"""How many times as long as making the last field what follows a search takes: settling, writing and closing up."""

LONGEST_S, LONGEST_S_A_HOME, FIRST_TURNS, VAN_LONGEST_S_A_POINT = 0.2, 0.01, 10, 0.05
"""How long a turn is at most, by the clock: a fixed part and one that grows with the homes; the first one is so many
times as long. The vans of one kitchen: with the meal points. More time than that no longer makes a turn better."""

PATIENCE = 8
"""After how many turns that found nothing better the run ends before its time."""

SOONER_PART, SOONER_S, SOONER_M_PER_S = 4, (300, 1_800), 3
"""In every second turn, which part of the meal points is wished sooner, by how many seconds, at what price."""

SETTLE_SHARE = 0.2
"""Which share of a turn is kept for the couriers after the vans took up what moved between meal points."""

ASTRAY = 1 << 40
"""Boxes that a plan counts as left out for each home whose boxes go astray, and for each ride that no longer holds,
because a van waits for a dock: such a plan is never the better one."""

SETTLINGS = 3
"""How often in a turn boxes follow their homes: a home that then finds no courier goes back to its own point."""

SEEDS_A_RUN = 1_000
"""Seeds of two runs lie so far apart that their searches share none."""


NOTHING: Arrivals = {}


def quiet(stage: str, done: int, total: int) -> None:
    """Report nothing."""


def plan_runs(
    problem: RunProblem, *, seed: int, effort: Effort | Limits, report: Report = quiet, workers: int = 1
) -> RunPlan:
    """Return a plan of both echelons.

    Parameters
    ----------
    problem
        Kitchens, meal points, vans, couriers, consignments and homes of one meal.
    seed
        The same problem, seed and effort give the same plan on every machine, unless the effort is one of seconds.
    effort
        How hard to try, by name or by limits.
    report
        Told (stage, done, total) with stage "vans" or "couriers".
    workers
        How many threads search side by side.

    Returns
    -------
    RunPlan
        Every home and every consignment stands in it, served or left out with a reason.
    """
    limits = effort.value if isinstance(effort, Effort) else effort
    with ThreadPoolExecutor(workers) as executor:
        run = _Run(problem, limits, seed, report, executor, workers)
        best = run.first()
        turn, idle = 1, 0
        while run.may_go_on(turn) and idle < PATIENCE:
            found = run.again(best, turn)
            best, idle = (found, 0) if found.worth < best.worth else (best, idle + 1)
            turn += 1
    return _or_plain(problem, best)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A whole plan with what the next turn starts from; `worth` is (boxes left out, metres with prices)."""

    problem: RunProblem
    plan: RunPlan
    vans: tuple[VanPlan, ...]
    trips: Trips
    needed_s: Mapping[Lot, int]
    worth: tuple[int, int]


class _Run:
    """One call of `plan_runs`."""

    def __init__(
        self, asked: RunProblem, limits: Limits, seed: int, report: Report, executor: Executor, workers: int
    ) -> None:
        self.asked = asked
        self.limits = limits
        self.seed = seed * SEEDS_A_RUN
        self.report = report
        self.executor = executor
        self.workers = workers
        self.ends_s = None if limits.seconds is None else limits.clock() + limits.seconds * (1 - LAST_SHARE)
        self.least_turn_s = max(LEAST_TURN * (limits.seconds or 0.0), LEAST_TURN_S_A_HOME * len(asked.homes))

    def _left_s(self) -> float | None:
        return None if self.ends_s is None else max(0.0, self.ends_s - self.limits.clock())

    def _next_seed(self) -> int:
        self.seed += 1
        return self.seed

    def first(self) -> _Draft:
        """Return the first draft: vans by the arrivals that couriers seem to want, then the couriers."""
        problem, wanted = self.asked, wanted_arrivals(self.asked)
        grounds = van_grounds(problem)
        begin = self._van_budget(len(grounds))
        self.report("vans", 0, len(grounds))
        tasks = [(supply, self._next_seed()) for supply in grounds]
        vans = self.executor.map(lambda task: first_vans(problem, task[0], wanted, begin(), task[1]), tasks)
        draft_vans = tuple(vans)
        self.report("vans", len(grounds), len(grounds))
        return self._closed_up(self._with_couriers(problem, draft_vans, None, 0))

    def may_go_on(self, turn: int) -> bool:
        """Return whether another turn is to be made: by number, or as long as the clock leaves time for one."""
        left_s = self._left_s()
        return turn < self.limits.turns if left_s is None else left_s > self.least_turn_s

    def again(self, draft: _Draft, turn: int) -> _Draft:
        """Return the next draft: vans no later than the couriers need them, then the couriers with the time it left.

        Every second turn some meal points are wished earlier than needed: couriers can do with fewer of themselves
        where boxes come sooner, and only they can tell where.
        """
        begin = self._van_budget(len(draft.vans))
        wanted = self._sooner(draft) if turn % 2 == 0 else {}
        tasks = [(plan, self._next_seed()) for plan in draft.vans]
        vans = self.executor.map(
            lambda task: kept_in_time(draft.problem, task[0], draft.needed_s, wanted, begin(), task[1]), tasks
        )
        return self._closed_up(self._with_couriers(draft.problem, tuple(vans), draft.trips, turn, self._opened(draft)))

    def _closed_up(self, draft: _Draft) -> _Draft:
        """Return the draft with vans made cheaper within the time that its couriers leave them, if that can be."""
        begin = self._van_budget(len(draft.vans), CLOSING_SHARE)
        tasks = [(plan, self._next_seed()) for plan in draft.vans]
        vans = self.executor.map(
            lambda task: kept_in_time(draft.problem, task[0], draft.needed_s, {}, begin(), task[1]), tasks
        )
        found = self._draft(draft.problem, tuple(vans), draft.trips)
        return min(draft, found, key=lambda one: one.worth)

    def _sooner(self, draft: _Draft) -> Wanted:
        """Return a wish for the consignments of some meal points near each other, by chance."""
        random = np.random.default_rng(self._next_seed())
        points = [point.point_id for point in self.asked.points]
        centre = int(random.integers(len(points)))
        ride_m = self.asked.courier_travel.metres[centre, : len(points)]
        some = {points[int(n)] for n in np.argsort(ride_m, kind="stable")[: max(1, len(points) // SOONER_PART)]}
        sooner_s = int(random.integers(*SOONER_S))
        return {lot: Wish(by_s - sooner_s, SOONER_M_PER_S) for lot, by_s in draft.needed_s.items() if lot[1] in some}

    def _opened(self, draft: _Draft) -> Arrivals:
        """Return the boxes thought to lie at one meal point that is closed, by chance; none where all are open."""
        closed = closed_points(self.asked, draft.problem)
        if not closed:
            return {}
        random = np.random.default_rng(self._next_seed())
        return thought_arrivals(self.asked, closed[int(random.integers(len(closed)))])

    def _van_budget(self, kitchens: int, share: float = VAN_SHARE) -> Callable[[], Budget]:
        """Return what begins the budget of one kitchen's vans, so many of them side by side."""
        side_by_side = min(1.0, self.workers / max(1, kitchens))
        left_s = self._left_s()
        if left_s is not None and self.limits.seconds is not None:
            longest_s = LONGEST_S + VAN_LONGEST_S_A_POINT * len(self.asked.points)
            left_s = min(VAN_SHARE_OF_LEFT * left_s, longest_s, share * self.limits.seconds)
        return lambda: self.limits.vans(side_by_side, left_s)

    def _with_couriers(
        self,
        problem: RunProblem,
        vans: Sequence[VanPlan],
        trips: Trips | None,
        turn: int,
        opened: Arrivals = NOTHING,
    ) -> _Draft:
        """Return the draft of these vans: the couriers searched, the homes settled where they are served from."""
        self.report("couriers", turn, self.limits.turns)
        share = self._share(turn)
        heat = Heat(HOT_M if turn == 0 else AGAIN_HOT_M, COLD_M)
        lying = self._lying(problem, vans, opened)
        trips = self._searched(problem, vans, trips, share * (1 - SETTLE_SHARE), heat, lying, AFTER_FIRST)
        rest = SETTLE_SHARE if self.limits.seconds is None else SETTLE_SHARE / (1 - share * (1 - SETTLE_SHARE))
        for _ in range(SETTLINGS):
            moved = settled(problem, self._where_served(problem, trips))
            if moved is problem:
                break
            vans, problem = self._reloaded(moved, vans, trips), moved
            heat = Heat(SETTLE_HOT_M, COLDEST_M)
            trips = self._searched(moved, vans, trips, share * rest, heat, NOTHING, AFTER_SETTLING)
        self.report("couriers", turn + 1, self.limits.turns)
        return self._draft(problem, vans, trips)

    def _share(self, turn: int) -> float:
        """Return which share of all rounds, or of the seconds left, the search over the couriers of a turn gets."""
        first = 1.0 if self.limits.turns == 1 else FIRST_SHARE
        if self.limits.seconds is None:
            return first if turn == 0 else (1 - first) / (self.limits.turns - 1)
        left_s = max(self._left_s() or 0.0, 1e-9)
        longest_s = (FIRST_TURNS if turn == 0 else 1) * (LONGEST_S + LONGEST_S_A_HOME * len(self.asked.homes))
        share = min(longest_s / left_s, first if turn == 0 else TURN_SHARE * self.limits.seconds / left_s)
        return share if (1 - share) * left_s > self.least_turn_s else 1.0

    def _where_served(self, problem: RunProblem, trips: Trips) -> dict[int, str]:
        """Return the point of each home: where its trip loads, or its own if it has none: its boxes wait there."""
        at = {n: home.point_id for n, home in enumerate(self.asked.homes)}
        at.update({n: problem.points[depot].point_id for row in trips for depot, homes in row for n in homes})
        return at

    def _searched(
        self,
        problem: RunProblem,
        vans: Sequence[VanPlan],
        trips: Trips | None,
        share: float,
        heat: Heat,
        elsewhere: Arrivals,
        after: float,
    ) -> Trips:
        """Return better trips for what these vans bring; a home may change to a meal point of `elsewhere`.

        Where seconds count, `after` times as long as making the field takes is kept for what follows.
        """
        begun_s = self.limits.clock()
        runs, _ = _runs_of(problem, vans)
        ground, _ = supplied_ground(problem, runs)
        if not waiting_homes(ground) or not problem.couriers:
            return [[] for _ in problem.couriers]
        chart = courier_chart(self.asked, problem, ground, elsewhere)
        left_s = self._left_s()
        if left_s is not None:
            left_s = max(0.0, left_s - after * (self.limits.clock() - begun_s))
        rows = searched(
            chart,
            chart.rows(_still_there(problem, ground, trips)) if trips is not None else [()] * len(problem.couriers),
            budget=lambda part: self.limits.couriers(len(chart.stops), share * part, left_s),
            heat=heat,
            seed=self._next_seed(),
            executor=self.executor,
            workers=self.workers,
        )
        return chart.trips(rows)

    def _lying(self, problem: RunProblem, vans: Sequence[VanPlan], opened: Arrivals) -> Arrivals:
        """Return what lies where: what these vans bring, and what is thought to lie at a meal point to be opened."""
        return {**opened, **list_arrivals(problem, _runs_of(problem, vans)[0])}

    def _reloaded(self, problem: RunProblem, vans: Sequence[VanPlan], trips: Trips) -> tuple[VanPlan, ...]:
        """Return the vans with the loads of `problem`, no later than these trips need them if that can be."""
        plans = {plan.supply.kitchen_id: plan for plan in vans}
        needed = needed_s(problem, rides_of(courier_ground(problem), _from_own_point(problem, trips)))
        begin = self._van_budget(len(vans))
        tasks = [(supply, self._next_seed()) for supply in van_grounds(problem)]
        return tuple(
            self.executor.map(
                lambda task: reloaded(problem, plans[task[0].kitchen_id], task[0], needed, begin(), task[1]), tasks
            )
        )

    def _draft(self, problem: RunProblem, vans: Sequence[VanPlan], trips: Trips) -> _Draft:
        """Return the whole plan of these trips; `problem` has each home at the point its trip loads at."""
        runs, standing = _runs_of(problem, vans)
        ground, hopeless = supplied_ground(problem, runs)
        rides = rides_of(ground, _still_there(problem, ground, trips))
        served = {i for ride in rides for load in ride.loads for i in load.stops}
        left = [n for n in waiting_homes(ground) if n not in served]
        left = pass_on(problem, runs, rides, hopeless, left)
        homes = left_out_homes(problem, rides, hopeless, left)
        plan = RunPlan(tuple(runs), tuple(courier_runs(problem, rides)), tuple(homes), tuple(standing), MadeBy.ENGINE)
        kept = [[(load.depot, list(load.stops)) for load in ride.loads] for ride in rides]
        wrong = ASTRAY * (self._astray(problem, plan) + sum(not ride.refresh() for ride in rides))
        worth = (_left_boxes(problem, plan) + wrong, costs_of(self.asked, plan).total_m)
        return _Draft(problem, plan, tuple(vans), kept, needed_s(problem, rides), worth)

    def _astray(self, problem: RunProblem, plan: RunPlan) -> int:
        """Return how many are left out whose boxes would go to another point than their own."""
        left = {one.home_id for one in plan.left_out_homes}
        both = zip(self.asked.homes, problem.homes, strict=True)
        return sum(home.home_id in left and home.point_id != now.point_id for home, now in both)


def _or_plain(problem: RunProblem, best: _Draft) -> RunPlan:
    """Return the plan, or the plain one where that leaves fewer boxes: no search may do worse than none."""
    if best.worth[0] == 0:
        return best.plan
    plain = plan_runs_plain(problem)
    return replace(plain, made_by=MadeBy.ENGINE) if _left_boxes(problem, plain) < best.worth[0] else best.plan


def _left_boxes(problem: RunProblem, plan: RunPlan) -> int:
    """Return how many boxes nobody brings: to homes, and to meal points."""
    without = {one.home_id for one in plan.left_out_homes}
    boxes = sum(home.boxes for home in problem.homes if home.home_id in without)
    return boxes + sum(one.boxes for one in plan.left_out_consignments)


def _runs_of(problem: RunProblem, vans: Sequence[VanPlan]) -> tuple[list[VanRun], list[LeftOutConsignment]]:
    """Return the runs of all vans, each unloading at a free dock, and what is left standing."""
    runs = [run for plan in vans for run in van_runs(problem, plan.supply, plan.rides)]
    left = [one for plan in vans for one in left_out_consignments(plan.supply, plan.left)]
    runs, undocked = docked(problem, runs)
    return runs, [*turned_away(problem), *left, *undocked]


def _still_there(problem: RunProblem, ground: Ground, trips: Trips) -> Trips:
    """Return the trips without homes whose boxes do not come, each home with the trip of its own point."""
    own = _from_own_point(problem, trips)
    return [[(depot, [n for n in homes if ground.stops[n].release_s >= 0]) for depot, homes in row] for row in own]


def _from_own_point(problem: RunProblem, trips: Trips) -> Trips:
    """Return the trips without homes that are no longer served from where the trip loads."""
    number = {point.point_id: n for n, point in enumerate(problem.points)}
    at = [number[home.point_id] for home in problem.homes]
    return [[(depot, [n for n in homes if at[n] == depot]) for depot, homes in row] for row in trips]
