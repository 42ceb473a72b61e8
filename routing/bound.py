"""What no plan can cost less than: a lower bound, so that every plan can say how far from the best it is at most.

Column generation with Lagrangian bounds (Farley 1990; Lübbecke and Desrosiers 2005, "Selected topics in column
generation"): the bound is computed from prices, holds at every moment and only grows with time.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from routing.bounds.build import Second, second_echelon
from routing.bounds.completion import shortest_step_s
from routing.bounds.joint import Joint, run
from routing.bounds.simple import couriers_least, couriers_m
from routing.bounds.supply import Boxes, Fleet, earliest_boxes, fleets
from routing.engine.budget import Budget
from routing.insertion import plan_runs_plain
from routing.plan import RunPlan
from routing.problem import RunProblem

SHIFT = 3
"""Times are rounded down to 2**SHIFT seconds."""

REMEMBERED = 3
VANS_SHARE = 0.25

@dataclass(frozen=True, slots=True)
class Bound:
    """What no plan costs less than, in metres, and how it was found.

    Attributes
    ----------
    cost_m
        Both echelons together: `vans_m` and `couriers_m`, each with the prices of vans and couriers.
    couriers_least
        So many couriers are needed at least.
    proven
        Whether the search ended by itself; else more seconds may raise the bound.
    how
        "columns" where column generation gave it, "ways" where only the shortest ways did.
    """

    cost_m: int
    vans_m: int
    couriers_m: int
    couriers_least: int
    proven: bool
    how: str


def lower_bound(
    problem: RunProblem,
    served: frozenset[str] | None = None,
    *,
    seconds: float | None = None,
    rounds: int | None = None,
    plan: RunPlan | None = None,
) -> Bound:
    """Return a bound on the cost of every plan that serves the same homes and brings the same boxes.

    Parameters
    ----------
    problem
        Any problem; where couriers or vans differ the most generous figures stand for all.
    served
        The homes that a plan serves. None: those of `plan`, or all homes where there is no plan.
    seconds, rounds
        How long to try; the same rounds give the same bound on every machine.
    plan
        A plan whose boxes are brought, and from which first prices are learnt. None: all boxes are brought where all
        homes are served, else those of the homes.
    """
    budget = Budget(rounds=rounds, seconds=seconds)
    homes = _served(problem, plan) if served is None else served
    start = plan_runs_plain(problem) if plan is None else plan
    trips = fleets(problem, *_brought(problem, homes, plan))
    vans_m, vans_done = _vans(problem, trips, start, budget)
    release_s = earliest_boxes(problem)
    if not homes or not problem.couriers or not release_s:
        return Bound(vans_m, vans_m, 0, 0, vans_done, "columns")
    second = second_echelon(problem, homes, release_s)
    ridden_m, done, how = _couriers(problem, second, start, budget)
    return Bound(vans_m + ridden_m, vans_m, ridden_m, couriers_least(second), vans_done and done, how)


def _served(problem: RunProblem, plan: RunPlan | None) -> frozenset[str]:
    left = {one.home_id for one in plan.left_out_homes} if plan else set()
    return frozenset(home.home_id for home in problem.homes if home.home_id not in left)


def _brought(problem: RunProblem, homes: frozenset[str], plan: RunPlan | None) -> tuple[Boxes, int]:
    """Return how many boxes vans bring to each meal point whatever happens, and how many more to one or another.

    The boxes of a home with a choice of meal points go where it is served from.
    """
    by_van = {(c.kitchen_id, c.point_id) for c in problem.consignments if not c.on_site}
    by_van -= {(c.kitchen_id, c.point_id) for c in problem.consignments if c.on_site}
    boxes: Counter[tuple[str, str]] = Counter()
    if plan:
        for run in plan.van_runs:
            for stop in run.stops:
                boxes[run.kitchen_id, stop.point_id] += stop.boxes
    elif len(homes) == len(problem.homes):
        for one in problem.consignments:
            if not one.on_site:
                boxes[one.kitchen_id, one.point_id] += one.boxes
    else:
        for home in problem.homes:
            if home.home_id in homes:
                boxes[home.kitchen_id, home.point_id] += home.boxes
    total = sum(boxes.values())
    movable = 0
    for home in problem.homes:
        if home.alternatives:
            for point in home.points:
                boxes[home.kitchen_id, point.point_id] -= home.boxes
            movable += home.boxes
    fixed = {key: min(n, total) for key, n in boxes.items() if n > 0 and key in by_van}
    every = all((h.kitchen_id, p.point_id) in by_van for h in problem.homes if h.alternatives for p in h.points)
    return fixed, max(0, total - sum(fixed.values())) if every and movable else 0


class _Clock:
    """Says when so large a share of a budget is used; counts the rounds."""

    def __init__(self, budget: Budget, share: float) -> None:
        self.budget, self.share, self.rounds = budget, share, 0

    def is_over(self) -> bool:
        self.rounds += 1
        return self.budget.used(self.rounds) >= self.share


def _vans(problem: RunProblem, trips: list[Fleet], start: RunPlan, budget: Budget) -> tuple[int, bool]:
    """Return the bound of the first echelon and whether its search ended by itself."""
    if not trips:
        return 0, True
    nothing = np.zeros(0, dtype=np.int64)
    joint = Joint(problem, None, trips, nothing, nothing, SHIFT, REMEMBERED)
    least_m = sum(fleet.least_vans * fleet.fixed_m for fleet in trips)
    proof, done = run(joint.steps(joint.add_plan(start)), _Clock(budget, VANS_SHARE).is_over)
    return max(least_m, math.floor(proof.vans_m)), done


def _couriers(problem: RunProblem, second: Second, start: RunPlan, budget: Budget) -> tuple[int, bool, str]:
    """Return the bound of the second echelon, whether its search ended by itself, and how it was found."""
    plain_m = math.floor(couriers_m(second))
    if not len(second.streets.doors.home) or not second.groups or shortest_step_s(second.streets) < 1:
        return plain_m, True, "ways"
    nothing = np.zeros(0, dtype=np.int64)
    joint = Joint(problem, second, [], nothing, nothing, SHIFT, REMEMBERED)
    proof, done = run(joint.steps(joint.add_plan(start)), _Clock(budget, 1.0).is_over)
    ridden_m = math.floor(proof.couriers_m)
    return (ridden_m, done, "columns") if ridden_m >= plain_m else (plain_m, done, "ways")
