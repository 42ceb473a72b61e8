"""One day of a courier, as a column of the master problem."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from routing.bounds.build import Second
from routing.bounds.trace import LOAD


@dataclass(frozen=True, slots=True)
class CourierDay:
    """One day of a courier of a group: nodes, with `LOAD` before each trip; metres with the courier's price."""

    group: int
    nodes: tuple[int, ...]
    metres: float


def is_true(second: Second, day: CourierDay) -> bool:
    """Return whether a courier of the day's group can make it, visiting nobody twice."""
    streets, doors, kind = second.streets, second.streets.doors, second.groups[day.group].kind
    homes = [int(doors.home[n]) for n in day.nodes if n != LOAD]
    now, here, room = -1, -1, 0
    for at, n in enumerate(day.nodes):
        if n == LOAD:
            p = int(doors.point[day.nodes[at + 1]])
            there_s = int(second.first_s[day.group, p]) if now < 0 else now + int(streets.back_s[here, p])
            now = max(there_s, int(streets.point_open_s[p])) + int(streets.kinds.loading_s[kind])
            room, ways, row = int(streets.kinds.capacity[kind]), streets.out, p
            if now > streets.point_shut_s[p]:
                return False
            continue
        found = np.flatnonzero(ways.to[ways.at[row] : ways.at[row + 1]] == n)
        if not len(found):
            return False
        start = max(now + int(ways.seconds[ways.at[row] + found[0]]), int(doors.open_s[n]))
        now, here, room = start + int(doors.service_s[n]), n, room - int(doors.boxes[n])
        ways, row = streets.between, n
        if start > doors.close_s[n] or now > streets.kinds.end_s[kind] or room < 0:
            return False
    return len(homes) == len(set(homes)) and day.nodes.count(LOAD) <= streets.kinds.trips[kind]
