"""Filling rides: every waiting stop is offered to the vehicles near its depot, the one with least choice goes first.

Regret insertion after Potvin and Rousseau (1993), "A parallel route building algorithm for the vehicle routing and
scheduling problem with time windows".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from routing.ground import Ground
from routing.rides import Ride, Slot
from routing.travel import UNREACHABLE_S

NOWHERE_ELSE_M = 10**9
"""Regret of a stop that fits in one ride only."""

Near = Mapping[int, Sequence[int]]
"""Depot -> vehicles to ask, nearest first."""


def empty_rides(ground: Ground) -> list[Ride]:
    """Return one ride without a trip for each vehicle."""
    return [Ride(ground, vehicle) for vehicle in ground.vehicles]


def near_vehicles(ground: Ground, strangers: int) -> dict[int, list[int]]:
    """Return for each depot its own vehicles and then the `strangers` nearest others that can get there at all."""
    near: dict[int, list[int]] = {}
    for depot in sorted({stop.depot for stop in ground.stops}):
        far = [(ground.metres[v.start][depot], n) for n, v in enumerate(ground.vehicles) if v.start != depot]
        own = [n for n, v in enumerate(ground.vehicles) if v.start == depot]
        reach = [n for _, n in sorted(far) if ground.seconds[ground.vehicles[n].start][depot] < UNREACHABLE_S]
        near[depot] = own + reach[:strangers]
    return near


def possible_pairs(ground: Ground) -> tuple[list[int], list[int]]:
    """Return the vehicles and the stops that fit at least one of the others when nothing else is planned.

    The solver refuses a model with an empty window. What is not in the answer can be served, if at all, only on the way
    to or from another stop, where a matrix breaks the triangle rule.
    """
    rides = empty_rides(ground)
    fits = [[ride.best_slot(n) is not None for ride in rides] for n in range(len(ground.stops))]
    able = [v for v in range(len(rides)) if any(row[v] for row in fits)]
    return able, [n for n, row in enumerate(fits) if any(row)]


class _Offers:
    """What each waiting stop was offered by each vehicle, and its best two."""

    def __init__(self, rides: Sequence[Ride], waiting: Iterable[int], near: Near) -> None:
        self.rides = rides
        stops = rides[0].ground.stops
        self.slots: dict[int, dict[int, Slot]] = {}
        self.rank: dict[int, tuple[int, int, int, int]] = {}
        self.asked: dict[int, list[int]] = {}
        for index in waiting:
            asked = near[stops[index].depot]
            offers = {v: rides[v].best_slot(index) for v in asked}
            self.slots[index] = {v: slot for v, slot in offers.items() if slot is not None}
            self._rank(index)
            for v in asked:
                self.asked.setdefault(v, []).append(index)

    def _rank(self, index: int) -> None:
        """Rank by regret, then by cost; the number of the stop settles ties, so that every machine agrees."""
        best = second = NOWHERE_ELSE_M
        which = -1
        for v, slot in self.slots[index].items():
            if slot.added_m < best:
                best, second, which = slot.added_m, best, v
            elif slot.added_m < second:
                second = slot.added_m
        if which >= 0:
            self.rank[index] = (best - second, best, index, which)
        else:
            self.rank.pop(index, None)

    def place_next(self) -> int | None:
        """Insert the stop with the greatest regret; return it, or None when nothing fits any more."""
        if not self.rank:
            return None
        _, _, index, v = min(self.rank.values())
        self.rides[v].insert(index, self.slots[index][v])
        del self.slots[index], self.rank[index]
        self.asked[v] = [other for other in self.asked[v] if other in self.slots]
        for other in self.asked[v]:
            slot = self.rides[v].best_slot(other)
            if slot is not None:
                self.slots[other][v] = slot
            else:
                self.slots[other].pop(v, None)
            self._rank(other)
        return index


def fill(rides: Sequence[Ride], waiting: Iterable[int], near: Near) -> list[int]:
    """Insert what fits of `waiting` into `rides`; return what does not."""
    left = sorted(set(waiting))
    if not rides or not left:
        return left
    offers = _Offers(rides, left, near)
    while offers.place_next() is not None:
        pass
    return sorted(offers.slots)
