"""Pricing of courier days by labels, where there are few enough homes: no day escapes that breaks a rule."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from routing.bounds.day import CourierDay
from routing.bounds.days import Days
from routing.bounds.labels import (
    BEFORE,
    BITS,
    KIND,
    NONE,
    SPOT,
    Search,
    best_labels,
    known_homes,
    make_pool,
    run_labels,
)
from routing.bounds.master import Duals
from routing.bounds.streets import NEVER, Floats, Ints
from routing.bounds.trace import LOAD

POOL = 300_000


def can_be_exact(days: Days) -> bool:
    """Return whether there are few enough homes."""
    return len(days.second.homes) <= BITS


class Exact:
    """The exact pricing of `days`, pruned by their relaxation."""

    def __init__(self, days: Days) -> None:
        self.days, self.second = days, days.second
        streets = days.second.streets
        self.known = known_homes(streets, len(days.second.homes))
        spots = len(streets.doors.home) + len(streets.point_open_s)
        self.pool = make_pool(POOL, spots, days.rest.load.shape[2])

    def price(self, duals: Duals) -> tuple[float, list[CourierDay]]:
        """Return what the prices prove for the couriers, and days that they make worthwhile."""
        days, streets = self.days, self.second.streets
        prices, start_m = days.prices(duals)
        below = -days.fill(prices)
        price_m, begin_s, who = self._first_loads(start_m)
        missing = np.array([days.missing(kind) for kind in range(price_m.shape[1])], dtype=np.int64)
        search = Search(streets, prices, days.states, days.rest, self.known, missing, below)
        least = run_labels(search, self.pool, price_m, begin_s)
        ends = [int(at) for at in best_labels(self.pool, len(streets.doors.home), below) if at != NONE]
        found = [self._day(at, who) for at in ends]
        if self.pool.state[1]:
            return days.relaxed_value(prices, start_m, duals), found
        return days.value(duals, np.full(len(self.second.groups), min(least, below))), found

    def _first_loads(self, start_m: Floats) -> tuple[Floats, Ints, Ints]:
        """Return price, time and cheapest group of the first load, shape (points, kinds)."""
        second = self.second
        shape = (start_m.shape[1], len(second.streets.kinds.capacity))
        price_m, begin_s, who = np.full(shape, np.inf), np.full(shape, NEVER), np.zeros(shape, np.int64)
        for g, group in enumerate(second.groups):
            reached = second.first_m[g] < NEVER
            cheaper = reached & (start_m[g] < price_m[:, group.kind])
            price_m[cheaper, group.kind], who[cheaper, group.kind] = start_m[g][cheaper], g
            begin_s[:, group.kind] = np.minimum(begin_s[:, group.kind], second.first_s[g])
        return price_m, begin_s, who

    def _day(self, at: int, who: Ints) -> CourierDay:
        """Return the day that ends in a label."""
        second, streets, numbers = self.second, self.second.streets, self.pool.numbers
        nodes: list[int] = []
        while at != NONE:
            spot, kind = int(numbers[at, SPOT]), int(numbers[at, KIND])
            nodes.append(spot)
            at = int(numbers[at, BEFORE])
        nodes.reverse()
        doors, g = len(streets.doors.home), int(who[nodes[0] - len(streets.doors.home), kind])
        point = nodes[0] - doors
        metres = float(second.fixed_m[second.groups[g].kind] + second.first_m[g, point])
        for here, there in pairwise(nodes):
            metres += self._way_m(here, there)
        return CourierDay(g, tuple(LOAD if n >= doors else n for n in nodes), metres)

    def _way_m(self, here: int, there: int) -> float:
        streets, doors = self.second.streets, len(self.second.streets.doors.home)
        if there >= doors:
            return float(streets.back_m[here, there - doors])
        ways, row = (streets.out, here - doors) if here >= doors else (streets.between, here)
        a = int(np.flatnonzero(ways.to[ways.at[row] : ways.at[row + 1]] == there)[0])
        return float(ways.metres[ways.at[row] + a])
