"""The problem by id: what a plan may name, and the rows of the matrices that belong to it."""

from __future__ import annotations

from routing.city import City
from routing.problem import Consignment, Courier, Home, MealPoint, RunProblem, Van
from routing.travel import TravelMatrix

Lot = tuple[str, str, str]
"""(kitchen, meal point, batch): what names a consignment."""


class Known:
    """Everything a question names, by id.

    The ways of couriers may be left out where only what is not ridden is checked.
    """

    def __init__(self, problem: RunProblem | City, van_travel: TravelMatrix, courier_travel: TravelMatrix) -> None:
        self.problem = problem
        self.van_travel, self.courier_travel = van_travel, courier_travel
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


def known_of(problem: RunProblem) -> Known:
    """Return everything a problem names."""
    return Known(problem, problem.van_travel, problem.courier_travel)


def named(lot: Lot) -> str:
    """Return how a violation names a consignment: kitchen, meal point and, where there are several, the batch."""
    return ">".join(lot if lot[2] else lot[:2])
