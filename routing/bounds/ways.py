"""The ways that can be ridden in time: between doors of one meal point, and from the meal points to their doors."""

from __future__ import annotations

import numpy as np

from routing.bounds.streets import Doors, Ints, Ways
from routing.engine.compiled import compiled, compiled_with_arrays
from routing.travel import UNREACHABLE_S


@compiled_with_arrays
def ways_between(doors: Doors, rows: Ints, metres: Ints, seconds: Ints) -> Ways:
    """Return the ways from each node to the others of its meal point that can be reached in time."""
    nodes = len(rows)
    at = np.zeros(nodes + 1, np.int64)
    for i in range(nodes):
        at[i + 1] = at[i]
        for j in range(nodes):
            at[i + 1] += _passable(doors, rows, seconds, i, j)
    size = at[nodes]
    ways = Ways(at, np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size, np.int64))
    a = 0
    for i in range(nodes):
        for j in range(nodes):
            if _passable(doors, rows, seconds, i, j):
                ways.to[a], ways.metres[a], ways.seconds[a] = j, metres[rows[i], rows[j]], seconds[rows[i], rows[j]]
                a += 1
    return ways


@compiled
def _passable(doors: Doors, rows: Ints, seconds: Ints, i: int, j: int) -> bool:
    if doors.point[i] != doors.point[j] or doors.home[i] == doors.home[j]:
        return False
    way = seconds[rows[i], rows[j]]
    return bool(way < UNREACHABLE_S and doors.open_s[i] + doors.service_s[i] + way <= doors.close_s[j])


@compiled_with_arrays
def ways_out(doors: Doors, rows: Ints, metres: Ints, seconds: Ints, gone_s: Ints) -> Ways:
    """Return the ways from each meal point to its nodes that can be reached when left at `gone_s`."""
    nodes, points = len(rows), len(gone_s)
    at, to = np.zeros(points + 1, np.int64), np.zeros(nodes, np.int64)
    ways = Ways(at, to, np.zeros(nodes, np.int64), np.zeros(nodes, np.int64))
    a = 0
    for p in range(points):
        for j in range(nodes):
            way = seconds[p, rows[j]]
            if doors.point[j] == p and way < UNREACHABLE_S and gone_s[p] + way <= doors.close_s[j]:
                ways.to[a], ways.metres[a], ways.seconds[a] = j, metres[p, rows[j]], way
                a += 1
        ways.at[p + 1] = a
    return ways
