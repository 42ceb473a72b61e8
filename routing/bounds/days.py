"""The couriers in the master problem: their rows, their pricing, their columns."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from ortools.linear_solver import pywraplp

from routing.bounds.build import Second
from routing.bounds.completion import fill_rest, make_rest, shortest_step_s
from routing.bounds.day import CourierDay, is_true
from routing.bounds.entries import least_entries
from routing.bounds.master import FAR_M, Duals, Master, Row
from routing.bounds.states import make_states, remember
from routing.bounds.streets import NEVER, Floats, Ints, Prices
from routing.bounds.trace import LOAD, LONGEST, first_ways, trace_day

BELOW = -1e-3
FLOAT32 = 2.0**-24
"""What a single number may lose by one rounding, as a share of it."""

WAYS_A_POINT = 8
USED = 0.01
DULL_M = 500.0
"""A dull day is dearer than it looks, so that it goes when something better is known."""

MOST_ROWS = 60_000
"""So many states, counted with their levels, that loads are still watched."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many couriers there are at least and at most, where a bound is asked for that alone."""

    least: int = 0
    most: int | None = None


class Days:
    """The couriers: rows, pricing and columns."""

    def __init__(self, second: Second, shift: int, members: Ints, count: Count, *, watches_loads: bool) -> None:
        self.second, self.count, self.members = second, count, members
        self.shift = min(shift, max(0, shortest_step_s(second.streets).bit_length() - 1))
        self.columns: list[tuple[pywraplp.Variable, CourierDay]] = []
        self.known: set[CourierDay] = set()
        self.used: list[CourierDay] = []
        self.couriers = 0.0
        self.error_m = 0.0
        self.watches_loads = watches_loads
        self._restate()
        self.entries = least_entries(second, self.states, self.rest)
        doors = second.streets.doors
        single = np.bincount(doors.home, minlength=len(second.homes))[doors.home] == 1
        boxes = np.where(single, doors.boxes, 0)
        self.boxes = np.bincount(doors.point, boxes, minlength=len(second.streets.point_open_s))

    def _restate(self) -> None:
        self.states = make_states(self.second.streets, self.members)
        largest = int(self.second.streets.kinds.capacity.max())
        fits = len(self.states.node) * (largest + 1) <= MOST_ROWS
        self.levels = largest + 1 if fits and self.watches_loads else 1
        self.rest = make_rest(self.second.streets, len(self.states.node), self.shift, self.levels)

    def add_rows(self, master: Master) -> None:
        """Add the rows, and a dull day for each home."""
        second, streets = self.second, self.second.streets
        for h in range(len(second.homes)):
            master.add_boxed_row(("home", h, 0), 1.0)
        for g, group in enumerate(second.groups):
            master.add_row(("group", g, 0), most=group.couriers)
        for p, least in enumerate(self.entries):
            master.add_row(("enter", p, 0), least=least)
            master.add_row(("room", p, 0), least=float(self.boxes[p]))
            master.add_column(FAR_M, {("enter", p, 0): 1.0})
            master.add_column(FAR_M, {("room", p, 0): 1.0})
        if self.count.least:
            master.add_row(("least", 0, 0), least=self.count.least)
            master.add_column(FAR_M, {("least", 0, 0): 1.0})
        if self.count.most is not None:
            master.add_row(("most", 0, 0), most=self.count.most)
        for p in range(len(streets.point_open_s)):
            near = [g for g in range(len(second.groups)) if second.first_m[g, p] < NEVER]
            for a in range(streets.out.at[p], streets.out.at[p + 1]) if near else ():
                g = min(near, key=lambda g: int(second.first_m[g, p]))
                metres = float(second.fixed_m[second.groups[g].kind] + second.first_m[g, p] + streets.out.metres[a])
                cost, entries = self._column(CourierDay(g, (LOAD, int(streets.out.to[a])), metres))
                own = {row: n for row, n in entries.items() if row[0] not in {"group", "least", "most"}}
                master.add_column(cost + DULL_M, own, most=1.0)

    def _column(self, day: CourierDay) -> tuple[float, dict[Row, float]]:
        doors, metres, here, loading = self.second.streets.doors, day.metres, -1, False
        kinds = self.second.streets.kinds
        room = int(kinds.capacity[self.second.groups[day.group].kind])
        entries: dict[Row, float] = defaultdict(
            float, {("group", day.group, 0): 1.0, ("least", 0, 0): 1.0, ("most", 0, 0): 1.0}
        )
        for n in day.nodes:
            if n == LOAD:
                loading = True
                continue
            point = int(doors.point[n])
            if loading:
                entries["room", point, 0] += room
                entries["enter", point, 0] += point != here
                room, loading, here = int(kinds.capacity.max()), False, point
            metres += float(doors.extra_m[n])
            entries["home", int(doors.home[n]), 0] += 1.0
        return metres, dict(entries)

    def add_days(self, master: Master, days: list[CourierDay]) -> int:
        """Give the master those days it does not have; return how many."""
        fresh = [day for day in dict.fromkeys(days) if day not in self.known]
        for day in fresh:
            self.known.add(day)
            self.columns.append((master.add_column(*self._column(day)), day))
        return len(fresh)

    def note_used(self) -> None:
        """Remember which days the master uses; its answer is gone as soon as anything is added."""
        values = [(column.solution_value(), day) for column, day in self.columns]
        self.used = [day for value, day in values if value > USED]
        self.couriers = sum(value for value, _ in values)

    def prices(self, duals: Duals) -> tuple[Prices, Floats]:
        """Return the prices that days see, and the price of a courier of each group used first at each point."""
        second, doors = self.second, self.second.streets.doors
        points, capacity = len(second.streets.point_open_s), second.streets.kinds.capacity
        home_m = np.array([duals["home", h, 0] for h in range(len(second.homes))])
        count_m = duals.get(("most", 0, 0), 0.0) - duals.get(("least", 0, 0), 0.0)
        group_m = [duals["group", g, 0] + float(second.fixed_m[one.kind]) for g, one in enumerate(second.groups)]
        entry_m = np.array([duals["enter", p, 0] for p in range(points)])
        room_m = np.array([duals["room", p, 0] for p in range(points)])
        rooms = np.array([capacity[one.kind] for one in second.groups])
        enter_m = np.where(np.eye(points, dtype=bool), 0.0, -entry_m[None, :]) - capacity.max() * room_m[None, :]
        start_m = np.array(group_m)[:, None] + count_m + second.first_m - entry_m[None, :]
        prices = Prices(home_m[doors.home] - doors.extra_m, np.ascontiguousarray(enter_m))
        return prices, start_m - rooms[:, None] * room_m[None, :]

    def fill(self, prices: Prices) -> float:
        """Fill the rest of the day; return how far its single numbers may be off, in metres."""
        fill_rest(self.second.streets, prices, self.states, self.rest)
        ways, rest = self.second.streets, self.rest
        back_m = np.where(ways.back_s < NEVER, ways.back_m, 0)
        farthest = max(int(m.max(initial=0)) for m in (ways.between.metres, ways.out.metres, back_m))
        dearest = float(np.abs(prices.prize).max(initial=0.0)) + float(np.abs(prices.enter_m).max(initial=0.0))
        least = min(float(one.min(initial=0.0)) for one in (rest.best, rest.load))
        # Rounded twice a door, and no door is nearer than a block of buckets.
        roundings = 2 * (rest.load.shape[2] // rest.block + 1 + 3 * rest.load.shape[0])
        self.error_m = FLOAT32 * roundings * (dearest + farthest - least) - BELOW
        return self.error_m

    def price(self, duals: Duals) -> tuple[float, list[CourierDay]]:
        """Return what the prices prove for the couriers, and days that they make worthwhile."""
        prices, start_m = self.prices(duals)
        self.fill(prices)
        least, days = np.zeros(len(self.second.groups)), []
        for p in range(len(self.second.streets.point_open_s)):
            days += self._days_from(prices, start_m, p, least)
        return self.value(duals, least), days

    def value(self, duals: Duals, least: Floats) -> float:
        """Return what the prices prove when a day of each group costs at least so much less than nothing."""
        value = sum(duals["home", h, 0] for h in range(len(self.second.homes)))
        value += sum(duals["enter", p, 0] * entries for p, entries in enumerate(self.entries))
        value += sum(duals["room", p, 0] * float(boxes) for p, boxes in enumerate(self.boxes))
        value += duals.get(("least", 0, 0), 0.0) * self.count.least
        value -= duals.get(("most", 0, 0), 0.0) * (self.count.most or 0)
        for g, group in enumerate(self.second.groups):
            value += group.couriers * (min(0.0, float(least[g]) - self.error_m) - duals["group", g, 0])
        return value

    def _days_from(self, prices: Prices, start_m: Floats, p: int, least: Floats) -> list[CourierDay]:
        """Return the best days that load first at p; lower the least cost of a day of each group."""
        second, streets = self.second, self.second.streets
        offers: dict[int, tuple[float, int, int, int, int]] = {}
        for kind in range(len(streets.kinds.capacity)):
            mine = [g for g, one in enumerate(second.groups) if one.kind == kind]
            if not mine:
                continue
            now, left = int(second.first_s[mine, p].min()), int(streets.kinds.trips[kind]) - 1
            cost, leave = first_ways(streets, prices, self.states, self.rest, p, now, left, self.missing(kind))
            if not len(cost):
                continue
            least[mine] = np.minimum(least[mine], start_m[mine, p] + cost.min())
            who = min(mine, key=lambda g: float(start_m[g, p]))
            for a in np.argsort(cost, kind="stable")[:WAYS_A_POINT].tolist():
                total = float(start_m[who, p] + cost[a])
                if total < -self.error_m and (a not in offers or total < offers[a][0]):
                    offers[a] = (total, who, left, self.missing(kind), int(leave[a]))
        best = sorted(offers, key=lambda a: offers[a])[:WAYS_A_POINT]
        return [self._day(prices, p, a, *offers[a][1:]) for a in best]

    def relaxed_value(self, prices: Prices, start_m: Floats, duals: Duals) -> float:
        """Return what the prices prove by the rest of the day alone."""
        least = np.zeros(len(self.second.groups))
        for p in range(len(self.second.streets.point_open_s)):
            self._days_from(prices, start_m, p, least)
        return self.value(duals, least)

    def watch_loads(self) -> int:
        """Watch loads from now on, where there are few enough states; return how many days fell, and 1 if it begins."""
        if self.watches_loads:
            return 0
        self.watches_loads = True
        self._restate()
        return 1 + self.keep_true() if self.levels > 1 else 0

    def keep_true(self) -> int:
        """Take out the days that only the relaxation allows; return how many."""
        standing = []
        for column, day in self.columns:
            if is_true(self.second, day):
                standing.append((column, day))
            else:
                column.SetBounds(0.0, 0.0)
        fallen = len(self.columns) - len(standing)
        self.columns = standing
        return fallen

    def missing(self, kind: int) -> int:
        """Return how many boxes less than the largest load a kind carries, where loads are watched."""
        return self.levels - 1 - int(self.second.streets.kinds.capacity[kind]) if self.levels > 1 else 0

    def _day(self, prices: Prices, p: int, a: int, g: int, left: int, used: int, leave: int) -> CourierDay:
        second, streets = self.second, self.second.streets
        day, way = np.zeros(LONGEST, np.int32), int(streets.out.at[p] + a)
        n, metres = trace_day(streets, prices, self.states, self.rest, way, leave, left, used, day)
        metres += float(second.fixed_m[second.groups[g].kind] + second.first_m[g, p])
        return CourierDay(g, tuple(day[:n].tolist()), metres)

    def grow(self, longest: int) -> int:
        """Forbid the short returns in the days that the master uses; return how many days fell by that."""
        grown = False
        for day in self.used:
            for cycle in _returns(day.nodes):
                grown |= len(cycle) <= longest and remember(self.members, cycle)
        if not grown:
            return 0
        standing = []
        for column, day in self.columns:
            if any(_forbidden(self.members, cycle) for cycle in _returns(day.nodes)):
                column.SetBounds(0.0, 0.0)
            else:
                standing.append((column, day))
        fallen = len(self.columns) - len(standing)
        self.columns = standing
        self._restate()
        return fallen


def _returns(nodes: tuple[int, ...]) -> list[list[int]]:
    """Return every shortest way of a trip from a door back to it."""
    cycles: list[list[int]] = []
    seen: dict[int, int] = {}
    for at, n in enumerate(nodes):
        if n == LOAD:
            seen = {}
            continue
        if n in seen:
            cycles.append(list(nodes[seen[n] : at + 1]))
        seen[n] = at
    return cycles


def _forbidden(members: Ints, cycle: list[int]) -> bool:
    return all(cycle[0] in members[i] for i in cycle[1:-1])
