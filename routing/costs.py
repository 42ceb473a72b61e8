"""What a plan costs, in metres: recomputed from stops and visits alone, by no code of any planner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import TypeVar

from routing.city import City, Surroundings
from routing.plan import CourierRun, RunPlan, Trip, VanRun
from routing.problem import Home, RunProblem

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Costs:
    """What a plan costs, each part in metres of travel and none below 0.

    Attributes
    ----------
    vans_m, couriers_m
        Metres driven and ridden.
    van_use_m, courier_use_m
        The fixed price of each van and each courier used, once however many trips it makes.
    jurisdiction_m
        The price of each alternative meal point that serves a home.
    late_m
        Seconds from the promised time to the start of the hand-over, at their price.
    churn_m
        The price of each home that another courier visits than in the plan before.
    unfair_m
        The price of the floors that each courier climbs: their square, so that sharing them is cheaper.
    familiar_m
        What familiar couriers are worth; the one part that is taken off the total.
    """

    vans_m: int = 0
    van_use_m: int = 0
    couriers_m: int = 0
    courier_use_m: int = 0
    jurisdiction_m: int = 0
    late_m: int = 0
    churn_m: int = 0
    unfair_m: int = 0
    familiar_m: int = 0

    @property
    def total_m(self) -> int:
        """All parts together; below 0 only where familiarity is worth more than everything costs."""
        travel_m = self.vans_m + self.van_use_m + self.couriers_m + self.courier_use_m
        return travel_m + self.jurisdiction_m + self.late_m + self.churn_m + self.unfair_m - self.familiar_m


def costs_of(problem: RunProblem, plan: RunPlan) -> Costs:
    """Return what `plan` costs; the metres it states itself are not looked at, nor who is left out.

    Raises
    ------
    ValueError
        If the plan names a van, courier, meal point or home that the problem does not know, or serves a home from a
        meal point that is none of its own.
    """
    return _Account(problem).costs(plan)


def city_costs(city: City, plan: RunPlan) -> Costs:
    """Return what a city's plan costs, as `costs_of`; travel is asked for run by run."""
    surroundings = Surroundings(city)
    vans = replace(plan, courier_runs=(), left_out_homes=())
    total = costs_of(replace(city, couriers=(), homes=()).problem(), vans)
    for run in plan.courier_runs:
        alone = RunPlan((), (run,), (), (), plan.made_by)
        total = _sum(total, costs_of(surroundings.of_run(run), alone))
    return total


def _sum(one: Costs, other: Costs) -> Costs:
    return Costs(**{part.name: getattr(one, part.name) + getattr(other, part.name) for part in fields(Costs)})


class _Account:
    """The problem by id."""

    def __init__(self, problem: RunProblem) -> None:
        self.problem = problem
        self.vans = {van.van_id: van for van in problem.vans}
        self.couriers = {courier.courier_id: courier for courier in problem.couriers}
        self.homes = {home.home_id: home for home in problem.homes}
        self.kitchen_at = {kitchen.kitchen_id: n for n, kitchen in enumerate(problem.kitchens)}
        self.point_at = {point.point_id: n for n, point in enumerate(problem.points)}
        self.home_at = {home.home_id: len(self.point_at) + n for n, home in enumerate(problem.homes)}

    def costs(self, plan: RunPlan) -> Costs:
        vans = {_known("van", self.vans, run.van_id) for run in plan.van_runs if run.stops}
        couriers = {_known("courier", self.couriers, run.courier_id) for run in plan.courier_runs if run.trips}
        return Costs(
            vans_m=sum(self._driven_m(run) for run in plan.van_runs),
            van_use_m=sum(van.fixed_cost_m for van in vans),
            couriers_m=sum(self._ridden_m(run) for run in plan.courier_runs),
            courier_use_m=sum(courier.fixed_cost_m for courier in couriers),
            jurisdiction_m=sum(_jurisdiction_m(home, trip) for _, trip, home, _ in self._visits(plan)),
            late_m=self._late_m(plan),
            churn_m=self._churn_m(plan),
            unfair_m=self._unfair_m(plan),
            familiar_m=self._familiar_m(plan),
        )

    def _driven_m(self, run: VanRun) -> int:
        n_kitchens = len(self.kitchen_at)
        kitchen = _known("kitchen", self.kitchen_at, run.kitchen_id)
        stops = [n_kitchens + _known("meal point", self.point_at, stop.point_id) for stop in run.stops]
        return _length_m(self.problem.van_travel.metres.item, [kitchen, *stops, kitchen])

    def _ridden_m(self, run: CourierRun) -> int:
        courier = _known("courier", self.couriers, run.courier_id)
        places = [self.point_at[courier.point_id]]
        for trip in run.trips:
            places.append(_known("meal point", self.point_at, trip.point_id))
            places += [_known("home", self.home_at, visit.home_id) for visit in trip.visits]
        return _length_m(self.problem.courier_travel.metres.item, places)

    def _visits(self, plan: RunPlan) -> Iterator[tuple[str, Trip, Home, int]]:
        """Yield courier, trip, home and start of the hand-over of every visit."""
        for run in plan.courier_runs:
            for trip in run.trips:
                for visit in trip.visits:
                    yield run.courier_id, trip, _known("home", self.homes, visit.home_id), visit.start_s

    def _late_m(self, plan: RunPlan) -> int:
        late_s = sum(
            max(0, start_s - home.due_s) for _, _, home, start_s in self._visits(plan) if home.due_s is not None
        )
        return late_s * self.problem.prices.late_m_per_s

    def _churn_m(self, plan: RunPlan) -> int:
        changed = sum(home.former_courier_id not in {None, who} for who, _, home, _ in self._visits(plan))
        return changed * self.problem.prices.churn_m

    def _familiar_m(self, plan: RunPlan) -> int:
        return sum(who in home.familiar for who, _, home, _ in self._visits(plan)) * self.problem.prices.familiar_m

    def _unfair_m(self, plan: RunPlan) -> int:
        climbed: dict[str, int] = {}
        for who, _, home, _ in self._visits(plan):
            climbed[who] = climbed.get(who, 0) + home.floors
        return sum(self.problem.prices.floor_m * floors * floors // 100 for floors in climbed.values())


def _known(what: str, known: dict[str, Value], name: str) -> Value:
    if name not in known:
        raise ValueError(f"unknown {what} {name}")
    return known[name]


def _jurisdiction_m(home: Home, trip: Trip) -> int:
    for point in home.points:
        if point.point_id == trip.point_id:
            return point.cost_m
    raise ValueError(f"home {home.home_id}: meal point {trip.point_id} is none of its own")


def _length_m(metres: Callable[[int, int], int], places: list[int]) -> int:
    return sum(metres(here, there) for here, there in pairwise(places))
