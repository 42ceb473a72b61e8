"""Fewer pairs of kitchen and meal point: the price of drives made exact by integer programming.

A flow knows only prices by the meal; a drive is paid once. This is the fixed-charge problem on what is left to choose,
small once the meal points stand, and the branch and cut of HiGHS (Huangfu and Hall 2018, Mathematical Programming
Computation 10) mostly proves its answer at the first node.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from kitchens.reach import Group, Reach

MOST_CHOICES = 6_000
"""Above this many (group, kitchen) choices the search takes longer than it is worth."""

NODES = 20
"""Nodes of the search tree: a measure of effort that is the same on every machine, so that plans can be repeated."""

GAP = 1e-6
"""Share of the cost within which an answer counts as the best."""

Meals = dict[tuple[Group, int], int]
"""Group, kitchen -> meals."""


def thin_out(reach: Reach, sizes: dict[Group, int], meals: Meals) -> Meals:
    """Return `meals` or an assignment that costs less and carries as many of each group.

    Only what is not from the usual kitchen costs anything; a day on which every meal is stays as it is.
    """
    opened = {(k, point) for (_, point, _), k in meals if reach.usual[point] != k}
    choices = [(group, k) for group in sizes for k in reach.serving(group[0], group[1])]
    if not opened or len(choices) > MOST_CHOICES:
        return meals
    return _Program(reach, sizes, meals, choices).solve()


class _Program:
    """Variables: the meals of each choice, then whether each pair other than the usual one is driven."""

    def __init__(self, reach: Reach, sizes: dict[Group, int], meals: Meals, choices: list[tuple[Group, int]]) -> None:
        self.reach, self.sizes, self.meals = reach, sizes, meals
        self.choice = {choice: at for at, choice in enumerate(choices)}
        pairs = {(k, group[1]) for group, k in choices if reach.usual[group[1]] != k}
        self.drive = {pair: len(choices) + at for at, pair in enumerate(sorted(pairs))}
        self._entries: list[tuple[int, int, int]] = []
        self._least: list[float] = []
        self._most: list[float] = []

    def solve(self) -> Meals:
        """Return the best assignment found, or the one given if none is better."""
        self._add_rows()
        rows, columns, values = (np.array(part) for part in zip(*self._entries, strict=True))
        cost = self._cost()
        matrix = coo_array((values, (rows, columns)), shape=(len(self._most), len(cost))).tocsc()
        most = [self.sizes[group] for group, _ in self.choice] + [1] * len(self.drive)
        found = milp(
            cost,
            integrality=np.ones(len(cost), dtype=np.int64),
            bounds=Bounds(0, most),
            constraints=LinearConstraint(matrix, self._least, self._most),
            options={"node_limit": NODES, "mip_rel_gap": GAP},
        )
        if found.x is None:
            return self.meals
        numbers = np.rint(found.x).astype(np.int64)
        given = np.array([self.meals.get(choice, 0) for choice in self.choice], dtype=np.int64)
        driven = [any(k == pair[0] and group[1] == pair[1] for group, k in self.meals) for pair in self.drive]
        if numbers @ cost >= np.concatenate([given, np.array(driven, dtype=np.int64)]) @ cost:
            return self.meals
        return {choice: int(numbers[at]) for choice, at in self.choice.items() if numbers[at]}

    def _cost(self) -> NDArray[np.int64]:
        away = [self.reach.meal_m(k, group) for group, k in self.choice]
        return np.array(away + [int(self.reach.drive_m[pair]) for pair in self.drive], dtype=np.int64)

    def _add_rows(self) -> None:
        """Every group is carried as before, no kitchen takes more than it can, what is carried away is driven.

        Group by group the last bounds tighter than pair by pair.
        """
        carried: dict[Group, int] = dict.fromkeys(self.sizes, 0)
        for (group, _), some in self.meals.items():
            carried[group] += some
        for group, some in carried.items():
            self._row([(self.choice[group, k], 1) for k in self.reach.serving(group[0], group[1])], some, some)
        by_kitchen: dict[int, list[tuple[int, int]]] = {}
        for (_, k), at in self.choice.items():
            by_kitchen.setdefault(k, []).append((at, 1))
        for k, entries in by_kitchen.items():
            self._row(entries, -np.inf, self.reach.kitchen_meals[k])
        for (group, k), at in self.choice.items():
            drive = self.drive.get((k, group[1]))
            if drive is not None:
                most = min(self.sizes[group], self.reach.kitchen_meals[k])
                self._row([(at, 1), (drive, -most)], -np.inf, 0)

    def _row(self, entries: list[tuple[int, int]], least: float, most: float) -> None:
        self._entries += ((len(self._most), column, value) for column, value in entries)
        self._least.append(least)
        self._most.append(most)
