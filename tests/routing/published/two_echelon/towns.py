"""Tiny two-echelon instances written by the tests themselves, and the stored plans of the shared folder."""

from __future__ import annotations

from itertools import pairwise, permutations
from math import dist

import numpy as np

from routing.published.two_echelon.plan import FreighterRoute, TruckRoute, TwoEchelonPlan
from routing.published.two_echelon.read import Fleet, TwoEchelon

LINE = """!Trucks: (total #, capacity, cost per distance, fixcost)
2,10,1,5
!CityFreighters: (max cf/sat, total #, cap, cost/dist, fixcost)
2,3,6,2,1
!Stores: (first: depot x,y; then: satellites x,y,[handlingCost])
0,0   10,0,0.5   20,0
!Customers: (x,y,demand)
10,3,4   10,-4,3   20,5,6
"""
"""A depot, satellites at 10 and 20 to the east, two customers at the first and one at the second."""


def line_plan() -> TwoEchelonPlan:
    """Two trucks, one to each satellite; two freighters of the first, one of the second."""
    return TwoEchelonPlan(
        (TruckRoute(0, ((0, 7.0),)), TruckRoute(1, ((1, 6.0),))),
        (FreighterRoute(0, (0,)), FreighterRoute(0, (1,)), FreighterRoute(1, (2,))),
    )


def random_town(seed: int, customers: int, satellites: int) -> TwoEchelon:
    """Return a town of invented places whose trucks are just enough."""
    places = np.random.default_rng(seed).uniform(0, 100, (1 + satellites + customers, 2)).round()
    demand = np.random.default_rng(seed + 1).integers(1, 10, customers).astype(np.float64)
    capacity = float(np.ceil(demand.sum() / 3))
    return TwoEchelon(
        name=f"town {seed}",
        trucks=Fleet(3, capacity, 1.0, 0.0, 3),
        freighters=Fleet(customers, 20.0, 1.0, 0.0, customers),
        depot=places[0],
        satellites=places[1 : 1 + satellites],
        handling=np.zeros(satellites),
        customers=places[1 + satellites :],
        demand=demand,
    )


def stored_plan(instance: TwoEchelon, text: str) -> tuple[TwoEchelonPlan, float]:
    """Return the plan in a `.sol` file of the shared folder, and the cost it states.

    The file names the satellites of each truck without order or quantities: the shortest order is taken, and quantities
    are settled satellite by satellite, as trucks share satellites without circles.
    """
    lines = [line.split(":") for line in text.splitlines() if line.startswith("L")]
    second = tuple(
        FreighterRoute(int(head.split()[2]) - 1, tuple(int(word) - 1 for word in tail.split()))
        for head, tail in lines
        if head.startswith("L2")
    )
    trucks = [[int(word) - 1 for word in tail.split()] for head, tail in lines if head.startswith("L1")]
    left = dict.fromkeys(range(len(instance.handling)), 0.0)
    for route in second:
        left[route.satellite] += float(instance.demand[list(route.customers)].sum())
    drops = _quantities(trucks, left, instance.trucks.capacity)
    first = tuple(
        TruckRoute(number, tuple((at, drops[number][at]) for at in _shortest(instance, stops)))
        for number, stops in enumerate(trucks)
    )
    stated = next(line for line in text.splitlines() if line.startswith("# cost"))
    return TwoEchelonPlan(first, second), float(stated.split()[2])


def _quantities(trucks: list[list[int]], left: dict[int, float], capacity: float) -> list[dict[int, float]]:
    waiting = [set(stops) for stops in trucks]
    spare = [capacity] * len(trucks)
    drops: list[dict[int, float]] = [{} for _ in trucks]

    def leave(truck: int, at: int, amount: float) -> None:
        drops[truck][at] = amount
        spare[truck] -= amount
        left[at] -= amount
        waiting[truck].discard(at)

    while any(waiting):
        alone = [(t, at) for t, stops in enumerate(waiting) for at in stops if sum(at in o for o in waiting) == 1]
        for truck, at in alone:
            leave(truck, at, left[at])
        ends = [(truck, min(stops)) for truck, stops in enumerate(waiting) if len(stops) == 1]
        for truck, at in ends[:1]:
            leave(truck, at, min(left[at], spare[truck]))
        assert alone or ends, "trucks share satellites in a circle"
    return drops


def _shortest(instance: TwoEchelon, stops: list[int]) -> tuple[int, ...]:
    depot, places = tuple(instance.depot), [tuple(place) for place in instance.satellites]

    def length(order: tuple[int, ...]) -> float:
        way = [depot, *(places[at] for at in order), depot]
        return sum(dist(a, b) for a, b in pairwise(way))

    return min(permutations(stops), key=length)
