"""The assignment as two minimum-cost flows: who is served and where the meal is handed over, then who cooks it.

Why flows: an order stands between kitchens (which of them may cook for it) and meal points (which may hand it over).
Kitchen -> order -> meal point is a network in which the largest flow serves the most orders, and its cheapest largest
flow lends as few homes as possible, the nearest ones. A second flow gives the orders that now have a point their
kitchens. What a drive costs does not grow with the meals in the van; its price is spread over them anew in each round
("slope scaling", Kim and Pardalos 1999, Operations Research Letters 24), and the best round is the start of an integer
program that has the price exactly (`kitchens.assign_pairs`).

The served number is the largest possible wherever every kitchen in question has a van. Where a kitchen without one is
in play, what it leaves open is filled as in the plain assignment, and the plain one is taken if it serves more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from kitchens.assign import fill
from kitchens.assign_pairs import Meals, thin_out
from kitchens.assign_reasons import find_hopeless, supply_plan
from kitchens.plan import SupplyPlan
from kitchens.problem import DayProblem
from kitchens.reach import NOWHERE, USUAL_SUPPLY, Group, Pair, Reach, SupplyRules

LENT_M = 200_000
"""One more home in the hands of a neighbouring point weighs more than any way within a district."""

METRE = 1_000
"""Price of a metre to a lent home in the first flow; a meal that drives a kilometre from another kitchen costs 1."""

NEAREST = 16
"""Points that a lent home is offered by itself; all others are reached together with the homes of its own point."""

ROUNDS = 4


class Network:
    """A flow network that is built arc by arc."""

    def __init__(self) -> None:
        self.nodes = 0
        self._arcs: list[tuple[int, int, int, int]] = []

    def node(self) -> int:
        """Return a new node."""
        self.nodes += 1
        return self.nodes - 1

    def arc(self, tail: int, head: int, capacity: int, cost: int = 0) -> int:
        """Add an arc and return its number."""
        self._arcs.append((tail, head, capacity, cost))
        return len(self._arcs) - 1

    def largest_flow(self, source: int, sink: int) -> NDArray[np.int64]:
        """Return the flow on each arc of the cheapest among the largest flows."""
        if not self._arcs:
            return np.zeros(0, dtype=np.int64)
        arcs = np.array(self._arcs, dtype=np.int64)
        solver = min_cost_flow.SimpleMinCostFlow()
        numbers = solver.add_arcs_with_capacity_and_unit_cost(arcs[:, 0], arcs[:, 1], arcs[:, 2], arcs[:, 3])
        most = int(arcs[arcs[:, 0] == source, 2].sum())
        solver.set_nodes_supplies(np.array([source, sink]), np.array([most, -most]))
        status = solver.solve_max_flow_with_min_cost()
        if status != solver.OPTIMAL:
            raise RuntimeError(f"expected an optimal flow, got status {status}")
        flows: NDArray[np.int64] = solver.flows(numbers)
        return flows


def assign_supply(problem: DayProblem, *, seed: int = 0, rules: SupplyRules = USUAL_SUPPLY) -> SupplyPlan:
    """Return kitchen and meal point for every order, or why it has none; see `kitchens.reach` for the rules.

    The same question always gets the same plan: nothing is left to chance, and `seed`, which every step of the solver
    is asked with, changes nothing here.
    """
    del seed
    reach = Reach(problem, rules)
    plain = fill(reach, [None] * len(problem.orders))
    flowed = _cooked(reach, hold_points(reach))
    best = min((flowed, plain), key=lambda pairs: assignment_cost(reach, pairs))
    if best is plain:
        # The same people over the same points: only the kitchens are chosen better.
        again = _cooked(reach, {n: pair[1] for n, pair in enumerate(plain) if pair is not None})
        best = min((again, plain), key=lambda pairs: assignment_cost(reach, pairs))
    return replace(supply_plan(reach, best), cost_m=kitchen_cost_m(reach, best), bound_m=kitchen_bound_m(reach, best))


def _cooked(reach: Reach, held: dict[int, int]) -> list[Pair | None]:
    """Return the pair of every order, with kitchens for those at `held` and what room is left given to the others."""
    chosen = choose_kitchens(reach, held)
    return fill(reach, [chosen.get(n) for n in range(len(reach.own))])


def assignment_cost(reach: Reach, pairs: Sequence[Pair | None]) -> tuple[int, int, int, int]:
    """Return (orders not served, homes lent, price of lending, price of the kitchens), to be made small in turn."""
    lent = [(n, pair[1]) for n, pair in enumerate(pairs) if pair is not None and pair[1] != reach.own[n]]
    column = {p: at for at, p in enumerate(reach.lenders)}
    far = reach.lending_m([n for n, _ in lent])
    lent_m = sum(int(far[row, column[p]]) for row, (_, p) in enumerate(lent))
    served = sum(pair is not None for pair in pairs)
    return (len(pairs) - served, len(lent), lent_m, kitchen_cost_m(reach, pairs))


def kitchen_cost_m(reach: Reach, pairs: Sequence[Pair | None]) -> int:
    """Return the price of all meals that do not come from the usual kitchen, and of the drives for them.

    `pairs` are those of the orders by their numbers.
    """
    meals = sum(reach.meal_m(pair[0], reach.group(n, pair[1])) for n, pair in enumerate(pairs) if pair is not None)
    return meals + sum(int(reach.drive_m[pair]) for pair in set(pairs) if pair is not None)


def kitchen_bound_m(reach: Reach, pairs: Sequence[Pair | None]) -> int:
    """Return what no choice of kitchens costs less than that serves as many of these people at these meal points.

    The drive of a pair spread over the most meals that it could ever carry, rounded down: then it is a flow, and its
    cheapest is a relaxation of the question (the root of "slope scaling").
    """
    sizes: dict[Group, int] = defaultdict(int)
    for n, pair in enumerate(pairs):
        if pair is not None:
            sizes[reach.group(n, pair[1])] += 1
    share = _most_carried(reach, sizes)
    meals = _kitchen_flow(reach, sizes, share)
    return sum(some * _price_m(reach, group, k, share) for (group, k), some in meals.items())


def _most_carried(reach: Reach, sizes: dict[Group, int]) -> dict[Pair, int]:
    demand: dict[int, int] = defaultdict(int)
    for (_, point, _), size in sizes.items():
        demand[point] += size
    return {(k, p): max(1, min(demand[p], room)) for p in demand for k, room in enumerate(reach.kitchen_meals)}


def choose_kitchens(reach: Reach, held: dict[int, int]) -> dict[int, Pair]:
    """Return kitchen and point of the orders in `held` (order to point): most served, then cheapest."""
    groups: dict[Group, list[int]] = defaultdict(list)
    for n, point in sorted(held.items()):
        groups[reach.group(n, point)].append(n)
    sizes = {group: len(numbers) for group, numbers in groups.items()}
    share = _most_carried(reach, sizes)
    best: Meals = {}
    best_cost = (1, 0)
    for _ in range(ROUNDS):
        meals = _kitchen_flow(reach, sizes, share)
        carried: dict[Pair, int] = defaultdict(int)
        for (group, kitchen), some in meals.items():
            carried[kitchen, group[1]] += some
        cost = _meals_cost(reach, meals, carried)
        if not best or cost < best_cost:
            best, best_cost = meals, cost
        elif carried.items() <= share.items():
            break
        share |= carried
    return _hand_out(groups, thin_out(reach, sizes, best))


def _meals_cost(reach: Reach, meals: Meals, carried: dict[Pair, int]) -> tuple[int, int]:
    """Return (minus the meals carried, their price)."""
    away_m = sum(some * reach.meal_m(k, group) for (group, k), some in meals.items())
    return (-sum(carried.values()), away_m + sum(int(reach.drive_m[pair]) for pair in carried))


def _price_m(reach: Reach, group: Group, kitchen: int, share: dict[Pair, int]) -> int:
    """Return the price of a meal with its part of the drive."""
    pair = (kitchen, group[1])
    return reach.meal_m(kitchen, group) + int(reach.drive_m[pair]) // max(1, share[pair])


def _kitchen_flow(reach: Reach, sizes: dict[Group, int], share: dict[Pair, int]) -> Meals:
    """Return how many meals of each group each kitchen cooks; a drive is spread over `share`."""
    net = Network()
    source, sink = net.node(), net.node()
    kitchens = [net.node() for _ in reach.kitchen_meals]
    for node, room in zip(kitchens, reach.kitchen_meals, strict=True):
        net.arc(source, node, room)
    arcs: dict[tuple[Group, int], int] = {}
    for group, size in sizes.items():
        node = net.node()
        net.arc(node, sink, size)
        for k in reach.serving(group[0], group[1]):
            arcs[group, k] = net.arc(kitchens[k], node, size, _price_m(reach, group, k, share))
    flow = net.largest_flow(source, sink)
    return {key: int(flow[arc]) for key, arc in arcs.items() if flow[arc] > 0}


def _hand_out(groups: dict[Group, list[int]], meals: Meals) -> dict[int, Pair]:
    """Return the pair of each order: within a group the first orders get the first kitchen."""
    given: dict[int, Pair] = {}
    left = {group: list(reversed(numbers)) for group, numbers in groups.items()}
    for (group, kitchen), some in sorted(meals.items()):
        for _ in range(some):
            given[left[group].pop()] = (kitchen, group[1])
    return given


def hold_points(reach: Reach) -> dict[int, int]:
    """Return the point of each order in the largest flow from kitchens over orders to meal points."""
    return _PointFlow(reach).solve()


class _PointFlow:
    """The first flow: orders alike are one node; only the homes of crowded points stand alone, for they may be lent."""

    def __init__(self, reach: Reach) -> None:
        self.reach, self.net = reach, Network()
        self.source, self.sink = self.net.node(), self.net.node()
        self.kitchens = [self.net.node() for _ in reach.kitchen_meals]
        self.meals = [self.net.node() for _ in reach.point_meals]
        self.boxes = [self.net.node() for _ in reach.point_boxes]
        for node, room in zip(self.kitchens, reach.kitchen_meals, strict=True):
            self.net.arc(self.source, node, room)
        for p, room in enumerate(reach.point_meals):
            self.net.arc(self.meals[p], self.sink, room)
            self.net.arc(self.boxes[p], self.meals[p], reach.point_boxes[p])
        self.stays: dict[tuple[int, int, bool], int] = {}
        self.moves: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self.rest: dict[tuple[int, int, bool], int] = {}
        self.overflow: dict[int, list[tuple[int, int]]] = {}
        self._overflow_node: dict[int, int] = {}
        self.groups: dict[tuple[int, int, bool], list[int]] = defaultdict(list)
        for n in range(len(reach.problem.orders)):
            if find_hopeless(reach, n) is None:
                self.groups[reach.able[n], reach.own[n], reach.is_home(n)].append(n)
        self.crowded = self._crowded_points()
        for group in sorted(self.groups):
            self._add(group)

    def _crowded_points(self) -> set[int]:
        homes: dict[int, int] = defaultdict(int)
        tables: dict[int, int] = defaultdict(int)
        for (_, own, is_home), numbers in self.groups.items():
            (homes if is_home else tables)[own] += len(numbers)
        reach = self.reach
        return {NOWHERE} | {
            p
            for p, most in enumerate(reach.point_meals)
            if homes[p] > reach.point_boxes[p] or homes[p] + tables[p] > most
        }

    def _add(self, group: tuple[int, int, bool]) -> None:
        able, own, is_home = group
        size = len(self.groups[group])
        enter, leave = self.net.node(), self.net.node()
        self.net.arc(enter, leave, size)
        for k, node in enumerate(self.kitchens):
            if able >> k & 1 and self._may_cook(k, own, is_home=is_home):
                self.net.arc(node, enter, size, self._price(k, own))
        if own != NOWHERE:
            self.stays[group] = self.net.arc(leave, self.boxes[own] if is_home else self.meals[own], size)
        if is_home and own in self.crowded:
            self._lend(group, leave)

    def _may_cook(self, kitchen: int, own: int, *, is_home: bool) -> bool:
        if own != NOWHERE and self.reach.reaches[kitchen, own]:
            return True
        return is_home and bool(self.reach.reaches[kitchen, self.reach.lenders].any())

    def _price(self, kitchen: int, own: int) -> int:
        if own == NOWHERE or self.reach.usual[own] == kitchen:
            return 0
        return 1 + int(self.reach.drive_m[kitchen, own]) // METRE

    def _lend(self, group: tuple[int, int, bool], leave: int) -> None:
        """Offer each home of a crowded point its nearest lenders, and all of them together every lender."""
        own, numbers = group[1], self.groups[group]
        far = self.reach.lending_m(numbers)
        nearest = np.argsort(far, axis=1, kind="stable")[:, : NEAREST + 1]
        for row, n in enumerate(numbers):
            alone = self.net.node()
            self.net.arc(leave, alone, 1)
            for at in nearest[row].tolist():
                point = self.reach.lenders[at]
                if point != own:
                    self.moves[n].append(
                        (self.net.arc(alone, self.boxes[point], 1, METRE * (LENT_M + int(far[row, at]))), point)
                    )
        if len(self.reach.lenders) > NEAREST:
            self.rest[group] = self.net.arc(leave, self._overflow(own), len(numbers), METRE * LENT_M)

    def _overflow(self, own: int) -> int:
        if own not in self._overflow_node:
            node = self._overflow_node[own] = self.net.node()
            place = [self.reach.problem.points[own].place] if own != NOWHERE else []
            far = self.reach.ways_to_lenders_m(place)[0] if place else np.full(len(self.reach.lenders), LENT_M)
            self.overflow[own] = [
                (self.net.arc(node, self.boxes[p], self.reach.point_boxes[p], 2 * METRE * int(far[at])), p)
                for at, p in enumerate(self.reach.lenders)
                if p != own
            ]
        return self._overflow_node[own]

    def solve(self) -> dict[int, int]:
        """Return the point of each order that the flow serves."""
        flow = self.net.largest_flow(self.source, self.sink)
        held = {n: point for n, moves in self.moves.items() for arc, point in moves if flow[arc]}
        spill = {own: [p for arc, p in arcs for _ in range(int(flow[arc]))] for own, arcs in self.overflow.items()}
        for group, numbers in self.groups.items():
            waiting = [n for n in numbers if n not in held]
            stay = int(flow[self.stays[group]]) if group in self.stays else 0
            away = int(flow[self.rest[group]]) if group in self.rest else 0
            for n in waiting[:stay]:
                held[n] = group[1]
            for n in waiting[stay : stay + away]:
                held[n] = spill[group[1]].pop()
        return held


__all__ = ["assign_supply", "assignment_cost", "choose_kitchens", "hold_points", "kitchen_bound_m", "kitchen_cost_m"]
