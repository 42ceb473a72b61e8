"""What no plan can cost less than: a lower bound, so that every plan can say how far from the best it is at most.

Column generation with Lagrangian bounds (Farley 1990; Lübbecke and Desrosiers 2005, "Selected topics in column
generation"): the bound is computed from prices, holds at every moment and only grows with time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from routing.bounds.brought import Lot, brought
from routing.bounds.build import Extra, Second, second_echelon
from routing.bounds.completion import shortest_step_s
from routing.bounds.day import CourierDay
from routing.bounds.days import Count, Days
from routing.bounds.exact import Exact, can_be_exact
from routing.bounds.joint import Proof, last, prove
from routing.bounds.master import Duals, Master
from routing.bounds.planned import planned_days, shared_out
from routing.bounds.rounds import Rounds
from routing.bounds.simple import couriers_least, couriers_m
from routing.bounds.states import nearest_remembered
from routing.bounds.streets import Ints
from routing.bounds.supply import Fleet, earliest_boxes, fleets
from routing.bounds.wishes import climbing, wishes_m
from routing.engine.budget import Budget
from routing.insertion import plan_runs_plain
from routing.plan import RunPlan
from routing.problem import RunProblem

SHIFT = 3
"""Times are rounded down to 2**SHIFT seconds."""

REMEMBERED = 3
LONGEST_RETURN = 8
VANS_SHARE = 0.25
FIRST_SHARE = 0.6
SHARES = (0.8, 1.0)
"""By when the vans, the couriers at large, and the two sides of their number are done, as shares of the budget."""

LEAST_ROUNDS, MOST_ROUNDS, MOST_DOORS = 6, 30, 2_500
FEW_DOORS, FEW_DOORS_ROUNDS = 40, 60
ROUNDS_TIMES_DOORS = 4_000
"""A round takes the longer the more doors there are, a home counted once for each meal point that may serve it."""

VAN_ROUND = 0.1
"""What a round over the vans of a kitchen counts: it is so much shorter than one over the couriers."""

ROUNDING_M = 1e-3

WHOLE = 0.02
"""How far from a whole number the couriers of the master problem must be for its two sides to be looked at."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What no plan costs less than, in metres, and how it was found.

    Attributes
    ----------
    cost_m
        Both echelons together: `vans_m` and `couriers_m`, each with the prices of vans and couriers. What vans drive
        for homes with a choice of meal points is in `couriers_m`; everybody is visited by whom they like best.
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


def usual_rounds(problem: RunProblem) -> int | None:
    """Return the rounds that suit a plan of the day, some seconds for some hundred homes; None where none would help.

    With more than `MOST_DOORS` doors a minute would only tell that nothing is known.
    """
    doors = sum(len(home.points) for home in problem.homes)
    if doors > MOST_DOORS:
        return None
    if doors <= FEW_DOORS:
        return FEW_DOORS_ROUNDS
    return max(LEAST_ROUNDS, min(MOST_ROUNDS, ROUNDS_TIMES_DOORS // max(1, doors)))


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
    release_s = earliest_boxes(problem)
    boxes = brought(problem, homes, plan)
    vans_m, box_m, vans_done = _vans(problem, fleets(problem, boxes, release_s), start, budget)
    if not homes or not problem.couriers or not release_s:
        return Bound(vans_m, vans_m, 0, 0, vans_done, "columns")
    extra = Extra(box_m, climbing(problem, homes, len(start.courier_runs)))
    second = second_echelon(problem, homes, release_s, extra)
    ridden_m, done, how = _couriers(problem, second, start, budget)
    ridden_m += wishes_m(problem, homes)
    return Bound(vans_m + ridden_m, vans_m, ridden_m, couriers_least(second), vans_done and done, how)


def _served(problem: RunProblem, plan: RunPlan | None) -> frozenset[str]:
    left = {one.home_id for one in plan.left_out_homes} if plan else set()
    return frozenset(home.home_id for home in problem.homes if home.home_id not in left)


class _Clock:
    """Says when so large a share of a budget is used; counts the rounds, each for so much."""

    def __init__(self, budget: Budget, share: float, *, each: float = 1.0) -> None:
        self.budget, self.share, self.each, self.rounds = budget, share, each, 0

    def is_over(self, _: Proof) -> bool:
        self.rounds += 1
        return self.budget.used(int(self.rounds * self.each)) >= self.share


def _vans(problem: RunProblem, trips: list[Fleet], plan: RunPlan, budget: Budget) -> tuple[int, dict[Lot, float], bool]:
    """Return the bound of the first echelon, what a box more costs there, and whether its search ended by itself."""
    found_m, every = 0, True
    box_m: dict[Lot, float] = {}
    for at, fleet in enumerate(trips):
        rounds, master = Rounds(fleet, at, plan.van_runs), Master()
        rounds.add_rows(master)
        rounds.add_trips(master, rounds.planned(plan.van_runs))

        def price(duals: Duals, rounds: Rounds = rounds, master: Master = master) -> tuple[float, int]:
            value, columns = rounds.price(duals)
            return value, rounds.add_trips(master, columns)

        steps = prove(master, price, lambda: 0, rounds.radial())
        _, done = last(steps, _Clock(budget, VANS_SHARE * (at + 1) / len(trips), each=VAN_ROUND).is_over)
        every &= done
        if rounds.round_trip_m() >= rounds.vans_m + rounds.best_m:
            found_m += _whole(rounds.round_trip_m())
            continue
        found_m += _whole(rounds.vans_m + rounds.settled_m)
        a_box_m = dict(zip(fleet.keys, rounds.a_box_m.tolist(), strict=True))
        for one in problem.consignments:
            if not one.on_site and (one.kitchen_id, one.point_id) in a_box_m:
                box_m[one.kitchen_id, one.point_id, one.batch] = a_box_m[one.kitchen_id, one.point_id]
    return found_m, box_m, every


def _couriers(problem: RunProblem, second: Second, plan: RunPlan, budget: Budget) -> tuple[int, bool, str]:
    """Return the bound of the second echelon, whether its search ended by itself, and how it was found."""
    plain_m = _whole(couriers_m(second))
    if not len(second.streets.doors.home) or not second.groups or shortest_step_s(second.streets) < 1:
        return plain_m, True, "ways"
    days = planned_days(problem, second, plan)
    members = nearest_remembered(second.streets, REMEMBERED)
    search = _Search(second, members, days, shared_out(second, days), Count(), exact=False)
    # Only few homes come to an end in time to be asked again by the number of couriers.
    share = FIRST_SHARE if can_be_exact(search.days) else 1.0
    proof, done = last(search.steps(), _Clock(budget, share).is_over)
    bound_m = proof.bound_m if proof else 0.0
    whole = math.ceil(search.days.couriers - WHOLE)
    if proof and done and whole - search.days.couriers > WHOLE:
        sides = [Count(least=whole), Count(most=whole - 1)]
        found = [_side(second, search, proof, count, budget, share) for count, share in zip(sides, SHARES, strict=True)]
        bound_m = max(bound_m, min(value for value, _ in found))
        done = all(ended for _, ended in found)
    ridden_m = _whole(bound_m)
    return (ridden_m, done, "columns") if ridden_m >= plain_m else (plain_m, done, "ways")


def _side(
    second: Second, search: _Search, proof: Proof, count: Count, budget: Budget, share: float
) -> tuple[float, bool]:
    """Return the bound of all plans with so many couriers, from where the search for all plans ended."""
    days = [day for _, day in search.days.columns]
    other = _Search(second, search.days.members, days, proof.duals, count, exact=search.exact is not None)
    found, done = last(other.steps(), _Clock(budget, share).is_over)
    return (found.bound_m if found else proof.bound_m), done


def _whole(bound_m: float) -> int:
    """Return the least whole number that is no smaller: what a plan costs is whole."""
    return math.ceil(bound_m - ROUNDING_M)


class _Search:
    """One column generation over courier days: relaxed first, and exact in the end where there are few homes."""

    def __init__(
        self, second: Second, members: Ints, days: list[CourierDay], center: Duals, count: Count, *, exact: bool
    ) -> None:
        self.days = Days(second, SHIFT, members, count, watches_loads=exact)
        self.master, self.center = Master(), center
        self.exact = Exact(self.days) if exact else None
        self.days.add_rows(self.master)
        self.days.add_days(self.master, days)

    def steps(self) -> Iterator[Proof]:
        """Yield better and better proofs."""
        return prove(self.master, self._price, self._ripen, self.center, self.days.note_used)

    def _price(self, duals: Duals) -> tuple[float, int]:
        value, columns = self.exact.price(duals) if self.exact else self.days.price(duals)
        return value, self.days.add_days(self.master, columns)

    def _ripen(self) -> int:
        """Make the days stricter: forbid short returns, or with few homes watch loads and then everything."""
        if not can_be_exact(self.days):
            return self.days.grow(LONGEST_RETURN)
        if self.exact:
            return 0
        fallen = self.days.watch_loads()
        if not fallen:
            self.exact = Exact(self.days)
            fallen = 1 + self.days.keep_true()
        return fallen
