"""Improving all rides together: a neighbourhood is taken out and put back, over meal points and couriers.

Slack induction by string removals (Christiaens and Vanden Berghe 2020, "Slack induction by string removals for
vehicle routing problems", Transportation Science 54) with annealing by rounds, not by the clock. Here a string may
lie in several trips of one courier, whole couriers are taken out now and then so that one fewer may do, and who is
left out is always among those put back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random

import numpy as np

from routing.filling import near_vehicles
from routing.ground import Ground
from routing.rides import NO_LIMIT_M, Ride, Slot

LEFT_M = 10_000_000
"""Price of one box not brought, as in the solver's model."""

NEIGHBOURS = 40
MOST_REMOVED = 16
LONGEST_STRING = 10
BLINK = 0.01
WHOLE_RIDE = 0.1
FROM_LEFT = 0.5
HOT_M, COLD_M = 1_000.0, 4.0


class _Search:
    """Rides, where each stop is, and the ways to disturb them."""

    def __init__(self, rides: list[Ride], left: Sequence[int], strangers: int, seed: int) -> None:
        self.rides = rides
        self.random = Random(seed)  # noqa: S311  chance, not secrecy
        self.left = set(left)
        self.at = {i: v for v, ride in enumerate(rides) for load in ride.loads for i in load.stops}
        self.everyone = sorted([*self.at, *self.left])
        if rides:
            self.ground = rides[0].ground
            self.near = near_vehicles(self.ground, strangers)
            self.neighbours = _neighbours(self.ground, self.everyone)

    def left_cost(self, left: Iterable[int]) -> int:
        return LEFT_M * sum(self.ground.stops[i].boxes for i in left)

    def step(self, heat_m: float) -> int:
        """Ruin and recreate once; keep it if it is good enough at this heat. Return what the cost changed by."""
        left_before_m = self.left_cost(self.left)
        before, out = self.ruin()
        nowhere = self.recreate(out, before)
        change_m = self.left_cost(nowhere) - left_before_m
        change_m += sum(self.rides[v].cost_m - ride.cost_m for v, ride in before.items())
        if change_m < -heat_m * math.log(self.random.random() or 1e-300):
            self.settle(before, nowhere)
            return change_m
        for v, ride in before.items():
            self.rides[v] = ride
        return 0

    def ruin(self) -> tuple[dict[int, Ride], set[int]]:
        """Take stops out; return the rides as they were and all stops that are now without one."""
        random = self.random
        from_left = bool(self.left) and random.random() < FROM_LEFT
        seed = random.choice(sorted(self.left) if from_left else self.everyone)
        going = self._whole_ride(seed) if random.random() < WHOLE_RIDE else self._strings(seed)
        before: dict[int, Ride] = {}
        out = set(self.left)
        for v, stops in going.items():
            before[v] = self.rides[v]
            self.rides[v] = before[v].copy()
            out.update(self.rides[v].remove(stops))
        return before, out

    def _whole_ride(self, seed: int) -> dict[int, set[int]]:
        v = self.at.get(seed)
        if v is None:
            return self._strings(seed)
        return {v: {i for load in self.rides[v].loads for i in load.stops}}

    def _strings(self, seed: int) -> dict[int, set[int]]:
        random = self.random
        used = sum(1 for ride in self.rides if ride.loads)
        longest = min(LONGEST_STRING, len(self.at) / max(1, used))
        strings = math.floor(random.uniform(1, 4 * MOST_REMOVED / (1 + longest)))
        going: dict[int, set[int]] = {}
        for i in (seed, *self.neighbours[seed]):
            v = self.at.get(i)
            if v is None or v in going:
                continue
            if len(going) >= strings:
                break
            row = [j for load in self.rides[v].loads for j in load.stops]
            length = math.floor(random.uniform(1, min(len(row), longest) + 1))
            first = max(0, min(row.index(i) - random.randrange(length), len(row) - length))
            going[v] = set(row[first : first + length])
        return going

    def recreate(self, out: set[int], before: dict[int, Ride]) -> set[int]:
        """Put stops back one by one, each at its cheapest place; return those that found none."""
        stops, random = self.ground.stops, self.random
        order = sorted(out)
        random.shuffle(order)
        key = _ORDERS[random.randrange(len(_ORDERS))]
        if key is not None:
            order.sort(key=lambda i: key(self.ground, i))
        nowhere: set[int] = set()
        for i in order:
            best: Slot | None = None
            chosen, limit_m = -1, NO_LIMIT_M
            for v in self.near[stops[i].depot]:
                if random.random() < BLINK:
                    continue
                slot = self.rides[v].best_slot(i, limit_m)
                if slot is not None:
                    best, chosen, limit_m = slot, v, slot.added_m
            if best is None:
                nowhere.add(i)
                continue
            if chosen not in before:
                before[chosen] = self.rides[chosen]
                self.rides[chosen] = before[chosen].copy()
            self.rides[chosen].insert(i, best)
        return nowhere

    def settle(self, changed: Mapping[int, Ride], left: set[int]) -> None:
        """Take note of where everybody is after an accepted change."""
        for old in changed.values():
            for load in old.loads:
                for i in load.stops:
                    self.at.pop(i, None)
        for v in changed:
            for load in self.rides[v].loads:
                for i in load.stops:
                    self.at[i] = v
        self.left = left


_ORDERS: tuple[Callable[[Ground, int], int] | None, ...] = (
    None,
    None,
    lambda ground, i: -ground.stops[i].boxes,
    lambda ground, i: -ground.metres[ground.stops[i].depot][ground.stops[i].place],
    lambda ground, i: ground.metres[ground.stops[i].depot][ground.stops[i].place],
    lambda ground, i: ground.stops[i].close_s,
    lambda ground, i: ground.stops[i].close_s - ground.stops[i].open_s,
)


def _neighbours(ground: Ground, everyone: Sequence[int]) -> dict[int, list[int]]:
    """Return for each stop the nearest others, nearest first, ties by number."""
    places = np.array([ground.stops[i].place for i in everyone])
    out: dict[int, list[int]] = {}
    for i in everyone:
        row = np.frombuffer(ground.metres[ground.stops[i].place], dtype=np.int32)[places]
        order = np.argsort(row, kind="stable")[: NEIGHBOURS + 1]
        out[i] = [everyone[n] for n in order if everyone[n] != i]
    return out


def improve(
    rides: list[Ride],
    left: Sequence[int],
    *,
    rounds: int,
    seed: int,
    strangers: int,
    heat_m: tuple[float, float] = (HOT_M, COLD_M),
) -> tuple[list[Ride], list[int]]:
    """Return rides no worse than `rides`, and who is still left out, after `rounds` rounds.

    `strangers` is how many vehicles from elsewhere are asked for each stop; `heat_m` the first and the last heat of the
    annealing, in metres of cost that a round may lose.
    """
    search = _Search(list(rides), left, strangers, seed)
    if not rides or not search.everyone:
        return list(rides), list(left)
    now_m = best_m = 0
    kept, kept_left = list(search.rides), search.left
    for n in range(rounds):
        now_m += search.step(heat_m[0] * (heat_m[1] / heat_m[0]) ** (n / rounds))
        if now_m < best_m:
            best_m, kept, kept_left = now_m, list(search.rides), search.left
    return kept, sorted(kept_left)
