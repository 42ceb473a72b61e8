"""Opening a meal point that no van visits: boxes are thought to lie there, and the couriers see whether they want them.

Where nothing lies nobody loads, so nothing else would ever open a meal point. If homes move there, their boxes go along
and the vans are planned for them; a turn that comes out dearer than before is thrown away.
"""

from __future__ import annotations

from collections import Counter

from routing.problem import Consignment, Lot, RunProblem, lot_of
from routing.travel import UNREACHABLE_S

SLACK_S = 900
"""How much later than by the straight way a van is thought to come: it has other stops."""


def closed_points(asked: RunProblem, settled: RunProblem) -> list[str]:
    """Return the meal points, sorted, that are nobody's now and could be somebody's."""
    boxes: Counter[str] = Counter()
    for one in settled.consignments:
        boxes[one.point_id] += one.boxes
    offered = {point.point_id for home in asked.homes for point in home.points}
    return sorted(point_id for point_id in offered if not boxes[point_id])


def thought_arrivals(asked: RunProblem, point_id: str) -> dict[Lot, list[tuple[int, int]]]:
    """Return when everything that homes could have brought to a meal point would lie ready there, and how much."""
    wishing: Counter[Lot] = Counter()
    for home in asked.homes:
        for point in home.points:
            if point.point_id == point_id:
                wishing[home.kitchen_id, point_id, home.batch] += home.boxes
    found: dict[Lot, list[tuple[int, int]]] = {}
    for one in asked.consignments:
        ready_s = _ready_s(asked, one) if wishing[lot_of(one)] else None
        if ready_s is not None:
            found[lot_of(one)] = [(ready_s, wishing[lot_of(one)])]
    return found


def _ready_s(asked: RunProblem, one: Consignment) -> int | None:
    """Return from when boxes could lie at the meal point; None where no van brings them in time."""
    if one.on_site:
        return one.ready_s
    kitchen = next(n for n, kitchen in enumerate(asked.kitchens) if kitchen.kitchen_id == one.kitchen_id)
    at, point = next((n, point) for n, point in enumerate(asked.points) if point.point_id == one.point_id)
    way_s = int(asked.van_travel.seconds[kitchen, len(asked.kitchens) + at])
    loading_s = min((van.loading_s for van in asked.vans if van.kitchen_id == one.kitchen_id), default=None)
    if loading_s is None or way_s >= UNREACHABLE_S:
        return None
    begin_s = max(one.ready_s + loading_s + way_s, point.window.start_s)
    latest_s = min(one.due_s, point.window.end_s - point.handling_s)
    return min(begin_s + SLACK_S, latest_s) + point.handling_s if begin_s <= latest_s else None
