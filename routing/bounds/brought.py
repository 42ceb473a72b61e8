"""Which boxes vans bring whatever happens, and which go to one meal point or another with the home they are for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from routing.plan import RunPlan
from routing.problem import Home, RunProblem

Lot = tuple[str, str, str]
"""(kitchen, meal point, batch)."""

Key = tuple[str, str]
"""(kitchen, meal point)."""


@dataclass(frozen=True, slots=True)
class Brought:
    """Boxes on vans.

    Attributes
    ----------
    usual
        Boxes for each meal point as the plan has it, or where there is none with each home at its own point.
    fixed
        Of these, the boxes that come there whatever meal points homes are served from.
    most
        The boxes that may come there at most.
    total
        Boxes of each kitchen that come by van whatever happens, at one meal point or another.
    """

    usual: Mapping[Key, int]
    fixed: Mapping[Key, int]
    most: Mapping[Key, int]
    total: Mapping[str, int]


def brought(problem: RunProblem, homes: frozenset[str], plan: RunPlan | None) -> Brought:
    """Return the boxes on vans in every plan that serves `homes` and otherwise leaves out what `plan` leaves out.

    Without a plan all boxes come where all homes are served, else those of the homes.
    """
    served = [home for home in problem.homes if home.home_id in homes]
    by_van = {(c.kitchen_id, c.point_id, c.batch) for c in problem.consignments if not c.on_site}
    here = {home.home_id: home.point_id for home in served}
    if plan:
        here |= {v.home_id: trip.point_id for run in plan.courier_runs for trip in run.trips for v in trip.visits}
    boxes = _of_plan(plan) if plan else _owed(problem, served)
    usual, fixed, most = Counter(boxes), Counter(boxes), Counter(boxes)
    total = Counter[str]()
    for home in served:
        if not home.alternatives:
            continue
        lots = {(home.kitchen_id, point.point_id, home.batch) for point in home.points}
        now = (home.kitchen_id, here[home.home_id], home.batch)
        fixed[now] -= home.boxes
        most.update(dict.fromkeys(lots - {now}, home.boxes))
        if lots <= by_van:
            total[home.kitchen_id] += home.boxes
    return Brought(
        _by_key(usual, by_van), kept := _by_key(fixed, by_van), _by_key(most, by_van), total + _by_kitchen(kept)
    )


def _of_plan(plan: RunPlan) -> Counter[Lot]:
    boxes = Counter[Lot]()
    for run in plan.van_runs:
        for stop in run.stops:
            boxes[run.kitchen_id, stop.point_id, stop.batch] += stop.boxes
    return boxes


def _owed(problem: RunProblem, served: list[Home]) -> Counter[Lot]:
    if len(served) == len(problem.homes):
        return Counter({(c.kitchen_id, c.point_id, c.batch): c.boxes for c in problem.consignments})
    boxes = Counter[Lot]()
    for home in served:
        boxes[home.kitchen_id, home.point_id, home.batch] += home.boxes
    return boxes


def _by_key(boxes: Mapping[Lot, int], by_van: Iterable[Lot]) -> Counter[Key]:
    found = Counter[Key]()
    for kitchen_id, point_id, batch in by_van:
        if boxes.get((kitchen_id, point_id, batch), 0) > 0:
            found[kitchen_id, point_id] += boxes[kitchen_id, point_id, batch]
    return found


def _by_kitchen(boxes: Mapping[Key, int]) -> Counter[str]:
    found = Counter[str]()
    for (kitchen_id, _), n in boxes.items():
        found[kitchen_id] += n
    return found
