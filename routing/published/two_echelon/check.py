"""Recompute what a two-echelon plan costs and whether it keeps every rule; shares nothing with any planner.

Rules: every customer is served once by one freighter from one satellite; a freighter's and a truck's capacity; how many
freighters there are in all and at one satellite, how many trucks; as much comes into a satellite as leaves it; a truck
drives one route and calls at a satellite at most once in it. Deliveries to a satellite may be split over trucks.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise

from routing.published.two_echelon.plan import FreighterRoute, TruckRoute, TwoEchelonPlan
from routing.published.two_echelon.read import TwoEchelon

QUANTITY_SLACK = 1e-6
"""Differences of quantities below this share of a capacity are rounding."""


@dataclass(frozen=True, slots=True)
class Account:
    """What a plan costs in the instance's own convention, and which rules it breaks (none: it is valid)."""

    cost: float
    violations: tuple[str, ...]


def check_two_echelon(instance: TwoEchelon, plan: TwoEchelonPlan) -> Account:
    """Return the cost of this plan and every rule that it breaks.

    A place that the instance does not have is a violation and adds no distance.
    """
    violations = [
        *_unknown_places(instance, plan),
        *_customers_once(instance, plan),
        *_freighters(instance, plan),
        *_trucks(instance, plan),
        *_flow(instance, plan),
    ]
    return Account(_cost(instance, plan), tuple(violations))


def _known_customers(instance: TwoEchelon, route: FreighterRoute) -> list[int]:
    return [customer for customer in route.customers if 0 <= customer < len(instance.demand)]


def _known_drops(instance: TwoEchelon, route: TruckRoute) -> list[tuple[int, float]]:
    return [drop for drop in route.drops if 0 <= drop[0] < len(instance.handling)]


def _known_satellite(instance: TwoEchelon, satellite: int) -> bool:
    return 0 <= satellite < len(instance.handling)


def _unknown_places(instance: TwoEchelon, plan: TwoEchelonPlan) -> list[str]:
    found = []
    for number, route in enumerate(plan.second):
        if not _known_satellite(instance, route.satellite):
            found.append(f"freighter route {number}: there is no satellite {route.satellite}")
        strangers = set(route.customers) - set(_known_customers(instance, route))
        found += [f"freighter route {number}: there is no customer {stranger}" for stranger in sorted(strangers)]
    for truck in plan.first:
        strangers = {place for place, _ in truck.drops} - {place for place, _ in _known_drops(instance, truck)}
        found += [f"truck {truck.truck}: there is no satellite {stranger}" for stranger in sorted(strangers)]
    return found


def _customers_once(instance: TwoEchelon, plan: TwoEchelonPlan) -> list[str]:
    served = Counter(customer for route in plan.second for customer in route.customers)
    return [
        f"customer {customer} is served {served[customer]} times"
        for customer in range(len(instance.demand))
        if served[customer] != 1
    ]


def _freighters(instance: TwoEchelon, plan: TwoEchelonPlan) -> list[str]:
    fleet, found = instance.freighters, []
    for number, route in enumerate(plan.second):
        load = math.fsum(float(instance.demand[customer]) for customer in _known_customers(instance, route))
        if load > fleet.capacity * (1 + QUANTITY_SLACK):
            found.append(f"freighter route {number} carries {load:g}, a freighter at most {fleet.capacity:g}")
        if not route.customers:
            found.append(f"freighter route {number} has no customer")
    if len(plan.second) > fleet.count:
        found.append(f"{len(plan.second)} freighter routes, there are {fleet.count} freighters")
    for satellite, count in sorted(Counter(route.satellite for route in plan.second).items()):
        if count > fleet.per_satellite:
            found.append(f"{count} freighters at satellite {satellite}, at most {fleet.per_satellite} may start there")
    return found


def _trucks(instance: TwoEchelon, plan: TwoEchelonPlan) -> list[str]:
    fleet, found = instance.trucks, []
    if len(plan.first) > fleet.count:
        found.append(f"{len(plan.first)} truck routes, there are {fleet.count} trucks")
    for truck, count in sorted(Counter(route.truck for route in plan.first).items()):
        if count > 1 or not 0 <= truck < fleet.count:
            found.append(f"truck {truck} has {count} routes, expected one each, numbered from 0 to {fleet.count - 1}")
    for route in plan.first:
        places = Counter(place for place, _ in route.drops)
        found += [f"truck {route.truck} calls twice at satellite {place}" for place in places if places[place] > 1]
        if not route.drops:
            found.append(f"truck {route.truck} calls nowhere")
        for place, amount in route.drops:
            if not (math.isfinite(amount) and amount >= 0):
                found.append(f"truck {route.truck} leaves {amount} at satellite {place}")
        load = math.fsum(amount for _, amount in route.drops)
        if load > fleet.capacity * (1 + QUANTITY_SLACK):
            found.append(f"truck {route.truck} carries {load:g}, a truck at most {fleet.capacity:g}")
    return found


def _flow(instance: TwoEchelon, plan: TwoEchelonPlan) -> list[str]:
    comes: dict[int, list[float]] = defaultdict(list)
    leaves: dict[int, list[float]] = defaultdict(list)
    for truck in plan.first:
        for place, amount in truck.drops:
            comes[place].append(amount)
    for route in plan.second:
        leaves[route.satellite] += [float(instance.demand[customer]) for customer in _known_customers(instance, route)]
    slack = QUANTITY_SLACK * instance.freighters.capacity
    return [
        f"satellite {place}: {math.fsum(comes[place]):g} comes in, {math.fsum(leaves[place]):g} leaves"
        for place in sorted(comes.keys() | leaves.keys())
        if not abs(math.fsum(comes[place]) - math.fsum(leaves[place])) <= slack
    ]


def _cost(instance: TwoEchelon, plan: TwoEchelonPlan) -> float:
    depot = (float(instance.depot[0]), float(instance.depot[1]))
    satellites = [(float(x), float(y)) for x, y in instance.satellites]
    customers = [(float(x), float(y)) for x, y in instance.customers]
    costs = []
    for truck in plan.first:
        drops = _known_drops(instance, truck)
        length = _round_trip(depot, [satellites[place] for place, _ in drops]) / instance.divisor
        handling = math.fsum(float(instance.handling[place]) * amount for place, amount in drops)
        costs.append(instance.trucks.fixed_cost + instance.trucks.cost_per_distance * length + handling)
    for route in plan.second:
        if not _known_satellite(instance, route.satellite):
            continue
        stops = [customers[customer] for customer in _known_customers(instance, route)]
        length = _round_trip(satellites[route.satellite], stops) / instance.divisor
        costs.append(instance.freighters.fixed_cost + instance.freighters.cost_per_distance * length)
    return math.fsum(costs)


def _round_trip(start: tuple[float, float], stops: list[tuple[float, float]]) -> float:
    way = [start, *stops, start]
    return math.fsum(math.dist(here, there) for here, there in pairwise(way))
