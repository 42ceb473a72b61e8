"""The first echelon as a search: the vans of one kitchen, each part of a consignment one stop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from routing.engine.budget import Budget
from routing.engine.fields import Wishes, chart_of
from routing.engine.search.search import Search
from routing.insertion import fill_vans, squeeze
from routing.problem import Lot, RunProblem, lot_of
from routing.rides import Ride
from routing.supply import VanGround
from routing.wanted import Wanted

HOT_M, COLD_M = 1_000.0, 10.0
"""Heats of the annealing, in metres of cost that a round may lose."""

LATE_M_PER_S = 5
"""Price of a second after the couriers need what a van brings, in metres: about what they lose by it."""


@dataclass(frozen=True, slots=True)
class VanPlan:
    """Trips of the vans of one kitchen over the stops of `supply`, and the stops that remain."""

    supply: VanGround
    rides: Sequence[Ride]
    left: Sequence[int]


def first_vans(problem: RunProblem, supply: VanGround, wanted: Wanted, budget: Budget, seed: int) -> VanPlan:
    """Return a first plan: by insertion, as early as wanted where that is possible, then searched with that wish."""
    supply, rides, left = fill_vans(supply, wanted)
    due = {n: wanted[lot_of(one)] for n, one in enumerate(supply.consignments) if lot_of(one) in wanted}
    return searched(problem, VanPlan(supply, rides, left), Wishes(due=due), budget, seed)


def searched(problem: RunProblem, plan: VanPlan, wishes: Wishes, budget: Budget, seed: int) -> VanPlan:
    """Return a plan that is no worse by metres and wishes; what found no room before is tried again."""
    supply = plan.supply
    if not supply.ground.vehicles:
        return plan
    places = [*(kitchen.place for kitchen in problem.kitchens), *(point.place for point in problem.points)]
    chart = chart_of(supply.ground, problem.van_travel, places, wishes, range(len(supply.ground.stops)))
    search = Search(chart.field, seed)
    depot = supply.ground.vehicles[0].start
    search.set_rows(chart.rows([[(depot, trip) for trip in ride.trips()] for ride in plan.rides]))
    search.fill()
    search.improve(budget, HOT_M, COLD_M)
    rides = [
        Ride(supply.ground, vehicle, [stops for _, stops in row])
        for vehicle, row in zip(supply.ground.vehicles, chart.trips(search.rows), strict=True)
    ]
    served = {i for ride in rides for trip in ride.trips() for i in trip}
    left = [n for n in range(len(supply.ground.stops)) if n not in served]
    return VanPlan(*squeeze(supply, rides, left))


def kept_in_time(
    problem: RunProblem, plan: VanPlan, needed_s: Mapping[Lot, int], wanted: Wanted, budget: Budget, seed: int
) -> VanPlan:
    """Return a plan, cheaper with its wishes, that brings nothing later than the couriers need it."""
    ground = plan.supply.ground
    stops = tuple(
        replace(stop, close_s=min(stop.close_s, needed_s[lot_of(one)] - stop.service_s))
        if lot_of(one) in needed_s
        else stop
        for stop, one in zip(ground.stops, plan.supply.consignments, strict=True)
    )
    strict = replace(plan.supply, ground=replace(ground, stops=stops))
    rides = [Ride(strict.ground, ride.vehicle, ride.trips()) for ride in plan.rides]
    if not all(ride.refresh() for ride in rides):
        return plan
    due = {n: wanted[lot_of(one)] for n, one in enumerate(plan.supply.consignments) if lot_of(one) in wanted}
    found = searched(problem, VanPlan(strict, rides, plan.left), Wishes(due=due), budget, seed)
    if len(found.supply.ground.stops) != len(stops):
        return plan
    rides = [Ride(ground, ride.vehicle, ride.trips()) for ride in found.rides]
    return VanPlan(plan.supply, rides, found.left)


def reloaded(
    problem: RunProblem, plan: VanPlan, supply: VanGround, needed_s: Mapping[Lot, int], budget: Budget, seed: int
) -> VanPlan:
    """Return the trips of `plan` for the loads of `supply`; if they no longer hold, searched anew.

    What then comes later than the couriers need it is dear.
    """
    carried = _carried_over(plan, supply)
    if not carried.left:
        return carried
    due = {
        n: (needed_s[lot_of(one)] - stop.service_s, LATE_M_PER_S)
        for n, (stop, one) in enumerate(zip(supply.ground.stops, supply.consignments, strict=True))
        if lot_of(one) in needed_s
    }
    return searched(problem, carried, Wishes(due=due), budget, seed)


def _carried_over(plan: VanPlan, supply: VanGround) -> VanPlan:
    """Return the same trips for other loads of the same kitchen, part by part of each consignment."""
    waiting: dict[Lot, list[int]] = defaultdict(list)
    for n in sorted(range(len(supply.boxes)), key=lambda n: supply.boxes[n]):
        waiting[lot_of(supply.consignments[n])].append(n)
    rides = []
    for ride in plan.rides:
        trips = []
        for trip in ride.trips():
            lots = [lot_of(plan.supply.consignments[i]) for i in trip]
            trips.append([waiting[lot].pop() for lot in lots if waiting[lot]])
        fresh = Ride(supply.ground, ride.vehicle, trips)
        if not fresh.refresh():
            for load in fresh.loads:
                for i in load.stops:
                    waiting[lot_of(supply.consignments[i])].append(i)
            fresh = Ride(supply.ground, ride.vehicle)
        rides.append(fresh)
    left = sorted(n for parts in waiting.values() for n in parts)
    return VanPlan(supply, rides, left)
