"""The plain assignment: order to kitchen and meal point by going through the orders, with no solver.

It is what a day is published with when the solver fails, and the yardstick that the solver must not fall below.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from kitchens.assign_reasons import find_hopeless, supply_plan
from kitchens.plan import SupplyPlan
from kitchens.problem import DayProblem
from kitchens.reach import NOWHERE, USUAL_SUPPLY, Pair, Reach, Room, SupplyRules


def assign_supply_plain(problem: DayProblem, *, rules: SupplyRules = USUAL_SUPPLY) -> SupplyPlan:
    """Return kitchen and meal point for every order, or why it has none; see `kitchens.reach` for the rules.

    First the meal points, those first who have no choice; then the kitchens, those first who can eat from fewest. Who
    finds no kitchen gives the room at the meal point back, and is asked again as long as that serves anybody.
    """
    reach = Reach(problem, rules)
    return supply_plan(reach, fill(reach, [None] * len(problem.orders)))


def fill(reach: Reach, assigned: Sequence[Pair | None]) -> list[Pair | None]:
    """Return `assigned` with everybody added who still finds room."""
    pairs = list(assigned)
    room = Room(reach, pairs)
    waiting = [n for n, pair in enumerate(pairs) if pair is None and find_hopeless(reach, n) is None]
    while waiting:
        held = _hold_points(reach, room, waiting)
        served = _choose_kitchens(reach, room, held, pairs)
        if not served:
            break
        waiting = [n for n in waiting if n not in served]
    return pairs


def _hold_points(reach: Reach, room: Room, waiting: Iterable[int]) -> dict[int, int]:
    """Return the point of each order that finds room: tables, then homes at their own point, then lent homes."""
    held: dict[int, int] = {}
    lent: list[int] = []
    cooked = _Cooked(reach, room)
    for n in sorted(waiting, key=lambda n: (reach.is_home(n), reach.problem.orders[n].order_id)):
        own, is_home = reach.own[n], reach.is_home(n)
        if own != NOWHERE and room.has_place(own, is_home=is_home) and cooked.at(reach.able[n], own):
            room.hold(own, is_home=is_home)
            held[n] = own
        elif is_home:
            lent.append(n)
    has_place = np.array([room.has_place(p, is_home=True) for p in reach.lenders], dtype=bool)
    for n in lent:
        open_at = np.flatnonzero(has_place & cooked.at_lenders(reach.able[n]))
        if not open_at.size:
            continue
        at = int(open_at[np.argmin(reach.lending_m([n])[0][open_at])])
        held[n] = reach.lenders[at]
        room.hold(held[n], is_home=True)
        has_place[at] = room.has_place(held[n], is_home=True)
    return held


class _Cooked:
    """Whether any kitchen with room can cook for a diet at a point, while no kitchen's room changes."""

    def __init__(self, reach: Reach, room: Room) -> None:
        self.reach, self.kitchens = reach, list(room.kitchens)
        self._lenders: dict[int, NDArray[np.bool_]] = {}

    def at(self, able: int, point: int) -> bool:
        return any(self.kitchens[k] > 0 for k in self.reach.serving(able, point))

    def at_lenders(self, able: int) -> NDArray[np.bool_]:
        if able not in self._lenders:
            self._lenders[able] = np.array([self.at(able, p) for p in self.reach.lenders], dtype=bool)
        return self._lenders[able]


def _choose_kitchens(reach: Reach, room: Room, held: dict[int, int], pairs: list[Pair | None]) -> set[int]:
    """Give the orders at `held` their kitchens, write them into `pairs`, and return who got one.

    Within a diet, points whose next kitchen is farthest are asked first: an overflow then falls on few points, and on
    those where another kitchen is near; at a point it falls first on those who were served from elsewhere yesterday.
    """
    opened: dict[int, set[int]] = defaultdict(set)
    for pair in pairs:
        if pair is not None:
            opened[pair[1]].add(pair[0])
    served: set[int] = set()
    regret = {(reach.able[n], p): _regret_m(reach, reach.able[n], p) for n, p in held.items()}

    def turn(n: int) -> tuple[int, int, int, bool, int]:
        able, point = reach.able[n], held[n]
        was_away = reach.group(n, point)[2] != NOWHERE
        return (able.bit_count(), -regret[able, point], point, was_away, reach.problem.orders[n].order_id)

    for n in sorted(held, key=turn):
        point = held[n]
        kitchen = _kitchen_with_room(reach, room, n, point, opened[point])
        if kitchen == NOWHERE:
            room.hold(point, is_home=reach.is_home(n), meals=-1)
            continue
        room.kitchens[kitchen] -= 1
        opened[point].add(kitchen)
        pairs[n] = (kitchen, point)
        served.add(n)
    return served


def _kitchen_with_room(reach: Reach, room: Room, n: int, point: int, opened: set[int]) -> int:
    """Return the usual kitchen, else yesterday's, one that comes anyway, or the nearest; `NOWHERE` if all are full."""
    serving = reach.serving(reach.able[n], point)
    for first in (reach.usual[point], reach.former[n][0] if reach.former[n][1] == point else NOWHERE):
        if first in serving and room.kitchens[first] > 0:
            return first
    with_room = (k for k in serving if room.kitchens[k] > 0)
    nearest = next(with_room, NOWHERE)
    if nearest == NOWHERE or nearest in opened:
        return nearest
    return next((k for k in with_room if k in opened), nearest)


def _regret_m(reach: Reach, able: int, point: int) -> int:
    serving = reach.serving(able, point)
    if len(serving) < 2:
        return reach.rules.away_m * 10
    return int(reach.drive_m[serving[1], point] - reach.drive_m[serving[0], point])
