"""The problem by id: what a plan may name, and the rows of the matrices that belong to it."""

from __future__ import annotations

from routing.problem import Consignment, Courier, Home, MealPoint, RunProblem, Van

Lot = tuple[str, str, str]
"""(kitchen, meal point, batch): what names a consignment."""


class Known:
    """Everything a problem names, by id."""

    def __init__(self, problem: RunProblem) -> None:
        self.problem = problem
        self.vans: dict[str, Van] = {v.van_id: v for v in problem.vans}
        self.couriers: dict[str, Courier] = {c.courier_id: c for c in problem.couriers}
        self.homes: dict[str, Home] = {h.home_id: h for h in problem.homes}
        self.points: dict[str, MealPoint] = {p.point_id: p for p in problem.points}
        self.owed: dict[Lot, Consignment] = {(c.kitchen_id, c.point_id, c.batch): c for c in problem.consignments}
        kitchens = [f"kitchen {k.kitchen_id}" for k in problem.kitchens]
        points = [f"point {p.point_id}" for p in problem.points]
        homes = [f"home {h.home_id}" for h in problem.homes]
        self.van_row = {name: n for n, name in enumerate(kitchens + points)}
        self.courier_row = {name: n for n, name in enumerate(points + homes)}


def named(lot: Lot) -> str:
    """Return how a violation names a consignment: kitchen, meal point and, where there are several, the batch."""
    return ">".join(lot if lot[2] else lot[:2])
