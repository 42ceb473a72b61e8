"""The master problem: a linear program over days of couriers and trips of vans, solved again as columns come in.

Solved by GLOP, which goes on from its last basis. What it says is only ever a guide: the bound itself is computed
from the prices by the pricing, and holds whatever the solver answers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from ortools.linear_solver import pywraplp

Row = tuple[str, int, int]
"""What a row is about: its sort and two numbers."""

Duals = dict[Row, float]

FAR_M = 1e5
"""What it costs to break a row when nothing is known about its price yet."""


HELD = 1e-6

WAYS = (
    "use_preprocessing: false use_dual_simplex: false",
    "use_preprocessing: true use_dual_simplex: true",
    "use_preprocessing: true use_dual_simplex: false",
)
"""How to solve: on from the last basis, or, where that goes astray, afresh."""


class Master:
    """Rows by name, and columns that may be added at any time.

    The price of a boxed row is kept near a centre by a pair of slack columns (boxstep, Marsten, Hogan and Blankenship
    1975): far from the optimum the prices of a linear program jump about, and pricing learns nothing from them.
    """

    def __init__(self) -> None:
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        self.rows: dict[Row, pywraplp.Constraint] = {}
        self.signs: dict[Row, float] = {}
        self.is_held = False
        self.boxes: dict[Row, tuple[pywraplp.Variable, pywraplp.Variable]] = {}

    def add_row(self, row: Row, least: float | None = None, most: float | None = None) -> None:
        """Add a row that is at least or at most a figure."""
        infinity = self.solver.infinity()
        low, high = -infinity if least is None else least, infinity if most is None else most
        self.rows[row] = self.solver.Constraint(low, high)
        self.signs[row] = 1.0 if least is not None else -1.0

    def add_boxed_row(self, row: Row, least: float) -> None:
        """Add a row that is at least a figure and whose price `keep_near` can hold."""
        self.add_row(row, least=least)
        self.boxes[row] = self.add_column(FAR_M, {row: 1.0}), self.add_column(0.0, {row: -1.0})

    def add_column(
        self, cost: float, entries: Mapping[Row, float], least: float = 0.0, most: float | None = None
    ) -> pywraplp.Variable:
        """Add a column with its cost and its entries; rows that do not exist are passed over."""
        column = self.solver.NumVar(least, self.solver.infinity() if most is None else most, "")
        self.solver.Objective().SetCoefficient(column, float(cost))
        for row, value in entries.items():
            if row in self.rows:
                self.rows[row].SetCoefficient(column, float(value))
        return column

    def keep_near(self, center: Mapping[Row, float], share: float, least_m: float) -> None:
        """Keep the price of every boxed row within `share` of the centre, or `least_m` where that is more."""
        objective = self.solver.Objective()
        for row, (over, under) in self.boxes.items():
            price = center.get(row, 0.0)
            width = max(share * price, least_m)
            objective.SetCoefficient(over, price + width)
            objective.SetCoefficient(under, min(0.0, width - price))
            under.SetUb(self.solver.infinity() if price > width else 0.0)

    def solve(self) -> float:
        """Solve; return the value, and know whether the box and not the columns decides some price.

        Infinity where the solver gives up, from its last basis and afresh: then there are no prices to go on with.
        """
        self.solver.Objective().SetMinimization()
        if not any(self._solved(how) for how in WAYS):
            return math.inf
        self.is_held = any(one.solution_value() > HELD for pair in self.boxes.values() for one in pair)
        return float(self.solver.Objective().Value())

    def _solved(self, how: str) -> bool:
        """Return whether the solver ends well in one of the ways to try."""
        self.solver.SetSolverSpecificParametersAsString(how)
        return bool(self.solver.Solve() == pywraplp.Solver.OPTIMAL)

    def duals(self) -> Duals:
        """Return the price of each row, never below 0 (rows at most a figure have theirs turned round)."""
        return {row: max(0.0, self.signs[row] * one.dual_value()) for row, one in self.rows.items()}
