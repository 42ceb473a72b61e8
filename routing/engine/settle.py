"""Settling: the same problem with every home at the meal point that a plan serves it from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from routing.problem import Alternative, Home, Lot, RunProblem, lot_for, lot_of


def settled(problem: RunProblem, point_of: Mapping[int, str]) -> RunProblem:
    """Return the problem with these homes (by number) at these of their points, and the boxes moved with them.

    A plan for the answer is a plan for the question, but its costs are the question's: here every alternative is free
    of charge. A move to a point that has no room for it is not made.
    """
    moves = {n: at for n, at in point_of.items() if at != problem.homes[n].point_id}
    if not moves:
        return problem
    boxes: Counter[Lot] = Counter({lot_of(one): one.boxes for one in problem.consignments})
    room = _room(problem)
    homes = list(problem.homes)
    for n, at in moves.items():
        home = homes[n]
        left = room[at]
        if left is not None and left < home.boxes:
            continue
        moved = _moved(home, at)
        boxes[lot_for(home)] -= home.boxes
        boxes[lot_for(moved)] += home.boxes
        if left is not None:
            room[at] = left - home.boxes
        homes[n] = moved
    consignments = tuple(replace(one, boxes=boxes[lot_of(one)]) for one in problem.consignments)
    return replace(problem, homes=tuple(homes), consignments=consignments)


def _room(problem: RunProblem) -> dict[str, int | None]:
    through: Counter[str] = Counter()
    for one in problem.consignments:
        through[one.point_id] += one.boxes
    return {
        point.point_id: None if point.capacity_boxes is None else point.capacity_boxes - through[point.point_id]
        for point in problem.points
    }


def _moved(home: Home, point_id: str) -> Home:
    """Return the home at another of its points; what that costs stands in the question, not here."""
    others = tuple(Alternative(point.point_id) for point in home.points if point.point_id != point_id)
    return replace(home, point_id=point_id, alternatives=others)
