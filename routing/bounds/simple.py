"""Bounds that need no search: how many couriers there must be, and the shortest way to each door."""

from __future__ import annotations

import numpy as np

from routing.bounds.build import Second
from routing.bounds.streets import NEVER, Ints


def _shortest_in(second: Second) -> tuple[Ints, Ints, Ints]:
    """Return for each home the least metres and seconds of a way to its door with the visit, and its longest way in.

    A home that nobody can reach in time has `NEVER` in all three.
    """
    streets, homes = second.streets, len(second.homes)
    metres, seconds = np.full(homes, NEVER), np.full(homes, NEVER)
    for ways in (streets.between, streets.out):
        home = streets.doors.home[ways.to]
        np.minimum.at(metres, home, ways.metres + streets.doors.extra_m[ways.to])
        np.minimum.at(seconds, home, ways.seconds)
    service_s = np.zeros(homes, dtype=np.int64)
    service_s[streets.doors.home] = streets.doors.service_s
    return metres, seconds, service_s


def couriers_least(second: Second) -> int:
    """Return how many couriers the boxes and the hours alone take.

    Between its first and its last hand-over a courier rides to each door but the first and stays at each.
    """
    doors, kinds = second.streets.doors, second.streets.kinds
    if not len(doors.home) or not len(kinds.capacity):
        return 0
    _, ways_s, service_s = _shortest_in(second)
    reached = np.unique(doors.home)
    boxes = np.zeros(len(second.homes), dtype=np.int64)
    boxes[doors.home] = doors.boxes
    room = int((kinds.capacity * kinds.trips).max())
    by_boxes = -(-int(boxes[reached].sum()) // room) if room else 1
    usual = np.minimum(ways_s, int(ways_s[ways_s < NEVER].max(initial=0)))
    busy_s = int((usual + service_s)[reached].sum())
    span_s = int((doors.close_s + doors.service_s).max() - doors.open_s.min()) + int(usual.max(initial=0))
    return max(1, by_boxes, -(-busy_s // max(1, span_s)))


def couriers_m(second: Second) -> float:
    """Return what the second echelon costs at least: the shortest way to each door, and the couriers there must be."""
    metres, _, _ = _shortest_in(second)
    ridden = float(metres[metres < NEVER].sum())
    fixed_m = float(second.fixed_m.min()) if len(second.fixed_m) else 0.0
    couriers = couriers_least(second) if fixed_m >= 0 else sum(group.couriers for group in second.groups)
    return ridden + couriers * fixed_m
